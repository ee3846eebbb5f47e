"""H(p) and both divergences, each saying how it is known, and the switch for what is known about p."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.readings import Reading
from dgm_explorer.ui.tabs.kl.state_editor import StateEditor
from dgm_explorer.ui.tabs.kl.wording import in_nats, in_units
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import (
    ChoiceBox,
    font_of,
    label_for,
    row,
    section,
    set_color,
    set_formula,
    set_text,
    set_tip,
)
from dgm_explorer.ui.widgets.number_edit import NumberEdit
from dgm_explorer.ui.widgets.read_out import ReadOut

MAX_LINES = 4
KNOWLEDGE: Final = (
    ("densities", "Densities and samples"),
    ("samples", "Samples only"),
    ("unnormalised", "Unnormalised density"),
)
KNOWLEDGE_TIP: Final = {
    "densities": "p(x) can be evaluated and sampled: everything is within reach.",
    "samples": "Only samples of p are known, as with data: maximum likelihood is what remains.",
    "unnormalised": "Only p̃(x) = Z p(x) is known, as with a posterior: Z is hidden and p cannot be sampled.",
}
PICTURES_KNOW: Final = "The pictures show p and its divergences all the same, to compare with."
UNITS: Final = (("nats", "nats"), ("bits", "bits"))


@dataclass(frozen=True)
class Line:
    """The three texts of a reading."""

    name: QLabel
    value: ReadOut
    tag: QLabel

    def widgets(self) -> tuple[QLabel, ReadOut, QLabel]:
        return self.name, self.value, self.tag


class NumbersPanel(QWidget):
    """Reads out `Reading`s; units and knowledge are edited here."""

    def __init__(self, editor: StateEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._theme = theme
        self._shown: tuple[Reading, ...] = ()
        self._lines = tuple(_make_line() for _ in range(MAX_LINES))
        self._reason = QLabel()
        self._reason.setWordWrap(True)
        self.units = ChoiceBox("Unit of the divergences", UNITS)
        self.units.activated.connect(self._choose_units)
        self.knowledge = ChoiceBox("Known about p", KNOWLEDGE)
        self.knowledge.activated.connect(self._choose_knowledge)
        self.log_z = NumberEdit("log Z")
        self.log_z.setFixedWidth(52)
        self.log_z.edited.connect(self._take_log_z)
        self.log_z.refused.connect(editor.refused)
        self._log_z_label = label_for("log Z", self.log_z)
        self._log_z_unit = QLabel()
        set_formula(
            self.units,
            r"1\ \mathrm{bit} = \log 2\ \mathrm{nats} \approx 0.693\ \mathrm{nats}",
            lambda: f"divergences are shown in {editor.state.units}",
        )
        set_formula(
            self.log_z,
            r"\tilde p(x) = Z \, p(x), \quad Z = \int \tilde p(x) \, dx",
            lambda: f"log Z = {self.log_z.value:.12g} {editor.state.units}, hidden from every estimator",
        )
        self._build()
        self.set_theme(theme)

    def _build(self) -> None:
        numbers = section("Numbers")
        grid = QGridLayout(numbers)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for number, line in enumerate(self._lines):
            for column, label in enumerate(line.widgets()):
                grid.addWidget(label, number, column)
        grid.addWidget(self._reason, MAX_LINES, 0, 1, 3)
        grid.addWidget(label_for("Known of p", self.knowledge), MAX_LINES + 1, 0)
        grid.addWidget(self.knowledge, MAX_LINES + 1, 1, 1, 2)
        unit_row = row(self.units, self._log_z_label, self.log_z, self._log_z_unit)
        unit_row.addStretch(1)
        grid.addWidget(label_for("Unit", self.units), MAX_LINES + 2, 0)
        grid.addLayout(unit_row, MAX_LINES + 2, 1, 1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(numbers)

    def line(self, number: int) -> Line:
        """A line from the top, from 0."""
        return self._lines[number]

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        small = font_of(self, theme, 0.85)
        for line in self._lines:
            line.tag.setFont(small)
        self._reason.setFont(small)
        set_color(self._reason, theme.muted_text)
        shown, self._shown = self._shown, ()
        self.show_readings(shown)

    def show_state(self, state: KLState) -> None:
        """Set the switches; never answers back."""
        self.units.set_key(state.units)
        self.knowledge.set_key(state.knowledge)
        self.log_z.set_value(in_units(state.log_z, state.units))
        set_text(self._log_z_unit, state.units)
        for widget in (self.log_z, self._log_z_label, self._log_z_unit):
            widget.setVisible(state.knowledge == "unnormalised")
        set_tip(self.knowledge, KNOWLEDGE_TIP[state.knowledge])

    def show_readings(self, readings: tuple[Reading, ...]) -> None:
        """Show the lines and, below, why some of them have no value."""
        if readings == self._shown:
            return
        for number, line in enumerate(self._lines):
            is_used = number < len(readings)
            for label in line.widgets():
                label.setVisible(is_used)
            if is_used:
                self._show_line(line, readings[number], self._shown[number : number + 1])
        reasons = [f"{reading.name}: {reading.explanation}" for reading in readings if not reading.is_known]
        set_text(self._reason, "\n".join([*reasons[1:], PICTURES_KNOW]))
        self._reason.setVisible(bool(reasons))
        self._shown = readings

    def _show_line(self, line: Line, reading: Reading, before: tuple[Reading, ...]) -> None:
        set_text(line.name, reading.name)
        line.value.set_text(reading.text)
        set_text(line.tag, reading.tag)
        for label in line.widgets():
            label.setEnabled(reading.is_known)
        set_tip(line.name, reading.explanation)
        set_tip(line.value, reading.explanation)
        if not before or before[0].is_known != reading.is_known or before[0].name != reading.name:
            self._paint_line(line, reading)

    def _paint_line(self, line: Line, reading: Reading) -> None:
        known = {"KL(p‖q)": self._theme.forward, "KL(q‖p)": self._theme.reverse}
        rgb = known.get(reading.name, self._theme.text) if reading.is_known else self._theme.muted_text
        set_color(line.name, rgb)
        set_color(line.value, self._theme.text if reading.is_known else self._theme.muted_text)
        set_color(line.tag, self._theme.muted_text)

    def _choose_units(self) -> None:
        self._editor.apply(units=self.units.key)

    def _take_log_z(self, value: float) -> None:
        self._editor.apply(log_z=in_nats(value, self._editor.state.units))

    def _choose_knowledge(self) -> None:
        self._editor.apply(knowledge=self.knowledge.key)


def _make_line() -> Line:
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    return Line(QLabel(), ReadOut("−12.34 ± 0.01", right), QLabel())
