"""The user's own image: read from a file beside the window, or drawn."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QObject, Signal, Slot

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.single_image import read_single_image
from dgm_explorer.ui.newest_worker import NewestWorker

_MOST_UNDONE = 50


@dataclass(frozen=True, slots=True)
class _Request:
    path: Path
    shape: tuple[int, int, int]


class OwnImage(QObject):
    """Holds the image; it stays while training goes on, until the data have another shape.

    Attributes
    ----------
    values : (d,) read-only; None where there is none.
    """

    replaced = Signal()
    """Another image: it shall come to the front."""
    retouched = Signal()
    """A piece of a stroke was added to it."""
    discarded = Signal()
    failed = Signal(str)
    """One sentence: why a file cannot be used."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.values: Float32Array | None = None
        self._before: deque[Float32Array] = deque(maxlen=_MOST_UNDONE)
        self._shape = (1, 1, 1)
        self._reader = NewestWorker(_read, self)
        self._reader.finished.connect(self._take_file)

    def set_shape(self, shape: tuple[int, int, int]) -> None:
        """Of the data: an image of another shape is given up."""
        if shape != self._shape:
            self._shape, self.values = shape, None
            self._before.clear()

    def read(self, path: Path) -> None:
        """Take a file as soon as it is read."""
        self._reader.ask(_Request(path, self._shape))

    def close(self) -> None:
        """Wait for the work in hand."""
        self._reader.close()

    @Slot()
    def wipe(self) -> None:
        """Begin with a black image."""
        self._replace(np.zeros(self._shape, np.float32))

    @Slot()
    def invert(self) -> None:
        """1 − x."""
        if self.values is not None:
            self._replace(1 - self.values)

    @Slot()
    def discard(self) -> None:
        """Without an image; `undo` brings it back while another one is drawn."""
        self.keep()
        self.values = None
        self.discarded.emit()

    @Slot()
    def keep(self) -> None:
        """What there is now is what `undo` brings back next."""
        if self.values is not None:
            self._before.append(self.values)

    @Slot()
    def undo(self) -> None:
        """Take back a stroke, or what has replaced the image."""
        if self._before:
            self.values = self._before.pop()
            self.replaced.emit()

    @Slot(object)
    def retouch(self, image: Float32Array) -> None:
        """Take over an image (height, width, channels) that was drawn on."""
        self.values = image.reshape(-1)
        self.retouched.emit()

    def _replace(self, image: Float32Array) -> None:
        self.keep()
        self.values = image.reshape(-1)
        self.values.setflags(write=False)
        self.replaced.emit()

    @Slot(object, object)
    def _take_file(self, request: _Request, result: "Float32Array | str") -> None:
        if isinstance(result, str):
            self.failed.emit(result)
        elif request.shape == self._shape:
            self._replace(result)


def dropped_file(mime: QMimeData) -> Path | None:
    """The one file that is dragged; None for several, folders, and sessions, which are for the window."""
    urls = mime.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.is_file() and path.suffix.lower() != ".json" else None


def _read(request: _Request) -> "Float32Array | str":
    """In the worker's thread."""
    try:
        return read_single_image(request.path, request.shape)
    except InputError as error:
        return str(error)
