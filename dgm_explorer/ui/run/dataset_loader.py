"""The examples behind the dots, loaded beside the window: images to look at, labels to colour by."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.newest_worker import NewestWorker


class DatasetLoader(QObject):
    """Holds the data set of the run on the screen; lives in the GUI thread."""

    loaded = Signal(object)
    """The `Dataset` last asked for."""

    failed = Signal(str)
    """It cannot be had: one sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: DataSource | None = None
        self.dataset: Dataset | None = None
        self._worker = NewestWorker(_load, self)
        self._worker.finished.connect(self._take)

    def ask(self, source: DataSource) -> None:
        """Load ``source``, unless it is the one that is there or under way."""
        if source != self._source:
            self._source, self.dataset = source, None
            self._worker.ask(source)

    def close(self) -> None:
        """Wait for what is being loaded."""
        self._worker.close()

    def _take(self, source: DataSource, result: Any) -> None:
        if source != self._source:
            return
        if isinstance(result, Dataset):
            self.dataset = result
            self.loaded.emit(result)
        else:
            self._source = None
            self.failed.emit(f"The run goes on, but its examples cannot be shown: {result}")


def _load(source: DataSource) -> Dataset | str:
    """In the worker's thread."""
    from dgm_explorer.data.catalogue import load_dataset

    try:
        return load_dataset(source)
    except InputError as error:
        return str(error)
