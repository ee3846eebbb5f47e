"""From the start of the program to its end: a trace of the window, and somebody to look after it."""

import faulthandler
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

from dgm_explorer.ui.recovery.polite_end import PoliteEnd
from dgm_explorer.ui.recovery.trace import WindowTrace

if TYPE_CHECKING:
    from dgm_explorer.ui.main_window import MainWindow
    from dgm_explorer.ui.recovery.recovery import Recovery

SETTLE_MS = 800
"""After the start: the first picture and what follows it come first."""

TRACES = "windows"


class CrashGuard(QObject):
    """Begins before there is a window, so that a crash at the start leaves its words too.

    Parameters
    ----------
    state : the user's state folder; None for a window that leaves no trace, such as for a screenshot.
    """

    def __init__(self, state: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._trace: WindowTrace | None = None
        self._recovery: Recovery | None = None
        self._polite_end: PoliteEnd | None = None
        self._window: MainWindow | None = None
        self._offers = True
        self.trouble = ""
        if state is None:
            if sys.stderr is not None:
                faulthandler.enable()
            return
        try:
            self._trace = WindowTrace(state / TRACES)
        except OSError as error:
            reason = error.strerror or error
            self.trouble = f"The session is not kept for the case of a crash ({state}: {reason})."
        else:
            self._trace.log_hard_crashes()

    def watch(self, window: "MainWindow", *, is_offering: bool = True) -> None:
        """Look after this window once it has settled; it may offer what an earlier one has left."""
        self._window = window
        self._offers = is_offering
        if self._state is not None:
            self._polite_end = PoliteEnd(self)
            self._polite_end.asked.connect(self._leave)
            QTimer.singleShot(SETTLE_MS, self, self._begin)

    @property
    def recovery(self) -> "Recovery | None":
        """Who looks after the window; None before it has settled."""
        return self._recovery

    def end(self) -> None:
        """The program ends properly."""
        if self._polite_end is not None:
            self._polite_end.close()
            self._polite_end = None
        if self._recovery is not None:
            self._recovery.finish()
            self._recovery = None
        self._window = None
        if self._trace is not None:
            self._trace.end()
            self._trace = None

    @Slot()
    def _leave(self) -> None:
        """The system asks the program to end: nobody is asked, and what is on the screen is kept."""
        if self._window is not None:
            self._window.lectures.end()
            self._window.sessions.keep_for_next_time()
            self._window.close_silently()
        QCoreApplication.exit(0)  # out of a dialog that is open, too

    def _begin(self) -> None:
        if self._window is None or self._state is None:
            return
        from dgm_explorer.runs.folder import default_parent
        from dgm_explorer.ui.recovery.offers import OfferRequest
        from dgm_explorer.ui.recovery.recovery import Recovery

        request = OfferRequest(self._state, self._state / TRACES, default_parent())
        folder = None if self._trace is None else self._trace.folder
        self._recovery = Recovery(self._window, folder, request if self._offers else None)
        troubles = " ".join(words for words in (self._window.describe_troubles(), self.trouble) if words)
        if troubles:
            self._window.banner.warn_until_dismissed(troubles)
