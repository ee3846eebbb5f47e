"""Opening runs and data, and closing the window while something trains."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui import file_dialogs, submenus
from dgm_explorer.ui.stop_question import StopQuestion
from dgm_explorer.ui.tabs.tab import Tab

if TYPE_CHECKING:
    from dgm_explorer.runs.listing import RunSummary
    from dgm_explorer.ui.run.run_list import RunList

MAX_RECENT_RUNS = 12


class TabHolder(Protocol):
    """The main window as far as runs are concerned."""

    def tabs(self) -> list[Tab]: ...

    def show_tab(self, key: str) -> None: ...

    @property
    def current_tab(self) -> Tab: ...


class RunCommands(QObject):
    """Finds the tab that a run folder or a data file belongs to.

    Parameters
    ----------
    holder : the tabs.
    window : parent of the dialogs.
    """

    refused = Signal(str)
    """A folder or file cannot be used: one sentence; nothing has changed."""

    def __init__(self, holder: TabHolder, window: QWidget) -> None:
        super().__init__(window)
        self._holder = holder
        self._window = window
        self._recent: RunList | None = None

    def open_run(self, folder: Path) -> None:
        """Show a run in the tab of its model, and bring that to the front."""
        self._open(folder, is_resumed=False)

    def resume_run(self, folder: Path) -> bool:
        """Show a run and go on training it from its last checkpoint; False if that was refused."""
        return self._open(folder, is_resumed=True)

    def _open(self, folder: Path, *, is_resumed: bool) -> bool:
        from dgm_explorer.runs.run_info import open_run_folder

        try:
            model = open_run_folder(folder).model
        except InputError as error:
            self.refused.emit(str(error))
            return False
        for tab in self._holder.tabs():
            if tab.key != model:
                continue
            if is_resumed and tab.busy_sentence:
                work = tab.busy_sentence.rstrip(".")
                self.refused.emit(f"{work}; stop it before another run is resumed there.")
                return False
            if tab.resume_run(folder) if is_resumed else tab.open_run(folder):
                self._holder.show_tab(tab.key)
                return True
        self.refused.emit(f"{folder.name} is a run of {model}, and no tab of this window shows those.")
        return False

    def ask_and_open(self) -> None:
        """Ask for a run folder."""
        from dgm_explorer.runs.folder import default_parent

        parent = default_parent()
        folder = file_dialogs.ask_run_to_open(self._window, parent if parent.is_dir() else Path.home())
        if folder is not None:
            self.open_run(folder)

    def fill_recent(self, menu: QMenu) -> None:
        """List the newest runs where runs are kept by default."""
        if self._recent is None:
            from dgm_explorer.ui.run.run_list import RunList

            self._recent = RunList(_recent_runs, self)
        self._recent.fill(menu, self._fill)

    def _fill(self, menu: QMenu, runs: "Sequence[RunSummary]") -> None:
        submenus.fill_runs(menu, runs, self.open_run)

    def open_path(self, path: Path) -> None:
        """Show a run folder; anything else goes to the tab in front, or the first that has a use for it."""
        if (path / "run.json").is_file():
            self.open_run(path)
            return
        front = self._holder.current_tab
        for tab in (front, *(tab for tab in self._holder.tabs() if tab is not front)):
            is_kept = tab.has_runs and tab.keep_until_built(lambda: self.open_path(path))
            if is_kept or tab.open_path(path):
                self._holder.show_tab(tab.key)
                return
        self.refused.emit(
            f"{path.name} is nothing that a tab can use; drop a session file (.json), a run folder, "
            "a folder of images, or data as .npz, .npy or idx."
        )

    def finish(self) -> None:
        """Wait for a look at the disk that is under way; the window is about to go."""
        if self._recent is not None:
            self._recent.close()

    def may_close(self) -> bool:
        """Ask whether what trains shall be stopped; True where nothing does."""
        return not self._say_what_trains() or self._ask_to_stop()

    def _say_what_trains(self) -> str:
        return " ".join(filter(None, (tab.busy_sentence for tab in self._holder.tabs())))

    def _ask_to_stop(self) -> bool:
        question = StopQuestion(self._say_what_trains, self._window)
        for tab in self._holder.tabs():
            tab.playing_changed.connect(question.renew)
        question.exec()
        question.deleteLater()
        return question.may_close


def _recent_runs() -> "Sequence[RunSummary]":
    """For a worker's thread."""
    from dgm_explorer.runs.folder import default_parent
    from dgm_explorer.runs.listing import list_runs

    return list_runs(default_parent(), MAX_RECENT_RUNS)
