"""μ and L as numbers, the form of L, its activation, and what of it is taken in hand."""

import math
from collections.abc import Callable
from functools import partial
from typing import Final, cast

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from dgm_explorer.core.reparam_state import DiagonalActivation, QuantileLaw, ReparamState
from dgm_explorer.numerics.activations import ACTIVATIONS
from dgm_explorer.numerics.reparam import gaussian_map, with_factor
from dgm_explorer.ui.tabs.reparam.frame import LAW_PANELS, ReparamFrame
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.tabs.reparam.words import (
    ACTIVATION_NAME,
    ACTIVATION_TIP,
    FORM_NAME,
    FORM_TIP,
    HANDLES_NAME,
    HANDLES_TIP,
    LAW_NAME,
    LINE_ACTIVATION_TIP,
    LINE_FORMULA,
    MAP_FORMULA,
    TURN_FORMULA,
)
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import (
    ChoiceBox,
    fix_width,
    guard_wheel,
    label_for,
    row,
    section,
    set_formula,
    set_text,
    set_tip,
)
from dgm_explorer.ui.widgets.number_edit import NumberEdit
from dgm_explorer.ui.widgets.switch_row import SwitchRow

WIDEST: Final = "−0.8888"
ENTRIES: Final = ((0, 0), (0, 1), (1, 0), (1, 1))
SUBSCRIPTS: Final = "₁₂"


