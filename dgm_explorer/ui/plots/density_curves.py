"""Everything that the density plot draws, apart from its handles."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import Direction
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.plots.gaussian_curves import bell, bells, mixture_curve, peak, shares
from dgm_explorer.ui.theme import Theme, blend

if TYPE_CHECKING:
    from dgm_explorer.numerics.stationary import StationaryPoint

_EMPTY: FloatArray = np.empty(0)
_DIRECTIONS: tuple[Direction, ...] = ("forward", "reverse")


class DensityCurves:
    """p and its components, q, the optima of both directions, and where both descents are.

    Attributes
    ----------
    p_top : the largest density of p shown.
    others_top : the largest density of any other curve.
    """

    def __init__(self, view_box: pg.ViewBox) -> None:
        self._p = CurveOverlay(view_box, 1)
        self._components = CurveOverlay(view_box, 2)
        self._local = CurveOverlay(view_box, 3)
        self._optima = {d: CurveOverlay(view_box, 4) for d in _DIRECTIONS}
        self._q = CurveOverlay(view_box, 5)
        self._trails = {d: CurveOverlay(view_box, 6) for d in _DIRECTIONS}
        self._descents = {d: CurveOverlay(view_box, 7) for d in _DIRECTIONS}
        self._tops: dict[str, float] = {}
        self.p_top = 0.0

    @property
    def others_top(self) -> float:
        return max(self._tops.values(), default=0.0)

    @property
    def p_points(self) -> tuple[FloatArray, FloatArray]:
        """The points of p's curve."""
        return self._p.points

    def set_theme(self, theme: Theme) -> None:
        width = theme.line_width
        self._p.set_style(CurveStyle(theme.p_line, width, fill=theme.p_fill, fill_alpha=theme.fill_alpha))
        self._components.set_style(CurveStyle(theme.p_line, 1.0, is_dashed=True))
        self._q.set_style(CurveStyle(theme.q_line, width))
        for direction, rgb in zip(_DIRECTIONS, (theme.forward, theme.reverse), strict=True):
            self._optima[direction].set_style(CurveStyle(rgb, width, is_dashed=True))
            self._descents[direction].set_style(CurveStyle(rgb, width * 1.5))
            self._trails[direction].set_style(CurveStyle(rgb, 1.0))
        faint = blend(theme.reverse, theme.plot_background, 0.45)
        self._local.set_style(CurveStyle(faint, 1.0, is_dashed=True))

    def set_mixture(self, components: Sequence[Component1D], x_lo: float, x_hi: float) -> None:
        """p on this part of the x axis."""
        x, y = mixture_curve(components, x_lo, x_hi)
        self.p_top = float(y.max())
        self._p.set_points(x, y)
        if len(components) > 1:
            self._components.set_points(*bells(zip(components, shares(components).tolist(), strict=True)))
        else:
            self._components.set_points(_EMPTY, _EMPTY)

    def set_q(self, q: Gaussian1D) -> None:
        self._tops["q"] = peak(q.sigma)
        self._q.set_points(*bell(q))

    def set_optima(self, forward: "StationaryPoint | None", reverse: Sequence["StationaryPoint"]) -> None:
        """The forward optimum, all global reverse optima dashed, the local ones thin and faint."""
        best = [point for point in reverse if point.kind in ("global", "tied")]
        local = [point for point in reverse if point.kind == "local"]
        self._set_bells(self._optima["forward"], "forward", [forward] if forward is not None else [])
        self._set_bells(self._optima["reverse"], "reverse", best)
        self._set_bells(self._local, "local", local)

    def _set_bells(self, curve: CurveOverlay, name: str, points: Sequence["StationaryPoint"]) -> None:
        self._tops[name] = max((peak(point.sigma) for point in points), default=0.0)
        curve.set_points(*bells((point, 1.0) for point in points))

    def set_descent(self, direction: Direction, mu: FloatArray, sigma: FloatArray) -> None:
        """The Gaussian at the end of a path of (mu, sigma), and the trail of its peak; empty clears."""
        if not len(mu):
            self._descents[direction].set_points(_EMPTY, _EMPTY)
            self._trails[direction].set_points(_EMPTY, _EMPTY)
            self._tops[f"descent {direction}"] = 0.0
            return
        last = Gaussian1D(float(mu[-1]), float(sigma[-1]))
        self._tops[f"descent {direction}"] = peak(last.sigma)
        self._descents[direction].set_points(*bell(last))
        thin = slice(None, None, max(1, len(mu) // 512))
        self._trails[direction].set_points(
            np.append(mu[thin], last.mu), np.append(peak(1.0) / sigma[thin], peak(last.sigma))
        )
