"""Both densities of the quantile picture: φ(ε) below, p(z) turned on its side."""

import math

import numpy as np
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import QuantileLaw
from dgm_explorer.numerics.objectives import Objective
from dgm_explorer.numerics.quantile import LAWS, density
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.plots.curve_overlay import CurveOverlay, CurveStyle
from dgm_explorer.ui.tabs.reparam.dot_plot import DotPlot
from dgm_explorer.ui.tabs.reparam.plane_layers import GridLines
from dgm_explorer.ui.theme import LIGHT, Theme

NOISE_RANGE = (-3.7, 3.7)
TICKS: FloatArray = np.linspace(-3.0, 3.0, 13)
"""ε of the grid: half a unit apart, the middle one is 0."""
N_POINTS = 301
"""Of every curve."""
_PEAK = 1 / math.sqrt(2 * math.pi)
_HEADROOM = 1.12


def noise_density(epsilon: FloatArray) -> FloatArray:
    """φ(ε)."""
    return np.asarray(_PEAK * np.exp(-0.5 * epsilon**2))


class NoiseDensity(DotPlot):
    """φ(ε) with the points scattered under it."""

    export_name = "epsilon-density"
    is_pannable = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "ε"), NumberAxis("left", "φ(ε)"), parent)
        self._grid = GridLines(self.view_box)
        self._curve = CurveOverlay(self.view_box, 3)
        ends = [[[x, 0.0], [x, float(noise_density(np.array(x)))]] for x in TICKS.tolist()]
        self._grid.set_lines(np.array(ends))
        x = np.linspace(*NOISE_RANGE, N_POINTS)
        self._curve.set_points(x, noise_density(x))
        self.view_box.setMouseEnabled(x=False, y=False)
        self.set_view_range(NOISE_RANGE, (0.0, _HEADROOM * _PEAK))
        self.setMinimumSize(150, 70)
        self.setAccessibleName("Density of the noise")
        self.setToolTip(
            "ε ~ N(0, 1): the noise, drawn once; points are scattered under its density.\n"
            "Between neighbouring lines lies the same share of points as beside, between their images."
        )
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._grid.set_theme(theme)
        self._curve.set_style(CurveStyle(theme.q_line, theme.line_width))

    def export_table(self) -> PlotTable:
        """The density."""
        return PlotTable(("epsilon", "density"), self._curve.points)


class ImageDensity(DotPlot):
    """p(z), turned on its side, with the points scattered under it."""

    export_name = "z-density"
    is_pannable = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", "p(z)"), NumberAxis("left", "z"), parent)
        self._grid = GridLines(self.view_box)
        self._curve = CurveOverlay(self.view_box, 3)
        self._objective_curve = CurveOverlay(self.view_box, 2)
        self._caption = CornerText(self.view_box, "top-right")
        self._top = 1.0
        self.view_box.setMouseEnabled(x=False, y=False)
        self.setMinimumSize(110, 120)
        self.setAccessibleName("Density of z")
        self.setToolTip(
            "Density of z = μ + σ F⁻¹(Φ(ε)): high where the curve beside it is flat.\n"
            "f(z), where a panel speaks of it, is scaled to the room that there is."
        )
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._grid.set_theme(theme)
        self._curve.set_style(CurveStyle(theme.q_line, theme.line_width))
        self._objective_curve.set_style(CurveStyle(theme.accent, 1.3 * theme.line_width))
        self._caption.set_theme(theme)
        self._show_legend()

    def set_law(self, law: QuantileLaw, mu: float, sigma: float, z_range: tuple[float, float]) -> None:
        """Show the density of a law over a range of z; σ = 0 has none."""
        self._caption.set_text("" if sigma else "σ = 0: no density,\nall points are μ")
        images = mu + sigma * LAWS[law].of_noise(TICKS)
        if sigma:
            z = _fine(z_range, law, mu, sigma)
            p = density(law, mu, sigma, z)
            self._curve.set_points(p, z)
            ends = density(law, mu, sigma, images)
            self._show_top(float(p.max()))
        else:
            self._curve.set_points(np.empty(0), np.empty(0))
            ends = np.zeros_like(images)
        lines = [[[0.0, z], [x, z]] for x, z in zip(ends.tolist(), images.tolist(), strict=True)]
        self._grid.set_lines(np.array(lines))
        self.set_view_range((0.0, self._top), z_range)

    def set_objective(self, objective: Objective | None) -> None:
        """Draw f(z) over the visible z, to a scale of its own; None for nothing."""
        has_changed = (objective is None) != (not len(self._objective_curve.points[0]))
        if objective is None:
            self._objective_curve.set_points(np.empty(0), np.empty(0))
        else:
            z = np.linspace(*self.view_range[1], N_POINTS)
            f = objective.value(z[:, None])
            span = float(np.ptp(f)) or 1.0
            self._objective_curve.set_points(0.95 * self._top * (f - f.min()) / span, z)
        if has_changed:
            self._show_legend()

    def _show_legend(self) -> None:
        title = "p(z)"
        if len(self._objective_curve.points[0]):
            title += f' &nbsp;<span style="color:{self.theme.accent}">━ f(z), own scale</span>'
        self.set_title(title)

    def _show_top(self, highest: float) -> None:
        """Grow at once, by more than is needed; shrink when half of the room is empty."""
        if highest > 0 and not 0.45 * self._top < highest * _HEADROOM <= self._top:
            self._top = 1.25 * _HEADROOM * highest

    def export_table(self) -> PlotTable:
        """The density."""
        p, z = self._curve.points
        return PlotTable(("z", "density"), (z, p))


def _fine(z_range: tuple[float, float], law: QuantileLaw, mu: float, sigma: float) -> FloatArray:
    """z to draw a density at: everywhere in the range, densely about the law, and at its corner."""
    wide = np.linspace(*z_range, N_POINTS)
    near = mu + sigma * LAWS[law].of_noise(np.linspace(-4.5, 4.5, N_POINTS))
    corner = np.array([mu, np.nextafter(mu, -math.copysign(math.inf, sigma))])
    return np.unique(np.concatenate([wide, near, corner]))
