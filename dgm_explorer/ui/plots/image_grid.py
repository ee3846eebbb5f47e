"""A grid of small images: inputs, reconstructions, samples, means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QScrollArea, QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.image_mosaic import MosaicGeometry, fit_geometry, least_geometry, mosaic_image
from dgm_explorer.ui.plots.picture_view import STEPS, PictureView
from dgm_explorer.ui.theme import Theme, color

GAP_PX: Final = 2
MARK_PX: Final = 3
"""Width of a tile's coloured frame, which the gap grows by on both sides."""
MARGIN_PX: Final = 3
STRIP_PX: Final = 4
"""Width of the strip of colour between a caption and its row."""


@dataclass(frozen=True, slots=True)
class Caption:
    """Words beside a row or above a column; a row with a colour gets a strip of it."""

    text: str
    rgb: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ImageTable:
    """What an `ImageGrid` shows.

    Attributes
    ----------
    images : (n, height, width, 1 or 3), values in [0, 1], 0 black and 1 white as in the data.
    columns : tiles per row; None to have as large tiles as fit.
    row_captions : one a row; only with ``columns``.
    column_captions : one a column; only with ``columns``.
    marks : colour of a frame around each tile; none or one a tile.
    tip : tool tip of a tile, asked for when it opens.
    """

    images: Float32Array
    columns: int | None = None
    row_captions: tuple[Caption, ...] = ()
    column_captions: tuple[Caption, ...] = ()
    marks: tuple[str, ...] = ()
    tip: Callable[[int], str] | None = None


