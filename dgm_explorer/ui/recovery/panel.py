"""The card that offers what was cut off, over the top of the tab in front."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dgm_explorer.ui.banners import Notice
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.card import dress_card

SHORTEST_ROW_CHARACTERS = 30


class RecoveryPanel(Notice):
    """Rows of words with two buttons each; a row goes when one of its buttons has done its work.

    The panel hides with its last row. It never takes the focus: Tab leads into it, Escape closes it.
    """

    later_requested = Signal()
    """The hand wants none of it now."""

    diagnostics_requested = Signal()

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_rows = 0
        self.title = QLabel(title)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self._rows = QGridLayout()
        self._rows.setColumnStretch(0, 1)
        self._rows.setVerticalSpacing(4)
        self._rows.setHorizontalSpacing(6)
        self.diagnostics_button = QPushButton("Copy diagnostics")
        self.diagnostics_button.setToolTip(
            "Put versions, the last lines of the log and the traceback of the last crash into the clipboard, "
            "to send with a report."
        )
        self.diagnostics_button.clicked.connect(self.diagnostics_requested)
        self.later_button = QPushButton("Later")
        self.later_button.setToolTip("Close; what is still listed is offered at the next start (Escape).")
        self.later_button.clicked.connect(self.later_requested)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.diagnostics_button)
        foot.addWidget(self.later_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        layout.addWidget(self.title)
        layout.addLayout(self._rows)
        layout.addLayout(foot)
        self.setAccessibleName("Recovery")
        self.set_theme(theme)
        self.hide()

    @property
    def n_rows(self) -> int:
        """How many offers are still open."""
        return self._n_rows

    def add_row(
        self,
        words: str,
        tip: str,
        accept: tuple[str, str, Callable[[], bool]],
        decline: tuple[str, str, Callable[[], bool]],
    ) -> None:
        """Add an offer.

        Parameters
        ----------
        words, tip : what is offered.
        accept, decline : text and tool tip of a button, and what it does; the row goes if that is True.
        """
        label = QLabel(words)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setToolTip(tip)
        label.setMinimumWidth(label.fontMetrics().averageCharWidth() * SHORTEST_ROW_CHARACTERS)
        widgets: list[QWidget] = [label]
        for text, button_tip, act in (accept, decline):
            button = QPushButton(text)
            button.setToolTip(button_tip)
            button.setAccessibleName(f"{text}: {words}")
            button.clicked.connect(partial(self._act, act, widgets))
            widgets.append(button)
        at = self._rows.rowCount()
        for column, widget in enumerate(widgets):
            self._rows.addWidget(widget, at, column)
        self._n_rows += 1

    def set_theme(self, theme: Theme) -> None:
        dress_card(self, theme)
        font = QFont(self.font())
        font.setBold(True)
        self.title.setFont(font)

    @Slot()
    def _act(self, act: Callable[[], bool], widgets: list[QWidget], _checked: bool = False) -> None:
        if not act():
            return
        had_focus = any(widget.hasFocus() for widget in widgets)
        for widget in widgets:
            self._rows.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._n_rows -= 1
        if self._n_rows == 0:
            self.hide()
        elif had_focus:
            self.later_button.setFocus()
