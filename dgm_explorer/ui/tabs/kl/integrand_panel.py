"""Where on the x-axis each divergence comes from."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState, Units, View1D
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.gaussian_curves import mixture_curve
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.lower_panel import LowerPanel
from dgm_explorer.ui.tabs.kl.wording import divergence_text
from dgm_explorer.ui.theme import Theme, color


def integrands(p: Mixture1D, q: Gaussian1D, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """p log(p/q) and q log(q/p) at x, nats per unit of x; their areas are KL(p‖q) and KL(q‖p)."""
    log_p = p.log_pdf(x)
    z = (x - q.mu) / q.sigma
    log_q = -0.5 * z * z - math.log(q.sigma) - 0.5 * math.log(2 * math.pi)
    log_ratio = log_p - log_q
    return np.exp(log_p) * log_ratio, -np.exp(log_q) * log_ratio


class IntegrandPanel(LowerPanel):
    """Both integrands, filled with their sign, over the same x-range as the density plot."""

    export_name = "integrands"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x = np.zeros(0)
        self._forward = np.zeros(0)
        self._reverse = np.zeros(0)
        self._units: Units = "nats"
        self._axis = NumberAxis("left", "nats per x")
        self._x_axis = NumberAxis("bottom", "")
        self._plot = Plot(self._x_axis, self._axis)
        self._plot.setMouseEnabled(False, False)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setAccessibleName("Integrands of both divergences")
        self._curves = (pg.PlotCurveItem(fillLevel=0.0), pg.PlotCurveItem(fillLevel=0.0))
        for curve in self._curves:
            self._plot.addItem(curve)
        self._zero = pg.InfiniteLine(0.0, angle=0)
        self._plot.addItem(self._zero)
        self._caption = QLabel()
        self._caption.setWordWrap(True)  # on a projector one line would widen the window
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)  # so that x lies below the x of the density plot
        layout.setSpacing(2)
        self._caption.setContentsMargins(6, 0, 6, 0)
        layout.addWidget(self._caption)
        layout.addWidget(self._plot)
        self._theme = theme
        self.set_theme(theme)

    @property
    def caption(self) -> str:
        return self._caption.text()

    def stand_alone(self, is_alone: bool) -> None:
        """Whether it is painted without the density plot, which has the name of x for both."""
        self._x_axis.set_label("x" if is_alone else "", self._theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._plot.set_theme(theme)
        for curve, rgb in zip(self._curves, (theme.forward, theme.reverse), strict=True):
            curve.setPen(pg.mkPen(rgb, width=1))
            curve.setBrush(pg.mkBrush(color(rgb, theme.fill_alpha)))
        self._zero.setPen(pg.mkPen(theme.muted_text, width=1))

    def _show(self, state: KLState, frame: KLFrame) -> None:
        """Draw both integrands at the present p and q."""
        view = state.view
        self._x = _abscissae(state)
        self._forward, self._reverse = integrands(frame.p, frame.q, self._x)
        if state.units == "bits":
            self._forward, self._reverse = self._forward / math.log(2), self._reverse / math.log(2)
        if state.units != self._units:
            self._units = state.units
            self._axis.set_label(f"{state.units} per x", self._theme)
        for curve, values in zip(self._curves, (self._forward, self._reverse), strict=True):
            curve.setData(self._x, values)
        self._set_range(view)
        self._say(state, frame)

    def _set_range(self, view: View1D) -> None:
        low = min(float(self._forward.min()), float(self._reverse.min()), 0.0)
        high = max(float(self._forward.max()), float(self._reverse.max()), 1e-9)
        y_lo, y_hi = self._plot.view_range[1]
        if low < y_lo or high > y_hi or high - low < 0.4 * (y_hi - y_lo):
            margin = 0.15 * (high - low)
            y_lo, y_hi = low - margin, high + margin
        self._plot.set_view_range((view.mu_lo, view.mu_hi), (y_lo, y_hi))

    def _say(self, state: KLState, frame: KLFrame) -> None:
        parts = []
        for rgb, integrand, name, value in (
            (self._theme.forward, "p log(p/q)", "KL(p‖q)", frame.kl_forward),
            (self._theme.reverse, "q log(q/p)", "KL(q‖p)", frame.kl_reverse),
        ):
            text = divergence_text(value, state.units)
            unbroken = integrand.replace("/", "/&#8288;")  # a word joiner
            swatch = f'<span style="color:{rgb}; white-space:nowrap">■ {unbroken}</span>'
            area = f'<span style="white-space:nowrap">{name} = {text} {state.units}</span>'
            parts.append(f"{swatch}: area = {area}")
        caption = " &nbsp; ".join(parts)
        if outside := _outside_sentence(frame, state.view):
            caption += f" &nbsp; ({outside})"
        if caption != self._caption.text():
            self._caption.setText(caption)

    def export_table(self) -> PlotTable:
        names = ("x", f"p_log_p_over_q_{self._units}", f"q_log_q_over_p_{self._units}")
        return PlotTable(names, (self._x, self._forward, self._reverse))


def _abscissae(state: KLState) -> FloatArray:
    """x over the view, denser around narrow components and q."""
    shapes = (*state.p, Component1D(1.0, state.q.mu, state.q.sigma))
    x, _ = mixture_curve(shapes, state.view.mu_lo, state.view.mu_hi)
    return x


def _outside_sentence(frame: KLFrame, view: View1D) -> str:
    """How much of p and q the x-range leaves out, when it is worth a word."""
    means = np.append(frame.p.means, frame.q.mu)
    sigmas = np.append(frame.p.sigmas, frame.q.sigma)
    shares = np.array(
        [
            0.5 * math.erfc((mean - view.mu_lo) / (sigma * math.sqrt(2)))
            + 0.5 * math.erfc((view.mu_hi - mean) / (sigma * math.sqrt(2)))
            for mean, sigma in zip(means, sigmas, strict=True)
        ]
    )
    named = (("p", float(frame.p.weights @ shares[:-1])), ("q", float(shares[-1])))
    parts = [f"{share:.2g} of {name}" for name, share in named if share > 1e-3]
    return f"{' and '.join(parts)} outside the view" if parts else ""
