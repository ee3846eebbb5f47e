"""p from points: paint them or load them, see the mixture that fits, take it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.data.points import read_points
from dgm_explorer.numerics.mixture_fit import MAX_FIT_POINTS, fit_mixture
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.tabs.kl.strip_paint_plot import MAX_POINTS_PAINTED, StripPaintPlot
from dgm_explorer.ui.tabs.kl.wording import parameter_text
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.brush_slider import BrushSlider
from dgm_explorer.ui.widgets.form import label_for, set_tip

FINEST_BRUSH, BROADEST_BRUSH = 0.002, 0.2  # of the visible x-range


@dataclass(frozen=True, eq=False)
class FitRequest:
    """Points to fit, (n,)."""

    points: FloatArray


@dataclass(frozen=True)
class FitOutcome:
    """The mixture fitted, or the sentence why there is none."""

    components: tuple[Component1D, ...]
    error: str


def fit(request: FitRequest) -> FitOutcome:
    """Fit a mixture. Any thread."""
    try:
        return FitOutcome(fit_mixture(request.points), "")
    except InputError as error:
        return FitOutcome((), str(error))


class FitDialog(QDialog):
    """Paint or load points; the mixture is fitted beside the window after every stroke.

    Signals
    -------
    components_chosen : (tuple of Component1D) once, when the dialog is accepted.
    """

    components_chosen = Signal(object)

    def __init__(self, theme: Theme, view: View1D, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Fit p to points")
        self._theme = theme
        self._home = (view.mu_lo, view.mu_hi)
        self.components: tuple[Component1D, ...] = ()
        self._wanted: FitRequest | None = None
        self._worker = NewestWorker(fit, self)
        self._worker.finished.connect(self._receive)
        self.destroyed.connect(self._worker.close, Qt.ConnectionType.DirectConnection)
        self.plot = StripPaintPlot()
        self.brush = BrushSlider(FINEST_BRUSH, BROADEST_BRUSH)
        self.load_button = QPushButton("Load…")
        self.clear_button = QPushButton("Clear")
        self._message = QLabel()
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self.ok_button = self.buttons.button(buttons.Ok)
        self._set_up()
        self._lay_out()
        self.plot.set_theme(theme)
        self.plot.set_x_range(*self._home)
        self._choose_brush()
        self._show()

    def _set_up(self) -> None:
        self.plot.points_painted.connect(self._add)
        self.plot.stroke_finished.connect(self._fit_again)
        self.brush.valueChanged.connect(self._choose_brush)
        self.load_button.clicked.connect(self._ask_for_file)
        set_tip(self.load_button, "Points from a CSV or .npy file with one column; a header is understood")
        self.clear_button.clicked.connect(self.clear)
        set_tip(self.clear_button, "Remove all points")
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setMinimumHeight(3 * self.fontMetrics().height())
        self._message.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.ok_button.setText("Use as p")
        set_tip(self.ok_button, "Take the mixture that was fitted as p; Undo brings the old p back")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.addWidget(label_for("Brush", self.brush))
        controls.addWidget(self.brush, 1)
        controls.addWidget(self.load_button)
        controls.addWidget(self.clear_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.plot, 1)
        layout.addLayout(controls)
        layout.addWidget(self._message)
        layout.addWidget(self.buttons)
        self.ok_button.setDefault(True)
        self.resize(640, 430)

    @property
    def message(self) -> str:
        """What the dialog says about the fit, or what was wrong."""
        return self._message.text()

    # -- points -------------------------------------------------------------------------------------------

    def load(self, path: Path) -> None:
        """Take the points of a file in place of those there are; what is wrong with it is said here."""
        try:
            points = read_points(path)
            if points.ndim != 1:
                raise InputError(f"{path}: the file has two columns; keep one, p is a density on the line.")
        except InputError as error:
            self._say(str(error), is_error=True)
            return
        self._set_points(points)
        lo, hi = float(points.min()), float(points.max())
        margin = 0.15 * (hi - lo) or 0.5 * max(1.0, abs(lo))
        self.plot.set_x_range(lo - margin, hi + margin)
        self._choose_brush()
        self._fit_again()

    def clear(self) -> None:
        """Start with an empty strip."""
        self._set_points(np.empty(0))
        self.plot.set_x_range(*self._home)
        self._choose_brush()
        self._show()

    def _add(self, points: FloatArray) -> None:
        self._set_points(np.concatenate([self.plot.points, points]))
        self._fit_again()

    def _set_points(self, points: FloatArray) -> None:
        """Other points: what was fitted no longer counts."""
        self.components = ()
        self._wanted = None
        self._worker.forget()
        self.plot.set_points(points)
        if not points.size:
            self.plot.set_mixture(())

    # -- fit ----------------------------------------------------------------------------------------------

    def _fit_again(self) -> None:
        if self.plot.points.size and self._wanted is None and not self.components:
            self._wanted = FitRequest(self.plot.points)
            self._worker.ask(self._wanted)
        self._show()

    def _receive(self, request: FitRequest, outcome: FitOutcome) -> None:
        """A fit of points that have changed since is shown, but cannot be taken."""
        if not self.plot.points.size:
            return
        self.plot.set_mixture(outcome.components)
        if request is not self._wanted:
            return
        self._wanted = None
        self.components = outcome.components
        self._show()
        if outcome.error:
            self._say(outcome.error, is_error=True)

    def _show(self) -> None:
        n = self.plot.points.size
        self.ok_button.setEnabled(bool(self.components))
        self.clear_button.setEnabled(bool(n))
        if self.components:
            self._say(fit_sentence(self.components, n))
        elif n:
            self._say(f"{n} points, fitting …")
        else:
            self._say("No points yet: paint some, or load a CSV or .npy file.")

    def _say(self, text: str, *, is_error: bool = False) -> None:
        rgb = self._theme.warning_text if is_error else self._theme.text
        background = self._theme.warning if is_error else "transparent"
        self._message.setStyleSheet(f"color: {rgb}; background: {background}; padding: 2px")
        self._message.setText(text)

    # -- the user -----------------------------------------------------------------------------------------

    def _choose_brush(self) -> None:
        (lo, hi), _ = self.plot.view_range
        self.plot.brush_sigma = self.brush.width_chosen * (hi - lo)
        set_tip(self.brush, f"Points scatter around the mouse with σ = {self.plot.brush_sigma:.3g}")

    def _ask_for_file(self) -> None:
        path = file_dialogs.ask_points_file(self)
        if path is not None:
            self.load(path)

    def accept(self) -> None:
        if self.components:
            super().accept()
            self.components_chosen.emit(self.components)

    def done(self, result: int) -> None:
        """Close at once; where a fit still runs, go when that has ended: going means waiting for it."""
        self._worker.forget()
        if self._worker.is_busy and self.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose):
            self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
            self._worker.rested.connect(self.deleteLater)
        super().done(result)


def fit_sentence(components: tuple[Component1D, ...], n_points: int) -> str:
    """Such as “345 points: 2 components by BIC: 0.3 · N(−2, 0.5²) + 0.7 · N(3, 1²)”."""
    used = f", {MAX_FIT_POINTS} of them used" if n_points > MAX_FIT_POINTS else ""
    full = ", the strip is full" if n_points == MAX_POINTS_PAINTED else ""
    count = "1 component" if len(components) == 1 else f"{len(components)} components"
    terms = " + ".join(
        f"{c.weight:.2g} · N({parameter_text(round(c.mu, 3))}, {c.sigma:.3g}²)" for c in components
    )
    return f"{n_points} points{used}{full}; {count} by BIC: {terms}"
