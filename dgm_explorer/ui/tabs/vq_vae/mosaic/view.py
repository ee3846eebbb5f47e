"""The mosaic itself: a tile for each code, painted as one image, with marks over it."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.plots.picture_view import STEPS, PictureView
from dgm_explorer.ui.tabs.vq_vae.mosaic.flash import RevivalFlash
from dgm_explorer.ui.tabs.vq_vae.mosaic.key import MosaicKey, diverging_colors
from dgm_explorer.ui.tabs.vq_vae.mosaic.marks import (
    RING_REACH_PX,
    age_text,
    paint_chosen,
    paint_hovered,
    paint_light,
)
from dgm_explorer.ui.tabs.vq_vae.mosaic.picture import FramedTiles, MosaicLayout, compose, lay_out
from dgm_explorer.ui.tabs.vq_vae.mosaic.scene import CodeTiles
from dgm_explorer.ui.tabs.vq_vae.mosaic.tiles import faded, frame_levels, thinned, tile_pixels
from dgm_explorer.ui.theme import LIGHT, Theme, color

MARGIN_PX: Final = 3
_KEY_FONT: Final = 0.9
_AGE_FONT: Final = 0.8
_MANY_LIGHTS: Final = 64
_CENTRED: Final = int(Qt.AlignmentFlag.AlignCenter)


class MosaicView(PictureView):
    """All tiles in one image; hovering and choosing only paint a frame over it.

    Speaks of codes, not of places; never marks anything by itself.
    """

    hovered = Signal(int)
    """The code under the mouse or reached by the arrow keys; -1 when the mouse has left."""
    chosen = Signal(int)
    """A code was clicked, or Return pressed on it."""
    escaped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Codebook mosaic", parent)
        self._tiles: CodeTiles | None = None
        self._place_of: dict[int, int] = {}
        self._layout: MosaicLayout | None = None
        self._picture: QImage | None = None
        self._code = self._hovered = -1
        self._key = MosaicKey()
        self._key_top = 0.0
        self._origin = QPointF()
        self.flash = RevivalFlash(self)
        self.flash.faded.connect(self._repaint_flash)
        self.setMinimumSize(120, 120)
        self.set_theme(LIGHT)

    # -- content ------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._key.set_theme(theme, self._font(_KEY_FONT))
        self._diverging = diverging_colors(theme)
        self._lay_out()

    def show_tiles(self, tiles: CodeTiles, revived: Iterable[int] = ()) -> None:
        """Show these, and light up codes that were revived since the last ones."""
        old, self._tiles, self._words = self._tiles, tiles, ""
        key = self._key.caption, bool(self._key.scale)
        self._key.caption, self._key.scale = tiles.caption, tiles.levels.scale
        if old is None or not np.array_equal(old.codes, tiles.codes):
            self._place_of = {code: place for place, code in enumerate(tiles.codes.tolist())}
        is_same_size = old is not None and old.levels.values.shape == tiles.levels.values.shape
        if not is_same_size or key != (tiles.caption, bool(tiles.levels.scale)):
            self._lay_out()
        self._picture = None
        self.flash.start(revived)
        self.update()

    def clear(self, words: str) -> None:
        """Words in place of tiles."""
        self._tiles, self._words = None, words
        self._layout, self._picture = None, None
        self._place_of = {}
        self.flash.stop()
        self.describe(words)
        self.update()

    def describe(self, words: str) -> None:
        """Tell a screen reader what is shown."""
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)

    def set_marks(self, code: int, hovered: int) -> None:
        """Frame the code chosen and the one under the mouse; -1 for none. Repaints only these tiles."""
        for mark in {self._code, self._hovered, code, hovered}:
            self._update_tile(mark)
        self._code, self._hovered = code, hovered

    @property
    def tiles(self) -> CodeTiles | None:
        return self._tiles

    def tile_rect(self, code: int) -> QRectF:
        """Where a code's tile is painted with its frame; empty where it is not."""
        place = self._place_of.get(code, -1)
        if self._layout is None or place < 0:
            return QRectF()
        ratio, origin = self.devicePixelRatioF(), self._origin
        x, y, width, height = self._layout.framed(place)
        return QRectF(origin.x() + x / ratio, origin.y() + y / ratio, width / ratio, height / ratio)

    def export_table(self) -> PlotTable:
        """Every code with its use and its vector."""
        return self._tiles.table() if self._tiles is not None else PlotTable(("code",), (np.arange(0),))

    # -- layout -------------------------------------------------------------------------------------------

    def _font(self, scale: float) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(self._theme.point_size(scale))
        return font

    def _lay_out(self) -> None:
        self._picture, self._layout = None, None
        if self._tiles is not None and len(self._tiles.codes):
            ratio = self.devicePixelRatioF()
            self._key_top = self.height() - self._key.height(self.width())
            width = round(ratio * max(1, self.width() - 2 * MARGIN_PX))
            height = round(ratio * max(1.0, self._key_top - 2 * MARGIN_PX))
            n, tile_height, tile_width, _ = self._tiles.levels.values.shape
            self._layout = lay_out(n, (tile_height, tile_width), (width, height), ratio)
            self._origin = self._place_image(self._layout)
        self.update()

    def _place_image(self, layout: MosaicLayout) -> QPointF:
        """Upper left corner of the image, on a device pixel."""
        ratio = self.devicePixelRatioF()
        width, height = (side / ratio for side in layout.size)
        x, y = max(0.0, (self.width() - width) / 2), max(0.0, (self._key_top - height) / 2)
        return QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio)

    def sizeHint(self) -> QSize:
        return QSize(430, 480)

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._layout is None or self._tiles is None:
            painter.setFont(self._font(1.0))
            self._paint_words(painter)
        else:
            if self._picture is None:
                self._picture = self._make_picture(self._tiles, self._layout)
            painter.drawImage(self._origin, self._picture)
            self._paint_ages(painter, self._tiles, self._layout, QRectF(event.rect()))
            self._paint_marks(painter, self._layout)
            if event.rect().bottom() >= self._key_top:
                height = self.height() - self._key_top
                self._key.paint(painter, QRectF(0, self._key_top, self.width(), height))
        painter.end()

    def _make_picture(self, tiles: CodeTiles, layout: MosaicLayout) -> QImage:
        theme = self._theme
        background = color(theme.plot_background).rgb()
        levels = thinned(tiles.levels, layout.tiles.zoom)
        pixels = tile_pixels(levels, self._diverging, background)
        colors = lookup_table(theme.colormap)
        frames = colors[(frame_levels(tiles.ratios) * (len(colors) - 1)).astype(np.intp)]
        frames = np.where(tiles.is_dead, np.uint32(color(theme.muted_text).rgb()), frames)
        framed = FramedTiles(
            faded(pixels, tiles.opacity, background), frames, tiles.is_dead, color(theme.window).rgb()
        )
        picture = compose(framed, layout)
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        return picture

    def _paint_ages(self, painter: QPainter, tiles: CodeTiles, layout: MosaicLayout, within: QRectF) -> None:
        """Over the dead codes in a part of the widget, where there is room for the words."""
        part = within.translated(-self._origin)
        dead = layout.places_within(np.flatnonzero(tiles.is_dead), part, self.devicePixelRatioF())
        font = self._font(_AGE_FONT)
        metrics = QFontMetricsF(font)
        room = self.tile_rect(int(tiles.codes[0])).adjusted(2, 1, -2, -1).size()
        if not age_text(0, metrics, room):
            return
        painter.setFont(font)
        painter.setPen(color(self._theme.text))
        for place in dead.tolist():
            text = age_text(int(tiles.ages[place]), metrics, room)
            painter.drawText(self.tile_rect(int(tiles.codes[place])), _CENTRED, text)

    def _paint_marks(self, painter: QPainter, layout: MosaicLayout) -> None:
        """Lights first, so that they hide no ring."""
        theme, is_small = self._theme, layout.frame < 2 * self.devicePixelRatioF()
        for code in self.flash.codes:
            if code in self._place_of:
                paint_light(painter, self.tile_rect(code), theme, self.flash.strength(code))
        if self._code in self._place_of:
            is_hovered = self._hovered == self._code
            paint_chosen(painter, self.tile_rect(self._code), theme, is_small, is_hovered)
        if self._hovered in self._place_of and self._hovered != self._code:
            paint_hovered(painter, self.tile_rect(self._hovered), theme, is_small)

    def _update_tile(self, code: int) -> None:
        rect = self.tile_rect(code)
        if not rect.isEmpty():
            reach = RING_REACH_PX
            self.update(rect.adjusted(-reach, -reach, reach, reach).toAlignedRect())

    @Slot()
    def _repaint_flash(self) -> None:
        codes = self.flash.codes
        if len(codes) > _MANY_LIGHTS:
            self.update()
        else:
            for code in codes:
                self._update_tile(code)

    # -- mouse and keys -----------------------------------------------------------------------------------

    def _code_at(self, at: QPointF) -> int:
        if self._layout is None or self._tiles is None:
            return -1
        inside = (at - self._origin) * self.devicePixelRatioF()
        place = self._layout.index_at(inside.x(), inside.y())
        return int(self._tiles.codes[place]) if place >= 0 else -1

    def _go_to(self, code: int) -> None:
        if code != self._hovered:
            self.hovered.emit(code)

    def tip_at(self, at: QPointF) -> str:
        code = self._code_at(at)
        return self._tiles.tip(code) if self._tiles is not None and code >= 0 else self.toolTip()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flash.stop()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._code_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        code = self._code_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and code >= 0:
            self._go_to(code)
            self.chosen.emit(code)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._go_to(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if self._layout is None or event.modifiers():
            event.ignore()
        elif step is not None:
            self._step(*step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hovered in self._place_of:
            self.chosen.emit(self._hovered)
        elif event.key() == Qt.Key.Key_Escape and self._code >= 0:
            self.escaped.emit()
        else:
            event.ignore()

    def _step(self, rows: int, columns: int) -> None:
        """From the tile under the mouse, else the chosen one, else to the first."""
        assert self._layout is not None
        place = self._place_of.get(self._hovered, self._place_of.get(self._code, -1))
        target = place + rows * self._layout.tiles.columns + columns if place >= 0 else 0
        if self._tiles is not None and 0 <= target < len(self._tiles.codes):
            code = int(self._tiles.codes[target])
            self.describe(self._tiles.tip(code))
            self._go_to(code)
