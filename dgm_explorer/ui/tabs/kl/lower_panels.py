"""The panels below the landscapes, one in front at a time, each made when it first comes to the front.

Most of what the tab imports and builds belongs to panels that nobody looks at in the first second:
what they need is imported here where a panel is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.kl_state import KLState, Panel
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.lower_panel import LowerPanel
from dgm_explorer.ui.tabs.kl.state_editor import StateEditor
from dgm_explorer.ui.theme import Theme

if TYPE_CHECKING:
    from dgm_explorer.ui.tabs.kl.estimator_panel import EstimatorPanel
    from dgm_explorer.ui.tabs.kl.family_panel import FamilyPanel
    from dgm_explorer.ui.tabs.kl.integrand_panel import IntegrandPanel
    from dgm_explorer.ui.tabs.kl.stationary_table import StationaryPanel
    from dgm_explorer.ui.tabs.kl.sweep_panel import SweepPanel


@dataclass(frozen=True, slots=True)
class _Entry:
    title: str
    tip: str


ENTRIES: dict[Panel, _Entry] = {
    "stationary": _Entry("Stationary points", "Where ∇KL = 0; click a row to move q there"),
    "integrand": _Entry("Integrand", "Where on the x-axis each divergence comes from"),
    "sweep": _Entry("Sweep", "The bifurcation diagram: stationary points against separation"),
    "family": _Entry("Family", "A third landscape: from reverse to forward KL, and beside them"),
    "estimators": _Entry("Estimators", "Gradient estimators at q under the microscope"),
}


class LowerPanels(QTabWidget):
    """Shows the frame in whichever panel is in front, and turns the mouse there into edits."""

    drag_started = Signal()
    drag_finished = Signal()
    view_changed = Signal(float, float, float, float)
    """The user zoomed the third landscape: μ from, to, σ from, to."""

    arrows_changed = Signal()
    """`estimators` has other arrows to show."""

    def __init__(self, editor: StateEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._theme = theme
        self._keys = tuple(ENTRIES)
        self._made: dict[Panel, LowerPanel] = {}
        self._makers: dict[Panel, Callable[[], LowerPanel]] = {
            "stationary": self._make_stationary,
            "integrand": self._make_integrand,
            "sweep": self._make_sweep,
            "family": self._make_family,
            "estimators": self._make_estimators,
        }
        self.setDocumentMode(True)
        self.setAccessibleName("Lower panels")
        self.tabBar().setAccessibleName("Lower panels")
        for entry in ENTRIES.values():
            index = self.addTab(_page(), entry.title)
            self.setTabToolTip(index, entry.tip)
        self.currentChanged.connect(self._choose)

    @property
    def stationary(self) -> "StationaryPanel":
        return cast("StationaryPanel", self._panel("stationary"))

    @property
    def integrand(self) -> "IntegrandPanel":
        return cast("IntegrandPanel", self._panel("integrand"))

    @property
    def sweep(self) -> "SweepPanel":
        return cast("SweepPanel", self._panel("sweep"))

    @property
    def family(self) -> "FamilyPanel":
        return cast("FamilyPanel", self._panel("family"))

    @property
    def estimators(self) -> "EstimatorPanel":
        return cast("EstimatorPanel", self._panel("estimators"))

    @property
    def front(self) -> LowerPanel:
        return self._panel(self._keys[self.currentIndex()])

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for panel in self._made.values():
            panel.set_theme(theme)

    def show_state(self, state: KLState, frame: KLFrame) -> None:
        """Bring the state's panel to the front and let it draw; never answers back."""
        # Signals are not blocked: a panel that goes has to say so. The state, asked for the same, stays.
        self.setCurrentIndex(self._keys.index(state.panel))
        self.front.show_state(state, frame)

    def close_workers(self) -> None:
        """Wait for what runs beside the window."""
        for panel in self._made.values():
            panel.close_workers()

    def _choose(self, index: int) -> None:
        if index >= 0:
            self._editor.apply(panel=self._keys[index])

    def _panel(self, key: Panel) -> LowerPanel:
        if key not in self._made:
            panel = self._made[key] = self._makers[key]()
            page = cast(QWidget, self.widget(self._keys.index(key)))
            cast(QVBoxLayout, page.layout()).addWidget(panel)
            panel.show()  # the layout would do so only when events are processed, too late to draw now
        return self._made[key]

    # -- making -------------------------------------------------------------------------------------------

    def _make_stationary(self) -> LowerPanel:
        from dgm_explorer.ui.tabs.kl.stationary_table import StationaryPanel

        panel = StationaryPanel(self._theme)
        panel.point_chosen.connect(self._editor.move_q)
        return panel

    def _make_integrand(self) -> LowerPanel:
        from dgm_explorer.ui.tabs.kl.integrand_panel import IntegrandPanel

        return IntegrandPanel(self._theme)

    def _make_sweep(self) -> LowerPanel:
        from dgm_explorer.ui.tabs.kl.sweep_panel import SweepPanel

        panel = SweepPanel(self._theme)
        panel.separation_changed.connect(self._separate)
        panel.drag_started.connect(self.drag_started)
        panel.drag_finished.connect(self.drag_finished)
        return panel

    def _make_family(self) -> LowerPanel:
        from dgm_explorer.ui.tabs.kl.family_panel import FamilyPanel

        editor = self._editor
        panel = FamilyPanel(self._theme)
        panel.alpha_changed.connect(lambda alpha: editor.apply(alpha=alpha))
        panel.family_changed.connect(lambda family: editor.apply(family=family))
        panel.landscape.q_moved.connect(editor.move_q)
        panel.landscape.view_changed.connect(self.view_changed)
        for part in (panel, panel.landscape):
            part.drag_started.connect(self.drag_started)
            part.drag_finished.connect(self.drag_finished)
        return panel

    def _make_estimators(self) -> LowerPanel:
        from dgm_explorer.ui.tabs.kl.estimator_panel import EstimatorPanel

        editor = self._editor
        panel = EstimatorPanel(self._theme)
        panel.n_samples_changed.connect(lambda n: editor.apply(n_samples=n))
        panel.seed_changed.connect(lambda seed: editor.apply(seed=seed))
        panel.arrows_changed.connect(self.arrows_changed)
        panel.drag_started.connect(self.drag_started)
        panel.drag_finished.connect(self.drag_finished)
        return panel

    def _separate(self, d: float) -> None:
        from dgm_explorer.numerics.bifurcation import with_separation

        try:
            components = with_separation(self._editor.state.p, d)
        except InputError as error:
            self._editor.refused.emit(str(error))
            return
        self._editor.apply(p=components)


def _page() -> QWidget:
    page = QWidget()
    QVBoxLayout(page).setContentsMargins(0, 0, 0, 0)
    return page
