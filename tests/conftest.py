"""Common ground of all tests: no screen, one thread, nothing left running behind a test."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

# Read when the first QApplication is made and when NumPy is imported, both after this file.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

REPOSITORY = Path(__file__).resolve().parent.parent
SINGLE_SHOT_GRACE_MS = 300
T = TypeVar("T")


def pytest_collection_finish() -> None:
    """What the imports made stays: leave it out of every later collection and search for leftovers."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The real-mouse tests need a real X display; elsewhere they say so."""
    if os.environ["QT_QPA_PLATFORM"] == "xcb" and os.environ.get("DISPLAY"):
        return
    needs_display = pytest.mark.skip(
        reason="needs an X display: QT_QPA_PLATFORM=xcb xvfb-run -a python -m pytest -m x11"
    )
    for item in items:
        if "x11" in item.keywords:
            item.add_marker(needs_display)


@pytest.fixture(scope="session")
def shared_reference() -> Path:
    """The folder of reference numbers that is kept beside the repository, where there is one."""
    shared = Path(os.environ.get("DGM_EXPLORER_SHARED", REPOSITORY.parent / "shared"))
    folder = shared / "reference"
    if not folder.is_dir():
        pytest.skip(f"no reference numbers at {folder}; name their parent in DGM_EXPLORER_SHARED")
    return folder


@pytest.fixture(autouse=True)
def user_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from the user's own settings, runs and data (and from those of another test).

    Runs train in threads, which start at once, but where a test is about the processes beside the window.
    """
    monkeypatch.setenv("DGM_EXPLORER_TRAIN_IN", "thread")
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    for variable in ("DGM_EXPLORER_RUNS", "DGM_EXPLORER_DATA"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a GUI test that leaves a window, a running thread or a running timer behind."""
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("qapp")
    widgets_before = set(_top_level_widgets())
    yield
    _let_go_of_the_mouse()
    complaints = [
        *_complain_about_threads(),
        *_complain_about_timers(),
        *_complain_about_widgets(widgets_before),
    ]
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


def _let_go_of_the_mouse() -> None:
    """A double click of `QTest` ends with a press: the next test would find the button held."""
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        QTest.mouseRelease(QWidget(), Qt.MouseButton.LeftButton)
        assert QApplication.mouseButtons() == Qt.MouseButton.NoButton


def _top_level_widgets() -> list[QWidget]:
    """Windows that nobody owns; menus and tool tips of Qt itself have a parent or go with one."""
    return [widget for widget in QApplication.topLevelWidgets() if widget.parent() is None]


def _complain_about_threads() -> list[str]:
    here = QThread.currentThread()
    return [
        f"QThread {thread!r} is still running: ask it to stop and wait() for it before the test ends, "
        "or Qt aborts the program when its object goes."
        for thread in _living(QThread)
        if thread is not here and thread.isRunning()
    ]


def _complain_about_timers() -> list[str]:
    """A short single shot may still be due; anything else would fire into the next test."""
    return [
        f"QTimer {timer!r} ({timer.interval()} ms, parent {timer.parent()!r}) is still active: stop() it "
        "when its owner closes, or give its owner to qtbot.addWidget."
        for timer in _living(QTimer)
        if timer.isActive() and not (timer.isSingleShot() and timer.interval() <= SINGLE_SHOT_GRACE_MS)
    ]


def _complain_about_widgets(before: set[QWidget]) -> list[str]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return [
        f"window {widget!r} was left open: give it to qtbot.addWidget(), or close() and deleteLater() it."
        for widget in _top_level_widgets()
        if widget not in before and widget.isVisible()
    ]


def _living(kind: type[T]) -> list[T]:
    """Every Python-side object of a Qt class whose C++ half still lives."""
    kinds = {kind}
    while more := {child for parent in kinds for child in parent.__subclasses__()} - kinds:
        kinds |= more
    return [item for item in gc.get_objects() if type(item) in kinds and shiboken6.isValid(item)]
