"""The question "how large?" before a picture is exported."""

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialogButtonBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import (
    LARGEST_DPI,
    LARGEST_SIDE_PX,
    LEAST_DPI,
    PRINT_DPI,
    SCREEN_DPI,
    PictureSize,
    parse_size,
)
from dgm_explorer.ui.export_dialog import ExportDialog
from dgm_explorer.ui.picture_file import layout_of, on_screen_size
from dgm_explorer.ui.widgets.form import ChoiceBox, label_for

ON_SCREEN, CUSTOM = "screen", "custom"


@dataclass(frozen=True, slots=True)
class _Preset:
    """One line of the list; without a height the panel keeps its shape."""

    key: str
    text: str
    width: float
    height: float | None
    unit: str
    dpi: float


PRESETS = (
    _Preset("slide", "Slide, 1920 × 1080", 1920, 1080, "px", 2 * SCREEN_DPI),
    _Preset("half", "Half a slide, 960 × 1080", 960, 1080, "px", 2 * SCREEN_DPI),
    _Preset("column", "Column of a paper, 8.5 cm wide", 8.5, None, "cm", PRINT_DPI),
    _Preset("page", "Width of a page, 17 cm", 17.0, None, "cm", PRINT_DPI),
)


class PictureDialog(ExportDialog):
    """A small form; says what the numbers mean for the type.

    Parameters
    ----------
    widget : what is to be exported.
    name : of it, in words.
    remembered : the size last chosen, as a `PictureSize` is written; empty for the size on the screen.
    """

    save_requested = Signal(object)
    copy_requested = Signal(object)
    """A `PictureSize`."""

    def __init__(self, widget: QWidget, name: str, remembered: str, parent: QWidget) -> None:
        super().__init__("picture", name, parent)
        self._widget = widget
        self._screen = on_screen_size(widget)
        usual = [(preset.key, preset.text) for preset in PRESETS]
        choices = [(ON_SCREEN, "As on the screen"), *usual, (CUSTOM, "Other size")]
        self.preset = ChoiceBox("Size", choices)
        self.width_edit, self.height_edit = _number("Width"), _number("Height")
        self.unit = ChoiceBox("Unit", (("px", "pixels"), ("cm", "cm")))
        self.dpi = _number("Dots per inch")
        self.copy = self.buttons.addButton("&Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self._build()
        self._connect()
        self._start_with(remembered)

    def _build(self) -> None:
        self.preset.setToolTip("A usual size, or any other.")
        self.dpi.setDecimals(0)
        self.dpi.setRange(LEAST_DPI, LARGEST_DPI)
        self.dpi.setToolTip(
            "How large the type is: at 96 dpi a pixel of the picture is one of the screen, at 192 dpi type\n"
            "and lines are twice as large on the same number of pixels. In centimetres: as they will measure."
        )
        for edit in (self.width_edit, self.height_edit):
            edit.setToolTip("Of the whole picture; the panel is laid out anew at this size.")
        self.unit.setToolTip("Centimetres for paper, pixels for a screen.")
        self.save.setToolTip("Choose a file: PNG, SVG or PDF.")
        self.copy.setToolTip("Put the picture on the clipboard.")
        size = QHBoxLayout()
        for part in (self.width_edit, QLabel("×"), self.height_edit, self.unit):
            size.addWidget(part)
        size.addStretch(1)
        form = QFormLayout()
        form.addRow("Si&ze", self.preset)
        form.addRow(label_for("&Width × height", self.width_edit), size)
        form.addRow("&Dots per inch", self.dpi)
        self._lay_out(form)
        self.buttons.accepted.connect(self._save)

    def _connect(self) -> None:
        self.preset.activated.connect(self._take_preset)
        self.unit.activated.connect(self._take_unit)
        for edit in (self.width_edit, self.height_edit, self.dpi):
            edit.valueChanged.connect(self._take_number)
        self.copy.clicked.connect(self._copy)

    @property
    def size_words(self) -> str:
        """What to remember: empty for the size on the screen."""
        return "" if self.preset.key == ON_SCREEN else str(self.chosen())

    def chosen(self) -> PictureSize:
        """The size in the form.

        Raises
        ------
        InputError
            If it is too large or too small.
        """
        return PictureSize(
            self.width_edit.value(),
            self.height_edit.value(),
            "cm" if self.unit.key == "cm" else "px",
            self.dpi.value(),
        )

    def _start_with(self, remembered: str) -> None:
        try:
            size = parse_size(remembered) if remembered else self._screen
        except InputError:
            size, remembered = self._screen, ""
        self.preset.set_key(CUSTOM if remembered else ON_SCREEN)
        for preset in PRESETS:
            if remembered and self._size_of(preset) == size:
                self.preset.set_key(preset.key)
        self._show(size)

    def _size_of(self, preset: _Preset) -> PictureSize:
        shape = self._widget.height() / max(1, self._widget.width())
        height = round(preset.width * shape, 2) if preset.height is None else preset.height
        return PictureSize(preset.width, height, "cm" if preset.unit == "cm" else "px", preset.dpi)

    def _show(self, size: PictureSize) -> None:
        self.unit.set_key(size.unit)
        is_cm = size.unit == "cm"
        for edit, value in ((self.width_edit, size.width), (self.height_edit, size.height)):
            edit.blockSignals(True)
            edit.setDecimals(2 if is_cm else 0)
            edit.setRange(0.1 if is_cm else 1, 300 if is_cm else LARGEST_SIDE_PX)
            edit.setValue(value)
            edit.blockSignals(False)
        self.dpi.blockSignals(True)
        self.dpi.setValue(size.dpi)
        self.dpi.blockSignals(False)
        self._explain()

    @Slot()
    def _take_preset(self) -> None:
        if self.preset.key == ON_SCREEN:
            self._show(self._screen)
        for preset in PRESETS:
            if preset.key == self.preset.key:
                self._show(self._size_of(preset))

    @Slot()
    def _take_unit(self) -> None:
        """The same picture in the other unit, as far as it can be."""
        self.preset.set_key(CUSTOM)
        to_cm = self.unit.key == "cm"
        factor = 2.54 / self.dpi.value() if to_cm else self.dpi.value() / 2.54
        width, height = (round(e.value() * factor, 2) for e in (self.width_edit, self.height_edit))
        try:
            self._show(PictureSize(width, height, "cm" if to_cm else "px", self.dpi.value()))
        except InputError as error:
            self._refuse(str(error))

    @Slot()
    def _take_number(self) -> None:
        self.preset.set_key(CUSTOM)
        self._explain()

    def _explain(self) -> None:
        try:
            size = self.chosen()
        except InputError as error:
            self._refuse(str(error))
            return
        layout = layout_of(self._widget, size)
        width, height = size.pixels
        words = f"{width:,} × {height:,} pixels, laid out anew as {layout.width:,} × {layout.height:,}."
        percent = round(100 * layout.scale / (size.dpi / SCREEN_DPI))
        if percent < 100:
            words += f" The panel needs more room than that: its type is painted at {percent} %."
        self.note.setText(words)
        for button in (self.save, self.copy):
            button.setEnabled(True)

    def _refuse(self, sentence: str) -> None:
        self.note.setText(sentence)
        for button in (self.save, self.copy):
            button.setEnabled(False)

    @Slot()
    def _save(self) -> None:
        size = self.chosen()
        self.accept()
        self.save_requested.emit(size)

    @Slot()
    def _copy(self) -> None:
        size = self.chosen()
        self.accept()
        self.copy_requested.emit(size)


def _number(name: str) -> QDoubleSpinBox:
    edit = QDoubleSpinBox()
    edit.setAccessibleName(name)
    edit.setKeyboardTracking(False)
    return edit
