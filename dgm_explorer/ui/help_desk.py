"""What the window says about itself when asked: the first steps, and what is under the mouse."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.notes_dock import NotesDock

if TYPE_CHECKING:
    from dgm_explorer.ui.first_steps.guide import FirstSteps
    from dgm_explorer.ui.what_is_this.asker import Asker


class HelpStage(Protocol):
    """The window, as far as help has to do with it."""

    theme: Theme
    notes: NotesDock

    @property
    def current_tab(self) -> Tab: ...
    def tabs(self) -> Sequence[Tab]: ...
    def show_tab(self, key: str) -> None: ...


class HelpDesk(QObject):
    """Makes each kind of help when it is first wanted: none of it is part of the first paint.

    Parameters
    ----------
    window : what the help lies over.
    stage : the same window, as help knows it.
    """

    def __init__(self, window: QWidget, stage: HelpStage) -> None:
        super().__init__(window)
        self._window, self._stage = window, stage
        self._first_steps: FirstSteps | None = None
        self._asker: Asker | None = None

    @property
    def first_steps(self) -> "FirstSteps":
        """The four hints over the KL tab."""
        if self._first_steps is None:
            from dgm_explorer.ui.first_steps.guide import FirstSteps
            from dgm_explorer.ui.tabs.kl.kl_tab import KLTab

            tab = next(tab for tab in self._stage.tabs() if isinstance(tab, KLTab))
            self._first_steps = FirstSteps(self._window, self._stage, tab)
        return self._first_steps

    @property
    def asker(self) -> "Asker":
        """What answers F1."""
        if self._asker is None:
            from dgm_explorer.ui.what_is_this.asker import Asker

            self._asker = Asker(self._window, self._stage)
        return self._asker

    def show_first_steps(self) -> None:
        """The hints, from the first."""
        self.first_steps.begin(is_moving=False)

    def welcome(self) -> None:
        """The hints at the very first start, over a landscape that moves by itself."""
        self.first_steps.begin(is_moving=True)

    def explain(self) -> None:
        """Say what is under the mouse, or has the keyboard; asked a second time, open the notes."""
        self.asker.ask()

    def turn_page(self) -> None:
        """Another tab came to the front: what was said of the last one goes."""
        if self._asker is not None:
            self._asker.close()

    def step_aside(self) -> None:
        """Something else takes the window: nothing lies over it any more."""
        if self._first_steps is not None and self._first_steps.is_running:
            self._first_steps.end()
        if self._asker is not None:
            self._asker.close()

    def set_theme(self, theme: Theme) -> None:
        for part in (self._first_steps, self._asker):
            if part is not None:
                part.set_theme(theme)