class ImageGrid(PictureView):
    """Paints all images in one go, each image pixel as a whole number of screen pixels where it fits.

    The mouse or the arrow keys are over one tile, which gets a frame; a click or Return chooses it.

    Parameters
    ----------
    name : what it shows, for screen readers and exported files.
    min_tile_px : tiles get no smaller than this, on their shorter side; in a scroll area the grid
        asks for the height that this takes.
    """

    hovered = Signal(int)
    """The tile under the mouse or reached by the arrow keys; -1 when the mouse has left."""
    clicked = Signal(int)

    def __init__(self, name: str, min_tile_px: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._min_tile_px = min_tile_px
        self._table: ImageTable | None = None
        self._mosaic = QImage()
        self._picture: QPixmap | None = None
        self._geometry: MosaicGeometry | None = None
        self._caption_room = (0.0, 0.0)  # pixels on the left and at the top
        self._at = -1

    # -- content ------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(theme.font(0.9))
        self._lay_out()

    def set_table(self, table: ImageTable) -> None:
        """Show images; the tile under the mouse stays the same where there is still one."""
        old, self._table, self._words = self._table, table, ""
        self._mosaic = QImage()
        self._at = min(self._at, len(table.images) - 1)
        if old is None or _shape(old) != _shape(table):
            self._lay_out()
        self._picture = None
        self.setAccessibleDescription(f"{len(table.images)} images")
        self.update()

    def clear(self, words: str) -> None:
        """Show words in place of images, such as what will stand here and how to begin."""
        self._table, self._words = None, words
        self._mosaic, self._picture, self._geometry = QImage(), None, None
        self._at = -1
        self.setMinimumHeight(0)
        self.setAccessibleDescription(words)
        self.update()

    @property
    def min_tile_px(self) -> int:
        """Shorter side of a tile at least."""
        return self._min_tile_px

    def set_min_tile_px(self, min_tile_px: int) -> None:
        """Let tiles get no smaller than another size."""
        if min_tile_px != self._min_tile_px:
            self._min_tile_px = min_tile_px
            self._lay_out()

    @property
    def table(self) -> ImageTable | None:
        return self._table

    def tile_rect(self, index: int) -> QRectF:
        """Where a tile is painted, in pixels of the widget."""
        assert self._geometry is not None
        ratio = self.devicePixelRatioF()
        x, y = self._geometry.corner(index)
        width, height = self._geometry.tile_size
        origin = self._origin()
        return QRectF(origin.x() + x / ratio, origin.y() + y / ratio, width / ratio, height / ratio)

    def export_table(self) -> PlotTable:
        """Every pixel of every image, channel by channel."""
        header = ("image", "y", "x", "channel", "level")
        if self._table is None:
            return PlotTable(header, tuple(np.empty(0) for _ in header))
        images = self._table.images
        places = np.indices(images.shape).reshape(4, -1).astype(np.int64)
        return PlotTable(header, (*places, images.reshape(-1).astype(np.float64)))

    # -- layout -------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Choose columns and zoom for the room there is, and ask for the height that it takes at least."""
        self._picture = None
        self._geometry = None
        table = self._table
        if table is not None and len(table.images):
            ratio = self.devicePixelRatioF()
            left, top = self._caption_room = self._measure_captions(table)
            width = round(max(1.0, self.width() - left - 2 * MARGIN_PX) * ratio)
            gap = round((GAP_PX + 2 * MARK_PX * bool(table.marks)) * ratio)
            n, tile = len(table.images), (table.images.shape[1], table.images.shape[2])
            least = least_geometry(n, tile, width, self._min_tile_px * ratio, gap, table.columns)
            least_height = least.size[1] / ratio + top + 2 * MARGIN_PX
            self.setMinimumHeight(round(least_height + 0.5))
            height = round((max(self.height(), self.minimumHeight()) - top - 2 * MARGIN_PX) * ratio)
            fitted = fit_geometry(n, tile, (width, height), gap, table.columns)
            self._geometry = max(fitted, least, key=lambda geometry: geometry.zoom)
        self.update()

    def _measure_captions(self, table: ImageTable) -> tuple[float, float]:
        """Pixels that the captions take on the left and at the top."""
        metrics = QFontMetricsF(self.font())
        texts = [metrics.horizontalAdvance(caption.text) for caption in table.row_captions]
        left = max(texts) + STRIP_PX + 8 if texts else 0.0
        return left, metrics.height() + 2 if table.column_captions else 0.0

    def _origin(self) -> QPointF:
        """Upper left corner of the first tile, on a device pixel."""
        assert self._geometry is not None
        ratio = self.devicePixelRatioF()
        left, top = self._caption_room
        width, height = (side / ratio for side in self._geometry.size)
        x = left + max(MARGIN_PX, (self.width() - left - width) / 2)
        y = top + max(MARGIN_PX, (self.height() - top - height) / 2)
        return QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio)

    def sizeHint(self) -> QSize:
        return QSize(240, 160)

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setFont(self.font())
        if self._geometry is None:
            self._paint_words(painter)
        else:
            if self._picture is None:
                self._picture = self._make_picture(self._geometry)
            painter.drawPixmap(self._origin(), self._picture)
            self._paint_captions(painter, self._geometry)
            self._paint_marks(painter)
            self._paint_frame(painter)
        painter.end()

    def _make_picture(self, geometry: MosaicGeometry) -> QPixmap:
        """All tiles with their gaps, in device pixels."""
        assert self._table is not None
        if self._mosaic.isNull() or self._mosaic.width() != geometry.columns * geometry.tile[1]:
            self._mosaic = mosaic_image(self._table.images, geometry.columns)
        ratio = self.devicePixelRatioF()
        picture = QPixmap(*geometry.size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, geometry.zoom < 2)
        (tile_height, tile_width), size = geometry.tile, QSize(*geometry.tile_size)
        for index in range(geometry.n):
            row, column = divmod(index, geometry.columns)
            x, y = geometry.corner(index)
            source = QRect(column * tile_width, row * tile_height, tile_width, tile_height)
            painter.drawImage(QRect(x, y, size.width(), size.height()), self._mosaic, source)
        painter.end()
        picture.setDevicePixelRatio(ratio)
        return picture

    def _paint_captions(self, painter: QPainter, geometry: MosaicGeometry) -> None:
        assert self._table is not None
        metrics = QFontMetricsF(self.font())
        free_from = -1.0
        for row, caption in enumerate(self._table.row_captions):
            tile = self.tile_rect(row * geometry.columns)
            if caption.rgb:
                strip = QRectF(tile.left() - STRIP_PX - 2, tile.top(), STRIP_PX, tile.height())
                painter.fillRect(strip, color(caption.rgb))
            top = tile.center().y() - metrics.height() / 2
            if top < free_from:
                continue  # rows lower than the letters: every second or third one is named
            free_from = top + metrics.height()
            painter.setPen(color(self._theme.text))
            space = QRectF(0, top, tile.left() - STRIP_PX - 6, metrics.height())
            painter.drawText(space, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, caption.text)
        for column, caption in enumerate(self._table.column_captions):
            painter.setPen(color(caption.rgb or self._theme.text))
            above = self.tile_rect(column).translated(0, -metrics.height() - 2)
            above.setHeight(metrics.height())
            painter.drawText(above.adjusted(-20, 0, 20, 0), Qt.AlignmentFlag.AlignHCenter, caption.text)

    def _paint_marks(self, painter: QPainter) -> None:
        assert self._table is not None
        grown = MARK_PX / 2
        for index, rgb in enumerate(self._table.marks):
            painter.setPen(QPen(color(rgb), MARK_PX))
            painter.drawRect(self.tile_rect(index).adjusted(-grown, -grown, grown, grown))

    def _paint_frame(self, painter: QPainter) -> None:
        """Around the tile under the mouse or the arrow keys."""
        if 0 <= self._at < len(self._images()):
            width_px = self._theme.line_width
            painter.setPen(QPen(color(self._theme.accent), width_px))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            grown = width_px / 2
            painter.drawRect(self.tile_rect(self._at).adjusted(-grown, -grown, grown, grown))

    def _images(self) -> Float32Array:
        return self._table.images if self._table is not None else np.empty((0, 1, 1, 1), np.float32)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def _go_to(self, index: int) -> None:
        if index != self._at:
            self._at = index
            self.update()
            self.hovered.emit(index)

    def _bring_into_sight(self, index: int) -> None:
        viewport = self.parentWidget()
        area = viewport.parentWidget() if viewport is not None else None
        if isinstance(area, QScrollArea):
            rect = self.tile_rect(index)
            at, half = rect.center().toPoint(), (rect.size() / 2).toSize()
            area.ensureVisible(at.x(), at.y(), half.width() + MARGIN_PX, half.height() + MARGIN_PX)

    def _index_at(self, at: QPointF) -> int:
        if self._geometry is None:
            return -1
        ratio = self.devicePixelRatioF()
        inside = (at - self._origin()) * ratio
        return self._geometry.index_at(inside.x(), inside.y())

    def tip_at(self, at: QPointF) -> str:
        index = self._index_at(at)
        tip = self._table.tip if self._table is not None else None
        return tip(index) if tip is not None and index >= 0 else self.toolTip()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._index_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._go_to(index)
            self.clicked.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._go_to(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if self._geometry is None or event.modifiers():
            event.ignore()
        elif step is not None:
            target = self._at + step[0] * self._geometry.columns + step[1] if self._at >= 0 else 0
            if 0 <= target < self._geometry.n:
                self._go_to(target)
                self._bring_into_sight(target)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.clicked.emit(self._at)
        else:
            event.ignore()


def _shape(table: ImageTable) -> tuple[object, ...]:
    """What the layout depends on."""
    has_words = bool(table.column_captions)
    return table.images.shape, table.columns, table.row_captions, has_words, bool(table.marks)
