"""Rows of controls for fields of the configuration."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from dgm_explorer.core.config_words import value_text
from dgm_explorer.ui.settings.field_spec import FieldSpec
from dgm_explorer.ui.settings.run_editor import RunEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import ChoiceBox, label_for, set_color, set_formula, set_text, set_tip
from dgm_explorer.ui.widgets.number_edit import NumberEdit
from dgm_explorer.ui.widgets.widths_edit import WidthsEdit

PENDING_MARK: Final = "\u2009•"
NEXT_RUN: Final = "takes effect with the next run (R starts it)"


class ConfigForm(QWidget):
    """Two columns of boxes, a wide field having both; a dot marks what the running run does not have.

    Parameters
    ----------
    specs : fields, in order.
    editor : takes what is typed.
    """

    def __init__(self, specs: Sequence[FieldSpec], editor: RunEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs = tuple(specs)
        self._editor = editor
        self._boxes: dict[str, QWidget] = {}
        self._labels: dict[str, QLabel] = {}
        self._config: Any = None
        self._running: Any = None
        self._pending: frozenset[str] = frozenset()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(3)
        for column in (1, 3):
            grid.setColumnStretch(column, 1)
        row, column = 0, 0
        for spec in self._specs:
            if spec.is_wide and column:
                row, column = row + 1, 0
            self._add(grid, spec, row, column)
            column += 4 if spec.is_wide else 2
            row, column = row + column // 4, column % 4

    def _add(self, grid: QGridLayout, spec: FieldSpec, row: int, column: int) -> None:
        box = self._boxes[spec.name] = self._make_box(spec)
        set_formula_or_tip(box, spec.tex, partial(self._tip, spec))
        if isinstance(box, QCheckBox):
            grid.addWidget(box, row, 0, 1, 4)
            return
        label = self._labels[spec.name] = label_for(spec.label, box)
        grid.addWidget(label, row, column)
        if spec.is_wide and spec.kind in ("widths", "choice"):
            grid.addWidget(box, row, 1, 1, 3)
        else:
            grid.addWidget(box, row, column + 1)

    def _make_box(self, spec: FieldSpec) -> QWidget:
        if spec.kind == "switch":
            switch = QCheckBox(spec.label)
            switch.clicked.connect(lambda is_on: self._editor.set_config(**{spec.name: is_on}))
            return switch
        if spec.kind == "choice":
            choice = ChoiceBox(spec.label, spec.choices)
            choice.activated.connect(lambda _: self._editor.set_config(**{spec.name: choice.key}))
            return choice
        if spec.kind == "widths":
            widths = WidthsEdit(spec.label)
            widths.chosen.connect(lambda value: self._editor.set_config(**{spec.name: value}))
            widths.refused.connect(self._editor.refused)
            return widths
        number = NumberEdit(spec.label)
        number.setMinimumWidth(44)
        number.edited.connect(partial(self._set_number, spec))
        number.refused.connect(self._editor.refused)
        return number

    def has(self, name: str) -> bool:
        """Whether a field stands in this form."""
        return name in self._boxes

    def box(self, name: str) -> QWidget:
        """The control of a field."""
        return self._boxes[name]

    def label_text(self, name: str) -> str:
        """What stands in front of a field, its dot included."""
        return self._labels[name].text() if name in self._labels else _text_of(self._boxes[name])

    def _set_number(self, spec: FieldSpec, value: float) -> None:
        if spec.kind == "int":
            if value != int(value):
                self._editor.refused.emit(f"{spec.label}: {value:g} is not a whole number; give one.")
                return
            value = int(value)
        self._editor.set_config(**{spec.name: value})

    def show_config(self, config: Any, running: Any | None, pending: frozenset[str], theme: Theme) -> None:
        """Set every control; none answers back.

        Parameters
        ----------
        config : the model's own, as it is set.
        running : that of the run that trains; None where nothing trains.
        pending : fields that wait for the next run.
        """
        self._config, self._running, self._pending = config, running, pending
        for spec in self._specs:
            box, value = self._boxes[spec.name], getattr(config, spec.name)
            if isinstance(box, QCheckBox):
                box.setChecked(value)
            elif isinstance(box, ChoiceBox):
                box.set_key(value)
            elif isinstance(box, NumberEdit | WidthsEdit):
                box.set_value(value)
            self._mark(spec, theme)

    def _mark(self, spec: FieldSpec, theme: Theme) -> None:
        is_pending = spec.name in self._pending
        text = spec.label + PENDING_MARK * is_pending
        box, label = self._boxes[spec.name], self._labels.get(spec.name)
        if isinstance(box, QCheckBox):
            set_text(box, text)
        elif label is not None:
            set_text(label, text)
            set_color(label, theme.accent if is_pending else theme.text)
        box.setEnabled(spec.matters(self._config))
        if not spec.tex:
            set_tip(box, self._tip(spec))

    def _tip(self, spec: FieldSpec) -> str:
        if self._config is None:
            return spec.meaning
        value = value_text(getattr(self._config, spec.name))
        lines = [spec.meaning, f"{spec.label} = {value}"]
        if spec.name in self._pending and self._running is not None:
            lines.append(f"{NEXT_RUN}; this run has {value_text(getattr(self._running, spec.name))}")
        return "\n".join(lines)


def set_formula_or_tip(widget: QWidget, tex: str, text: Callable[[], str]) -> None:
    """Explain a control, with a formula where it has one."""
    if tex:
        set_formula(widget, tex, text)
    else:
        set_tip(widget, text())


def _text_of(box: QWidget) -> str:
    assert isinstance(box, QCheckBox)
    return box.text()
