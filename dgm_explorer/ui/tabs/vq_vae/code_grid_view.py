"""A grid of codes: each cell in the colour of its code, over an image or by itself."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import BoolArray, Float32Array, IntArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.image_mosaic import mosaic_image
from dgm_explorer.ui.plots.picture_view import STEPS, PictureView
from dgm_explorer.ui.tabs.vq_vae.cell_geometry import CellGeometry, cells_between, fit_cells
from dgm_explorer.ui.tabs.vq_vae.code_colors import code_colors, is_light
from dgm_explorer.ui.theme import Theme, color

NO_CELL: Final = (-1, -1)
_DIMMED_ALPHA: Final = 185
_NUMBER_SCALES: Final = (0.9, 0.8, 0.7)
"""Sizes of the numbers, relative to the theme's; where the least does not fit there are none."""


class CodeGridView(PictureView):
    """Cells as large as fit, each image pixel a whole number of screen pixels.

    The mouse or the arrow keys are over one cell; a press and a drag paint, a click or Return chooses.
    `set_marked`, `set_cell` and `set_field` repaint a few outlines only; all setters are silent.

    Parameters
    ----------
    name : what it shows, for screen readers and exported files.

    Attributes
    ----------
    tip : (row, column) → tool tip of a cell, asked for when it opens; None for the widget's own.
    has_caption : whether words stand below, to which the cells keep close; set before anything is shown.
    """

    cell_hovered = Signal(int, int)
    """Row and column under the mouse or reached by the arrow keys; -1, -1 when the mouse has left."""
    cell_pressed = Signal(int, int)
    cell_dragged = Signal(int, int)
    """Every further cell that the mouse crosses with the button down."""
    cell_clicked = Signal(int, int)
    """Pressed and let go in one cell; after `cell_pressed`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._codes: IntArray = np.zeros((0, 0), np.int64)
        self._n_codes = 1
        self._image: Float32Array | None = None
        self._stride, self._tint = 1, 1.0
        self._picture: QPixmap | None = None
        self._geometry: CellGeometry | None = None
        self._cell = self._pressed = self._dragged = NO_CELL
        self._hovered_code = self._chosen_code = -1
        self._field: QRectF | None = None
        self._rects = PrimitiveArray(QRectF, 4)
        self.tip: Callable[[int, int], str] | None = None
        self.has_caption = False

    # -- content ------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._picture = None
        self.update()

    def set_grid(self, codes: IntArray, n_codes: int) -> None:
        """Show these codes (h, w) out of ``n_codes``; cells below 0 are empty."""
        is_new_shape = codes.shape != self._codes.shape
        self._codes, self._n_codes, self._words = codes, n_codes, ""
        self._repaint_all(is_new_shape)

    def set_image(self, image: Float32Array | None, stride: int = 1, tint: float = 0.5) -> None:
        """Lay the cells over an image.

        Parameters
        ----------
        image : (height, width, 1 or 3) with values in [0, 1]; None for none.
        stride : pixels per cell.
        tint : how opaque the cells are, 0 … 1.
        """
        old = (self._image_size(), self._stride)
        self._image, self._stride, self._tint = image, stride, tint
        self._repaint_all(is_new_shape=old != (self._image_size(), stride))

    def clear(self, words: str) -> None:
        """Show words in place of a grid."""
        self._words = words
        self._codes, self._image = np.zeros((0, 0), np.int64), None
        self._cell, self._field = NO_CELL, None
        self._repaint_all(is_new_shape=True)

    def set_marked(self, hovered_code: int, chosen_code: int) -> None:
        """Light up the cells of one code and frame those of another; -1 for none."""
        if (hovered_code, chosen_code) != (self._hovered_code, self._chosen_code):
            self._hovered_code, self._chosen_code = hovered_code, chosen_code
            self.update()

    def set_cell(self, row: int, column: int) -> None:
        """Frame one cell; (-1, -1) for none."""
        if (row, column) != self._cell:
            self._cell = (row, column)
            self.update()

    def set_field(self, field: QRectF | None) -> None:
        """Outline a part of the image with dashes, in pixels of the image and as far as it reaches."""
        if field != self._field:
            self._field = field
            self.update()

    @property
    def codes(self) -> IntArray:
        """(h, w) the codes shown."""
        return self._codes

    @property
    def cell(self) -> tuple[int, int]:
        """(row, column) of the framed cell; (-1, -1) for none."""
        return self._cell

    def code_at(self, row: int, column: int) -> int:
        """The code of a cell; -1 outside the grid."""
        return int(self._codes[row, column]) if _is_inside((row, column), self._codes.shape) else -1

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell is painted, in pixels of the widget."""
        assert self._geometry is not None
        left, top, width, height = self._geometry.cell_rects(np.array([row]), np.array([column]))[0]
        ratio = self.devicePixelRatioF()
        return QRectF(left / ratio, top / ratio, width / ratio, height / ratio)

    def export_table(self) -> PlotTable:
        rows, columns = np.indices(self._codes.shape).reshape(2, -1)
        return PlotTable(("row", "column", "code"), (rows, columns, self._codes.reshape(-1)))

    # -- layout -------------------------------------------------------------------------------------------

    def _repaint_all(self, is_new_shape: bool) -> None:
        self._picture = None
        if is_new_shape:
            self._lay_out()
        self.update()

    def _lay_out(self) -> None:
        self._picture = self._geometry = None
        height, width = self._codes.shape
        if self._codes.size or self._image is not None:
            ratio = self.devicePixelRatioF()
            room = int(self.width() * ratio), int(self.height() * ratio)
            size = self._image_size()
            self._geometry = fit_cells((height, width), self._stride, size, room, self.has_caption)

    def _image_size(self) -> tuple[int, int]:
        """(height, width) in its own pixels."""
        return (0, 0) if self._image is None else (self._image.shape[0], self._image.shape[1])

    def sizeHint(self) -> QSize:
        return QSize(200, 200)

    def tip_at(self, at: QPointF) -> str:
        cell = self.cell_at(at)
        return self.toolTip() if cell == NO_CELL or self.tip is None else self.tip(*cell)

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        if self._geometry is None:
            self._paint_words(painter, 4.0)
        else:
            if self._picture is None:
                self._picture = self._make_picture(self._geometry)
            painter.drawPixmap(0, 0, self._picture)
            ratio = self.devicePixelRatioF()
            painter.scale(1 / ratio, 1 / ratio)
            line_px = min(self._theme.line_width * ratio, max(1.0, self._geometry.cell_px / 12))
            self._paint_marks(painter, self._geometry, line_px)
        painter.end()

    def _make_picture(self, geometry: CellGeometry) -> QPixmap:
        """Image, cells and numbers, in device pixels."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(int(self.width() * ratio), int(self.height() * ratio))
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        if self._image is not None:
            height, width = geometry.image
            target = QRectF(geometry.left, geometry.top, width * geometry.zoom, height * geometry.zoom)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, geometry.zoom < 1)
            painter.drawImage(target, mosaic_image(self._image[None], 1))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        if self._codes.size and (self._tint > 0 or self._image is None):
            painter.setOpacity(1.0 if self._image is None else self._tint)
            colors = self._cell_colors()
            self._paint_cells(painter, geometry, np.where(self._codes < 0, 0, colors).astype(np.uint32))
            painter.setOpacity(1.0)
            self._paint_numbers(painter, geometry, colors)
        painter.end()
        picture.setDevicePixelRatio(ratio)
        return picture

    def _cell_colors(self) -> NDArray[np.uint32]:
        return code_colors(self._theme, self._n_codes)[self._codes % self._n_codes]

    def _paint_cells(self, painter: QPainter, geometry: CellGeometry, pixels: NDArray[np.uint32]) -> None:
        """One colour per cell, as 0xaarrggbb."""
        height, width = pixels.shape
        pixels = np.ascontiguousarray(pixels)
        cells = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32)
        side = geometry.cell_px
        painter.drawImage(QRectF(geometry.left, geometry.top, width * side, height * side), cells)

    def _paint_numbers(self, painter: QPainter, geometry: CellGeometry, colors: NDArray[np.uint32]) -> None:
        font = self._number_font(geometry.cell_px)
        if font is None or (self._image is not None and self._tint < 0.5):
            return
        painter.setFont(font)
        has_black = is_light(colors)
        height, width = self._codes.shape
        side = geometry.cell_px
        for row in range(height):
            for column in range(width):
                if self._codes[row, column] >= 0:
                    painter.setPen(Qt.GlobalColor.black if has_black[row, column] else Qt.GlobalColor.white)
                    cell = QRectF(geometry.left + column * side, geometry.top + row * side, side, side)
                    painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), str(self._codes[row, column]))

    def _number_font(self, cell_px: float) -> QFont | None:
        """The largest font in which every code fits into a cell."""
        ratio = self.devicePixelRatioF()
        font = QFont(self.font())
        widest = "8" * len(str(self._n_codes - 1))
        for scale in _NUMBER_SCALES:
            font.setPointSizeF(self._theme.point_size(scale))
            metrics = QFontMetricsF(font)
            if max(metrics.horizontalAdvance(widest) + 3, metrics.height()) * ratio <= cell_px:
                font.setPointSizeF(self._theme.point_size(scale) * ratio)
                return font
        return None

    def _paint_marks(self, painter: QPainter, geometry: CellGeometry, line_px: float) -> None:
        theme = self._theme
        is_hovered, is_chosen = (
            self._codes == code if code >= 0 else np.zeros_like(self._codes, np.bool_)
            for code in (self._hovered_code, self._chosen_code)
        )
        if self._image is not None and self._tint < 0.5:
            self._frame_cells(painter, geometry, is_chosen, QPen(color(theme.component(0)), 2 * line_px))
            self._frame_cells(painter, geometry, is_hovered, QPen(color(theme.component(3)), 2 * line_px))
        else:
            if is_hovered.any():
                veil = np.uint32(_DIMMED_ALPHA << 24 | int(theme.plot_background[1:], 16))
                self._paint_cells(painter, geometry, np.where(is_hovered, np.uint32(0), veil))
            outer = QPen(color(theme.marker_outline), 2 * line_px)
            self._frame_cells(painter, geometry, is_chosen, outer)
            self._frame_cells(painter, geometry, is_chosen, QPen(color(theme.marker), line_px))
        if self._field is not None:
            self._paint_field(painter, geometry, self._field, line_px)
        if _is_inside(self._cell, geometry.grid):
            is_here = np.zeros(geometry.grid, np.bool_)
            is_here[self._cell] = True
            self._frame_cells(painter, geometry, is_here, QPen(color(theme.marker_outline), 2.4 * line_px))
            self._frame_cells(painter, geometry, is_here, QPen(color(theme.accent), 1.2 * line_px))

    def _frame_cells(self, painter: QPainter, geometry: CellGeometry, where: BoolArray, pen: QPen) -> None:
        rows, columns = np.nonzero(where)
        if len(rows):
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            inset = min(pen.widthF(), geometry.cell_px) / 2
            inward = np.array([inset, inset, -2 * inset, -2 * inset])
            rects = geometry.cell_rects(rows, columns) + inward
            self._rects.resize(len(rects))
            self._rects.ndarray()[:] = rects
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRects(*self._rects.drawargs())

    def _paint_field(self, painter: QPainter, geometry: CellGeometry, field: QRectF, line_px: float) -> None:
        zoom = geometry.zoom
        place = QRectF(
            geometry.left + field.x() * zoom,
            geometry.top + field.y() * zoom,
            field.width() * zoom,
            field.height() * zoom,
        )
        height, width = geometry.image
        place &= QRectF(geometry.left, geometry.top, width * zoom, height * zoom)  # the rest is padding
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(self._theme.marker_outline), 2.5 * line_px))
        painter.drawRect(place)
        painter.setPen(QPen(color(self._theme.accent), 1.5 * line_px, Qt.PenStyle.DashLine))
        painter.drawRect(place)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def cell_at(self, at: QPointF) -> tuple[int, int]:
        """(row, column) at a pixel of the widget; (-1, -1) outside the grid."""
        ratio = self.devicePixelRatioF()
        geometry = self._geometry
        return NO_CELL if geometry is None else geometry.cell_at(at.x() * ratio, at.y() * ratio)

    def _go_to(self, cell: tuple[int, int]) -> None:
        if cell != self._cell:
            self.set_cell(*cell)
            self.cell_hovered.emit(*cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell != NO_CELL:
            self._pressed = self._dragged = cell
            self._go_to(cell)
            self.cell_pressed.emit(*cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        self._go_to(cell)
        if self._dragged != NO_CELL and cell not in (NO_CELL, self._dragged):
            for crossed in cells_between(self._dragged, cell):
                self.cell_dragged.emit(*crossed)
            self._dragged, self._pressed = cell, NO_CELL

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            pressed, self._pressed, self._dragged = self._pressed, NO_CELL, NO_CELL
            if pressed != NO_CELL and pressed == self.cell_at(event.position()):
                self.cell_clicked.emit(*pressed)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._go_to(NO_CELL)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if not self._codes.size or event.modifiers():
            event.ignore()
        elif step is not None:
            start = self._cell if self._cell != NO_CELL else (-step[0], -step[1])
            target = (start[0] + step[0], start[1] + step[1])
            if _is_inside(target, self._codes.shape):
                self._go_to(target)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cell != NO_CELL:
            self.cell_pressed.emit(*self._cell)
            self.cell_clicked.emit(*self._cell)
        else:
            event.ignore()


def _is_inside(cell: tuple[int, int], shape: tuple[int, ...]) -> bool:
    return 0 <= cell[0] < shape[0] and 0 <= cell[1] < shape[1]
