"""A panel laid out anew at a chosen size and painted to PNG, SVG or PDF, or to the clipboard."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QEvent,
    QEventLoop,
    QIODevice,
    QMarginsF,
    QObject,
    QPoint,
    QRectF,
    QSize,
    QSizeF,
    Qt,
    QThreadPool,
    QTimer,
)
from PySide6.QtGui import QGuiApplication, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QMainWindow,
    QPushButton,
    QSlider,
    QTableView,
    QWidget,
)

from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import CM_PER_INCH, SCREEN_DPI, Layout, PictureSize
from dgm_explorer.ui.export import ON_SCREEN_DPI, PartOfColumn, as_png, uncached

SUFFIXES = (".png", ".svg", ".pdf")
LAYOUT_MS = 60
"""For timers that follow a change of size, such as those of the landscapes of the plane."""
PATIENCE_S = 2.0
"""For what is computed beside the window at the new size; later it is painted as it is."""
_CONTROLS = (QPushButton, QCheckBox, QComboBox, QSlider, QAbstractSpinBox)


def on_screen_size(widget: QWidget) -> PictureSize:
    """The size that it has now, with two pixels of the picture for each of its own."""
    scale = ON_SCREEN_DPI / SCREEN_DPI
    return PictureSize(scale * widget.width(), scale * widget.height(), "px", ON_SCREEN_DPI)


def layout_of(widget: QWidget, size: PictureSize) -> Layout:
    """How ``widget`` is laid out at ``size``: never smaller than it needs."""
    least = widget.minimumSizeHint().expandedTo(widget.minimumSize())
    if isinstance(widget, pg.PlotWidget):  # its scroll area would cut off what its layout cannot shrink
        needed = widget.plotItem.effectiveSizeHint(Qt.SizeHint.MinimumSize)
        least = least.expandedTo(QSize(math.ceil(needed.width()), math.ceil(needed.height())))
    for table in widget.findChildren(QTableView):
        if table.isVisibleTo(widget):
            beside = widget.width() - table.viewport().width()
            least.setWidth(max(least.width(), beside + _needed_width(table)))
    return size.fit((max(0, least.width()), max(0, least.height())))


def _needed_width(table: QTableView) -> int:
    """Of all columns: the last one, where it is stretched, as wide as its texts."""
    header = table.horizontalHeader()
    if not header.stretchLastSection():
        return header.length()
    last = header.logicalIndex(header.count() - 1)
    needed_px = max(table.sizeHintForColumn(last), header.sectionSizeHint(last))
    return header.length() - header.sectionSize(last) + needed_px


def export_picture(widget: QWidget, size: PictureSize, path: Path) -> None:
    """Lay ``widget`` out at ``size``, write it by the ending of ``path``, and lay it out as it was.

    Raises
    ------
    InputError
        If the ending is none of `SUFFIXES`, or the file cannot be written; what stood there stays.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise InputError(f"{path.name[:80]}: pictures end in {', '.join(SUFFIXES)}; choose one of them.")
    with laid_out(widget, size) as layout:
        data = write(widget, size, layout)
    with open_atomically(path) as file:
        file.write(data)


def copy_picture(widget: QWidget, size: PictureSize) -> None:
    """Put ``widget``, laid out at ``size``, on the clipboard."""
    with laid_out(widget, size) as layout:
        QGuiApplication.clipboard().setImage(paint_image(widget, size, layout))


@contextmanager
def laid_out(widget: QWidget, size: PictureSize) -> Iterator[Layout]:
    """``widget`` laid out for this size, once what follows a change of size is done; then as it was.

    The window does not repaint meanwhile, and takes no input. What is there for the hand alone is hidden.
    """
    window, geometry = widget.window(), widget.geometry()
    part = widget if isinstance(widget, PartOfColumn) else None
    controls = _visible_controls(widget)
    if part is None and not controls:
        layout = layout_of(widget, size)
        if widget.size() == QSize(layout.width, layout.height):
            yield layout
            return
    window.setUpdatesEnabled(False)
    focus = window.focusWidget()
    for control in controls:
        control.hide()
    if part is not None:
        part.stand_alone(True)
    layout = layout_of(widget, size)
    holder = _Holder(widget)
    try:
        holder.hold(layout)
        settle(widget)
        across, down = _overflow(widget)
        if across or down:
            layout = size.fit((layout.width + across, layout.height + down))
            holder.hold(layout)
            settle(widget)
        window.setUpdatesEnabled(True)  # else there would be nothing to paint; the screen waits for events
        yield layout
    finally:
        holder.let_go()
        if part is not None:
            part.stand_alone(False)
        for control in controls:
            control.show()
        if focus in controls:
            focus.setFocus()
        window.setUpdatesEnabled(True)
        widget.setGeometry(geometry)


def _visible_controls(widget: QWidget) -> list[QWidget]:
    """With the labels that name them; of a panel. Buttons that show a choice, too, stay."""
    if isinstance(widget, QMainWindow):
        return []
    controls: list[QWidget] = [
        control
        for control in widget.findChildren(QWidget)
        if isinstance(control, _CONTROLS) and not (isinstance(control, QPushButton) and control.isCheckable())
    ]
    named = [label for label in widget.findChildren(QLabel) if label.buddy() in controls]
    return [part for part in (*controls, *named) if part.isVisibleTo(widget)]