class MapSection(QWidget):
    """Edits of the map that is on the screen; setters never answer back."""

    def __init__(self, editor: ReparamEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.mean = tuple(self._number(f"μ{SUBSCRIPTS[i]}", partial(editor.set_parameter, i)) for i in (0, 1))
        self.entries = {
            (i, j): self._number(_entry_name(editor.shown, i, j), partial(self._set_entry, i, j))
            for i, j in ENTRIES
        }
        self.form = SwitchRow("Form of L", [(key, name, FORM_TIP[key]) for key, name in FORM_NAME.items()])
        self.form.chosen.connect(editor.set_form)
        self.activation = ChoiceBox("Activation of the diagonal", tuple(ACTIVATION_NAME.items()))
        self.activation.activated.connect(
            lambda _: editor.set_activation(cast(DiagonalActivation, self.activation.key))
        )
        self.handles = SwitchRow(
            "Handles", [(key, name, HANDLES_TIP[key]) for key, name in HANDLES_NAME.items()]
        )
        self.handles.chosen.connect(lambda key: editor.apply(handles=key))
        self.law = ChoiceBox("Law of z", tuple(LAW_NAME.items()))
        self.law.activated.connect(lambda _: editor.set_law(cast(QuantileLaw, self.law.key)))
        self.turn = QSlider(Qt.Orientation.Horizontal)
        self.turn.setAccessibleName("Turn Q in degrees")
        self.turn.setRange(-180, 180)
        self.turn.setPageStep(15)
        self.turn.sliderPressed.connect(editor.begin_gesture)
        self.turn.sliderReleased.connect(editor.end_gesture)
        self.turn.valueChanged.connect(lambda degrees: editor.turn_to(math.radians(degrees)))
        guard_wheel(self.turn)
        self.turn_text = QLabel("−180°")
        self._letter = label_for("L", self.entries[0, 0])
        self._zero = QLabel("0")
        self._zero.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zero.setToolTip("L₁₂ = 0: L is a lower triangle")
        self._explain()
        self._build()
        self.set_theme(theme)

    def _number(self, name: str, edited: Callable[[float], object]) -> NumberEdit:
        box = NumberEdit(name, digits=4)
        box.edited.connect(edited)
        box.refused.connect(self._editor.refused)
        return box

    def _explain(self) -> None:
        set_formula(self.turn, TURN_FORMULA, lambda: f"Q turns ε by {self.turn_text.text()}; Σ does not move")
        set_formula(self.law, LINE_FORMULA, self._law_text)

    def _explain_map(self, state: ReparamState) -> None:
        """What differs between the line and the plane."""
        is_line = state.dimension == 1
        formula = LINE_FORMULA if is_line else MAP_FORMULA
        for i, box in enumerate(self.mean):
            set_formula(box, formula, partial(self._mean_text, i))
        for (i, j), box in self.entries.items():
            set_formula(box, formula, partial(self._entry_text, i, j))
        set_text(self._activation_label, "σ by" if is_line else "diagonal")
        entry = r"\sigma" if is_line else "L_{ii}"
        set_formula(
            self.activation, f"{entry} = {ACTIVATIONS[state.activation].formula}", self._activation_text
        )

    def _law_text(self) -> str:
        if self.law.isEnabled():
            return f"{LAW_NAME[self._editor.state.law]} law; only the Gaussian is affine in ε"
        return "Gaussian here: for the other laws have Factor or Graph in front"

    def _mean_text(self, i: int) -> str:
        is_mean = self.law.key != "exponential" or self._editor.shown.dimension == 2
        role = "the mean of z" if is_mean else "where the exponential law of z begins"
        return f"{self.mean[i].accessibleName()} = {self._editor.shown.mean[i]:.6g}, {role}"

    def _entry_text(self, i: int, j: int) -> str:
        shown = self._editor.shown
        value = float(gaussian_map(shown).factor[i, j])
        text = f"{_entry_name(shown, i, j)} = {value:.6g}"
        if i == j and (shown.form == "lower" or shown.dimension == 1):
            text += f" = {ACTIVATION_NAME[shown.activation]}({shown.raw_diagonal[i]:.6g})"
        return text

    def _build(self) -> None:
        box = self._box = section("")
        grid = QGridLayout(box)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(3, 1)
        mean_label = label_for("μ", self.mean[0])
        grid.addWidget(mean_label, 0, 0)
        grid.addWidget(self.mean[0], 0, 1)
        grid.addWidget(self.mean[1], 1, 1)
        grid.addWidget(self._letter, 0, 2, Qt.AlignmentFlag.AlignRight)
        inner = QGridLayout()
        inner.setSpacing(3)
        for (i, j), entry in self.entries.items():
            inner.addWidget(entry, i, j)
        inner.addWidget(self._zero, 0, 1)
        inner.setColumnStretch(2, 1)
        grid.addLayout(inner, 0, 3, 2, 1)
        self._activation_label = label_for("diagonal", self.activation)
        self._turn_label = label_for("turn Q", self.turn)
        self._law_label = label_for("law of z", self.law)
        grid.addWidget(self.form, 2, 0, 1, 4)
        grid.addLayout(row(self._activation_label, self.activation, stretch=(0, 1)), 3, 0, 1, 4)
        grid.addLayout(row(self._turn_label, self.turn, self.turn_text, stretch=(0, 1, 0)), 4, 0, 1, 4)
        grid.addLayout(row(self._law_label, self.law, stretch=(0, 1)), 5, 0, 1, 4)
        grid.addWidget(self.handles, 6, 0, 1, 4)
        outer = QGridLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(box)

    def set_theme(self, theme: Theme) -> None:
        for switch in (self.form, self.handles):
            switch.set_theme(theme)
        for box in (*self.mean, *self.entries.values()):
            fix_width(box, WIDEST, theme)
        fix_width(self.turn_text, "−180°", theme)

    def show_frame(self, frame: ReparamFrame) -> None:
        """Set every control; never answers back."""
        state = frame.state
        is_plane, is_full = state.dimension == 2, state.form == "full" and state.dimension == 2
        self._show_visible(is_plane, is_full)
        for box, value in zip(self.mean, frame.map.mean.tolist(), strict=False):
            box.set_value(value)
        for (i, j), entry in self.entries.items():
            entry.setAccessibleName(_entry_name(state, i, j))
            if max(i, j) < state.dimension:
                entry.set_value(float(frame.map.factor[i, j]))
        title = "Map  z = μ + Lε" if is_plane else "Map  z = μ + σ F⁻¹(Φ(ε))"
        if self._box.title() != title:
            self._box.setTitle(title)
        set_text(self._letter, _entry_name(state, 0, 0).rstrip(SUBSCRIPTS))
        self.form.set_key(state.form)
        self.handles.set_key(state.handles)
        self.activation.set_key(state.activation)
        self._explain_map(state)
        set_tip(self.activation, _activation_tip(state))
        self.law.set_key(frame.law)
        self.law.setEnabled(state.panel in LAW_PANELS)
        if frame.split is not None and is_full:
            degrees = round(math.degrees(frame.split.angle))
            self.turn.blockSignals(True)
            self.turn.setValue(degrees)
            self.turn.blockSignals(False)
            set_text(self.turn_text, f"{degrees}°".replace("-", "−"))

    def _show_visible(self, is_plane: bool, is_full: bool) -> None:
        self.mean[1].setVisible(is_plane)
        for i, j in ENTRIES[1:]:
            self.entries[i, j].setVisible(is_full or (is_plane and (i, j) != (0, 1)))
        self._zero.setVisible(is_plane and not is_full)
        groups: tuple[tuple[bool, tuple[QWidget, ...]], ...] = (
            (is_plane, (self.form, self.handles)),
            (not is_full, (self.activation, self._activation_label)),
            (is_full, (self.turn, self._turn_label, self.turn_text)),
            (not is_plane, (self.law, self._law_label)),
        )
        for is_visible, widgets in groups:
            for widget in widgets:
                widget.setVisible(is_visible)

    def _activation_text(self) -> str:
        return _activation_tip(self._editor.shown)

    def _set_entry(self, i: int, j: int, value: float) -> None:
        """Refuse what the activation does not reach: the triangle would otherwise change its other column."""
        state = self._editor.shown
        is_diagonal = i == j and not (state.form == "full" and state.dimension == 2)
        if is_diagonal and not _can_reach(state, value):
            name = ACTIVATION_NAME[state.activation]
            self._editor.refused.emit(
                f"{_entry_name(state, i, j)} = {value:g} is no value of {name}; give another number or "
                "choose the identity."
            )
            return
        factor = gaussian_map(state).factor.copy()
        factor[i, j] = value
        self._editor.take_map(with_factor(state, factor))


def _activation_tip(state: ReparamState) -> str:
    return (LINE_ACTIVATION_TIP if state.dimension == 1 else ACTIVATION_TIP)[state.activation]


def _can_reach(state: ReparamState, value: float) -> bool:
    raw = float(ACTIVATIONS[state.activation].inverse(np.array(value)))
    return math.isfinite(raw)


def _entry_name(state: ReparamState, i: int, j: int) -> str:
    """How the labels beside the boxes call this entry of the factor."""
    if state.dimension == 1:
        return "σ"
    return f"{'A' if state.form == 'full' else 'L'}{SUBSCRIPTS[i]}{SUBSCRIPTS[j]}"
