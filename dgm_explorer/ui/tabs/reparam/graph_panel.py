"""The computation graph of the trick: z as a function of noise, or as a sample."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.graph_scene import make_scene
from dgm_explorer.ui.tabs.reparam.graph_view import GraphView
from dgm_explorer.ui.tabs.reparam.graph_words import PATH_NAME, PATH_WORDS
from dgm_explorer.ui.tabs.reparam.reparam_panel import ReparamPanel
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import row, set_text, set_tip
from dgm_explorer.ui.widgets.switch_row import SwitchRow

LEGEND = "Grey: values on their way; in colour: gradients on their way back."


class GraphPanel(ReparamPanel):
    """(μ, L, ε) → z → f(z) for the marked point, and what flows back; nothing is computed while hidden."""

    def __init__(self, editor: ReparamEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = SwitchRow(
            "How z is made", [(key, name, PATH_WORDS[key]) for key, name in PATH_NAME.items()]
        )
        self.path.chosen.connect(lambda key: editor.apply(path=key))
        self.view = GraphView()
        self.view.part_named.connect(self._show_words)
        self._words = ElidedLabel()
        controls = row(self.path, self._words, stretch=(0, 1))
        controls.setSpacing(10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 2)
        layout.setSpacing(3)
        layout.addLayout(controls)
        layout.addWidget(self.view, 1)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.path.set_theme(theme)
        self.view.set_theme(theme)

    def show_state(self, state: ReparamState) -> None:
        self.path.set_key(state.path)

    def plots(self) -> Sequence[ExportablePlot]:
        return (self.view,)

    @property
    def words(self) -> str:
        """The line beside the switch."""
        return self._words.text()

    def _show(self, frame: ReparamFrame) -> None:
        epsilon = frame.epsilon[frame.chosen]
        self.view.set_scene(make_scene(frame.state, frame.objective, epsilon, frame.law))
        if self.view.part is None:
            self._show_words()

    def _show_words(self, words: str = "") -> None:
        """What the part under the mouse is, or which point this is."""
        if self._frame is None:
            return
        if not words and self.view.part is None:
            frame = self._frame
            words = f"point {frame.chosen} of {len(frame.epsilon)}: click another in the planes. {LEGEND}"
        if words:
            set_text(self._words, words.replace("\n", " · "))
            set_tip(self._words, words)