def _overflow(widget: QWidget) -> tuple[int, int]:
    """Pixels that the plots inside lack for what stands around their pictures, or by which they stand out."""
    across = down = 0
    for plot in widget.findChildren(pg.PlotWidget):
        if plot.isVisibleTo(widget):
            needed = plot.plotItem.effectiveSizeHint(Qt.SizeHint.MinimumSize)
            corner = plot.mapTo(widget, plot.rect().bottomRight())
            across = max(across, math.ceil(needed.width()) - plot.width(), corner.x() + 1 - widget.width())
            down = max(down, math.ceil(needed.height()) - plot.height(), corner.y() + 1 - widget.height())
    return min(across, widget.width()), min(down, widget.height())


class _Holder(QObject):
    """Keeps a widget at a size against the layout around it, which sets its own with the next request."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._size = widget.size()
        self._is_resizing = False
        widget.installEventFilter(self)

    def hold(self, layout: Layout) -> None:
        """From now on at this size."""
        self._size = QSize(layout.width, layout.height)
        self._resize()

    def let_go(self) -> None:
        self._widget.removeEventFilter(self)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self._is_resizing:
            self._resize()
        return super().eventFilter(watched, event)

    def _resize(self) -> None:
        """Once: a widget may have its own ideas of its size, and then keeps to them."""
        self._is_resizing = True
        self._widget.resize(self._size)
        self._is_resizing = False


def settle(widget: QWidget, patience_s: float = PATIENCE_S) -> None:
    """Let layouts, timers and what ``widget`` computes in pools come to an end, without taking input."""
    deadline_s = time.monotonic() + patience_s
    while True:
        _run_events(LAYOUT_MS)
        pools = widget.findChildren(QThreadPool)
        if time.monotonic() > deadline_s or not any(pool.activeThreadCount() for pool in pools):
            return


def paint_image(widget: QWidget, size: PictureSize, layout: Layout) -> QImage:
    """``widget``, laid out already, as an image of exactly the pixels of ``size``."""
    width, height = size.pixels
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(layout.scale)
    image.fill(widget.palette().window().color())
    painter = QPainter(image)
    _render(widget, painter, layout)
    return image


def _png(widget: QWidget, size: PictureSize, layout: Layout) -> bytes:
    image = paint_image(widget, size, layout)
    image.setDevicePixelRatio(1)
    per_metre = round(size.dpi / CM_PER_INCH * 100)
    image.setDotsPerMeterX(per_metre)
    image.setDotsPerMeterY(per_metre)
    return as_png(image)


def _svg(widget: QWidget, size: PictureSize, layout: Layout) -> bytes:
    """As vectors; heat maps stay images inside it. On paper ``width`` and ``height`` are in millimetres."""
    from PySide6.QtSvg import QSvgGenerator

    buffer = _open_buffer()
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # SVG Tiny, the default, knows no clipping
    generator.setOutputDevice(buffer)
    width, height = size.points
    generator.setResolution(round(SCREEN_DPI))
    generator.setSize(QSize(round(width / 72 * SCREEN_DPI), round(height / 72 * SCREEN_DPI)))
    generator.setViewBox(QRectF(0, 0, layout.width, layout.height))
    painter = QPainter(generator)
    _render(widget, painter, layout)
    return bytes(buffer.data().data())


def _pdf(widget: QWidget, size: PictureSize, layout: Layout) -> bytes:
    """One page of just this size, as vectors with the fonts embedded; heat maps stay images inside it."""
    buffer = _open_buffer()
    writer = QPdfWriter(buffer)
    width, height = size.points
    page = QPageSize(QSizeF(width, height), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setResolution(round(SCREEN_DPI))  # type is laid out as on the screen
    writer.setColorModel(QPdfWriter.ColorModel.RGB)  # else gradients of Fusion are refused with a warning
    writer.setTitle(widget.accessibleName())
    writer.setCreator("DGM Explorer")
    painter = QPainter(writer)
    scale = min(width / 72 * SCREEN_DPI / layout.width, height / 72 * SCREEN_DPI / layout.height)
    painter.scale(scale, scale)
    _render(widget, painter, layout)
    return bytes(buffer.data().data())


def _render(widget: QWidget, painter: QPainter, layout: Layout) -> None:
    """Paint it; a widget that would not take the size stands in the middle, on its own ground."""
    try:
        ground = widget.palette().window().color()
        painter.fillRect(QRectF(0, 0, layout.width, layout.height), ground)
        left = max(0, (layout.width - widget.width()) // 2)
        top = max(0, (layout.height - widget.height()) // 2)
        with uncached(widget):
            QWidget.render(widget, painter, QPoint(left, top))
    finally:
        painter.end()  # Qt aborts when a device goes before its painter


_WRITERS: dict[str, Callable[[QWidget, PictureSize, Layout], bytes]] = {
    ".png": _png,
    ".svg": _svg,
    ".pdf": _pdf,
}


def _run_events(duration_ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


def _open_buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.setData(QByteArray())
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
