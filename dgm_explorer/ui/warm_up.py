"""Behind the first picture: what would hold the window up when it is first wanted is made ready before.

Libraries are imported and formulas typeset in a thread of their own, one after the other with a breath
between them. Our own modules are imported in the GUI thread, a few milliseconds at a time, because the
making of Qt classes is not safe beside a window that works; the tabs are built there, part by part. All
that waits while a button of the mouse is held, and while another thread imports what may be the same. A
tab that is shown before says so and comes first.
"""

import gc
import importlib
import pkgutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Event

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.heavy_imports import own_imports
from dgm_explorer.ui.lasting_thread import LastingThread
from dgm_explorer.ui.quick_imports import make_remaining_classes
from dgm_explorer.ui.tabs.tab import Tab

DELAY_MS = 1000
"""Behind the first picture: whatever the start still has to do comes first."""

BREATH_S = 0.002
"""Between two steps of the thread, for the window."""

SLICE_S = 0.005
PAUSE_MS = 10
"""So long the GUI thread imports, and so long it then looks after the window."""

HURRIED_PAUSE_MS = 1
"""While somebody waits. With 0 the next turn would come before what the window was to do."""

LIBRARIES = ("scipy.special", "scipy.spatial", "scipy.optimize", "safetensors.numpy", "PIL.Image")
"""What the tabs import within functions."""

ROOMS = ("core", "runs", "data", "numerics", "driver")
SHARED = ("ui.plots", "ui.widgets", "ui.run", "ui.settings")
REST = ("ui.tabs", "ui.lecture", "ui.theory")
"""Our packages: what all of these stand on, what every tab needs, and what comes behind the tabs.

The window needs nearly every module of the rooms below it. One by one they take 1 ms each; a module of the
window that brought twenty of them took 40 ms in a turn.
"""


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
        self._tabs = list(tabs)
        self._steps: Iterator[str] | None = self._work()
        self._has_begun = False
        for tab in tabs:
            tab.leave_building(True)
            tab.wanted.connect(self._hurry)
        self._libraries, self._words = Worker(_import_libraries), Worker(_prepare_words)
        self._libraries.finished.connect(self._begin_to_build)
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._go_on)
        QTimer.singleShot(DELAY_MS, self, self._begin)
        application = QApplication.instance()
        assert application is not None
        application.aboutToQuit.connect(self._end)

    @property
    def is_done(self) -> bool:
        """Whether all is ready but for the formulas."""
        return self._steps is None

    @Slot()
    def _begin(self) -> None:
        if self._has_begun or self._steps is None:
            return
        self._has_begun = True
        import dgm_explorer.ui.formula  # noqa: F401 - it brings more of Qt, which is for this thread

        self._libraries.begin()

    @Slot()
    def _hurry(self) -> None:
        """Somebody waits in front of a tab that is not built."""
        self._timer.setInterval(HURRIED_PAUSE_MS)
        self._begin()

    @Slot()
    def _begin_to_build(self) -> None:
        if self._steps is not None:
            self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        with own_imports() as is_free:
            if is_free:
                self._go_on_for_a_slice()

    def _go_on_for_a_slice(self) -> None:
        end_s = time.perf_counter() + SLICE_S
        while self._steps is not None and time.perf_counter() < end_s:
            if next(self._steps, None) is None:
                self._finish()

    def _finish(self) -> None:
        self._rest()
        gc.freeze()
        self._words.begin()

    @Slot()
    def _end(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._rest()
        for worker in (self._libraries, self._words):
            worker.stop()

    def _rest(self) -> None:
        self._steps = None
        self._timer.stop()
        for tab in self._tabs:
            tab.leave_building(False)

    def _work(self) -> Iterator[str]:
        """The steps of the GUI thread; what cannot be imported fails where it is wanted."""
        yield from make_remaining_classes()
        yield from _import_modules((*ROOMS, *SHARED))
        left = list(self._tabs)
        while left:
            tab = next((tab for tab in left if tab.isVisible()), left[0])
            left.remove(tab)
            yield from _import_modules([f"ui.tabs.{tab.key.replace('-', '_')}"])
            while tab.prepare_a_part():
                yield tab.key
            yield tab.key  # the last part is as long as another
            if tab.isVisible():
                self._timer.setInterval(PAUSE_MS)
        yield from _import_modules(REST)


class Worker(LastingThread):
    """Goes through the steps of something beside the window."""

    def __init__(self, work: Callable[[], Iterator[None]]) -> None:
        super().__init__()
        self.setObjectName("warm-up")
        self._work = work
        self._stopped = Event()

    def request_stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        """The thread."""
        for _step in self._work():
            if self._stopped.is_set():
                return
            time.sleep(BREATH_S)


def _import_libraries() -> Iterator[None]:
    for name in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)
        yield
    from dgm_explorer.ui.formula import typeset

    typeset("x", False)  # that imports the typesetter, which takes long and cannot be cut up
    yield
    from dgm_explorer.ui.tabs.gmm_vae.terms import WORDS

    for words in WORDS.values():  # what the tab must know the size of
        typeset(words.tex, False)
        yield


def _prepare_words() -> Iterator[None]:
    """The versions in the About box, and formulas one after the other: those of which a lecture or a card
    needs all at once to know how large it is.
    """
    from dgm_explorer.ui.about import versions

    versions()
    yield
    from dgm_explorer.ui.formula import typeset

    for find, is_display in ((_formulas_of_lectures, False), (_formulas_of_cards, True)):
        with suppress(InputError, ValueError, OSError):  # what cannot be had says so where it is wanted
            for tex in find():
                typeset(tex, is_display)
                yield


def _formulas_of_lectures() -> Iterator[str]:
    from dgm_explorer.lecture import find_lecture, lecture_names
    from dgm_explorer.ui.notes_markup import parse_spans

    for name in lecture_names():
        for step in find_lecture(name).steps:
            for span in parse_spans(" ".join((step.caption, step.question, step.answer))):
                if span.kind == "formula":
                    yield span.text


def _formulas_of_cards() -> Iterator[str]:
    """What F1 answers for the panels of the tabs."""
    from dgm_explorer.ui.what_is_this.texts import panel_texts, tabs_with_texts

    for key in tabs_with_texts():
        for text in panel_texts(key).values():
            if text.formula:
                yield text.formula


def _import_modules(packages: Sequence[str]) -> Iterator[str]:
    """What a package is made of comes before what puts it together, so that no step is long."""
    for name in packages:
        package = importlib.import_module(f"dgm_explorer.{name}")
        yield package.__name__
        found = list(pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
        for module in sorted(found, key=lambda module: -module.name.count(".")):
            with suppress(ImportError):
                importlib.import_module(module.name)
            yield module.name
