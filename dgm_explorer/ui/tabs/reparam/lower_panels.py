"""The panels below the pictures, one in front at a time, each made when it first comes to the front."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from dgm_explorer.core.reparam_state import ReparamPanel as PanelKey
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.tabs.reparam.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.reparam_panel import ReparamPanel
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme

if TYPE_CHECKING:
    from dgm_explorer.ui.tabs.reparam.factor_panel import FactorPanel


@dataclass(frozen=True, slots=True)
class PanelEntry:
    """One panel.

    Attributes
    ----------
    title, tip : of its tab.
    make : makes it; what it draws with is imported inside.
    """

    title: str
    tip: str
    make: Callable[[ReparamEditor, DescentPlayer, Theme], ReparamPanel]


def _make_factor(editor: ReparamEditor, player: DescentPlayer, theme: Theme) -> ReparamPanel:
    from dgm_explorer.ui.tabs.reparam.factor_panel import FactorPanel

    del player
    return FactorPanel(editor, theme)


def _make_graph(editor: ReparamEditor, player: DescentPlayer, theme: Theme) -> ReparamPanel:
    from dgm_explorer.ui.tabs.reparam.graph_panel import GraphPanel

    del player
    return GraphPanel(editor, theme)


def _make_gradients(editor: ReparamEditor, player: DescentPlayer, theme: Theme) -> ReparamPanel:
    from dgm_explorer.ui.tabs.reparam.gradients_panel import GradientsPanel

    del player
    return GradientsPanel(editor, theme)


def _make_growth(editor: ReparamEditor, player: DescentPlayer, theme: Theme) -> ReparamPanel:
    from dgm_explorer.ui.tabs.reparam.growth_panel import GrowthPanel

    del player
    return GrowthPanel(editor, theme)


def _make_descent(editor: ReparamEditor, player: DescentPlayer, theme: Theme) -> ReparamPanel:
    from dgm_explorer.ui.tabs.reparam.descent_panel import DescentPanel

    return DescentPanel(editor, player, theme)


ENTRIES: dict[PanelKey, PanelEntry] = {
    "factor": PanelEntry(
        "Factor", "How raw parameters become L, what L says of Σ, and the moments of the points", _make_factor
    ),
    "graph": PanelEntry(
        "Graph", "(μ, L, ε) → z → f(z), and whether gradients find their way back", _make_graph
    ),
    "gradients": PanelEntry(
        "Gradients", "Pathwise and score-function gradients of E f(z) from the same ε", _make_gradients
    ),
    "growth": PanelEntry(
        "Growth", "How the gradients' variance grows with the dimension and falls with N", _make_growth
    ),
    "descent": PanelEntry("Descent", "E f(z) descended in μ and L, beside earlier descents", _make_descent),
}
"""From left to right."""


class LowerPanels(QTabWidget):
    """Shows the frame in whichever panel is in front; setters never answer back."""

    drag_started = Signal()
    drag_finished = Signal()

    def __init__(
        self, editor: ReparamEditor, player: DescentPlayer, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self._player = player
        self._theme = theme
        self._keys = tuple(ENTRIES)
        self._made: dict[PanelKey, ReparamPanel] = {}
        self.setDocumentMode(True)
        self.setAccessibleName("Lower panels")
        self.tabBar().setAccessibleName("Lower panels")
        for entry in ENTRIES.values():
            page = QWidget()
            QVBoxLayout(page).setContentsMargins(0, 0, 0, 0)
            self.setTabToolTip(self.addTab(page, entry.title), entry.tip)
        self.currentChanged.connect(self._choose)

    @property
    def factor(self) -> "FactorPanel":
        return cast("FactorPanel", self.panel("factor"))

    @property
    def front(self) -> ReparamPanel:
        return self.panel(self._keys[self.currentIndex()])

    def panel(self, key: PanelKey) -> ReparamPanel:
        """A panel, made if it has not been yet."""
        if key not in self._made:
            panel = self._made[key] = ENTRIES[key].make(self._editor, self._player, self._theme)
            panel.drag_started.connect(self.drag_started)
            panel.drag_finished.connect(self.drag_finished)
            page = cast(QWidget, self.widget(self._keys.index(key)))
            cast(QVBoxLayout, page.layout()).addWidget(panel)
            panel.show()  # the layout would do so only when events are processed, too late to draw now
        return self._made[key]

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for panel in self._made.values():
            panel.set_theme(theme)

    def show_frame(self, state: ReparamState, frame: ReparamFrame) -> None:
        """Bring the state's panel to the front and let it draw.

        Parameters
        ----------
        state : what the store holds.
        frame : what is on the screen.
        """
        # Signals are not blocked: a panel that goes has to say so. The state, asked for the same, stays.
        self.setCurrentIndex(self._keys.index(state.panel) if state.panel in self._keys else 0)
        self.front.show_state(state)
        self.front.show_frame(frame)

    def plots(self) -> Sequence[ExportablePlot]:
        """What can be exported of the panel in front."""
        return self.front.plots()

    def finish(self) -> None:
        """Wait for what runs beside the window."""
        for panel in self._made.values():
            panel.finish()

    def _choose(self, index: int) -> None:
        if index >= 0 and self._keys[index] != self._editor.state.panel:
            self._editor.apply(panel=self._keys[index])
