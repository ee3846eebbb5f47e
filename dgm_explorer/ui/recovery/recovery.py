"""Keeps what is on the screen for the case of a crash, and offers what an earlier one has left."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.settle import settle_run
from dgm_explorer.ui.beside import begin_beside
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.recovery.autosave import Autosave, Autosaved
from dgm_explorer.ui.recovery.offers import (
    LostRun,
    LostSession,
    OfferRequest,
    Offers,
    describe_age,
    find_offers,
)
from dgm_explorer.ui.recovery.open_work import OpenWork
from dgm_explorer.ui.recovery.panel import RecoveryPanel
from dgm_explorer.ui.recovery.trace import TraceFolder

if TYPE_CHECKING:
    from dgm_explorer.ui.main_window import MainWindow


class Recovery(QObject):
    """Belongs to one window; lives in the GUI thread, reads and writes beside it.

    Parameters
    ----------
    window : whose session is kept.
    folder : where; None where nothing can be kept.
    request : where to look for what an earlier window has left; None to offer nothing.
    """

    def __init__(
        self, window: "MainWindow", folder: TraceFolder | None, request: OfferRequest | None
    ) -> None:
        super().__init__(window)
        self._window = window
        self._offers = Offers()
        self._taken: set[LostSession] = set()
        self._leaving: list[Path] = []
        self._settler = NewestWorker(_settle, self)
        self._settler.finished.connect(self._note_settled)
        self.panel: RecoveryPanel | None = None
        self.autosave: Autosave | None = None
        if folder is not None:
            self.autosave = Autosave(folder, self._take, self._is_moving, self)
            self._watch(self.autosave)
        self._finder = NewestWorker(find_offers, self)
        self._finder.finished.connect(self._offer)
        if request is not None:
            self._finder.ask(request)

    @property
    def is_looking(self) -> bool:
        """Whether it is not known yet what can be offered."""
        return self._finder.is_busy

    def finish(self) -> None:
        """Write nothing more; what was not answered is left to the next start."""
        self._finder.close()
        self._settler.close()
        _settle(tuple(self._leaving))
        if self.autosave is not None:
            self.autosave.close()
        for lost in self._offers.sessions:
            if lost not in self._taken:
                lost.window.release()

    # -- what is kept -------------------------------------------------------------------------------------

    def _watch(self, autosave: Autosave) -> None:
        window = self._window
        autosave.failed.connect(window.warn)
        window.document.named.connect(autosave.poke)
        window.tab_widget.currentChanged.connect(autosave.poke)
        window.lectures.changed.connect(autosave.poke)
        for tab in window.tabs():
            tab.playing_changed.connect(autosave.poke)
        autosave.poke()

    def _take(self) -> Autosaved | None:
        """What to keep now; a lecture's states are not the user's own."""
        window, document = self._window, self._window.document
        if window.lectures.is_running:
            return None
        training = tuple(
            str(tab.store.state.run_folder)
            for tab in window.tabs()
            if tab.store is not None and tab.busy_sentence and tab.store.state.run_folder
        )
        file = "" if document.path is None else str(document.path.absolute())
        tab = window.current_tab
        if not (document.is_modified or file or training):
            return Autosaved(None, OpenWork())
        return Autosaved(document.session(tab.key), OpenWork(document.name, tab.title, file, training))

    def _is_moving(self) -> bool:
        return any(tab.store is not None and tab.store.is_in_gesture for tab in self._window.tabs())

    # -- what is offered ----------------------------------------------------------------------------------

    @Slot(object, object)
    def _offer(self, _request: OfferRequest, offers: Offers) -> None:
        self._offers = offers
        if not offers:
            return
        panel = self.panel = RecoveryPanel(_title(offers), self._window.theme)
        panel.later_requested.connect(self._put_off)
        panel.diagnostics_requested.connect(self._window.copy_diagnostics)
        for lost in offers.sessions:
            self._add_session(panel, lost)
        for cut_off in offers.runs:
            self._add_run(panel, cut_off)
        if offers.n_more_runs:
            panel.note.setText(f"{offers.n_more_runs} more interrupted runs: File → Recent runs")
        if panel.n_rows == 0:
            panel.later_button.setText("Close")
            panel.later_button.setToolTip("Close this card (Escape).")
        self._window.banner.add(panel)
        panel.show()

    def _add_session(self, panel: RecoveryPanel, lost: LostSession) -> None:
        work = lost.work
        where = f", {work.tab} tab" if work.tab else ""
        panel.add_row(
            f"Session {work.name or 'Untitled'}{where}, kept {describe_age(lost.window.saved_at)}",
            f"Its file: {work.file}" if work.file else "It was never saved to a file.",
            (
                "Restore",
                "Put it on the screen; Undo brings back what is there now.",
                partial(self._restore, lost),
            ),
            ("Discard", "Delete this autosave for good.", partial(self._discard, lost)),
        )

    def _add_run(self, panel: RecoveryPanel, lost: LostRun) -> None:
        run = lost.run
        of = f" of {run.n_steps:,}" if run.n_steps else ""
        back = f"; goes on from step {lost.goes_on_from:,}" if lost.goes_on_from != run.step else ""
        panel.add_row(
            f"{self._title_of(run.model)} on {run.data}, cut off at step {run.step:,}{of}, "
            f"{describe_age(run.seen_at)}{back}",
            str(run.path),
            (
                "Resume",
                "Open it in its tab and go on training from its last checkpoint.",
                partial(self._resume, run.path),
            ),
            (
                "Leave",
                "Do not offer it again. It stays as it is: File → Recent runs opens it, and Play goes on.",
                partial(self._leave, run.path),
            ),
        )

    def _title_of(self, model: str) -> str:
        return next((tab.title for tab in self._window.tabs() if tab.key == model), model)

    def _restore(self, lost: LostSession) -> bool:
        file = Path(lost.work.file) if lost.work.file else None
        try:
            self._window.document.recover(lost.window.folder.session_file, file)
        except InputError as error:
            self._window.warn(str(error))
            return False
        self._taken.add(lost)
        if self.autosave is not None:
            self.autosave.save_soon(partial(_let_go, lost))
        else:
            lost.window.release()
        return True

    def _discard(self, lost: LostSession) -> bool:
        begin_beside(lost.window.forget)
        self._taken.add(lost)
        return True

    def _resume(self, folder: Path) -> bool:
        return self._window.runs.resume_run(folder)

    def _leave(self, folder: Path) -> bool:
        """Beside the window: whoever reads the run may hold its lock, and the disk may be slow."""
        self._leaving.append(folder)
        self._settler.ask(tuple(self._leaving))
        return True

    @Slot(object, object)
    def _note_settled(self, folders: tuple[Path, ...], refusals: list[str]) -> None:
        self._leaving = [folder for folder in self._leaving if folder not in folders]
        for sentence in refusals:
            self._window.warn(sentence)

    @Slot()
    def _put_off(self) -> None:
        if self.panel is not None:
            self.panel.hide()


def _let_go(lost: LostSession, is_kept: bool) -> None:
    """Only once this window has kept it the other one's copy may go; the disk may be slow."""
    if is_kept:
        begin_beside(lost.window.forget)
    else:
        lost.window.release()


def _settle(folders: tuple[Path, ...]) -> list[str]:
    """Write down the end of runs; what is settled already stays as it is. Returns why some could not be."""
    refusals = []
    for folder in folders:
        try:
            settle_run(RunFolder(folder))
        except InputError as error:
            refusals.append(str(error))
    return refusals


def _title(offers: Offers) -> str:
    if offers.crash:
        return f"DGM Explorer crashed the last time ({offers.crash})."
    if offers.sessions:
        return "DGM Explorer was not closed properly the last time."
    return "A run was interrupted." if len(offers.runs) == 1 else "Some runs were interrupted."
