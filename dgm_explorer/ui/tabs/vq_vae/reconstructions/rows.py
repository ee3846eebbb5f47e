"""Images in rows of parts, input, grid of codes, reconstruction, with the places of codes on them."""

from typing import Final

import numpy as np
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import BoolArray, FloatArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.image_mosaic import mosaic_image
from dgm_explorer.ui.plots.picture_view import STEPS, PictureView
from dgm_explorer.ui.tabs.vq_vae.code_colors import code_colors
from dgm_explorer.ui.tabs.vq_vae.reconstructions.row_geometry import RowGeometry, fit_rows
from dgm_explorer.ui.tabs.vq_vae.reconstructions.table import RowPlace, RowsTable
from dgm_explorer.ui.theme import Theme, color

_GAP_PX: Final = 10
_TINT_ALPHA: Final = 80
_DIMMED_ALPHA: Final = 185


NOWHERE: Final = RowPlace(-1, -1, -1)


class RowsView(PictureView):
    """As many rows as fit, each image pixel a whole number of screen pixels where there is room.

    A click or Return chooses a row; cells of the codes marked are framed in every part.

    Parameters
    ----------
    name : what it shows, for screen readers and exported files.
    least_side_px : images get no smaller than this on their shorter side, rather there are fewer.
    """

    cell_hovered = Signal(int, int, int)
    """The row, and row and column of the cell in it, under the mouse; -1 for none."""
    clicked = Signal(int)
    room_changed = Signal()
    """There is room for more rows than before, or for fewer."""

    def __init__(self, name: str, least_side_px: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._least_side_px = least_side_px
        self._table: RowsTable | None = None
        self._picture: QPixmap | None = None
        self._geometry: RowGeometry | None = None
        self._is_missing: BoolArray = np.zeros((0, 0), np.bool_)
        self._at = NOWHERE
        self._hovered_code = self._chosen_code = -1
        self._rects = PrimitiveArray(QRectF, 4)

    # -- content ------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(theme.font(0.85))
        self._lay_out()

    def set_table(self, table: RowsTable) -> None:
        """Show images; as many of the first ones as there is room for."""
        old, self._table, self._words = self._table, table, ""
        self._is_missing = np.isnan(table.images[:, :, 0, 0, 0])
        self._picture = None
        if old is None or _shape(old) != _shape(table):
            self._lay_out()
        self.setAccessibleDescription(f"{self.n_shown} of {len(table.images)} images")
        self.update()

    def clear(self, words: str) -> None:
        """Show words in place of images."""
        self._table, self._words = None, words
        self._picture = self._geometry = None
        self._at = NOWHERE
        self.setAccessibleDescription(words)
        self.update()

    def set_marked(self, hovered_code: int, chosen_code: int) -> None:
        """Light up the cells of one code and frame those of another; -1 for none."""
        if (hovered_code, chosen_code) != (self._hovered_code, self._chosen_code):
            self._hovered_code, self._chosen_code = hovered_code, chosen_code
            self.update()

    @property
    def table(self) -> RowsTable | None:
        return self._table

    @property
    def n_shown(self) -> int:
        """Rows for which there is room."""
        return self._geometry.n if self._geometry is not None else 0

    def part_rect(self, index: int, part: int) -> QRectF:
        """Where a part of a row is painted, in pixels of the widget."""
        assert self._geometry is not None
        ratio = self.devicePixelRatioF()
        left, top = self._geometry.corner(index, part)
        width, height = self._geometry.part_size
        return QRectF(left / ratio, top / ratio, width / ratio, height / ratio)

    def cell_rect(self, index: int, part: int, row: int, column: int) -> QRectF:
        """Where a cell of a row's grid lies in one of its parts, in pixels of the widget."""
        assert self._geometry is not None
        assert self._table is not None
        side = self._table.stride * self._geometry.zoom / self.devicePixelRatioF()
        corner = self.part_rect(index, part).topLeft()
        return QRectF(corner.x() + column * side, corner.y() + row * side, side, side)

    def export_table(self) -> PlotTable:
        """Every pixel of every image, part by part and channel by channel."""
        header = ("image", "part", "y", "x", "channel", "level")
        if self._table is None:
            return PlotTable(header, tuple(np.empty(0) for _ in header))
        images = self._table.images
        places = np.indices(images.shape).reshape(5, -1).astype(np.int64)
        return PlotTable(header, (*places, images.reshape(-1).astype(np.float64)))

    # -- layout -------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._picture = self._geometry = None
        table = self._table
        if table is not None and len(table.images):
            ratio = self.devicePixelRatioF()
            self._geometry = fit_rows(
                n=len(table.images),
                n_parts=table.n_parts,
                image=(table.images.shape[2], table.images.shape[3]),
                room=(int(self.width() * ratio), int(self.height() * ratio)),
                least_side=max(self._least_side_px, self._side_for_captions_px(table)) * ratio,
                gap=round(_GAP_PX * ratio),
                caption=round(self._caption_px() * ratio),
            )
            if self._at.item >= self._geometry.n:
                self._at = NOWHERE
        self.update()

    def _caption_px(self) -> float:
        has_captions = self._table is not None and self._table.captions
        return QFontMetricsF(self.font()).height() if has_captions else 0.0

    def _side_for_captions_px(self, table: RowsTable) -> float:
        """Shorter side of images above which every caption stands whole."""
        metrics = QFontMetricsF(self.font())
        widest = max((metrics.horizontalAdvance(caption) for caption in table.captions), default=0.0)
        height, width = table.images.shape[2:4]
        return float((widest - _GAP_PX + 2) / table.n_parts * min(height, width) / width)

    def sizeHint(self) -> QSize:
        return QSize(240, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:
        n_before = self.n_shown
        super().resizeEvent(event)
        if self.n_shown != n_before:
            self.room_changed.emit()

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        table, geometry = self._table, self._geometry
        if table is None or geometry is None:
            self._paint_words(painter)
        else:
            ratio = self.devicePixelRatioF()
            if self._picture is None:
                self._picture = self._make_picture(table, geometry)
            painter.drawPixmap(0, 0, self._picture)
            painter.scale(1 / ratio, 1 / ratio)
            self._paint_marks(painter, table, geometry, self._theme.line_width * ratio)
        painter.end()

    def _make_picture(self, table: RowsTable, geometry: RowGeometry) -> QPixmap:
        """All parts of the rows shown, in device pixels."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(int(self.width() * ratio), int(self.height() * ratio))
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        images = table.images[: geometry.n]
        n, n_images, height, width, channels = images.shape
        mosaic = mosaic_image(images.reshape(n * n_images, height, width, channels), n_images)
        is_missing = self._is_missing.tolist()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, geometry.zoom < 1)
        for index in range(n):
            for part in range(n_images):
                target = self._target(geometry, index, table.part_of_image(part))
                if is_missing[index][part]:
                    painter.setPen(QPen(color(self._theme.grid), 1.0, Qt.PenStyle.DashLine))
                    painter.drawRect(target.adjusted(0, 0, -1, -1))
                    painter.setPen(color(self._theme.muted_text))
                    painter.drawText(target, int(Qt.AlignmentFlag.AlignCenter), "–")
                else:
                    source = QRect(part * width, index * height, width, height)
                    painter.drawImage(target, mosaic, source)
        if table.codes_at >= 0:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            self._paint_grids(painter, table, geometry)
        painter.scale(ratio, ratio)
        painter.setFont(self.font())
        self._paint_captions(painter, table)
        painter.end()
        picture.setDevicePixelRatio(ratio)
        return picture

    def _target(self, geometry: RowGeometry, index: int, part: int) -> QRect:
        return QRect(*geometry.corner(index, part), *geometry.part_size)

    def _paint_grids(self, painter: QPainter, table: RowsTable, geometry: RowGeometry) -> None:
        """The grid of every row shown; its cells end where the image does."""
        codes = table.codes[: geometry.n]
        colors = code_colors(self._theme, table.n_codes)[codes % table.n_codes]
        pixels = np.where(codes < 0, 0, colors).astype(np.uint32)
        n, rows, columns = pixels.shape
        stacked = np.ascontiguousarray(pixels.reshape(n * rows, columns))
        image = QImage(stacked.data, columns, n * rows, 4 * columns, QImage.Format.Format_ARGB32)
        width, height = geometry.part_size
        side = table.stride * geometry.zoom
        for index in range(n):
            target = QRectF(*geometry.corner(index, table.codes_at), width, height)
            source = QRectF(0, index * rows, min(columns, width / side), min(rows, height / side))
            painter.drawImage(target, image, source)

    def _paint_captions(self, painter: QPainter, table: RowsTable) -> None:
        metrics, last = QFontMetricsF(self.font()), table.n_parts - 1
        painter.setPen(color(self._theme.muted_text))
        for index, caption in enumerate(table.captions[: self.n_shown]):
            first = self.part_rect(index, 0)
            width = self.part_rect(index, last).right() - first.left() + _GAP_PX - 2
            text = metrics.elidedText(caption, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QPointF(first.left(), first.bottom() + metrics.ascent()), text)

    def _paint_marks(
        self, painter: QPainter, table: RowsTable, geometry: RowGeometry, line_px: float
    ) -> None:
        theme = self._theme
        thin_px = min(line_px, max(1.0, table.stride * geometry.zoom / 12))
        if self._chosen_code >= 0:
            self._tint_code(painter, table, geometry, self._chosen_code, theme.component(0), thin_px)
        if self._hovered_code >= 0:
            if table.codes_at >= 0:
                self._dim_others(painter, table, geometry, self._hovered_code)
            self._tint_code(painter, table, geometry, self._hovered_code, theme.component(3), thin_px)
        if 0 <= self._at.item < geometry.n:
            painter.setPen(QPen(color(theme.accent), line_px))
            first = self._target(geometry, self._at.item, 0)
            grown = round(line_px) + 1
            whole = first.united(self._target(geometry, self._at.item, table.n_parts - 1))
            painter.drawRect(whole.adjusted(-grown, -grown, grown, grown))

    def _cells_of(self, table: RowsTable, geometry: RowGeometry, code: int, part: int) -> FloatArray:
        """(m, 4) left, top, width and height of every cell with a code, as far as the image reaches."""
        is_code = table.codes[: geometry.n] == code
        if part != table.codes_at:
            is_code &= ~self._is_missing[: geometry.n, table.image_at(part), None, None]
        item, row, column = np.nonzero(is_code)
        side = table.stride * geometry.zoom
        corners = np.array([geometry.corner(index, part) for index in range(geometry.n)], np.float64)
        inside = np.stack([column * side, row * side], axis=1)
        sizes = np.clip(np.array(geometry.part_size) - inside, 0, side)
        return np.concatenate([corners[item] + inside, sizes], axis=1)

    def _draw_rects(self, painter: QPainter, rects: FloatArray) -> None:
        """(m, 4) with the present pen and brush."""
        if len(rects):
            self._rects.resize(len(rects))
            self._rects.ndarray()[:] = rects
            painter.drawRects(*self._rects.drawargs())

    def _dim_others(self, painter: QPainter, table: RowsTable, geometry: RowGeometry, code: int) -> None:
        """Veil all grids but the cells of one code."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.plot_background, _DIMMED_ALPHA))
        places = range(geometry.n)
        grids = [(*geometry.corner(index, table.codes_at), *geometry.part_size) for index in places]
        self._draw_rects(painter, np.array(grids, np.float64))
        painter.setBrush(QColor(int(code_colors(self._theme, table.n_codes)[code % table.n_codes])))
        self._draw_rects(painter, self._cells_of(table, geometry, code, table.codes_at))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _tint_code(
        self, painter: QPainter, table: RowsTable, geometry: RowGeometry, code: int, rgb: str, line_px: float
    ) -> None:
        """Colour and frame every cell with a code, in every part of every row shown; the grid only framed."""
        pen = QPen(color(rgb), line_px)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        inward = np.array([line_px / 2, line_px / 2, -line_px, -line_px])
        for part in range(table.n_parts):
            is_grid = part == table.codes_at
            painter.setBrush(Qt.BrushStyle.NoBrush if is_grid else color(rgb, _TINT_ALPHA))
            cells = self._cells_of(table, geometry, code, part) + inward
            np.maximum(cells[:, 2:], 1.0, out=cells[:, 2:])
            self._draw_rects(painter, cells)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def place_at(self, at: QPointF) -> RowPlace:
        """Row and cell at a pixel of the widget."""
        if self._table is None or self._geometry is None:
            return NOWHERE
        ratio = self.devicePixelRatioF()
        index, x, y = self._geometry.find(at.x() * ratio, at.y() * ratio)
        cell = int(y // self._table.stride), int(x // self._table.stride)
        has_cell = index >= 0 and x >= 0 and all(np.less(cell, self._table.codes.shape[1:]))
        return RowPlace(index, *cell) if has_cell else RowPlace(index, -1, -1)

    def code_at(self, place: RowPlace) -> int:
        """The code of a cell; -1 where there is none."""
        if self._table is None or place.row < 0 or place.item >= len(self._table.codes):
            return -1
        return int(self._table.codes[place.item, place.row, place.column])

    def _go_to(self, place: RowPlace) -> None:
        if place != self._at:
            if place.item != self._at.item:
                self.update()
            self._at = place
            self.cell_hovered.emit(*place)

    def tip_at(self, at: QPointF) -> str:
        index = self.place_at(at).item
        tip = self._table.tip if self._table is not None else None
        return tip(index) if tip is not None and index >= 0 else self.toolTip()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self.place_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place.item >= 0:
            self._go_to(place)
            self.clicked.emit(place.item)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._go_to(NOWHERE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if self._geometry is None or event.modifiers():
            event.ignore()
        elif step is not None:
            target = self._at.item + step[0] * self._geometry.columns + step[1] if self._at.item >= 0 else 0
            if 0 <= target < self._geometry.n:
                self._go_to(RowPlace(target, -1, -1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at.item >= 0:
            self.clicked.emit(self._at.item)
        else:
            event.ignore()


def _shape(table: RowsTable) -> tuple[object, ...]:
    """What the layout depends on."""
    return table.images.shape, table.codes_at >= 0, bool(table.captions)
