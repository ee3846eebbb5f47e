"""Claims, checks and derivations of the tab in front."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from dgm_explorer.theory.claim import Claim
from dgm_explorer.theory.derivations import Derivation
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.theory.check_desk import CheckDesk, RunCheck
from dgm_explorer.ui.theory.entry_list import EntryList
from dgm_explorer.ui.theory.pages import Entry, entries_of, outcome_text, page_of
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.notes_panel import NotesPanel

LIST_SHARE = 0.36
"""Of the height, at first; the bar between list and page can be dragged."""


class TheoryPanel(QWidget):
    """A list above a page; the buttons between them act on what is selected.

    Parameters
    ----------
    run_check : see `CheckDesk`.
    """

    show_me_requested = Signal(str)
    """Name of a preset."""

    def __init__(self, run_check: RunCheck, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tab = ""
        self._entries: tuple[Entry, ...] = ()
        self._places: dict[str, int] = {}
        self.desk = CheckDesk(run_check, self)
        self.check_all = QPushButton("Check &all")
        self.progress = ElidedLabel()
        self.list = EntryList(self.desk)
        self.check = QPushButton("&Check")
        self.show_me = QPushButton("S&how me")
        self.derivation = QPushButton("&Derivation")
        self.outcome = QLabel()
        self.page = NotesPanel()
        self._lay_out()
        self._connect()

    def show_tab(self, key: str) -> None:
        """Turn to the claims of a tab, at the place where they were left; a derivation of both tabs stays."""
        if key != self._tab:
            read = self.entry if self._entries else None
            self._tab = key
            self._entries = entries_of(key)
            if isinstance(read, Derivation) and read in self._entries:
                self._places[key] = self._entries.index(read)
            self.list.set_entries(self._entries, self._places.get(key, 0))
            self._refresh()

    def set_theme(self, theme: Theme) -> None:
        self.page.set_theme(theme)
        self.list.refresh()

    def close_desk(self) -> None:
        """Leave no thread behind."""
        self.desk.close()

    @property
    def entry(self) -> Entry:
        """What is selected."""
        return self._entries[self._places.get(self._tab, 0)]

    def _lay_out(self) -> None:
        self.outcome.setWordWrap(True)
        self.outcome.setTextFormat(Qt.TextFormat.PlainText)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.outcome.setToolTip(
            "What the check of this claim found; every comparison is at the end of the page."
        )
        self.page.setAccessibleName("What is claimed, and what is right")
        self.progress.setToolTip("How far the checks are.")
        upper, lower = QWidget(), QWidget()
        top = QHBoxLayout()
        top.addWidget(self.check_all)
        top.addWidget(self.progress, 1)
        above = QVBoxLayout(upper)
        above.setContentsMargins(6, 6, 6, 0)
        above.addLayout(top)
        above.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.check, self.show_me, self.derivation):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 4, 0, 0)
        head = QVBoxLayout()
        head.setContentsMargins(6, 0, 6, 0)
        head.addLayout(buttons)
        head.addWidget(self.outcome)
        below.addLayout(head)
        below.addWidget(self.page, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(upper)
        splitter.addWidget(lower)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([round(1000 * LIST_SHARE), round(1000 * (1 - LIST_SHARE))])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _connect(self) -> None:
        self.list.chosen.connect(self._choose)
        self.list.cellActivated.connect(self._check_one)
        self.check.clicked.connect(self._check_one)
        self.check_all.clicked.connect(self._check_all_or_cancel)
        self.show_me.clicked.connect(self._show_me)
        self.derivation.clicked.connect(self._turn_to_derivation)
        self.desk.changed.connect(self._refresh)

    @Slot(int)
    def _choose(self, index: int) -> None:
        self._places[self._tab] = index
        self._refresh()

    @Slot()
    def _check_one(self) -> None:
        if isinstance(self.entry, Claim):
            self.desk.ask([self.entry.check])

    @Slot()
    def _check_all_or_cancel(self) -> None:
        if self.desk.is_busy:
            self.desk.cancel()
        else:
            self.desk.ask([entry.check for entry in self._entries if isinstance(entry, Claim)])

    @Slot()
    def _show_me(self) -> None:
        if isinstance(self.entry, Claim) and self.entry.show_me is not None:
            self.show_me_requested.emit(self.entry.show_me)

    @Slot()
    def _turn_to_derivation(self) -> None:
        entry = self.entry
        keys = [other.key for other in self._entries]
        if isinstance(entry, Claim):
            self.list.setCurrentCell(keys.index(entry.derivation), 0)

    @Slot()
    def _refresh(self) -> None:
        """Buttons, outcome and page say what is known of the selected entry."""
        if not self._entries:
            return
        entry = self.entry
        claim = entry if isinstance(entry, Claim) else None
        result = None if claim is None else self.desk.results.get(claim.check)
        is_due = claim is not None and self.desk.is_due(claim.check)
        self.check.setEnabled(claim is not None and not is_due)
        self.check.setToolTip("Compute this claim anew, by other means (also: Return in the list).")
        self.show_me.setEnabled(claim is not None and claim.show_me is not None)
        self.show_me.setToolTip(
            "No preset shows this one."
            if claim is None or claim.show_me is None
            else f"Load the preset {claim.show_me}, which makes it visible; Ctrl+Z takes it back."
        )
        self.derivation.setEnabled(claim is not None)
        self.derivation.setToolTip("Turn to the derivation that leads to it.")
        self.outcome.setVisible(is_due or result is not None)
        if is_due:
            self.outcome.setText("… computing it anew")
        elif result is not None:
            self.outcome.setText(outcome_text(result))
        self._refresh_progress()
        self.page.set_blocks(page_of(entry, result))

    def _refresh_progress(self) -> None:
        is_busy, claims = self.desk.is_busy, [entry for entry in self._entries if isinstance(entry, Claim)]
        self.check_all.setText("C&ancel" if is_busy else "Check &all")
        self.check_all.setToolTip(
            "Drop the checks that wait; the one that runs comes to its end."
            if is_busy
            else f"Compute all {len(claims)} claims of this tab anew, beside the window."
        )
        found = [self.desk.results[claim.check] for claim in claims if claim.check in self.desk.results]
        if is_busy:
            self.progress.setText(f"{self.desk.n_done} of {self.desk.n_asked} checked …")
        elif found:
            n_held = sum(result.holds for result in found)
            self.progress.setText(f"{n_held} of {len(found)} checked hold")
        else:
            self.progress.setText(f"none of {len(claims)} checked")
