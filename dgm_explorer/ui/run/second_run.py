"""A second run of the same model, read from its folder, to be laid over the one on the screen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.run.past import poll_all


@dataclass(frozen=True, slots=True)
class _Wish:
    """Read a run of ``model``; ``step`` None for its newest snapshot, ``has_metrics`` if curves are known."""

    model: str
    folder: Path
    step: int | None
    has_metrics: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What was read; ``error`` is one sentence, or empty."""

    snapshot: Any = None
    history: MetricsHistory | None = None
    data: DataSource | None = None
    error: str = ""


class SecondRun(QObject):
    """Holds curves and one picture of the run that is compared with; lives in the GUI thread.

    Parameters
    ----------
    model : runs of another one are refused.

    Attributes
    ----------
    folder : of the run; None for none.
    history, snapshot : None until they have been read; the snapshot is the model's own.
    data : what it was trained on; None until it has been read.
    """

    changed = Signal()
    """Curves or picture are there, or gone."""

    failed = Signal(str)
    """It cannot be read: one sentence."""

    def __init__(self, model: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.folder: Path | None = None
        self.history: MetricsHistory | None = None
        self.snapshot: Any = None
        self.data: DataSource | None = None
        self._step: int | None = None
        self._worker = NewestWorker(_read, self)
        self._worker.finished.connect(self._take)

    @property
    def name(self) -> str:
        return "" if self.folder is None else self.folder.name

    def open(self, folder: Path | None) -> None:
        """Compare with the run in this folder; None ends the comparison."""
        if folder == self.folder:
            return
        self.folder, self.history, self.snapshot, self.data = folder, None, None, None
        self.changed.emit()
        if folder is not None:
            self._worker.ask(_Wish(self._model, folder, self._step, False))

    def go_to(self, step: int | None) -> None:
        """Show the recorded picture nearest to ``step``; None for the newest."""
        if step == self._step:
            return
        self._step = step
        if self.folder is not None:
            self._worker.ask(_Wish(self._model, self.folder, step, self.history is not None))

    def close(self) -> None:
        """Wait for what is being read."""
        self._worker.close()

    def _take(self, wish: _Wish, found: _Found) -> None:
        if wish.folder != self.folder:
            return
        if found.error:
            self.open(None)
            self.failed.emit(found.error)
            return
        self.snapshot, self.data = found.snapshot, found.data
        self.history = found.history or self.history
        self.changed.emit()


def _read(wish: _Wish) -> _Found:
    """In the worker's thread."""
    try:
        reader = RunReader(wish.folder)
        if reader.info.model != wish.model:
            return _Found(error=f"{wish.folder} is a run of {reader.info.model}; choose one of {wish.model}.")
        history = None if wish.has_metrics else _read_history(reader)
        steps = reader.snapshot_steps()
        if not steps:
            return _Found(history=history, data=reader.info.source)
        nearest = steps[-1] if wish.step is None else _nearest(steps, wish.step)
        return _Found(reader.read_snapshot(nearest), history, reader.info.source)
    except InputError as error:
        return _Found(error=str(error))
    except OSError as error:
        return _Found(error=f"{wish.folder} cannot be read ({error}); is its disk still there?")


def _nearest(steps: tuple[int, ...], wanted: int) -> int:
    return min(steps, key=lambda step: abs(step - wanted))


def _read_history(reader: RunReader) -> MetricsHistory:
    history = MetricsHistory()
    tables, _news = poll_all(reader)
    history.append(tables)
    return history
