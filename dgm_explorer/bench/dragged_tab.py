"""What the benchmarks of a drag know about a tab: how it is shown, and where its handle is."""

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtWidgets import QLayout

from dgm_explorer.app import make_application
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.tab import Tab

SIZE = (1280, 690)
"""What the window of 1280 × 800 leaves to the tab."""
SETTLE_MS = 400

TabT = TypeVar("TabT", bound=Tab)


class DraggedTab(ABC, Generic[TabT]):
    """A tab in a window of its own, with a handle that is dragged to and fro.

    Attributes
    ----------
    tab : the real one.
    """

    def __init__(self, tab: TabT) -> None:
        self.tab = tab

    @property
    @abstractmethod
    def plot(self) -> Plot:
        """Where the handle is."""

    @abstractmethod
    def handle(self) -> QPointF:
        """Where the handle is painted, in pixels of the plot's widget."""

    @abstractmethod
    def swing(self, step: int) -> QPointF:
        """How far from its start the mouse is at a step of the drag, in pixels; nothing at step 0."""

    @abstractmethod
    def begin(self) -> None:
        """The button goes down."""

    @abstractmethod
    def move(self, step: int) -> None:
        """One step of a drag: state, computation, setting the views, painting what they have changed."""

    @abstractmethod
    def finish(self) -> None:
        """The button goes up."""


def choose_platform() -> bool:
    """Offscreen unless there is an X display with a mouse that can be moved; True if so."""
    platform = os.environ.get("QT_QPA_PLATFORM", "xcb")
    has_display = bool(os.environ.get("DISPLAY")) and platform == "xcb"
    has_x_mouse = has_display and shutil.which("xdotool") is not None
    os.environ["QT_QPA_PLATFORM"] = "xcb" if has_x_mouse else "offscreen"
    make_application()
    return has_x_mouse


@contextmanager
def shown(tab: TabT) -> Iterator[TabT]:
    """The tab in a real window of the size that the smallest window leaves."""
    layout = tab.layout()
    assert layout is not None
    layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    tab.resize(*SIZE)
    tab.move(0, 0)
    tab.show()
    tab.activateWindow()
    turn_event_loop(SETTLE_MS)
    try:
        yield tab
    finally:
        tab.finish()
        tab.close()
        tab.deleteLater()
        turn_event_loop(0)


def turn_event_loop(duration_ms: int) -> None:
    """Let everything happen that waits, for so long."""
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec()
