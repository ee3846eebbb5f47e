"""What is on the screen, kept on the disk for the case that the program does not come to its end."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from dgm_explorer.core.errors import InputError
from dgm_explorer.session import Session, write_session
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.recovery.open_work import OpenWork, write_work
from dgm_explorer.ui.recovery.trace import TraceFolder

PAUSE_MS = 4000
"""From the first change to its autosave: what a crash loses."""

WHILE_DRAGGING_MS = 300


@dataclass(frozen=True, slots=True)
class Autosaved:
    """One state of the window.

    Attributes
    ----------
    session : what was on the screen; None where there is nothing that could be lost.
    work : what it belongs to.
    """

    session: Session | None
    work: OpenWork


class Autosave(QObject):
    """Writes the session some seconds after it has changed, beside the window and never during a drag.

    Lives in the GUI thread.

    Parameters
    ----------
    folder : where to write.
    take : what to keep now; None while the screen is not the user's own, as in a lecture.
    is_moving : whether a change is under way of which only the end counts.
    """

    failed = Signal(str)
    """It cannot be written: one sentence, said once until it can be again."""

    def __init__(
        self,
        folder: TraceFolder,
        take: Callable[[], Autosaved | None],
        is_moving: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._take = take
        self._is_moving = is_moving
        self._next: Autosaved | None = None
        self._has_failed = False
        self._n_asked = 0
        self._waiting: list[tuple[int, Callable[[bool], None]]] = []
        self._written: OpenWork | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._save_unless_dragging)
        self._worker = NewestWorker(self._write, self)
        self._worker.finished.connect(self._receive)

    @property
    def is_waiting(self) -> bool:
        """Whether a change is not on the disk yet."""
        return self._timer.isActive() or self._worker.is_busy

    @Slot()
    def poke(self) -> None:
        """Something has changed; costs microseconds."""
        autosaved = self._take()
        if autosaved is None:
            return
        self._next = autosaved
        if not self._timer.isActive():
            self._timer.start(PAUSE_MS)

    def save_soon(self, then: Callable[[bool], None]) -> None:
        """Write what is on the screen now, beside the window.

        Parameters
        ----------
        then : called with whether this, or what came after it, was written; at once if it is not to be kept.
        """
        autosaved = self._take()
        if autosaved is None:
            then(False)
            return
        self._timer.stop()
        self._ask(autosaved)
        self._waiting.append((self._n_asked, then))

    def close(self) -> None:
        """Write nothing more, and wait for what is being written."""
        self._timer.stop()
        self._worker.close()

    @Slot()
    def _save_unless_dragging(self) -> None:
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton or self._is_moving():
            self._timer.start(WHILE_DRAGGING_MS)
        elif self._next is not None:
            self._ask(self._next)

    def _ask(self, autosaved: Autosaved) -> None:
        self._next = None
        self._n_asked += 1
        self._worker.ask((self._n_asked, autosaved))

    def _write(self, request: tuple[int, Autosaved]) -> str:
        """In the worker's thread: why it could not be written; empty where it was."""
        _number, autosaved = request
        try:
            if autosaved.session is None:
                with suppress(OSError):
                    self._folder.session_file.unlink()
            else:
                if autosaved.work != self._written:
                    write_work(self._folder.work_file, autosaved.work)
                    self._written = autosaved.work
                write_session(self._folder.session_file, autosaved.session)
        except InputError as error:
            return str(error)
        return ""

    @Slot(object, object)
    def _receive(self, request: tuple[int, Autosaved], reason: str) -> None:
        if reason and not self._has_failed:
            self.failed.emit(f"The session is not kept for the case of a crash: {reason}")
        self._has_failed = bool(reason)
        number, _autosaved = request
        heard = [then for asked, then in self._waiting if asked <= number]
        self._waiting = [(asked, then) for asked, then in self._waiting if asked > number]
        for then in heard:
            then(not reason)
