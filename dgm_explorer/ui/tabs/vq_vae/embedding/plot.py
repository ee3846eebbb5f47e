"""The plane of the codes: dots, cells, trails and marks, and what lies under the mouse."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from dgm_explorer.core.arrays import BoolArray, FloatArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis, tick_text
from dgm_explorer.ui.plots.captions import CornerText, Cover
from dgm_explorer.ui.plots.cell_overlay import CellOverlay
from dgm_explorer.ui.plots.cloud_plot import CloudPlot
from dgm_explorer.ui.plots.color_key import ColorKey, ColorKeyItem
from dgm_explorer.ui.plots.fading_trails import FadingTrails, Trails
from dgm_explorer.ui.plots.panning_hand import PanningHand
from dgm_explorer.ui.plots.point_raster import PointRaster
from dgm_explorer.ui.plots.site_marks import SiteMarks
from dgm_explorer.ui.tabs.vq_vae.embedding.arrows import StraightThrough
from dgm_explorer.ui.tabs.vq_vae.embedding.overlays import (
    LitCells,
    LitMarks,
    StraightThroughArrows,
    gradient_rgb,
    step_rgb,
)
from dgm_explorer.ui.tabs.vq_vae.embedding.scene import EmbeddingScene, Target
from dgm_explorer.ui.theme import LIGHT, Theme

MARK_REACH_PX = 7.0
DOT_REACH_PX = 5.0
_ROW_ABOVE_VIEW = (1, 1)
_HELP = (
    "Small dots: outputs of the encoder, in the colour of their own code. Large marks: the codes,\n"
    "hollow where no batch of late has used them; lines: where they were in the last snapshots.\n"
    "Move: light up a code everywhere. Click: choose it; again, or Escape: choose none.\n"
    "Drag the background, or arrow keys: pan. Wheel: zoom. A or double click: show all and follow."
)
_NO_PLANE = ("z₁", "z₂")


class EmbeddingPlot(CloudPlot):
    """Stays where the user has panned or zoomed to; setters never emit."""

    pointed = Signal(object)
    """A `Target` under the mouse; another than before."""
    clicked = Signal(object)
    """A `Target` was clicked."""
    dismissed = Signal()
    """Escape, with nothing left to let go of in here."""
    taken_back = Signal()
    """A double click: its first half was no click."""

    export_name = "vq-vae-embedding"

    def __init__(self, parent: QWidget | None = None) -> None:
        self._x_axis, self._y_axis = NumberAxis("bottom", _NO_PLANE[0]), NumberAxis("left", _NO_PLANE[1])
        super().__init__(self._x_axis, self._y_axis, parent)
        self._scene: EmbeddingScene | None = None
        self._arrows: StraightThrough | None = None
        self._axis_names = _NO_PLANE
        self._target = Target()
        self._hand = PanningHand(self)
        self._cells = CellOverlay(self.view_box)
        self._lit_cells = LitCells(self.view_box, self._cells)
        self._raster = PointRaster(self.view_box)
        self._trails = FadingTrails(self.view_box)
        self.marks = SiteMarks(self.view_box)
        self._lit_marks = LitMarks(self.view_box, self.marks, self._trails)
        self._arrow_overlay = StraightThroughArrows(self.view_box)
        self.statement = CornerText(self.view_box, "top-left")
        self.cover = Cover(self.view_box, alpha=255)
        self._key = ColorKeyItem()
        self.plotItem.layout.removeItem(self.plotItem.getAxis("top"))  # hidden; the key takes its place
        self.plotItem.layout.addItem(self._key, *_ROW_ABOVE_VIEW)
        self.setAccessibleName("Encoder outputs and codes")
        self.setMinimumSize(160, 120)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self._cells, self._raster, self._trails, self.marks, self._lit_marks):
            part.set_theme(theme)
        for other in (self._arrow_overlay, self.statement, self.cover, self._key):
            other.set_theme(theme)
        self._show_key()

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def embedding(self) -> EmbeddingScene | None:
        """What is shown at present."""
        return self._scene

    def set_embedding(self, scene: EmbeddingScene, trails: Trails) -> None:
        """Show this; the visible part follows only while the user has not chosen one."""
        self._scene = scene
        self.cover.set_reason("")
        self._name_axes(scene.plane.axis_names)
        nothing = np.zeros((0, 2), np.int64)
        sites = scene.sites if scene.pairs is not None else scene.sites[:0]
        self._cells.set_sites(sites, nothing if scene.pairs is None else scene.pairs, scene.colors)
        self._trails.set_trails(trails)
        self.marks.set_sites(scene.sites, scene.colors, scene.is_dead)
        self.statement.set_text(scene.statement)
        self._follow(scene.dots, scene.sites, scene.plane.has_equal_aspect)

    def clear_embedding(self, words: str) -> None:
        """There is nothing to show, for this reason."""
        self._scene = None
        self._name_axes(_NO_PLANE)
        self.cover.set_reason(words)

    def _name_axes(self, names: tuple[str, str]) -> None:
        if names != self._axis_names:
            self._axis_names = names
            self._x_axis.set_label(names[0], self.theme)
            self._y_axis.set_label(names[1], self.theme)

    def set_lit(self, codes: tuple[int, ...], is_lit: BoolArray | None) -> None:
        """Codes that are lit up, and which dots keep their colour; None for all."""
        if self._scene is not None:
            self._raster.set_points(self._scene.dots, self._scene.dot_rgb, is_lit)
        self._lit_cells.set_codes(codes)
        self._lit_marks.set_codes(codes)

    def set_arrows(self, arrows: StraightThrough | None) -> None:
        """Show them; None for none."""
        self._arrows = arrows
        self._arrow_overlay.set_arrows(arrows)
        self._show_key()

    def _show_key(self) -> None:
        if self._arrows is None:
            self._key.set_key(ColorKey("dots: encoder outputs · discs: codes · colour: the code"))
            return
        arrows, theme = self._arrows, self.theme
        if not len(arrows.codes):
            self._key.set_key(ColorKey("no point of this code has a recorded gradient"))
            return
        places = "at e_k, and rotated at z_e" if arrows.is_rotated else "at e_k and at z_e"
        gradient = f"−∂L/∂z_q × {tick_text(arrows.factor)}: {places}"
        entries = ((step_rgb(theme), "z_e → e_k"), (gradient_rgb(theme), gradient))
        self._key.set_key(ColorKey("", entries))

    def export_table(self) -> PlotTable:
        """One row per dot, then one per code."""
        scene = self._scene
        if scene is None:
            return PlotTable(("kind", "code", "x", "y"), ((), (), (), ()))
        kinds = ("encoder output",) * len(scene.dots) + ("code",) * len(scene.sites)
        places: FloatArray = np.concatenate([scene.dots.astype(np.float64), scene.sites])
        codes = np.concatenate([scene.dot_codes, np.arange(len(scene.sites))])
        return PlotTable(("kind", "code", "x", "y"), (kinds, codes, places[:, 0], places[:, 1]))

    # -- mouse and keys -----------------------------------------------------------------------------------

    def target_at(self, at: QPointF) -> Target:
        """What lies at a place in pixels: a mark before a dot before a cell."""
        scene = self._scene
        if scene is None or self.cover.reason or not self.view_box.rect().contains(at):
            return Target()
        mark = self.marks.site_at(at, MARK_REACH_PX)
        if mark >= 0:
            return Target(mark)
        x, y = self.pixel_to_view(at)
        dot, distance_px = self.nearest(x, y)
        if distance_px <= DOT_REACH_PX:
            return Target(int(scene.dot_codes[dot]), dot)
        if scene.pairs is None:
            return Target()
        squares = np.square(scene.sites - [x, y]).sum(axis=1)
        squares[~np.isfinite(squares)] = np.inf
        return Target(int(squares.argmin()), place=(x, y))

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        return self._hand.press(at, event)

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        if not self._hand.move(at) and not event.buttons():
            self._point(self.target_at(at))

    def release(self, at: QPointF, event: QMouseEvent) -> None:
        del event
        self._hand.release(at)

    def click(self, at: QPointF) -> None:
        self.clicked.emit(self.target_at(at))

    def double_click(self, at: QPointF, event: QMouseEvent) -> None:
        super().double_click(at, event)
        self.taken_back.emit()

    def key(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Escape:
            return super().key(event)
        if not self._hand.cancel():
            self.dismissed.emit()
        return True

    def _point(self, target: Target) -> None:
        if target != self._target:
            self._target = target
            self.pointed.emit(target)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._hand.is_down:
            self._point(Target())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), _HELP, self)
            return True
        return bool(super().viewportEvent(event))
