"""Watching a run folder that may lie on a slow disk and be written by another computer."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.run_notes import RunNote
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.run.past import notes_of, poll_all

Wish: TypeAlias = Literal["stop", "snapshot"]

POLL_MS = 500
IDLE_POLL_MS = 3000


@dataclass(frozen=True, slots=True, eq=False)
class FolderNews:
    """What one look into a run folder found.

    Attributes
    ----------
    info : what the run is; None where the folder cannot be read, then ``error`` says why.
    tables : metrics since the last look.
    is_restarted : the metrics are from the beginning again; forget the older ones.
    status : how it stands; None where nothing is written yet.
    is_alive : whether somebody writes.
    snapshot : the newest, if it is newer than that of the last look.
    notes : what else happened since the last look.
    refusal : why what was asked of the run could not be written into its folder; empty for none.
    error : one sentence; empty for none.
    """

    info: RunInfo | None = None
    tables: tuple[MetricsTable, ...] = ()
    is_restarted: bool = False
    status: RunStatus | None = None
    is_alive: bool = False
    snapshot: Any = None
    notes: tuple[RunNote, ...] = ()
    refusal: str = ""
    error: str = ""


class _Watch:
    """The reader of one folder and what it has shown; touched by the worker only.

    Attributes
    ----------
    path : the folder.
    wanted : what the window asks of the run; written into the folder with the next look.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.wanted: deque[Wish] = deque()
        self._reader: RunReader | None = None
        self._shown_step = -1

    def look(self) -> FolderNews:
        """In the worker's thread; never raises."""
        try:
            if self._reader is None:
                self._reader = RunReader(self.path)
            refusal = self._ask(self._reader)
            tables, news = poll_all(self._reader)
            return FolderNews(
                self._reader.info,
                tables,
                news.is_restarted,
                news.status,
                news.is_alive,
                self._newest_snapshot(self._reader),
                notes_of(news.events),
                refusal,
            )
        except InputError as error:
            return FolderNews(error=str(error))
        except OSError as error:
            return FolderNews(error=f"{self.path} cannot be read ({error}); is its disk still there?")

    def _ask(self, reader: RunReader) -> str:
        """Hand on what is wanted; a folder that may only be read is watched all the same."""
        refusal = ""
        while self.wanted:
            wish = self.wanted.popleft()
            try:
                reader.request_stop() if wish == "stop" else reader.request_snapshot()
            except InputError as error:
                refusal = str(error)
        return refusal

    def _newest_snapshot(self, reader: RunReader) -> Any:
        steps = reader.snapshot_steps()
        if not steps or steps[-1] <= self._shown_step:
            return None
        try:
            snapshot = reader.read_snapshot(steps[-1])
        except (InputError, OSError):  # being written, or thinned away just now: the next look finds another
            return None
        self._shown_step = steps[-1]
        return snapshot


class RunFollower(QObject):
    """Looks into one run folder every `POLL_MS`, beside the window; a slow disk makes it slower, no more."""

    found = Signal(object)
    """`FolderNews`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch: _Watch | None = None
        self._asked: _Watch | None = None
        self._worker = NewestWorker(_Watch.look, self)
        self._worker.finished.connect(self._receive)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._look)

    @property
    def folder(self) -> Path | None:
        return self._watch.path if self._watch is not None else None

    def follow(self, folder: Path) -> None:
        """Watch this folder from its beginning, and no other."""
        self._watch = _Watch(folder)
        self._worker.forget()
        self._timer.start(POLL_MS)
        self._look()

    def release(self) -> None:
        """Watch nothing any more."""
        self._watch = None
        self._worker.forget()
        self._timer.stop()

    def ask(self, wish: Wish) -> None:
        """Ask the process that trains to stop or to write a picture, by a file in the run folder."""
        if self._watch is not None:
            self._watch.wanted.append(wish)
            self._timer.start(POLL_MS)

    def close(self) -> None:
        """Release and wait for a look under way."""
        self.release()
        self._worker.close()

    def _look(self) -> None:
        """The disk sets the pace: while a look is under way, another one does not wait for it."""
        if self._watch is not None and (not self._worker.is_busy or self._asked is not self._watch):
            self._asked = self._watch
            self._worker.ask(self._watch)

    def _receive(self, watch: _Watch, news: FolderNews) -> None:
        if watch is not self._watch:
            return
        if news.error:
            self._timer.stop()
        else:
            self._timer.setInterval(POLL_MS if news.is_alive else IDLE_POLL_MS)
        self.found.emit(news)
