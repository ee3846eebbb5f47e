"""Data painted with the mouse."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
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
from dgm_explorer.core.dataset import MAX_PAINTED
from dgm_explorer.ui.plots.plane_paint_plot import PlanePaintPlot
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.brush_slider import BrushSlider
from dgm_explorer.ui.widgets.form import label_for, set_tip

MIN_POINTS = 20
FINEST_BRUSH, BROADEST_BRUSH = 0.01, 1.0
DIGITS_KEPT = 4


class PaintDialog(QDialog):
    """Paint points, take strokes back, train on them.

    Parameters
    ----------
    points : what the canvas begins with.
    """

    points_chosen = Signal(object)
    """tuple of (x, y), once, when the dialog is accepted."""

    def __init__(
        self, theme: Theme, points: Sequence[tuple[float, float]] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Paint points")
        self.plot = PlanePaintPlot()
        self.brush = BrushSlider(FINEST_BRUSH, BROADEST_BRUSH)
        self.undo_button = QPushButton("Undo stroke")
        self.clear_button = QPushButton("Clear")
        self._words = QLabel()
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self.ok_button = self.buttons.button(buttons.Ok)
        self._strokes: list[int] = []  # points there were after each stroke
        self._n_given = len(points)
        self._set_up()
        self._lay_out()
        self.plot.set_theme(theme)
        self._choose_brush()
        self._set_points(np.array(points, np.float64).reshape(-1, 2))

    def _set_up(self) -> None:
        self.plot.points_painted.connect(self._add)
        self.plot.stroke_finished.connect(self._end_stroke)
        self.brush.valueChanged.connect(self._choose_brush)
        self.undo_button.clicked.connect(self._undo)
        set_tip(self.undo_button, "Take back the points of the last stroke")
        self.clear_button.clicked.connect(self._clear)
        set_tip(self.clear_button, "Remove all points")
        self.ok_button.setText("Use as data")
        set_tip(self.ok_button, "Train on these points next; Undo in the window brings the old data back")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.addWidget(label_for("Brush", self.brush))
        controls.addWidget(self.brush, 1)
        controls.addWidget(self.undo_button)
        controls.addWidget(self.clear_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.plot, 1)
        layout.addLayout(controls)
        layout.addWidget(self._words)
        layout.addWidget(self.buttons)
        self.ok_button.setDefault(True)
        self.resize(520, 600)

    @property
    def words(self) -> str:
        """What the dialog says about the points."""
        return self._words.text()

    def _add(self, points: FloatArray) -> None:
        self._set_points(np.concatenate([self.plot.points, np.round(points, DIGITS_KEPT)]))

    def _end_stroke(self) -> None:
        """The stroke ends with so many points."""
        self._strokes.append(len(self.plot.points))
        self._show()

    def _undo(self) -> None:
        del self._strokes[-1:]
        self._set_points(self.plot.points[: self._strokes[-1] if self._strokes else self._n_given])

    def _clear(self) -> None:
        self._strokes, self._n_given = [], 0
        self._set_points(np.empty((0, 2)))

    def _set_points(self, points: FloatArray) -> None:
        self.plot.set_points(points)
        self._show()

    def _show(self) -> None:
        n = len(self.plot.points)
        self.ok_button.setEnabled(n >= MIN_POINTS)
        self.undo_button.setEnabled(bool(self._strokes))
        self.clear_button.setEnabled(n > 0)
        if n < MIN_POINTS:
            self._words.setText(f"{n} points; paint at least {MIN_POINTS}, some hundreds are better.")
        elif n == MAX_PAINTED:
            self._words.setText(f"{n} points: the canvas is full.")
        else:
            self._words.setText(f"{n} points of at most {MAX_PAINTED}.")

    def _choose_brush(self) -> None:
        self.plot.brush_sigma = self.brush.width_chosen
        set_tip(self.brush, f"Points scatter around the mouse with σ = {self.plot.brush_sigma:.2g}")

    def accept(self) -> None:
        super().accept()
        self.points_chosen.emit(tuple((float(x), float(y)) for x, y in self.plot.points))
