"""The third landscape: divergences between and beside the two Kullback–Leibler ones."""

import math

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from dgm_explorer.core.kl_state import KLState, View1D
from dgm_explorer.numerics.family import chi2_finite_above, family_name, family_value
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.kl.family_landscape import FamilyLandscape
from dgm_explorer.ui.tabs.kl.family_run import FULL, FamilyPicture, FamilyRun, FamilyWish
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.lower_panel import LowerPanel
from dgm_explorer.ui.tabs.kl.wording import divergence_text
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.widgets.form import ChoiceBox, guard_wheel, set_formula, set_text

SLIDER_STEPS = 100
LATE_MS = 150
CONTROLS_WIDTH_PX = 230
"""At the font size of the light theme."""
_ANY_WIDTH = (1 << 24) - 1
CHOICES = (("alpha", "α-divergences"), ("jensen_shannon", "Jensen–Shannon"), ("chi2", "χ²(p‖q)"))
FORMULAS = {
    "alpha": r"D_\alpha = \frac{1 - \int p^\alpha q^{1-\alpha} \, dx}{\alpha (1-\alpha)}",
    "jensen_shannon": (
        r"\mathrm{JS} = \tfrac12 \mathrm{KL}(p \| m) + \tfrac12 \mathrm{KL}(q \| m), "
        r"\quad m = \tfrac12 (p + q)"
    ),
    "chi2": r"\chi^2 = \int \frac{p^2}{q} \, dx - 1",
}


