"""What the questions before an export share."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget


class ExportDialog(QDialog):
    """A form, a line that says what its numbers come to, and buttons. Goes when it is closed.

    Parameters
    ----------
    kind : what is made, such as ``picture``.
    name : of what is exported, as its files have it.
    """

    def __init__(self, kind: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Export {kind}: {name.replace('-', ' ').replace('_', ' ')}")
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setMinimumWidth(360)
        self.note.setMinimumHeight(3 * self.note.fontMetrics().lineSpacing())
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.buttons = QDialogButtonBox()
        self.save = self.buttons.addButton("&Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self, form: QFormLayout) -> None:
        """One under the other; Tab goes this way."""
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.note)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)  # last, also for the Tab key
        layout.addWidget(self.buttons)
        self.save.setDefault(True)
