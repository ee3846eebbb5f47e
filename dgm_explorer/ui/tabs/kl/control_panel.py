"""The column of controls beside the pictures."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.descent_section import DescentSection
from dgm_explorer.ui.tabs.kl.numbers_panel import NumbersPanel
from dgm_explorer.ui.tabs.kl.options_section import OptionsSection
from dgm_explorer.ui.tabs.kl.state_editor import StateEditor
from dgm_explorer.ui.tabs.kl.target_section import TargetSection
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.control_column import ControlColumn
from dgm_explorer.ui.widgets.form import set_tip
from dgm_explorer.ui.widgets.switch_row import SwitchRow

WIDTH_CHARACTERS: Final = 47
"""Width of the column in average characters, so that it grows with the font of the theme."""


DIMENSIONS: Final = (
    ("1", "1-D", "p(x) = Σₖ wₖ N(x; μₖ, σₖ²) on the line"),
    ("2", "2-D", "p(x) = Σₖ wₖ N(x; μₖ, Σₖ) in the plane"),
)


class ControlPanel(ControlColumn):
    """All sections of the tab."""

    play_pause_requested = Signal()
    step_requested = Signal()
    reset_requested = Signal()
    fit_requested = Signal()

    def __init__(self, editor: StateEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(WIDTH_CHARACTERS, parent)
        self._shown: KLState | None = None
        self.dimension = SwitchRow("Dimension of x", DIMENSIONS)
        self.dimension.chosen.connect(lambda key: editor.apply(dimension=int(key)))
        self.target = TargetSection(editor, theme)
        self.numbers = NumbersPanel(editor, theme)
        self.descent = DescentSection(editor, theme)
        self.options = OptionsSection(editor)
        self.target.fit_requested.connect(self.fit_requested)
        self.descent.play_pause_requested.connect(self.play_pause_requested)
        self.descent.step_requested.connect(self.step_requested)
        self.descent.reset_requested.connect(self.reset_requested)
        self.set_sections((self.dimension, self.target, self.numbers, self.descent, self.options))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for section in (self.dimension, self.target, self.numbers, self.descent):
            section.set_theme(theme)
        super().set_theme(theme)

    def show_state(self, state: KLState) -> None:
        """Set every control; none answers back. A drag of p or q passes by those that show neither."""
        old, self._shown = self._shown, state
        self.target.show_state(state)
        if old is not None and replace(old, p=state.p, q=state.q, p2=state.p2, q2=state.q2) == state:
            return
        self.dimension.set_key(str(state.dimension))
        set_tip(self.dimension, f"p and q live in {state.dimension} dimension{'s' * (state.dimension > 1)}")
        for section in (self.numbers, self.descent, self.options):
            section.show_state(state)
