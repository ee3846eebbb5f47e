"""How the C library keeps the memory of a window that is open for hours (glibc; elsewhere nothing)."""

import ctypes
import sys
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""

GIVE_BACK_MS = 10_000


def keep_in_one_heap() -> None:
    """Let all threads take their memory from one heap.

    A window has twenty threads, and glibc gives them up to eight heaps per core, each of which keeps what was
    freed in it: after ten minutes of use 190 MB lay in their gaps, in those of one heap 50. That one
    lock is enough: the threads of the window take turns at the interpreter's lock anyway.
    """
    mallopt = _function("mallopt")
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


class HeapKeeper(QObject):
    """Gives what was freed back to the system now and then: some 30 MB, in 1 to 5 ms."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._trim = _function("malloc_trim")
        self._timer = QTimer(self)
        self._timer.setInterval(GIVE_BACK_MS)
        self._timer.timeout.connect(self.give_back)
        if self._trim is not None:
            self._timer.start()

    @Slot()
    def give_back(self) -> None:
        """Now, unless somebody drags: what a drag has freed it wants again in the next frame."""
        if self._trim is not None and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._trim(0)


def _function(name: str) -> Any:
    """One of the C library's, where it has it."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
