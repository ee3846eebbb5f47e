"""What is asked when a window is to close while something trains."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMessageBox, QWidget


class StopQuestion(QMessageBox):
    """Whether what trains shall be stopped; says so where it comes to its end while the question stands.

    Parameters
    ----------
    say_what_trains : one sentence for each run that trains; empty where none does.
    """

    def __init__(self, say_what_trains: Callable[[], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._say_what_trains = say_what_trains
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle("Stop training?")
        self.setInformativeText("What is trained so far is saved; the run can be gone on with later.")
        self._stop = self.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        self._keep = self.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self._keep)
        self.setEscapeButton(self._keep)
        self.renew()

    @property
    def may_close(self) -> bool:
        """Whether the answer was to stop and close."""
        return self.clickedButton() is self._stop

    @Slot()
    def renew(self) -> None:
        """What trains has changed, or trains no more."""
        words = self._say_what_trains()
        if words:
            self.setText(words)
            return
        self.setWindowTitle("Close the window?")
        self.setText("Nothing trains any more.")
        self.setInformativeText("What was trained is saved.")
        self._stop.setText("Close")
        self._keep.setText("Stay")
