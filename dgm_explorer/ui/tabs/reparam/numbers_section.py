"""Σ and what follows from it, exactly, while L is in the hand."""

import math
from functools import partial
from typing import Final

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from dgm_explorer.numerics.factor import CovarianceShape
from dgm_explorer.numerics.gaussian_map import SINGULAR
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.words import LAW_NAME
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import section, set_color, set_formula, set_text
from dgm_explorer.ui.widgets.read_out import ReadOut

DIGITS: Final = (4, 3, 2)
"""Significant digits of Σ: as many as there is room for."""
SAMPLE: Final = "−1.234e−12   −1.234   rank 1"
LINES: Final = (
    ("Σ", r"\Sigma = L L^\top = \mathrm{Cov}\, z", "the covariance of z, whatever L has it"),
    ("λ", r"\Sigma v = \lambda v", "eigenvalues of Σ; the semi-axes of the 1σ ellipse are their roots"),
    ("√λ", r"\sqrt{\lambda_1}, \sqrt{\lambda_2}", "semi-axes of the 1σ ellipse, and the angle of the longer"),
    ("ρ", r"\rho = \Sigma_{12} / \sqrt{\Sigma_{11} \Sigma_{22}}", "correlation of z₁ and z₂"),
    ("det", r"\det \Sigma = (\det L)^2", "the square of the factor by which L changes areas"),
)


class NumbersSection(QWidget):
    """Reads out; nothing to edit."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = tuple((QLabel(name), ReadOut(SAMPLE)) for name, _, _ in LINES)
        box = section("Covariance")
        grid = QGridLayout(box)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        for number, (name, value) in enumerate(self._lines):
            grid.addWidget(name, number, 0)
            grid.addWidget(value, number, 1)
            for widget in (name, value):
                set_formula(widget, LINES[number][1], partial(self._explain, number))
        outer = QGridLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(box)
        self.set_theme(theme)

    def _explain(self, number: int) -> str:
        return f"{self._lines[number][1].text()}\n{LINES[number][2]}"

    def text(self, name: str) -> str:
        """What stands beside a name, such as ``det``."""
        return next(value.text() for label, value in self._lines if label.text() == name)

    def set_theme(self, theme: Theme) -> None:
        for _, value in self._lines:
            set_color(value, theme.text)

    def show_frame(self, frame: ReparamFrame) -> None:
        """Show the numbers of a frame."""
        texts = (_line_texts(frame),) if frame.shape is None else _plane_texts(frame.shape)
        for number, (name, value) in enumerate(self._lines):
            is_used = number < len(texts)
            name.setVisible(is_used)
            value.setVisible(is_used)
            if is_used:
                value.set_text(*texts[number])
        set_text(self._lines[0][0], "Var" if frame.shape is None else "Σ")


def _plane_texts(shape: CovarianceShape) -> tuple[tuple[str, ...], ...]:
    """Of each line the text, and shorter ones for where there is no room."""
    first, second = shape.eigenvalues.tolist()
    axes = [tick_text(math.sqrt(value)) for value in (first, second)]
    is_singular = math.sqrt(second) <= SINGULAR * math.sqrt(first)
    rank = "" if not is_singular else "   Σ is singular: rank 1" if first > 0 else "   Σ = 0: rank 0"
    return (
        tuple(_matrix_text(shape, digits) for digits in DIGITS),
        (f"{tick_text(first)}   {tick_text(second)}",),
        (f"{axes[0]} × {axes[1]}   at {tick_text(round(math.degrees(shape.angle), 1))}°",),
        ("none: a variance is 0" if math.isnan(shape.correlation) else tick_text(shape.correlation),),
        (f"{tick_text(first * second)}{rank}",),
    )


def _matrix_text(shape: CovarianceShape, digits: int) -> str:
    xx, xy, yx, yy = (tick_text(value, digits) for value in shape.covariance.ravel().tolist())
    return f"({xx}   {xy};   {yx}   {yy})"


def _line_texts(frame: ReparamFrame) -> tuple[str, ...]:
    sigma, variance = float(frame.map.factor[0, 0]), frame.comparisons[1].exact
    rank = "   singular: z = μ always" if sigma == 0 else ""
    return (f"{tick_text(variance)}   ({LAW_NAME[frame.law]}, σ = {tick_text(sigma)}){rank}",)
