"""Descent of E f(z) in μ and L: its controls, and its curves beside those of earlier descents."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.tabs.reparam.descent_chart import DescentChart, DescentCurve
from dgm_explorer.ui.tabs.reparam.descent_controls import DescentControls
from dgm_explorer.ui.tabs.reparam.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.reparam_panel import ReparamPanel
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import font_of, set_color, set_formula, set_text, set_tip

NO_ENTROPY = "No entropy term rewards a spread of z: descent shrinks σ towards 0."
DISTANCE_TEX = r"\sqrt{\|\mu - z^*\|^2 + \|L\|_F^2} = \sqrt{\mathbb{E}\, \|z - z^*\|^2}"
VALUE_TEX = r"\mathbb{E}_{\epsilon}\, f(\mu + L\epsilon)"


class DescentPanel(ReparamPanel):
    """Draws what a `DescentPlayer` has done; while descent plays, each frame brings the curves along."""

    def __init__(
        self, editor: ReparamEditor, player: DescentPlayer, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._player = player
        self.controls = DescentControls(editor, player)
        self.value, self.distance = DescentChart("value"), DescentChart("distance")
        self._charts = (self.value, self.distance)
        self._no_entropy = CornerText(self.value.view_box, "top-right")
        self._no_entropy.set_text(NO_ENTROPY)
        self._key, self._status = QLabel(), ElidedLabel()
        self._lay_out()
        self._connect()
        self._explain()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self._key.setWordWrap(True)
        self._status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        charts = QHBoxLayout()
        charts.setSpacing(4)
        for chart in self._charts:
            charts.addWidget(chart, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 2)
        layout.setSpacing(2)
        layout.addWidget(self.controls)
        layout.addWidget(self._key)
        layout.addLayout(charts, 1)
        layout.addWidget(self._status)

    def _connect(self) -> None:
        for chart in self._charts:
            chart.curve_hovered.connect(self._point_at)
            chart.left.connect(self._leave)
            chart.view_changed.connect(self._follow_zoom)
        self._player.memory_changed.connect(self._draw)
        self._player.playing_changed.connect(self._draw)
        self._player.stopped.connect(self._draw)

    def _explain(self) -> None:
        set_formula(self.value, VALUE_TEX, lambda: f"{self._numbers()}\ndotted: min f, the least there is")
        set_formula(
            self.distance,
            DISTANCE_TEX,
            lambda: f"{self._numbers()}\nof (μ, L) from (z*, 0), z* the nearest minimum of f",
        )

    @property
    def key(self) -> str:
        """The key to the curves, rich text."""
        return self._key.text()

    @property
    def status(self) -> str:
        """Where descent stands, or why it stopped."""
        return self._status.text()

    @property
    def remark(self) -> str:
        """What is written into the chart."""
        return self._no_entropy.text

    # -- what the scene asks ------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self.controls, *self._charts, self._no_entropy):
            part.set_theme(theme)
        small = font_of(self, theme, 0.9)
        for label in (self._key, self._status):
            label.setFont(small)
        set_color(self._status, theme.muted_text)
        self._draw()

    def show_state(self, state: ReparamState) -> None:
        self.controls.show_state(state)

    def _show(self, frame: ReparamFrame) -> None:
        del frame  # the player knows more: the whole way
        self._draw()

    def plots(self) -> tuple[ExportablePlot, ...]:
        return self._charts

    # -- drawing ------------------------------------------------------------------------------------------

    def curves(self) -> tuple[DescentCurve, ...]:
        """The present descent, then earlier ones; dashed where the estimator was seen before."""
        run = self._player.run
        if run is None:
            return ()
        pairs = [(run.recipe, run.trail), *((kept.recipe, kept.trail) for kept in self._player.earlier)]
        curves: list[DescentCurve] = []
        for recipe, trail in pairs:
            is_dashed = any(other.recipe.estimator == recipe.estimator for other in curves)
            curves.append(DescentCurve(recipe, trail, not curves, is_dashed))
        return tuple(curves)

    @Slot()
    def _draw(self) -> None:
        run = self._player.run
        if run is None or not self.isVisible():
            return
        curves = self.curves()
        for chart in self._charts:
            chart.show_curves(curves, run.minima.value)
        self.controls.set_can_forget(len(curves) > 1)
        set_text(self._key, " &ensp; ".join(self._entry(curve) for curve in curves))
        self._key.setToolTip("\n".join(f"{curve.recipe.name}: {_details(curve)}" for curve in curves))
        self._say()

    def _entry(self, curve: DescentCurve) -> str:
        swatch = "╍╍" if curve.is_dashed else "━━"
        name = curve.recipe.name.replace(" ", "&nbsp;")
        name = f"<b>{name}</b>" if curve.is_present else name
        return f'<b><span style="color:{curve.rgb(self.theme)}">{swatch}</span></b>&nbsp;{name}'

    def _say(self) -> None:
        run = self._player.run
        words = self._numbers() if run is None or not run.ending else run.ending
        if words != self._status.text():
            self._status.setText(words)
            set_tip(self._status, words)

    def _numbers(self) -> str:
        run = self._player.run
        if run is None:
            return ""
        trail, rate = run.trail, self._player.achieved_rate
        speed = f", {rate:.0f} steps/s" if rate else ""
        value, distance = tick_text(float(trail.values[-1]), 4), tick_text(float(trail.distances[-1]), 4)
        return f"step {run.count}: E f = {value}, distance {distance}{speed}"

    # -- mouse --------------------------------------------------------------------------------------------

    @Slot(object, float)
    def _point_at(self, curve: DescentCurve, step: float) -> None:
        self._no_entropy.set_text("")  # the words at the cursor want its place
        for chart in self._charts:
            chart.point_at(curve, step)
        row = curve.trail.nearest(step)
        self._status.setText(
            f"{curve.recipe.name}: E f = {tick_text(float(curve.trail.values[row]), 4)}, distance "
            f"{tick_text(float(curve.trail.distances[row]), 4)} at step {curve.trail.counts[row]:.0f}"
        )

    @Slot()
    def _leave(self) -> None:
        self._no_entropy.set_text(NO_ENTROPY)
        for chart in self._charts:
            chart.set_cursor_step(None)
        self._say()

    @Slot()
    def _follow_zoom(self) -> None:
        """The steps of both charts are the same."""
        zoomed = self.sender()
        assert isinstance(zoomed, DescentChart)
        other = self.distance if zoomed is self.value else self.value
        if zoomed.is_following:
            other.follow()
        else:
            other.set_steps_shown(*zoomed.view_range[0])


def _details(curve: DescentCurve) -> str:
    return curve.recipe.details or "no samples"
