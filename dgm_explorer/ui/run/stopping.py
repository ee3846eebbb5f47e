"""Asking a run to stop, and what can be done where it does not."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dgm_explorer.ui.training_thread import TrainingThread

PATIENCE_MS = 10_000


class Stopping(QObject):
    """Asks threads to end; one that has not for `PATIENCE_MS` is given up when it is asked once more.

    A step may take long, so nothing is killed unasked.
    """

    said = Signal(str)
    """A run does not stop, and the way out; or it was taken: one sentence."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: TrainingThread | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._complain)

    def ask(self, thread: TrainingThread) -> None:
        """Have it stop behind the present step; again, if that is overdue: have it given up."""
        if thread is not self._thread:
            self._thread = thread
            self._patience.start()
        elif not self._patience.isActive() and thread.give_up():
            self.said.emit(
                "The process of the run was killed. Play goes on from the last checkpoint, if any."
            )
            return
        thread.request_stop()

    def forget(self) -> None:
        """It has ended."""
        self._patience.stop()
        self._thread = None

    @Slot()
    def _complain(self) -> None:
        if self._thread is not None and self._thread.can_be_given_up:
            self.said.emit(
                f"The run has not stopped for {PATIENCE_MS / 1000:g} s. It may be in a long step or hang: "
                "Stop once more kills its process, and its last checkpoint stands."
            )
