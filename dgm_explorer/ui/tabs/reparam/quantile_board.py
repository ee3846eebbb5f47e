"""The quantile picture: one dimension, any law, the same points in three plots."""

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGridLayout, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.numerics.quantile import density, quantile_picture
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.line_densities import ImageDensity, NoiseDensity, noise_density
from dgm_explorer.ui.tabs.reparam.quantile_curve import QuantileCurve
from dgm_explorer.ui.tabs.reparam.twin_board import TwinBoard
from dgm_explorer.ui.tabs.reparam.words import LAW_NAME, LAW_WORDS
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.wrapped_read_out import WrappedReadOut

_JITTER_SEED = 1


class QuantileBoard(TwinBoard):
    """ε below, z at the side, the curve between them; a point keeps its height under both densities."""

    export_name = "quantile-picture"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.noise, self.curve, self.image = NoiseDensity(), QuantileCurve(), ImageDensity()
        self.words = WrappedReadOut()
        self.words.setContentsMargins(8, 6, 4, 4)
        self._share: FloatArray = np.empty(0)
        self._standard: FloatArray | None = None
        self._heights: FloatArray = np.empty(0)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self.curve, 0, 0)
        grid.addWidget(self.image, 0, 1)
        grid.addWidget(self.noise, 1, 0)
        grid.addWidget(self.words, 1, 1)
        grid.setColumnStretch(0, 62)
        grid.setColumnStretch(1, 38)
        grid.setRowStretch(0, 68)
        grid.setRowStretch(1, 32)
        for plot in (self.noise, self.curve, self.image):
            self._watch(plot)
        self.curve.map_changed.connect(self.map_changed)
        self.curve.view_changed.connect(self.view_changed)
        self.curve.drag_started.connect(self.drag_started)
        self.curve.drag_finished.connect(self.drag_finished)
        self._begin()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for plot in (self.noise, self.curve, self.image):
            plot.set_theme(theme)

    def _draw(self, frame: ReparamFrame, is_noise_new: bool) -> None:
        state, epsilon, z = frame.state, frame.epsilon[:, 0], frame.z[:, 0]
        mu, sigma = float(frame.map.mean[0]), float(frame.map.factor[0, 0])
        middle, half = state.view.center[0], state.view.half_width
        z_range = (middle - half, middle + half)
        if is_noise_new:
            self._share = np.random.default_rng(_JITTER_SEED).random(len(epsilon))
            self.noise.set_points(
                np.stack([epsilon, self._share * noise_density(epsilon)], axis=1), self._rgb
            )
        self.curve.set_law(state, frame.law, z_range)
        self.curve.set_points(np.stack([epsilon, z], axis=1), self._rgb)
        self.image.set_law(frame.law, mu, sigma, z_range)
        self.image.set_objective(frame.objective if frame.is_objective_shown else None)
        height = self._standard_heights(frame) / abs(sigma) if sigma else np.zeros_like(z)
        self.image.set_points(np.stack([height, z], axis=1), self._rgb)
        self.curve.set_title(f"z = μ + σ F⁻¹(Φ(ε)), &nbsp;{LAW_NAME[frame.law]} law")

    def _standard_heights(self, frame: ReparamFrame) -> FloatArray:
        """Where points stand under the density of z₀; made anew only with the noise or the law."""
        standard = frame.standard
        assert standard is not None
        if standard is not self._standard:
            self._standard = standard
            self._heights = self._share * density(frame.law, 0.0, 1.0, standard)
        return self._heights

    def _places(self, index: int) -> tuple[QPointF, ...] | None:
        """Up from ε to the curve, then across to z."""
        start = self._on_board(self.noise, self.noise.place_of(index))
        corner = self._on_board(self.curve, self.curve.place_of(index))
        end = self._on_board(self.image, self.image.place_of(index))
        return None if start is None or corner is None or end is None else (start, corner, end)

    def _tell(self, index: int) -> None:
        """The three steps of a point."""
        frame = self._frame
        assert frame is not None
        epsilon, z = float(frame.epsilon[index, 0]), float(frame.z[index, 0])
        u = float(quantile_picture("gaussian", 0.0, 1.0, np.array([epsilon])).u[0])
        chosen, shown = frame.state.law, frame.law
        of_law = LAW_WORDS[shown]
        if shown != chosen:
            of_law = f"for this panel; the {LAW_NAME[chosen]} law is for Factor and Graph"
        words = (
            f"point {index}:  ε = {tick_text(epsilon)}",
            f"u = Φ(ε) = {tick_text(u)}, uniform",
            f"z = μ + σ F⁻¹(u) = {tick_text(z)}",
            f"{LAW_NAME[shown]}: {of_law}",
        )
        self.words.set_text("\n".join(words))

    def plots(self) -> tuple[ExportablePlot, ...]:
        """All with the line between them, then each by itself."""
        return (self, self.curve, self.noise, self.image)

    def export_table(self) -> PlotTable:
        """One row per point."""
        frame = self._frame
        if frame is None:
            return PlotTable(("epsilon", "z"), (np.empty(0), np.empty(0)))
        return PlotTable(("epsilon", "z"), (frame.epsilon[:, 0], frame.z[:, 0]))
