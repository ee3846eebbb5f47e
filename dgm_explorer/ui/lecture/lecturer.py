"""Who turns the pages of a lecture."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QStatusBar

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.banners import Banners
from dgm_explorer.ui.document import Document
from dgm_explorer.ui.lecture.caption_bar import CaptionBar
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import PROJECTOR, THEMES, Theme
from dgm_explorer.ui.theory.theory_dock import TheoryDock
from dgm_explorer.ui.widgets.notes_dock import NotesDock

if TYPE_CHECKING:
    from dgm_explorer.lecture import Lecture, LectureStep
    from dgm_explorer.ui.lecture.backstage import Backstage
    from dgm_explorer.ui.widgets.lower_share import LowerShare

NEXT, BACK, REVEAL = "lecture.next", "lecture.back", "lecture.reveal"
TAKE_OVER, END = "lecture.take_over", "lecture.end"
KEYS_OF_THE_PICTURE: Mapping[str, tuple[str, ...]] = {
    NEXT: ("PgDown",),
    BACK: ("PgUp",),
    REVEAL: ("B",),
}
"""What is left of the keys while the lecture is taken over: arrows and Return belong to the pictures."""


class Stage(Protocol):
    """The window, as far as a lecture has to do with it."""

    theme: Theme
    document: Document
    banner: Banners
    notes: NotesDock
    theory: TheoryDock
    actions_by_key: dict[str, QAction]

    @property
    def current_tab(self) -> Tab: ...
    @property
    def has_controls(self) -> bool: ...
    def tabs(self) -> list[Tab]: ...
    def show_tab(self, key: str) -> None: ...
    def show_controls(self, is_visible: bool) -> None: ...
    def wear(self, theme: Theme) -> None: ...
    def behind_curtain(self, then: Callable[[], None]) -> AbstractContextManager[None]: ...
    def statusBar(self) -> QStatusBar: ...
    def menuBar(self) -> QMenuBar: ...
    def height(self) -> int: ...


class Lecturer(QObject):
    """Runs one lecture at a time in the window, and brings back what was there when it ends.

    States are put into the stores past the document: session, file and history of the user wait in a
    `Backstage`. Lives in the GUI thread.

    Attributes
    ----------
    bar : the caption bar, for which the window finds a place.
    """

    refused = Signal(str)
    """A lecture cannot begin: one sentence; nothing has changed."""

    changed = Signal()
    """A lecture began or ended, or the lecturer took over or came back."""

    def __init__(self, stage: Stage, parent: QObject) -> None:
        super().__init__(parent)
        self._stage = stage
        self._lecture: Lecture | None = None
        self._backstage: Backstage | None = None
        self._index = 0
        self._revealed: set[int] = set()
        self._is_taken_over = False
        self._folders: dict[tuple[str, Any, Any], str] = {}
        self._shares: dict[str, LowerShare] = {}
        self.bar = CaptionBar()
        self._keys = {key: list(stage.actions_by_key[key].shortcuts()) for key in KEYS_OF_THE_PICTURE}
        self.bar.back_requested.connect(self.go_back)
        self.bar.next_requested.connect(self.go_on)
        self.bar.reveal_requested.connect(self.reveal)
        self.bar.take_over_requested.connect(self.take_over_or_return)
        self.bar.end_requested.connect(self.end)
        self._refresh()

    @property
    def is_running(self) -> bool:
        return self._lecture is not None

    @property
    def is_taken_over(self) -> bool:
        return self._is_taken_over

    @property
    def title(self) -> str:
        """Of the lecture that runs; empty for none."""
        return "" if self._lecture is None else self._lecture.title

    @property
    def index(self) -> int:
        """The step on the screen, from 0."""
        return self._index

    # -- what the hand asks -------------------------------------------------------------------------------

    def open_lecture(self, name: str) -> None:
        """Begin a shipped lecture, or one in a file; one that runs ends."""
        from dgm_explorer.lecture import find_lecture

        try:
            self.begin(find_lecture(name))
        except InputError as error:
            self.refused.emit(str(error))

    def begin(self, lecture: "Lecture") -> None:
        """Begin at the first step.

        Raises
        ------
        InputError
            If a tab that the lecture needs trains a model: nothing has changed.
        """
        self.end()
        self._require_idle(lecture)
        self._backstage = self._look_around()
        self._lecture = lecture
        self._index = 0
        self._revealed.clear()
        self._folders.clear()
        self._is_taken_over = False
        with self._stage.behind_curtain(self._settle):
            self._stage.theory.step_aside(True)
            for tab in self._tabs_of(lecture):
                self._empty(tab)
            self._stage.notes.setVisible(lecture.steps[0].are_notes_visible)
            self._stage.wear(PROJECTOR)
            self._stage.statusBar().hide()
            self.bar.set_lecture(lecture)
            self.fit()
            self.bar.show()
            self._set_step()

    @Slot()
    def go_on(self) -> None:
        self._go_to(self._index + 1)

    @Slot()
    def go_back(self) -> None:
        self._go_to(self._index - 1)

    @Slot()
    def reveal(self) -> None:
        """Show the answer of this step; it stays revealed until the lecture ends."""
        if self._lecture is not None:
            self._revealed.add(self._index)
            self._refresh()

    @Slot()
    def take_over_or_return(self) -> None:
        if self._is_taken_over:
            self._show_step()
        else:
            self.take_over()

    @Slot()
    def take_over(self) -> None:
        """Leave the script: everything can be played with; the step waits."""
        if self._lecture is None or self._is_taken_over:
            return
        self._is_taken_over = True
        self._stage.show_controls(True)
        self._stage.menuBar().show()
        self._refresh()

    @Slot()
    def leave(self) -> None:
        """One way out: from playing back to the step, from the step back to the user's own work."""
        if self._is_taken_over:
            self._show_step()
        else:
            self.end()

    @Slot()
    def end(self) -> None:
        """Bring back theme, states, histories, session and panels as they were."""
        lecture, backstage = self._lecture, self._backstage
        if lecture is None or backstage is None:
            return
        with self._stage.behind_curtain(self._settle):
            self._pause()
            for tab in self._tabs_of(lecture):
                tab.put_run_away()
            for share in self._shares.values():
                share.set_percent(0)
            self._shares.clear()
            self._lecture = self._backstage = None
            self._is_taken_over = False
            self.bar.put_away()
            self._bring_back(backstage)
            self._refresh()

    def fit(self) -> None:
        """The window has another height."""
        if self._lecture is not None:
            self.bar.fit_to(self._stage.height())

    def set_theme(self, theme: Theme) -> None:
        self.bar.set_theme(theme)

    # -- steps --------------------------------------------------------------------------------------------

    def _go_to(self, index: int) -> None:
        if self._lecture is not None and 0 <= index < len(self._lecture.steps):
            self._remember_runs()
            self._index = index
            self._show_step()

    def _show_step(self) -> None:
        """Put the state of the present step on the screen."""
        self._set_step()
        self._settle()

    def _set_step(self) -> None:
        assert self._lecture is not None
        self._is_taken_over = False
        step = self._lecture.steps[self._index]
        stage = self._stage
        self._pause()
        stage.show_controls(step.are_controls_visible)
        stage.notes.setVisible(step.are_notes_visible)
        stage.menuBar().hide()  # its height is the pictures'
        for tab in stage.tabs():
            self._put_state(tab, step)
        stage.show_tab(step.state.tab)
        stage.banner.hide()
        self._refresh()

    def _settle(self) -> None:
        """What only a tab that is seen can do."""
        self._share_height()
        self._stage.current_tab.setFocus()

    def _share_height(self) -> None:
        """Of the tab in front, between its pictures and its lower panels, as the present step has it."""
        tab = self._stage.current_tab
        if self._lecture is None or tab.keep_until_built(self._share_height):
            return
        percent = self._lecture.steps[self._index].lower_percent
        splitter = tab.heights()
        if tab.key not in self._shares and splitter is not None and percent:
            from dgm_explorer.ui.widgets.lower_share import LowerShare

            self._shares[tab.key] = LowerShare(splitter)
        if tab.key in self._shares:
            self._shares[tab.key].set_percent(percent)

    def _put_state(self, tab: Tab, step: "LectureStep") -> None:
        state = getattr(step.state, tab.key.replace("-", "_"), None)
        if tab.store is None or state is None:
            return
        if hasattr(state, "run_folder") and not state.run_folder:
            state = self._with_run(tab, tab.store, state)
        tab.store.replace(state)
        tab.store.clear_history()

    def _with_run(self, tab: Tab, store: Store, state: Any) -> Any:
        """``state`` with the run that this lecture has trained with the same data and model, if any.

        A run of other data or another model leaves the screen: play then begins afresh.
        """
        present = store.state
        if _subject(tab, present) == _subject(tab, state) and (present.run_folder or tab.busy_sentence):
            return replace(state, run_folder=present.run_folder)
        tab.put_run_away()
        return replace(state, run_folder=self._folders.get(_subject(tab, state), ""))

    def _remember_runs(self) -> None:
        assert self._lecture is not None
        for tab in self._tabs_of(self._lecture):
            folder = _folder_of(tab)
            if tab.store is not None and folder:
                self._folders[_subject(tab, tab.store.state)] = folder

    def _pause(self) -> None:
        """Stop what plays, but for training, which goes on from step to step."""
        tab = self._stage.current_tab
        if tab.is_playing and not tab.busy_sentence:
            tab.play_pause()

    # -- begin and end ------------------------------------------------------------------------------------

    def _require_idle(self, lecture: "Lecture") -> None:
        for tab in self._tabs_of(lecture):
            if tab.busy_sentence:
                raise InputError(
                    f"{tab.busy_sentence.rstrip('.')}; stop it before the lecture begins, "
                    "its folder keeps it."
                )

    def _empty(self, tab: Tab) -> None:
        """No run on the screen: one of the user's comes back with the state that names its folder."""
        tab.put_run_away()
        if tab.store is not None and _folder_of(tab):
            tab.store.update(run_folder="")

    def _tabs_of(self, lecture: "Lecture") -> list[Tab]:
        """Tabs that a step speaks of."""
        names = {tab.key: tab.key.replace("-", "_") for tab in self._stage.tabs()}
        return [
            tab
            for tab in self._stage.tabs()
            if any(getattr(step.state, names[tab.key], None) is not None for step in lecture.steps)
        ]

    def _look_around(self) -> "Backstage":
        from dgm_explorer.ui.lecture.backstage import Backstage

        stage = self._stage
        banner = stage.banner
        return Backstage(
            theme=stage.theme.name,
            tab=stage.current_tab.key,
            has_controls=stage.has_controls,
            has_notes=not stage.notes.isHidden(),
            has_status_bar=not stage.statusBar().isHidden(),
            banner_text="" if banner.isHidden() else banner.text,
            banner_tone=banner.tone,
            document=stage.document.keep_place(),
            stores={tab.key: tab.store.keep() for tab in stage.tabs() if tab.store is not None},
        )

    def _bring_back(self, backstage: "Backstage") -> None:
        stage = self._stage
        for tab in stage.tabs():
            if tab.store is not None and tab.key in backstage.stores:
                tab.store.bring_back(backstage.stores[tab.key])
        stage.document.return_to(backstage.document)
        stage.show_tab(backstage.tab)
        stage.show_controls(backstage.has_controls)
        if stage.theme.name == PROJECTOR.name:  # a theme chosen during the lecture stays
            stage.wear(THEMES[backstage.theme])
        stage.notes.setVisible(backstage.has_notes)  # notes that are seen are set anew in every theme
        stage.theory.step_aside(False)
        stage.statusBar().setVisible(backstage.has_status_bar)
        stage.menuBar().show()
        stage.banner.show_text(backstage.banner_text, backstage.banner_tone)

    # -- what is shown ------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Bar and actions tell of the present step."""
        actions = self._stage.actions_by_key
        lecture = self._lecture
        has_question = lecture is not None and bool(lecture.steps[self._index].question)
        actions[NEXT].setEnabled(lecture is not None and self._index < len(lecture.steps) - 1)
        actions[BACK].setEnabled(lecture is not None and self._index > 0)
        actions[REVEAL].setEnabled(has_question)
        for key in (TAKE_OVER, END):
            actions[key].setEnabled(lecture is not None)
        for key, all_keys in self._keys.items():
            fewer = [QKeySequence(name) for name in KEYS_OF_THE_PICTURE[key]]
            actions[key].setShortcuts(fewer if self._is_taken_over else all_keys)
        if lecture is not None:
            self.bar.show_step(self._index, self._index in self._revealed, self._is_taken_over)
        self.changed.emit()


def _folder_of(tab: Tab) -> str:
    """Folder of the run that the tab's state names; empty for none, or where there are no runs."""
    return "" if tab.store is None else str(getattr(tab.store.state, "run_folder", ""))


def _subject(tab: Tab, state: Any) -> tuple[str, Any, Any]:
    """What a run is a run of."""
    return tab.key, state.source, state.config