class FamilyPanel(LowerPanel):
    """Slides from reverse KL through Hellinger to forward KL, or shows Jensen–Shannon or χ².

    The landscape is computed beside the window and says when it is late. The value at q is exact at once.

    Signals
    -------
    alpha_changed, family_changed : what the hand asks for.
    drag_started, drag_finished : around a drag of the slider, for one undo step.

    Attributes
    ----------
    landscape : its signals `q_moved`, `drag_started`, `drag_finished` and `view_changed` are to be
        connected like those of the other landscapes.
    """

    alpha_changed = Signal(float)
    family_changed = Signal(str)
    drag_started = Signal()
    drag_finished = Signal()
    export_name = "landscape-family"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: View1D | None = None
        self._picture: FamilyPicture | None = None
        self._is_late = False
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self.run = FamilyRun(self)
        self.landscape = FamilyLandscape()
        self.choice_box = ChoiceBox("Divergence", CHOICES)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self._scale = [QLabel(text) for text in ("0\nreverse KL", "½\nHellinger", "1\nforward KL")]
        self._value = QLabel()
        self._note = QLabel()
        self._set_up()
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _set_up(self) -> None:
        self.slider.setAccessibleName("α")
        self.slider.setRange(0, SLIDER_STEPS)
        self.slider.setPageStep(SLIDER_STEPS // 10)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(SLIDER_STEPS // 2)
        guard_wheel(self.slider)
        for label in (self._value, self._note):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _lay_out(self) -> None:
        scale = QGridLayout()
        scale.setHorizontalSpacing(0)
        alignments = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        scale.addWidget(self.slider, 0, 0, 1, 3)
        for column, (label, alignment) in enumerate(zip(self._scale, alignments, strict=True)):
            label.setAlignment(alignment | Qt.AlignmentFlag.AlignTop)
            label.setBuddy(self.slider)
            scale.addWidget(label, 1, column)
            scale.setColumnStretch(column, 1)
        self._controls = QWidget()
        column_layout = QVBoxLayout(self._controls)
        column_layout.setContentsMargins(0, 0, 4, 0)
        column_layout.setSpacing(5)
        column_layout.addWidget(self.choice_box)
        column_layout.addLayout(scale)
        column_layout.addWidget(self._value)
        column_layout.addWidget(self._note)
        column_layout.addStretch(1)
        self._sides = QHBoxLayout(self)
        self._sides.setContentsMargins(6, 4, 0, 0)
        self._sides.addWidget(self._controls)
        self._sides.addWidget(self.landscape, 1)

    def _connect(self) -> None:
        self.choice_box.activated.connect(self._choose)
        self.slider.valueChanged.connect(self._slide)
        self.slider.sliderPressed.connect(self.drag_started)
        self.slider.sliderReleased.connect(self.drag_finished)
        self.run.finished.connect(self._show_picture)
        self._late.timeout.connect(self._admit_delay)
        self.destroyed.connect(self.run.close, Qt.ConnectionType.DirectConnection)

    @property
    def value_text(self) -> str:
        return self._value.text()

    @property
    def note(self) -> str:
        return self._note.text()

    def stand_alone(self, is_alone: bool) -> None:
        """What remains beside hidden controls are some words: they stand above the landscape."""
        self._sides.setDirection(
            QHBoxLayout.Direction.TopToBottom if is_alone else QHBoxLayout.Direction.LeftToRight
        )
        relative = self._font_points / LIGHT.font_point_size
        self._controls.setMinimumWidth(0 if is_alone else round(CONTROLS_WIDTH_PX * relative))
        self._controls.setMaximumWidth(_ANY_WIDTH if is_alone else self._controls.minimumWidth())

    def set_theme(self, theme: Theme) -> None:
        self.landscape.set_theme(theme)
        self._font_points = theme.font_point_size
        self.stand_alone(False)
        for label in self._scale:
            label.setStyleSheet(
                f"QLabel {{ color: {theme.muted_text} }} QLabel:disabled {{ color: {theme.grid} }}"
            )

    def close_workers(self) -> None:
        self.run.close()

    # -- state --------------------------------------------------------------------------------------------

    def _show(self, state: KLState, frame: KLFrame) -> None:
        """Show the value at q and ask for the landscape if it is another one."""
        self._show_controls(state)
        self._show_value(state, frame)
        landscape = self.landscape
        landscape.set_pure_number(state.family == "chi2")
        landscape.set_units("nats" if state.family == "chi2" else state.units)
        landscape.set_q(state.q.mu, state.q.sigma)
        if state.view != self._view:
            self._view = state.view
            landscape.set_view(state.view.mu_lo, state.view.mu_hi, state.view.sigma_lo, state.view.sigma_hi)
        alpha = state.alpha if state.family == "alpha" else 0.0
        wish = FamilyWish(state.family, alpha, frame.p, state.view)
        if wish != self.run.wish:
            if not self._late.isActive():
                self._late.start()
            self.run.want(wish)
        self._say()

    def _show_controls(self, state: KLState) -> None:
        self.choice_box.set_key(state.family)
        is_alpha = state.family == "alpha"
        self.slider.blockSignals(True)
        if not self.slider.isSliderDown():
            self.slider.setValue(round(SLIDER_STEPS * state.alpha))
        self.slider.blockSignals(False)
        self.slider.setEnabled(is_alpha)
        for label in self._scale:
            label.setEnabled(is_alpha)

    def _show_value(self, state: KLState, frame: KLFrame) -> None:
        found = family_value(state.family, state.alpha, frame.p, frame.q)
        if state.family == "chi2":
            number, unit = divergence_text(found.value, "nats"), ""
        else:
            number, unit = divergence_text(found.value, state.units), f" {state.units}"
        how = found.how if math.isfinite(found.value) else "the integral diverges"
        text = f"<b>{found.name} = {number}</b>{unit}<br>at q, {how}"
        if state.family == "alpha" and state.alpha == 0.5:
            text += "; 4 × squared Hellinger distance" + (" ÷ log 2" if state.units == "bits" else "")
        set_text(self._value, text)
        plain = f"{found.name} = {number}{unit} at q = N({frame.q.mu:.4g}, {frame.q.sigma:.4g}²), {how}"
        set_formula(self.choice_box, FORMULAS[state.family], lambda: plain)
        set_formula(self.slider, FORMULAS["alpha"], lambda: f"α = {state.alpha:g}\n{plain}")

    def _show_picture(self, picture: FamilyPicture) -> None:
        if self._given is None or not self.isVisible() or picture.wish.view != self._given[0].view:
            return
        self._picture = picture
        self._is_late = False
        self._late.stop()
        if picture.wish != self.run.wish:
            self._late.start()
        self.landscape.set_landscape(picture.values, picture.grid)
        self._say()

    def _admit_delay(self) -> None:
        self._is_late = self.run.wish is not None
        self._say()

    def _say(self) -> None:
        """What the landscape shows, and what to keep in mind about it."""
        picture = self._picture
        if picture is None or self._given is None:
            set_text(self._note, "computing …")
            self._note.show()
            return
        shown = picture.wish
        self.landscape.set_title(f"{family_name(shown.family, shown.alpha)} over q")
        notes = []
        if self._is_late and shown != self.run.wish:
            notes.append(f"An earlier landscape; computing the present one for over {LATE_MS} ms …")
        elif len(picture.grid.mu) < FULL:
            notes.append(
                f"Exact on {len(picture.grid.mu)} × {len(picture.grid.sigma)} points; {FULL}² follow."
            )
        if shown.family == "chi2":
            border = chi2_finite_above(shown.p)
            notes.append(f"Hatched: infinite, σ ≤ {border:.4g} = (widest σ of p)/√2. Colours end at 10⁴.")
        set_text(self._note, " ".join(notes))
        self._note.setVisible(bool(notes))

    def export_table(self) -> PlotTable:
        """One row per point of the grid; the column says which divergence it is."""
        table = self.landscape.export_table()
        if self._picture is None:
            return table
        wish = self._picture.wish
        names = {"alpha": f"alpha_{wish.alpha:g}_nats", "jensen_shannon": "jensen_shannon_nats"}
        return PlotTable((*table.header[:2], names.get(wish.family, "chi2")), table.columns)

    # -- hand ---------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        self.family_changed.emit(self.choice_box.key)

    def _slide(self, position: int) -> None:
        self.alpha_changed.emit(position / SLIDER_STEPS)

    # -- Qt -----------------------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._late.stop()
        self.run.forget()
