"""Every stationary point of both divergences in a table; a click takes q there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from dgm_explorer.core.kl_state import Direction, KLState, Knowledge, Units, View1D
from dgm_explorer.numerics.knowledge import can_minimise
from dgm_explorer.numerics.stationary import Kind, StationaryPoint, is_inside
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.kl.frame import KLFrame
from dgm_explorer.ui.tabs.kl.lower_panel import LowerPanel
from dgm_explorer.ui.tabs.kl.wording import (
    DIRECTION_NAME,
    KIND_NAME,
    count_sentence,
    divergence_text,
    parameter_text,
)
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.flat_model import FlatModel, Index
from dgm_explorer.ui.widgets.form import font_of

HEADINGS: Final = ("divergence", "type", "μ", "σ", "value", "")
NUMBER_COLUMNS: Final = (2, 3, 4)
TEXT_ROLE: Final = int(Qt.ItemDataRole.DisplayRole)
ALIGNMENT_ROLE: Final = int(Qt.ItemDataRole.TextAlignmentRole)
COLOR_ROLE: Final = int(Qt.ItemDataRole.ForegroundRole)
TIP_ROLE: Final = int(Qt.ItemDataRole.ToolTipRole)
NUMBER_ALIGNMENT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
TEXT_ALIGNMENT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Row:
    """One stationary point as the table shows it; ``kl`` in nats.

    A point ``is_reachable`` if what is known about p allows its divergence to be minimised.
    """

    direction: Direction
    kind: Kind
    mu: float
    sigma: float
    kl: float
    is_outside: bool
    is_reachable: bool


def rows_of(
    forward: StationaryPoint, reverse: Sequence[StationaryPoint], view: View1D, knowledge: Knowledge
) -> tuple[Row, ...]:
    """The forward minimum first, then the reverse minima and saddles from the lowest to the highest.

    Equal values go from left to right, or rounding would make rows change places during a drag.
    """
    named: list[tuple[Direction, StationaryPoint]] = [("forward", forward)]
    ordered = sorted(reverse, key=lambda point: (not point.is_minimum, round(point.kl, 8), point.mu))
    named += [("reverse", point) for point in ordered]
    return tuple(
        Row(
            direction,
            point.kind,
            point.mu,
            point.sigma,
            point.kl,
            is_outside=not is_inside(view, point),
            is_reachable=can_minimise(knowledge, direction).is_possible,
        )
        for direction, point in named
    )


class StationaryModel(FlatModel):
    """Rows of stationary points, worded when they are set: a view asks a hundred times a frame."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._units: Units = "nats"
        self._texts: list[tuple[str, ...]] = []
        self.rows: tuple[Row, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._announce()

    def set_rows(self, rows: tuple[Row, ...], units: Units) -> None:
        if rows == self.rows and units == self._units:
            return
        is_same_shape = len(rows) == len(self.rows) and units == self._units
        if not is_same_shape:
            self.beginResetModel()
        before = self._texts
        self.rows, self._units = rows, units
        self._texts = [_texts(row, units) for row in rows]
        if is_same_shape:
            # half a millisecond less in a drag
            self._announce(columns=NUMBER_COLUMNS if _differ_in_numbers_only(before, self._texts) else None)
        else:
            self.endResetModel()

    def _shape(self) -> tuple[int, int]:
        return len(self.rows), len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == TEXT_ROLE:
            return f"value ({self._units})" if HEADINGS[section] == "value" else HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == TEXT_ROLE:
            return self._texts[index.row()][index.column()]
        if role == ALIGNMENT_ROLE:
            return NUMBER_ALIGNMENT if index.column() in NUMBER_COLUMNS else TEXT_ALIGNMENT
        if role == COLOR_ROLE:
            return self._color(self.rows[index.row()], index.column())
        if role == TIP_ROLE:
            row = self.rows[index.row()]
            return (
                f"∇{DIRECTION_NAME[row.direction]} = 0 at μ = {row.mu!r}, σ = {row.sigma!r}\n"
                f"value {row.kl!r} nats; click to move q there"
            )
        return None

    def _color(self, row: Row, column: int) -> QColor | None:
        if not row.is_reachable:
            return QColor(self._theme.muted_text)
        if column == 0:
            return QColor(self._theme.forward if row.direction == "forward" else self._theme.reverse)
        return QColor(self._theme.muted_text) if column == len(HEADINGS) - 1 else None


def _texts(row: Row, units: Units) -> tuple[str, ...]:
    return (
        DIRECTION_NAME[row.direction],
        KIND_NAME[row.kind],
        parameter_text(row.mu),
        parameter_text(row.sigma),
        divergence_text(row.kl, units),
        ", ".join(_notes(row)),
    )


def _differ_in_numbers_only(before: Sequence[tuple[str, ...]], after: Sequence[tuple[str, ...]]) -> bool:
    """Whether two tables of as many rows agree in words, and so in colours."""
    words = [column for column in range(len(HEADINGS)) if column not in NUMBER_COLUMNS]
    return all(old[column] == new[column] for old, new in zip(before, after, strict=True) for column in words)


def _notes(row: Row) -> list[str]:
    notes = ["outside the view"] if row.is_outside else []
    return notes if row.is_reachable else [*notes, "out of reach of what is known"]


class StationaryPanel(LowerPanel):
    """The count in words above the table of points.

    Signals
    -------
    point_chosen : (mu, sigma) of the row that was clicked or entered with the keyboard.
    """

    point_chosen = Signal(float, float)
    export_name = "stationary-points"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = QLabel()
        self._caption.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._model = StationaryModel(theme, self)
        self._view = QTableView()
        self._view.setModel(self._model)
        self._view.setAccessibleName("Stationary points")
        self._view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._view.setTabKeyNavigation(False)
        self._view.setShowGrid(False)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.verticalHeader().hide()
        self._view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._view.horizontalHeader().setStretchLastSection(True)
        self._view.clicked.connect(self._choose)
        self._view.activated.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 0)
        layout.setSpacing(3)
        layout.addWidget(self._caption)
        layout.addWidget(self._view)
        self.set_theme(theme)

    @property
    def table(self) -> QTableView:
        return self._view

    @property
    def caption(self) -> str:
        return self._caption.text()

    def set_theme(self, theme: Theme) -> None:
        self._model.set_theme(theme)
        metrics = QFontMetrics(font_of(self, theme))
        self._view.verticalHeader().setMinimumSectionSize(metrics.height())  # Qt keeps that of a larger font
        self._view.verticalHeader().setDefaultSectionSize(metrics.height() + 5)
        samples = ("divergence  ", KIND_NAME["tied"] + "  ", "−0.0000000 ", "−0.0000000 ", "value (nats) ")
        for column, sample in enumerate(samples):
            self._view.setColumnWidth(column, metrics.horizontalAdvance(sample) + 14)

    def _show(self, state: KLState, frame: KLFrame) -> None:
        """Show the points of a frame; nothing is computed here."""
        caption = count_sentence(frame.reverse_points, is_searching=frame.is_searching)
        if state.is_sigma_fixed:
            caption += f"   (σ fixed at {state.q.sigma:.4g})"
        if caption != self._caption.text():
            self._caption.setText(caption)
        rows = rows_of(frame.forward_minimum, frame.reverse_points, state.view, state.knowledge)
        self._model.set_rows(rows, state.units)

    def export_table(self) -> PlotTable:
        rows = self._model.rows
        return PlotTable(
            ("divergence", "type", "mu", "sigma", "kl_nats", "in_view"),
            (
                tuple(DIRECTION_NAME[row.direction] for row in rows),
                tuple(row.kind for row in rows),
                np.array([row.mu for row in rows]),
                np.array([row.sigma for row in rows]),
                np.array([row.kl for row in rows]),
                tuple("no" if row.is_outside else "yes" for row in rows),
            ),
        )

    def _choose(self, index: QModelIndex) -> None:
        row = self._model.rows[index.row()]
        self.point_chosen.emit(row.mu, row.sigma)
