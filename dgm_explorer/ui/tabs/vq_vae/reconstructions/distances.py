"""How far the encoder's output of one cell lies from every code."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import CornerText, Cover
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.theme import LIGHT, Theme, color
from dgm_explorer.ui.widgets.form import font_of

_LEAST_LINES: Final = 4.2
_LEAST_BAR_PX: Final = 1.0
_HEADROOM: Final = 1.08
_TITLE: Final = "‖z_e − e_k‖"


@dataclass(frozen=True, slots=True, eq=False)
class CellDistances:
    """One cell of one image.

    Attributes
    ----------
    row, column : of the cell; -1 for none.
    code : the code it has.
    values : (K,) distances ‖z_e − e_k‖ to all codes.
    largest : of all cells of the image, so that they are shown on one scale.
    """

    row: int = -1
    column: int = -1
    code: int = -1
    values: Float32Array = field(default_factory=lambda: np.zeros(0, np.float32))
    largest: float = 1.0

    @property
    def order(self) -> IntArray:
        """(K,) codes, the nearest first."""
        order: IntArray = np.argsort(self.values, kind="stable")
        return order


class DistanceBars(PixelOverlay):
    """A bar for each code, centred on 0, 1, 2, …; some in other colours."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box, 3)
        self.theme = LIGHT
        self._values: Float32Array = np.zeros(0, np.float32)
        self._marked: tuple[tuple[int, str], ...] = ()
        self._rects = PrimitiveArray(QRectF, 4)

    def set_values(self, values: Float32Array) -> None:
        """Heights (K,) from left to right."""
        self._values = np.nan_to_num(values, nan=0.0, posinf=0.0)
        self.update()

    def set_marked(self, marked: tuple[tuple[int, str], ...]) -> None:
        """Places of bars that stand out, with their colours, the most important last."""
        if marked != self._marked:
            self._marked = marked
            self.update()

    def draw(self, painter: QPainter) -> None:
        if not len(self._values):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        rects = self._bars(np.arange(len(self._values)), 0.0)
        self._rects.resize(len(rects))
        self._rects.ndarray()[:] = rects
        painter.setBrush(color(self.theme.p_fill))
        painter.drawRects(*self._rects.drawargs())
        for place, rgb in self._marked:
            painter.fillRect(QRectF(*self._bars(np.array([place]), 1.0)[0]), color(rgb))
            self._paint_pointer(painter, place, rgb)

    def _paint_pointer(self, painter: QPainter, place: int, rgb: str) -> None:
        """A mark on the baseline: the bar itself may be too short to be seen."""
        x = self.point_px(place, 0.0).x()
        bottom, side = self.boundingRect().bottom(), 3 + self.theme.line_width
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(color(rgb))
        painter.drawPolygon([QPointF(x - side, bottom), QPointF(x + side, bottom), QPointF(x, bottom - side)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _bars(self, places: IntArray, grown_px: float) -> FloatArray:
        """(n, 4) left, top, width and height."""
        middles = places.astype(np.float64)
        left, bottom = self.to_pixels(middles - 0.5, np.zeros(len(places)))
        right, top = self.to_pixels(middles + 0.5, self._values[places].astype(np.float64))
        gap = 1.0 if len(places) and right[0] - left[0] > 3 else 0.0
        width = np.maximum(right - left - gap, _LEAST_BAR_PX)
        return np.stack([left - grown_px, top, width + 2 * grown_px, bottom - top], axis=1)


class DistanceChart(Plot):
    """‖z_e − e_k‖ of one cell over all codes, by index or the nearest first.

    Not squared: the nearest few would vanish beside the others.
    """

    code_hovered = Signal(int)
    code_clicked = Signal(int)

    export_name = "distances"

    def __init__(self) -> None:
        super().__init__(NumberAxis("bottom", ""), NumberAxis("left", ""))
        self._bars = DistanceBars(self.view_box)
        self._title_text = CornerText(self.view_box, "top-left")
        self._title_text.set_text(_TITLE)
        self.cover = Cover(self.view_box)
        self._shown = CellDistances()
        self._order: IntArray = np.zeros(0, np.int64)
        self._is_sorted = True
        self._at = self._hovered_code = self._chosen_code = -1
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumWidth(140)
        self.setAccessibleName("Distances of a cell to all codes")
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.setMinimumHeight(round(_LEAST_LINES * QFontMetricsF(font_of(self, theme)).height()))
        self._bars.theme = theme
        self._title_text.set_theme(theme)
        self.cover.set_theme(theme)
        self._mark()

    def set_sorted(self, is_sorted: bool) -> None:
        """The nearest code first, or by index."""
        if is_sorted != self._is_sorted:
            self._is_sorted = is_sorted
            self.show_distances(self._shown)

    def show_distances(self, distances: CellDistances) -> None:
        """Show one cell."""
        self._shown = distances
        n = len(distances.values)
        self._order = distances.order if self._is_sorted else np.arange(n)
        self._bars.set_values(distances.values[self._order])
        self.set_view_range((-0.5, max(1, n) - 0.5), (0.0, _HEADROOM * _round_up(distances.largest)))
        self._mark()

    def set_marked(self, hovered_code: int, chosen_code: int) -> None:
        """Colour the bars of two codes; -1 for none."""
        if (hovered_code, chosen_code) != (self._hovered_code, self._chosen_code):
            self._hovered_code, self._chosen_code = hovered_code, chosen_code
            self._mark()

    @property
    def shown(self) -> CellDistances:
        """The cell shown."""
        return self._shown

    def _mark(self) -> None:
        theme = self.theme
        colors = (
            (self._shown.code, theme.text),
            (self._chosen_code, theme.component(0)),
            (self._hovered_code, theme.component(3)),
        )
        places = self._places
        self._bars.set_marked(
            tuple((int(places[code]), rgb) for code, rgb in colors if 0 <= code < len(places))
        )

    @property
    def _places(self) -> IntArray:
        """(K,) where each code's bar stands."""
        places = np.empty_like(self._order)
        places[self._order] = np.arange(len(self._order))
        return places

    def code_at(self, at: QPointF) -> int:
        """The code whose bar stands at a pixel of the view; -1 beside all."""
        place = math.floor(self.pixel_to_view(at)[0] + 0.5)
        is_bar = self.view_box.rect().contains(at) and 0 <= place < len(self._order)
        return int(self._order[place]) if is_bar else -1

    def _go_to(self, code: int) -> None:
        if code != self._at:
            self._at = code
            self.code_hovered.emit(code)

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        del event
        self._go_to(self.code_at(at))

    def press(self, at: QPointF, event: QMouseEvent) -> bool:
        code = self.code_at(at)
        if event.button() == Qt.MouseButton.LeftButton and code >= 0:
            self.code_clicked.emit(code)
        return True

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(-1)
        super().leaveEvent(event)

    def export_table(self) -> PlotTable:
        """Code by code in the order shown."""
        return PlotTable(
            ("code", "distance"),
            (self._order, self._shown.values[self._order].astype(np.float64)),
        )


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7 × a power of ten, so that an axis of live numbers rarely moves."""
    if not (math.isfinite(value) and value > 0):
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    return next(decade * step for step in (1, 1.5, 2, 3, 5, 7, 10) if decade * step >= value * (1 - 1e-12))
