"""Every stationary point of both divergences in a table; a click takes q there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

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
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import font_of, set_text, set_tip

HEADINGS: Final = ("divergence", "type", "μ", "σ", "value", "")
NUMBER_COLUMNS: Final = (2, 3, 4)
COLOR_ROLE: Final = int(Qt.ItemDataRole.ForegroundRole)
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


class StationaryModel(QStandardItemModel):
    """Rows of stationary points as items of Qt, which a view asks two hundred times in a frame of a drag."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(0, len(HEADINGS), parent)
        self._theme = theme
        self._units: Units = "nats"
        self._texts: list[tuple[str, ...]] = []
        self._items: list[list[QStandardItem]] = []
        self.rows: tuple[Row, ...] = ()
        self._show_headings()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row, items in zip(self.rows, self._items, strict=True):
            self._show_colors(row, items)

    def set_rows(self, rows: tuple[Row, ...], units: Units) -> None:
        """Show these; only items that differ are touched, or all are new where the number of rows is."""
        if rows == self.rows and units == self._units:
            return
        texts = [_texts(row, units) for row in rows]
        if len(rows) == len(self.rows) and units == self._units:
            self._change(rows, texts)
        else:
            self._units = units
            self._show_headings()
            self._fill(rows, texts)
        self.rows, self._texts = rows, texts

    def tip(self, row: int) -> str:
        """All digits of a row."""
        shown = self.rows[row]
        return (
            f"∇{DIRECTION_NAME[shown.direction]} = 0 at μ = {shown.mu!r}, σ = {shown.sigma!r}\n"
            f"value {shown.kl!r} nats; click to move q there"
        )

    def _show_headings(self) -> None:
        value = f"value ({self._units})"
        self.setHorizontalHeaderLabels([value if name == "value" else name for name in HEADINGS])

    def _fill(self, rows: Sequence[Row], texts: Sequence[tuple[str, ...]]) -> None:
        self.setRowCount(0)
        self._items = [[_item(text, column) for column, text in enumerate(of_row)] for of_row in texts]
        for row, items in zip(rows, self._items, strict=True):
            self._show_colors(row, items)
            self.appendRow(items)

    def _change(self, rows: Sequence[Row], texts: Sequence[tuple[str, ...]]) -> None:
        for items, before, after in zip(self._items, self._texts, texts, strict=True):
            for item, old, new in zip(items, before, after, strict=True):
                if old != new:
                    item.setText(new)
        for items, old_row, row in zip(self._items, self.rows, rows, strict=True):
            if (old_row.direction, old_row.is_reachable) != (row.direction, row.is_reachable):
                self._show_colors(row, items)

    def _show_colors(self, row: Row, items: Sequence[QStandardItem]) -> None:
        for column, item in enumerate(items):
            item.setData(self._color(row, column), COLOR_ROLE)

    def _color(self, row: Row, column: int) -> QColor | None:
        if not row.is_reachable:
            return QColor(self._theme.muted_text)
        if column == 0:
            return QColor(self._theme.forward if row.direction == "forward" else self._theme.reverse)
        return QColor(self._theme.muted_text) if column == len(HEADINGS) - 1 else None


def _item(text: str, column: int) -> QStandardItem:
    item = QStandardItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    item.setTextAlignment(NUMBER_ALIGNMENT if column in NUMBER_COLUMNS else TEXT_ALIGNMENT)
    return item


class TipDelegate(QStyledItemDelegate):
    """Words a tip when it is asked for."""

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        model = index.model()
        if event.type() == QEvent.Type.ToolTip and isinstance(model, StationaryModel):
            QToolTip.showText(event.globalPos(), model.tip(index.row()), view)
            return True
        return bool(super().helpEvent(event, view, option, index))


def _texts(row: Row, units: Units) -> tuple[str, ...]:
    return (
        DIRECTION_NAME[row.direction],
        KIND_NAME[row.kind],
        parameter_text(row.mu),
        parameter_text(row.sigma),
        divergence_text(row.kl, units),
        ", ".join(_notes(row)),
    )


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
        self._caption = ElidedLabel()
        self._model = StationaryModel(theme, self)
        self._view = QTableView()
        self._view.setModel(self._model)
        self._view.setItemDelegate(TipDelegate(self._view))
        self._view.setAccessibleName("Stationary points")
        self._view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._view.setTabKeyNavigation(False)
        self._view.setShowGrid(False)
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
        font = font_of(self, theme)
        metrics = QFontMetrics(font)
        self._view.horizontalHeader().setFont(font)  # made before the first theme, it keeps Qt's own
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
        set_text(self._caption, caption)
        set_tip(self._caption, caption)
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
