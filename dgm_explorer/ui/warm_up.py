"""Behind the first picture: what would hold the window up when it is first wanted is made ready before.

Imports and typesetting go to a thread of their own, one after the other with a breath between them. The
tabs are built in the GUI thread, one at a time, in a moment in which no button of the mouse is held.
"""

import gc
import importlib
import pkgutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Event

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.lasting_thread import LastingThread
from dgm_explorer.ui.tabs.tab import Tab

DELAY_MS = 1000
"""Behind the first picture: whatever the start still has to do comes first."""

BREATH_S = 0.002
"""Between two imports, for the window."""

PAUSE_MS = 150
"""Between two tabs that are built."""

PACKAGES = ("dgm_explorer.ui.tabs", "dgm_explorer.ui.lecture", "dgm_explorer.ui.theory")
LIBRARIES = ("scipy.special", "scipy.spatial", "scipy.optimize", "safetensors.numpy", "PIL.Image")
"""What the tabs import within functions."""


def start_collector() -> None:
    """Switch garbage collection on; what is there now stays, and is never looked through again."""
    gc.freeze()
    gc.enable()


class WarmUp(QObject):
    """Makes the other tabs ready once the first one is painted.

    Parameters
    ----------
    tabs : those of the window.
    parent : the window; this object ends with the program.
    """

    def __init__(self, tabs: Sequence[Tab], parent: QObject) -> None:
        super().__init__(parent)
        self._waiting = list(tabs)
        self._importer = Importer()
        self._importer.finished.connect(self._go_on)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._build_one)
        QTimer.singleShot(DELAY_MS, self, self._importer.begin)
        application = QApplication.instance()
        assert application is not None
        application.aboutToQuit.connect(self._end)

    @Slot()
    def _end(self) -> None:
        """Begin nothing more, and wait for what is being imported."""
        self._waiting.clear()
        self._pause.stop()
        self._importer.finished.disconnect(self._go_on)
        self._importer.stop()

    @Slot()
    def _go_on(self) -> None:
        if self._waiting:
            self._pause.start()
        else:
            gc.freeze()

    @Slot()
    def _build_one(self) -> None:
        if QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._waiting.pop(0).prepare()
        self._go_on()


class Importer(LastingThread):
    """Imports what tabs are made of, typesets lectures; what cannot be had fails where it is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("importer")
        self._stopped = Event()

    def request_stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        """The thread."""
        for name in (*_modules(), *LIBRARIES):
            if self._stopped.is_set():
                return
            with suppress(ImportError):
                importlib.import_module(name)
            time.sleep(BREATH_S)
        with suppress(InputError, ValueError):
            for _formula in _typeset_lectures():
                if self._stopped.is_set():
                    return
                time.sleep(BREATH_S)


def _typeset_lectures() -> Iterator[None]:
    """One formula after the other: a lecture needs all of its own at once to know how high it stands."""
    from dgm_explorer.lecture import find_lecture, lecture_names
    from dgm_explorer.ui.formula import typeset
    from dgm_explorer.ui.notes_markup import parse_spans

    for name in lecture_names():
        for step in find_lecture(name).steps:
            for span in parse_spans(" ".join((step.caption, step.question, step.answer))):
                if span.kind == "formula":
                    typeset(span.text, False)
                    yield


def _modules() -> Iterator[str]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            yield module.name
