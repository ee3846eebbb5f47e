"""Metrics of a run in the order of its steps, also where it goes on from what was written before."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from dgm_explorer.core.training import MetricsTable
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.run.past import Past, PastRequest, read_past


class MetricsFeed(QObject):
    """Hands tables on; those of a run that goes on wait until what it wrote before has been read."""

    metrics_ready = Signal(object)
    """Metrics tables, in the order of their steps."""

    noted = Signal(object)
    """Run notes of the steps before."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._wanted: PastRequest | None = None
        self._held: list[MetricsTable] = []
        self._past = NewestWorker(read_past, self)
        self._past.finished.connect(self._take_past)

    def begin_behind(self, folder: Path, step: int) -> None:
        """Read what the folder has up to ``step``; it comes before whatever is added."""
        self._wanted = PastRequest(folder, step)
        self._past.ask(self._wanted)

    def forget(self) -> None:
        """Another run begins, or none."""
        self._past.forget()
        self._wanted = None
        self._held.clear()

    def close(self) -> None:
        """Wait for what is being read."""
        self._past.close()

    def add(self, tables: tuple[MetricsTable, ...]) -> None:
        if self._wanted is not None:
            self._held.extend(tables)
        elif tables:
            self.metrics_ready.emit(tables)

    def _take_past(self, request: PastRequest, past: Past) -> None:
        if request != self._wanted:
            return
        tables = (*past.tables, *self._held)
        self.forget()
        if past.notes:
            self.noted.emit(past.notes)
        self.metrics_ready.emit(tables)
