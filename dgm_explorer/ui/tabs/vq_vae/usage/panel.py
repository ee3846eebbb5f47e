"""How the codes are used: how often, when, where in the images, and beside which others."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, TypeVar

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import UsagePicture
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.usage.histogram import UsageHistogram
from dgm_explorer.ui.tabs.vq_vae.usage.history import UseAtStep, UseHistory
from dgm_explorer.ui.tabs.vq_vae.usage.notes import TITLES, note_on
from dgm_explorer.ui.tabs.vq_vae.usage.pairs import CodePairs
from dgm_explorer.ui.tabs.vq_vae.usage.positions import UsagePositions
from dgm_explorer.ui.tabs.vq_vae.usage.recorded import RecordedUse
from dgm_explorer.ui.tabs.vq_vae.usage.time import UsageOverTime
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import set_color, set_text, set_tip
from dgm_explorer.ui.widgets.read_out import ReadOut
from dgm_explorer.ui.widgets.toggle_button import ToggleButton

Page: TypeAlias = UsageHistogram | UsageOverTime | UsagePositions | CodePairs
P = TypeVar("P", UsageHistogram, UsageOverTime, UsagePositions, CodePairs)

_HAND = "Hover a code: it lights up everywhere. Click: it stays.\n"
_TWO_LINES = "\n"
_ALIGNED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class UsagePanel(CodePanel):
    """One picture in front at a time, made when it is first wanted; those behind cost nothing.

    Attributes
    ----------
    history : the use of the codes at the steps that were shown or recorded.
    """

    export_name = "code-usage"

    usage_picture_chosen = Signal(str)
    """By the user: ``histogram``, ``time``, ``positions`` or ``pairs``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = UseHistory()
        self._pages: dict[UsagePicture, Page] = {}
        self._picture: UsagePicture = "histogram"
        self._words = ""
        self._n_codes = 0
        self._config: VqVaeConfig | None = None
        self._recorded = RecordedUse(self)
        self._is_record_read = False
        self._buttons = QButtonGroup(self)
        self._stack = QStackedWidget()
        self.note = QLabel()
        self.read_out = ReadOut(_TWO_LINES, _ALIGNED)
        self._build()
        self._buttons.buttonClicked.connect(self._choose_picture)
        self._recorded.read.connect(self._take_recorded)

    def _build(self) -> None:
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.RichText)
        row = QHBoxLayout()
        row.setSpacing(2)
        for key, (title, tip) in TITLES.items():
            button = ToggleButton(title)
            button.setAccessibleName(f"Usage picture: {title}")
            button.setProperty("picture", key)
            set_tip(button, tip)
            self._buttons.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(3)
        layout.addLayout(row)
        layout.addWidget(self.note)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.read_out)

    # -- pictures, each of which takes longer to make than a frame ----------------------------------------

    @cached_property
    def histogram(self) -> UsageHistogram:
        return self._join("histogram", UsageHistogram())

    @cached_property
    def time(self) -> UsageOverTime:
        return self._join("time", UsageOverTime(self.history))

    @cached_property
    def positions(self) -> UsagePositions:
        positions = self._join("positions", UsagePositions())
        if self._config is not None:
            positions.places.set_config(self._config)
        return positions

    @cached_property
    def pairs(self) -> CodePairs:
        return self._join("pairs", CodePairs())

    def _join(self, key: UsagePicture, page: P) -> P:
        self._pages[key] = page
        self._stack.addWidget(page)
        page.words_changed.connect(self._say)
        for plot in page.plots:
            plot.code_hovered.connect(self._hover)
            plot.code_clicked.connect(self._choose)
        page.set_theme(self.theme)
        page.show_nothing(self._words)
        return page

    @property
    def _page(self) -> Page:
        """The picture in front."""
        match self._picture:
            case "histogram":
                return self.histogram
            case "time":
                return self.time
            case "positions":
                return self.positions
            case "pairs":
                return self.pairs

    # -- what is shown ------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for page in self._pages.values():
            page.set_theme(theme)
        set_color(self.note, theme.muted_text)
        self._show_note()
        self.show_again()

    def set_config(self, config: VqVaeConfig) -> None:
        self._config = config
        if "positions" in self._pages:
            self.positions.places.set_config(config)

    def set_usage_picture(self, key: UsagePicture) -> None:
        """Bring a picture to the front; emits nothing."""
        if key != self._picture:
            self._picture = key
            self._is_record_read = False
            self._show_picture()
            self.show_again()

    @property
    def usage_picture(self) -> UsagePicture:
        return self._picture

    def set_run_folder(self, folder: Path | None) -> None:
        """The run whose snapshots come next; its recorded ones are read beside the window."""
        if folder != self._recorded.folder:
            self._recorded.set_folder(folder)
            self.history.clear()
        self._is_record_read = False

    def show_snapshot(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        self.history.add(UseAtStep(snapshot.step, snapshot.batch_counts))
        super().show_snapshot(snapshot, dataset)

    def _show(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        if snapshot.n_codes != self._n_codes:
            self._n_codes = snapshot.n_codes
            self._show_note()
        self._page.show_snapshot(snapshot, dataset)
        self._read_record()
        self._mark()

    def _clear(self, words: str) -> None:
        self._words = words
        self._is_record_read = False
        self.history.clear()
        for page in self._pages.values():
            page.show_nothing(words)
        self._say()

    def plots(self) -> Sequence[ExportablePlot]:
        return self._page.plots

    def export_table(self) -> PlotTable:
        """The data of the picture in front."""
        return self._page.plots[0].export_table()

    def finish(self) -> None:
        self._recorded.close()

    def showEvent(self, event: QShowEvent) -> None:
        self._is_record_read = False
        self._show_picture()
        super().showEvent(event)

    def _show_picture(self) -> None:
        """Bring the picture chosen to the front; hidden it need not even be made."""
        for button in self._buttons.buttons():
            button.setChecked(button.property("picture") == self._picture)
        if self.isVisible():
            self._stack.setCurrentWidget(self._page)
            self._show_note()
            self._mark()

    # -- the record of the run ----------------------------------------------------------------------------

    def _read_record(self) -> None:
        """Once a run, when the picture is in front, and again whenever it comes there."""
        if self._picture == "time" and not self._is_record_read:
            self._is_record_read = True
            self._recorded.ask(frozenset(self.history.steps.tolist()))

    @Slot(object)
    def _take_recorded(self, uses: tuple[UseAtStep, ...]) -> None:
        self.history.add_recorded(uses)
        if self._picture == "time":
            self.show_again()

    # -- words --------------------------------------------------------------------------------------------

    def _show_note(self) -> None:
        set_text(self.note, note_on(self._picture, self._n_codes, self.theme))

    @Slot()
    def _say(self) -> None:
        page = self._pages.get(self._picture)
        if page is None or page.plots[0].cover.reason:
            self.read_out.set_text("")
        else:
            self.read_out.set_text(page.words() or _HAND)

    # -- codes --------------------------------------------------------------------------------------------

    def _mark(self) -> None:
        if self.isVisible():
            self._page.set_codes(self.code, self.hovered_code)
            self._say()

    @Slot(int)
    def _hover(self, code: int) -> None:
        self.set_hovered_code(code)
        self.code_hovered.emit(code)

    @Slot(int)
    def _choose(self, code: int) -> None:
        self.set_code(code)
        self.code_chosen.emit(code)

    @Slot(QAbstractButton)
    def _choose_picture(self, button: QAbstractButton) -> None:
        key = button.property("picture")
        self.set_usage_picture(key)
        self.usage_picture_chosen.emit(key)
