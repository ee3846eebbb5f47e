"""Descent of E f(z) in μ and L: its controls, and its curves beside those of earlier descents."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.descent_chart import DescentChart, DescentCurve
from dgm_explorer.ui.tabs.reparam.descent_controls import DescentControls
from dgm_explorer.ui.tabs.reparam.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.keyed_plot import PlotOfPair
from dgm_explorer.ui.tabs.reparam.reparam_panel import ReparamPanel
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import font_of, set_color, set_formula, set_text, set_tip

NO_ENTROPY = "No entropy term: Var z → 0."
NO_ENTROPY_TIP = (
    "E f(z) is least where z lies on a minimum of f for certain: nothing rewards a spread of z, as the\n"
    "entropy of q does in −ELBO = E[−log p] − H(q), so that descent shrinks Var z towards 0."
)
COLUMN_CHARACTERS = 36
"""Width of the controls, in average characters of the theme's font."""
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
        self._keys_of_charts = tuple(QLabel() for _ in self._charts)
        self._keyed = tuple(map(PlotOfPair, self._keys_of_charts, self._charts))
        self._key, self._status, self._no_entropy = QLabel(), ElidedLabel(), ElidedLabel(NO_ENTROPY)
        self._ending = QLabel()
        self._lay_out()
        self._connect()
        self._explain()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        for key in self._keys:
            key.setWordWrap(True)
        self._ending.setWordWrap(True)
        self._ending.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._ending.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._no_entropy.setToolTip(NO_ENTROPY_TIP)
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self.controls, self._status, self._no_entropy):
            column.addWidget(widget)
        column.addWidget(self._ending, 1)
        charts = QGridLayout()
        charts.setSpacing(2)
        charts.addWidget(self._key, 0, 0, 1, 2)
        for index, keyed in enumerate(self._keyed):
            charts.addWidget(keyed, 1, index)
        charts.setRowStretch(1, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.setSpacing(8)
        layout.addWidget(self._column)
        layout.addLayout(charts, 1)

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
    def _keys(self) -> tuple[QLabel, ...]:
        """The one in the window, and one for the picture of each chart."""
        return self._key, *self._keys_of_charts

    @property
    def key(self) -> str:
        """The key to the curves, rich text."""
        return self._key.text()

    @property
    def status(self) -> str:
        """Where descent stands, or a curve under the mouse."""
        return self._status.text()

    @property
    def ending(self) -> str:
        """Why descent stopped by itself; empty where it did not."""
        return self._ending.text()

    @property
    def remark(self) -> str:
        """What is written below the controls."""
        return self._no_entropy.shown_text

    # -- what the scene asks ------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self.controls, *self._charts):
            part.set_theme(theme)
        small = font_of(self, theme, 0.9)
        for label in (*self._keys, self._status, self._no_entropy, self._ending):
            label.setFont(small)
        character_px = QFontMetrics(font_of(self, theme)).averageCharWidth()
        self._column.setFixedWidth(COLUMN_CHARACTERS * character_px)
        set_color(self._status, theme.muted_text)
        self._draw()

    def show_state(self, state: ReparamState) -> None:
        self.controls.show_state(state)

    def _show(self, frame: ReparamFrame) -> None:
        del frame  # the player knows more: the whole way
        self._draw()

    def plots(self) -> tuple[ExportablePlot, ...]:
        return self._keyed

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
        for key in self._keys:
            set_text(key, " &ensp; ".join(self._entry(curve) for curve in curves))
        self._key.setToolTip("\n".join(f"{curve.recipe.name}: {_details(curve)}" for curve in curves))
        self._say()

    def _entry(self, curve: DescentCurve) -> str:
        swatch = "╍╍" if curve.is_dashed else "━━"
        name = curve.recipe.name.replace(" ", "&nbsp;")
        name = f"<b>{name}</b>" if curve.is_present else name
        return f'<b><span style="color:{curve.rgb(self.theme)}">{swatch}</span></b>&nbsp;{name}'

    def _say(self) -> None:
        run = self._player.run
        ending = "" if run is None else run.ending
        self.controls.show_rate(self._player.achieved_rate)
        set_text(self._status, self._numbers())
        set_tip(self._status, self._numbers())
        set_text(self._ending, ending)
        set_tip(self._ending, ending)
        self._no_entropy.setVisible(not ending)

    def _numbers(self) -> str:
        run = self._player.run
        if run is None:
            return ""
        trail = run.trail
        value, distance = tick_text(float(trail.values[-1]), 4), tick_text(float(trail.distances[-1]), 4)
        return f"step {run.count}: E f {value}, distance {distance}"

    # -- mouse --------------------------------------------------------------------------------------------

    @Slot(object, float)
    def _point_at(self, curve: DescentCurve, step: float) -> None:
        for chart in self._charts:
            chart.point_at(curve, step)
        row = curve.trail.nearest(step)
        self._status.setText(
            f"step {curve.trail.counts[row]:.0f} of {curve.recipe.name}: E f "
            f"{tick_text(float(curve.trail.values[row]), 4)}, distance "
            f"{tick_text(float(curve.trail.distances[row]), 4)}"
        )

    @Slot()
    def _leave(self) -> None:
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
