"""The claims and derivations of a tab, a row each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from dgm_explorer.theory.claim import Claim
from dgm_explorer.ui.theory.check_desk import CheckDesk
from dgm_explorer.ui.theory.pages import Entry, outcome_text, outcome_word, verdict_text

HEADINGS = (
    ("Claim", "What the course notes claim on this tab, and below it what is derived."),
    (
        "Notes are",
        "The verdict on the notes: ✓ right, ≈ imprecise, ✗ wrong.\n"
        "Below it, once it was asked for, whether an independent computation gives what is said to be right.",
    ),
)
_TITLE, _VERDICT = range(2)
_DERIVATION = "derivation"


class EntryList(QTableWidget):
    """Title, verdict on the notes and outcome of the check; titles wrap where there is little room."""

    chosen = Signal(int)
    """Index of the entry that was selected."""

    def __init__(self, desk: CheckDesk, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEADINGS), parent)
        self._desk = desk
        self._entries: Sequence[Entry] = ()
        for column, (text, tip) in enumerate(HEADINGS):
            heading = QTableWidgetItem(text)
            heading.setToolTip(tip)
            self.setHorizontalHeaderItem(column, heading)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_TITLE, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setAccessibleName("Claims and derivations")
        self.setTabKeyNavigation(False)  # Tab goes on to the buttons
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # A bar that came with the rows would take its width from titles that are already fitted.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentCellChanged.connect(self._announce)
        desk.changed.connect(self.refresh)

    def set_entries(self, entries: Sequence[Entry], index: int) -> None:
        """Show others, with one of them selected."""
        self._entries = entries
        self.blockSignals(True)
        self.setRowCount(len(entries))
        for row, entry in enumerate(entries):
            verdict = verdict_text(entry) if isinstance(entry, Claim) else _DERIVATION
            for column, text in enumerate((entry.title, verdict)):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{entry.key}: {entry.title}")
                self.setItem(row, column, item)
        self.blockSignals(False)
        self.refresh()
        self.setCurrentCell(index, _TITLE)

    @Slot()
    def refresh(self) -> None:
        """Say what became of the checks."""
        for row, entry in enumerate(self._entries):
            item = self.item(row, _VERDICT)
            if isinstance(entry, Claim) and item is not None:
                result = self._desk.results.get(entry.check)
                lines = [verdict_text(entry)]
                if self._desk.is_due(entry.check):
                    lines.append("checking …")
                elif result is not None:
                    lines.append(f"check {outcome_word(result)}")
                item.setText("\n".join(lines))
                item.setToolTip("Not checked yet." if result is None else outcome_text(result))
        self.resizeRowsToContents()

    @Slot(int, int, int, int)
    def _announce(self, row: int, _column: int, old_row: int, _old_column: int) -> None:
        if row >= 0 and row != old_row:
            self.chosen.emit(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resizeRowsToContents()
