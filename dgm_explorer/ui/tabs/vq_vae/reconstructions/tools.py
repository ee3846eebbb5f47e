"""The buttons of the panel of reconstructions: which image, and the user's own."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QToolButton, QWidget

from dgm_explorer.ui.tabs.vq_vae.reconstructions.requests import OWN
from dgm_explorer.ui.widgets.brush_slider import BrushSlider
from dgm_explorer.ui.widgets.form import guard_wheel, label_for, set_tip

FINEST, BROADEST = 0.02, 0.35
"""Diameter of the brush as a share of the image's shorter side; never less than one pixel."""


class ImageTools(QWidget):
    """Which images are shown."""

    shuffle_requested = Signal()
    row_chosen = Signal(int)
    open_requested = Signal()
    drawing_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shuffle = _button("Others", "Other images of the data set, drawn at random, as many as fit")
        self.number = QSpinBox()
        self.open = _button(
            "Open…",
            "An image file of your own: its middle is brought to the size of the data.\n"
            "A file can also be dropped anywhere on this panel.",
        )
        self.draw = _button("Draw", "Draw an image with the mouse: left button white, right button black")
        self.draw.setCheckable(True)
        self.number.setKeyboardTracking(False)
        self.number.setAccessibleName("Number of the image in focus")
        set_tip(self.number, "The image in focus, by its number in the data set")
        guard_wheel(self.number)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.shuffle, label_for("No.", self.number), self.number, self.open, self.draw):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.shuffle.clicked.connect(self.shuffle_requested)
        self.number.valueChanged.connect(self.row_chosen)
        self.open.clicked.connect(self.open_requested)
        self.draw.toggled.connect(self.drawing_toggled)

    def set_row(self, row: int, n_rows: int) -> None:
        """Show which image is in focus; silent."""
        with QSignalBlocker(self.number):
            self.number.setRange(0, max(0, n_rows - 1))
            if row != OWN:
                self.number.setValue(row)

    def set_drawing(self, is_drawing: bool) -> None:
        """Show whether the mouse draws; silent."""
        with QSignalBlocker(self.draw):
            self.draw.setChecked(is_drawing)


class OwnTools(QWidget):
    """What can be done with the user's own image."""

    brush_chosen = Signal(float)
    """Diameter in pixels of the image."""
    clear_requested = Signal()
    invert_requested = Signal()
    discard_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side_px = 28
        self.brush = BrushSlider(FINEST, BROADEST)
        self.wipe = _button("Clear", "Begin with an empty, black image")
        self.invert = _button(
            "Invert", "1 − x: for a dark drawing on white where the data are white on black"
        )
        self.discard = _button("Discard", "Give your image up; Draw and then Ctrl+Z bring it back")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label_for("Brush", self.brush))
        layout.addWidget(self.brush, 1)
        for button in (self.wipe, self.invert, self.discard):
            layout.addWidget(button)
        self.set_image_side(self._side_px)
        self.brush.valueChanged.connect(self._tell_brush)
        self.wipe.clicked.connect(self.clear_requested)
        self.invert.clicked.connect(self.invert_requested)
        self.discard.clicked.connect(self.discard_requested)

    def set_image_side(self, side_px: int) -> None:
        """The shorter side of the image, which the broadest brush follows."""
        self._side_px = side_px
        set_tip(self.brush, f"Brush of {self.brush_px:.1f} pixels of the image")

    @property
    def brush_px(self) -> float:
        """Diameter in pixels of the image."""
        return max(1.0, self._side_px * self.brush.width_chosen)

    @Slot()
    def _tell_brush(self) -> None:
        self.set_image_side(self._side_px)
        self.brush_chosen.emit(self.brush_px)


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    set_tip(button, tip)
    return button
