"""What stands below the pictures while a lecture runs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dgm_explorer.ui.lecture.caption_text import CaptionText
from dgm_explorer.ui.theme import PROJECTOR, Theme, blend, color

if TYPE_CHECKING:
    from dgm_explorer.lecture import Lecture

LINES_PER_WINDOW = 34
"""Type is the height of the window through this: 21 px of 720, 32 px of 1080; legible from ten feet."""

SMALLEST_PX, LARGEST_PX = 18, 48
MARGIN_PX = 12

TIPS = {
    "back": "The step before (Left, Page Up).",
    "next": "The next step (Right, Page Down; what a clicker sends).",
    "reveal": "Show the answer (B or Return). Space stays what it is everywhere: play and pause.",
    "take_over": "Leave the script and play freely, with all controls (T). The lecture waits where it is.",
    "return": "Put the state of this step back and go on with the lecture (T or Escape).",
    "end": "End the lecture and bring back what was in the window before (Escape).",
}


class CaptionBar(QFrame):
    """Title, step, words and buttons; hidden while no lecture runs. No button ever takes the focus."""

    back_requested = Signal()
    next_requested = Signal()
    reveal_requested = Signal()
    take_over_requested = Signal()
    end_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = PROJECTOR
        self._lecture: Lecture | None = None
        self.setAutoFillBackground(True)
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.place = QLabel()
        self.text = CaptionText()
        self.back_button = self._make_button("◀ Back", TIPS["back"], self.back_requested)
        self.next_button = self._make_button("Next ▶", TIPS["next"], self.next_requested)
        self.reveal_button = self._make_button("Reveal", TIPS["reveal"], self.reveal_requested)
        self.take_over_button = self._make_button("Take over", TIPS["take_over"], self.take_over_requested)
        self.end_button = self._make_button("End", TIPS["end"], self.end_requested)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.title)
        row.addSpacing(10)
        row.addWidget(self.place)
        row.addStretch(1)
        for button in self.buttons():
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, 4, MARGIN_PX, 6)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.text)
        self.hide()

    def buttons(self) -> tuple[QPushButton, ...]:
        """From left to right."""
        return (
            self.reveal_button,
            self.back_button,
            self.next_button,
            self.take_over_button,
            self.end_button,
        )

    def set_lecture(self, lecture: "Lecture") -> None:
        """Make room for every step of this lecture."""
        self._lecture = lecture
        self.title.setText(lecture.title)
        self.text.set_steps(lecture.steps)

    def put_away(self) -> None:
        """The lecture is over."""
        self.hide()
        self.text.set_steps(())

    def show_step(self, index: int, is_revealed: bool, is_taken_over: bool) -> None:
        """Show the words of step ``index`` (from 0) and what the buttons can do there."""
        assert self._lecture is not None
        steps = self._lecture.steps
        self.place.setText(f"step {index + 1} of {len(steps)}{' · taken over' if is_taken_over else ''}")
        self.back_button.setEnabled(index > 0)
        self.next_button.setEnabled(index < len(steps) - 1)
        self.reveal_button.setVisible(bool(steps[index].question))
        self.reveal_button.setEnabled(not is_revealed)
        self.take_over_button.setText("Back to the lecture" if is_taken_over else "Take over")
        self.take_over_button.setToolTip(TIPS["return" if is_taken_over else "take_over"])
        self.text.show_step(steps[index], is_revealed)

    def fit_to(self, height_px: int) -> None:
        """Choose the size of type for a window of this height."""
        size_px = min(max(round(height_px / LINES_PER_WINDOW), SMALLEST_PX), LARGEST_PX)
        self.text.set_type_size(size_px)
        for label, is_bold in ((self.title, True), (self.place, False)):
            font = QFont(label.font())
            font.setPixelSize(round(0.9 * size_px))
            font.setBold(is_bold)
            label.setFont(font)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, color(blend(theme.window, theme.text, 0.06)))
        palette.setColor(QPalette.ColorRole.WindowText, color(theme.text))
        self.setPalette(palette)
        self.text.set_theme(theme)

    def _make_button(self, text: str, tip: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(signal)
        return button
