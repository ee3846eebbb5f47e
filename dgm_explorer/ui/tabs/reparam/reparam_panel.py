"""What all panels below the pictures share: the contract between them and the scene."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.theme import LIGHT, Theme


class ReparamPanel(QWidget):
    """Shows frames while it is in front; hidden, it only remembers the last.

    A panel is made when it first comes to the front, with what it needs: the `ReparamEditor`, through which
    everything that the hand does goes into the state (never its own fields), the theme, and for the one that
    plays the `DescentPlayer`. Its constructor imports what it draws with; it is registered in `lower_panels`.

    The scene calls, in this order and in the GUI thread: `set_theme` whenever the theme changes, `show_state`
    with what the *store* holds and `show_frame` with what is *on the screen* at every frame, `finish` once,
    before the tab goes. None of them answers back: a setter emits nothing.

    A frame is drawn within the drag of a handle, some ten thousand times an hour: `_show` takes a few
    milliseconds at most. What takes longer (−log p integrated, clouds of many arrows, sweeps) runs beside the
    window in a `NewestWorker` or in pieces from a timer, is asked for in `_show`, and says how old it is.

    Attributes
    ----------
    theme : the one last set.
    """

    drag_started = Signal()
    """A gesture begins in here: all that follows up to `drag_finished` is one step for undo."""
    drag_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = LIGHT
        self._frame: ReparamFrame | None = None

    def set_theme(self, theme: Theme) -> None:
        """Colours and fonts; overriders call this one first."""
        self.theme = theme

    def show_state(self, state: ReparamState) -> None:
        """Set the panel's own controls to what the store holds; free where nothing differs."""

    def show_frame(self, frame: ReparamFrame) -> None:
        """Show a frame; free when hidden."""
        self._frame = frame
        if self.isVisible():
            self._show(frame)

    def _show(self, frame: ReparamFrame) -> None:
        """Draw a frame."""
        raise NotImplementedError

    def plots(self) -> Sequence[ExportablePlot]:
        """What can be exported, the most important first."""
        return ()

    def finish(self) -> None:
        """Stop whatever runs beside the window and wait for it."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._frame is not None:
            self._show(self._frame)
