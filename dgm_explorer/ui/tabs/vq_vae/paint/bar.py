"""What lies beneath a painting, the width of the brush, and the way back."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSpinBox, QWidget

from dgm_explorer.core.vq_vae_painting import GREATEST_EXAMPLE, Painting
from dgm_explorer.ui.widgets.form import ChoiceBox, guard_wheel, label_for, set_tip

_BASES: Final = (("example", "image no."), ("code", "only code"), ("modal", "usual codes"))
_BASE_TIP: Final = (
    "What is painted on:\n"
    "image no.: the grid of an image of the data set, held-out ones included\n"
    "only code: one code in every cell\n"
    "usual codes: in each cell the commonest code of the analysed images"
)
_WIDTHS: Final = (("1", "1 cell"), ("3", "3 × 3"), ("5", "5 × 5"))


class PaintBar(QWidget):
    """Shows a painting's base; its setters are silent."""

    base_chosen = Signal(str, int)
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_examples, self._n_codes = GREATEST_EXAMPLE + 1, 1
        self._painting = Painting()
        self.base = ChoiceBox("Base", _BASES)
        self.base.setToolTip(_BASE_TIP)
        self.number = QSpinBox()
        self.number.setAccessibleName("Number of the image or the code")
        self.number.setKeyboardTracking(False)
        guard_wheel(self.number)
        self.brush = ChoiceBox("Width of the brush", _WIDTHS)
        self.brush.setMinimumContentsLength(4)
        self.brush.setToolTip("Width of the brush in cells")
        self.reset = QPushButton("Reset")
        self.reset.setToolTip(
            "To the base: take back what was painted and exchanged (Ctrl+Z brings it again)"
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label_for("Base", self.base))
        layout.addWidget(self.base)
        layout.addWidget(self.number)
        layout.addStretch(1)
        layout.addWidget(label_for("Brush", self.brush))
        layout.addWidget(self.brush)
        layout.addWidget(self.reset)
        self.base.activated.connect(self._choose_base)
        self.number.valueChanged.connect(self._choose_number)
        self.reset.clicked.connect(self.reset_requested)
        self.set_painting(self._painting)

    @property
    def brush_width(self) -> int:
        """In cells, odd."""
        return int(self.brush.key)

    def set_limits(self, n_examples: int, n_codes: int) -> None:
        """How many images and codes there are to choose from."""
        if (n_examples, n_codes) != (self._n_examples, self._n_codes):
            self._n_examples, self._n_codes = n_examples, n_codes
            self.set_painting(self._painting)

    def set_painting(self, painting: Painting) -> None:
        """Show the base of a painting."""
        self._painting = painting
        self.base.set_key(painting.base)
        n = self._n_codes if painting.base == "code" else self._n_examples
        self.number.blockSignals(True)
        self.number.setRange(0, max(0, n - 1))
        self.number.setValue(min(painting.base_index, n - 1))
        self.number.blockSignals(False)
        self.number.setVisible(painting.base != "modal")
        self.reset.setEnabled(not painting.is_plain)

    def set_number_tip(self, words: str) -> None:
        """What the number stands for at present."""
        set_tip(self.number, words)

    def _choose_base(self) -> None:
        if self.base.key != self._painting.base:
            self.base_chosen.emit(self.base.key, -1)

    def _choose_number(self, value: int) -> None:
        self.base_chosen.emit(self._painting.base, value)
