"""New images out of four priors over code grids, side by side, and what a code costs under each."""

import math
import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from dgm_explorer.core.code_sampler import MakeCodeSampler
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_inference import MakeInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.inference_worker import InferenceWorker
from dgm_explorer.ui.tabs.vq_vae.sample.columns import PRIORS, PriorColumns
from dgm_explorer.ui.tabs.vq_vae.sample.learning import CodeSource, Learning
from dgm_explorer.ui.tabs.vq_vae.sample.priors import (
    COUNTED,
    Drawn,
    DrawRequest,
    Prior,
    draw_counted,
    split_grids,
)
from dgm_explorer.ui.tabs.vq_vae.sample.thread import SamplerNews
from dgm_explorer.ui.tabs.vq_vae.sample.words import (
    WORDS,
    describe_chart,
    describe_cost,
    describe_learning,
    describe_progress,
)
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import row, set_color, set_text, set_tip
from dgm_explorer.ui.widgets.worded_bar import WordedBar

DRAW_EVERY_S: Final = 1.5
"""While snapshots come, the counted priors draw no more often."""
DRAWING_SHARE: Final = 0.2
"""Of the worker's time at most, where drawing takes long."""
MOST_LOGITS: Final = 8_000_000
"""Cells × K of one grid that a PixelCNN is offered for: more would take gigabytes and minutes a step."""
_LEARN_TIP: Final = (
    "Train a small PixelCNN on the code grids of the picture shown, in a thread of its own;\n"
    "stopped halfway, it goes on as long as the picture is the same. It stays with the run in this window,\n"
    "and is not kept on the disk: a run opened again has to learn it anew"
)
_STOP_TIP: Final = "Learn no further; what has been learnt so far stays and can be drawn from"
_SOON: Final = "The first samples come in a moment."
_OFFER: Final = "“Learn PixelCNN” learns it from these grids, for this window alone."


class SamplePanel(CodePanel):
    """Images that no encoder made: grids of codes are drawn from a prior and decoded.

    Parameters
    ----------
    make_inference : decodes.
    make_code_sampler : makes the PixelCNN, in a thread of its own.
    """

    export_name = "samples"

    def __init__(
        self,
        make_inference: MakeInference,
        make_code_sampler: MakeCodeSampler,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._config = VqVaeConfig()
        self._asked: tuple[DrawRequest, CodeSource] | None = None
        self._drawn: tuple[CodeSource, tuple[Drawn, ...]] | None = None
        self._run = ""
        self._seed = 0
        self._asked_s = self._due_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask_when_due)
        self._worker = InferenceWorker(make_inference, draw_counted, self)
        self._worker.finished.connect(self._take_counted)
        self._worker.failed.connect(self._say)
        self.learning = Learning(make_inference, make_code_sampler, self)
        self.learning.changed.connect(self._show_learning)
        self.learning.failed.connect(self._say)
        self.columns = PriorColumns(self._describe)
        self.columns.code_hovered.connect(self.code_hovered)
        self.columns.code_chosen.connect(self.code_chosen)
        self.again = QPushButton("Draw again")
        self.again.clicked.connect(self._draw_again)
        self.learn = QPushButton("Learn PixelCNN")
        self.learn.clicked.connect(self._toggle_learning)
        self.progress = WordedBar()
        self.standing = ElidedLabel()
        self.caption = ElidedLabel()
        self.words = QLabel()
        self._pages = QStackedWidget()
        self._build()
        self._clear("")

    def _build(self) -> None:
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        set_tip(self.again, "Other samples of the same priors")
        keeps_room = self.progress.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(keeps_room)
        self.progress.setTextVisible(True)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row(self.again, self.learn, self.progress, stretch=(0, 0, 1)))
        column.addWidget(self.standing)
        column.addWidget(self.caption)
        column.addWidget(self.columns, 1)
        self._pages.addWidget(self.words)
        self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.addWidget(self._pages)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.columns.set_theme(theme)
        for label in (self.words, self.standing, self.caption):
            set_color(label, theme.muted_text)

    def set_config(self, config: VqVaeConfig) -> None:
        self._config = config

    def set_run(self, name: str) -> None:
        """Say which run is on the screen: a PixelCNN stays with its own, which may be resumed."""
        if name != self._run:
            self._run = name
            self.learning.drop()

    def plots(self) -> Sequence[ExportablePlot]:
        return (self, *self.columns.grids.values())

    def export_table(self) -> PlotTable:
        """Bits per code of held-out grids under each prior; NaN where it is not known."""
        names = tuple(WORDS[prior].name for prior in PRIORS)
        return PlotTable(
            ("prior", "bits_per_code"), (names, np.array([self.columns.bars[prior].bits for prior in PRIORS]))
        )

    def finish(self) -> None:
        self._timer.stop()
        self._asked = None
        self.learning.finish()
        self._worker.close()

    # -- counted priors -----------------------------------------------------------------------------------

    def _show(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        del snapshot  # `_given` holds it too: it may be asked about later
        if dataset.image_shape is None:
            self._clear("Points in the plane have no grid of codes.")
            return
        self._pages.setCurrentIndex(1)
        self._show_learning()
        self._ask_when_due()

    def _clear(self, words: str) -> None:
        """Nothing is left of the snapshot before."""
        self._timer.stop()
        self._worker.forget()
        self._asked = self._drawn = None
        self._due_s = 0.0
        for prior in PRIORS:
            self.columns.grids[prior].clear("")
            self.columns.bars[prior].set_value(math.nan, math.nan, is_hollow=False)
        set_text(self.caption, "")
        self._show_learning()
        set_text(self.words, words)
        self._pages.setCurrentIndex(0)

    @Slot()
    def _ask_when_due(self) -> None:
        """Have the counted priors of the newest grids draw, now or when enough time has passed."""
        is_drawn = (
            self._asked is not None and self._given is not None and self._asked[0].snapshot is self._given[0]
        )
        if self._given is None or is_drawn or self._worker.is_busy or not self.isVisible():
            return
        wait_s = self._due_s - time.monotonic()
        if wait_s <= 0:
            self._ask()
        elif not self._timer.isActive():
            self._timer.start(math.ceil(1000 * wait_s))

    def _ask(self) -> None:
        source = self._source()
        if source is not None:
            request = DrawRequest(source.snapshot, source.grids, self._seed)
            self._asked, self._asked_s = (request, source), time.monotonic()
            self._worker.ask(source.snapshot, source.config, source.image_shape, request)

    def _source(self) -> CodeSource | None:
        """The code grids of the newest snapshot."""
        if self._given is None:
            return None
        snapshot, dataset = self._given
        if dataset.image_shape is None:
            return None
        return CodeSource(snapshot, self._config, dataset.image_shape, split_grids(snapshot, dataset))

    @Slot(object, object)
    def _take_counted(self, request: Any, drawn: Any) -> None:
        if self._asked is None or request is not self._asked[0]:
            return
        source = self._asked[1]
        now_s = time.monotonic()
        took_s = now_s - self._asked_s
        self._due_s = max(self._asked_s + DRAW_EVERY_S, now_s + took_s / DRAWING_SHARE)
        self._drawn = (source, drawn)
        limit_bits = math.log2(source.grids.n_codes)
        for prior, of_prior in zip(COUNTED, drawn, strict=True):
            self.columns.show_drawn(prior, of_prior, source)
            self.columns.bars[prior].set_value(of_prior.bits_per_code, limit_bits, is_hollow=False)
        set_text(self.caption, describe_chart(source.grids, source.snapshot.step))
        self._show_learning()
        self._ask_when_due()

    @Slot()
    def _draw_again(self) -> None:
        self._seed += 1
        self._ask()
        self.learning.draw()

    # -- PixelCNN -----------------------------------------------------------------------------------------

    @Slot()
    def _toggle_learning(self) -> None:
        if self.learning.is_learning:
            self.learning.stop()
            return
        source = self._source()
        if source is not None:
            self.learning.start(source)

    @Slot()
    def _show_learning(self) -> None:
        learning, news = self.learning, self.learning.news
        shown = self._given[0] if self._given is not None else None
        refusal = _why_not_learn(shown)
        is_learning = learning.is_learning
        set_text(self.learn, "Stop" if is_learning else "Learn PixelCNN")
        self.learn.setEnabled(is_learning or not refusal)
        self.again.setEnabled(shown is not None)
        set_tip(self.learn, _STOP_TIP if is_learning else refusal or _LEARN_TIP)
        self.progress.setVisible(is_learning)
        if is_learning:
            self._show_progress(news)
        source = learning.source
        standing = "" if source is None else describe_learning(news, source.snapshot, shown)
        set_text(self.standing, standing)
        set_tip(self.standing, standing)
        self.standing.setVisible(bool(standing))
        self._show_pixel_cnn()

    def _show_progress(self, news: SamplerNews) -> None:
        progress = news.progress
        self.progress.setRange(0, 0 if progress is None else progress.n_steps)
        self.progress.setValue(0 if progress is None else progress.step)
        self.progress.set_words(describe_progress(news))
        set_tip(self.progress, describe_progress(news))

    def _show_pixel_cnn(self) -> None:
        """Its column: samples, or what will be there."""
        learning, grid, bar = self.learning, self.columns.grids["pixel_cnn"], self.columns.bars["pixel_cnn"]
        source, drawn = learning.source, learning.drawn
        if source is not None and drawn is not None:
            if grid.codes is not drawn.codes:
                self.columns.show_drawn("pixel_cnn", drawn, source)
            is_current = self._drawn is not None and self._drawn[0].snapshot is source.snapshot
            limit_bits = math.log2(source.grids.n_codes)
            bar.set_value(drawn.bits_per_code, limit_bits, is_hollow=learning.is_learning or not is_current)
            return
        words = _SOON if learning.is_learning else _OFFER
        if grid.words != words:
            grid.clear(words)
        limit_bits = math.nan if self._drawn is None else math.log2(self._drawn[0].grids.n_codes)
        bar.set_value(math.nan, limit_bits, is_hollow=False)

    # -- words --------------------------------------------------------------------------------------------

    @Slot(str)
    def _say(self, sentence: str) -> None:
        set_text(self.standing, sentence)
        set_tip(self.standing, sentence)
        self.standing.setVisible(True)

    def _describe(self, prior: Prior) -> str:
        """The text under the formula of a prior."""
        if prior == "pixel_cnn":
            source = self.learning.source if self.learning.drawn is not None else None
        else:
            source = self._drawn[0] if self._drawn is not None else None
        return describe_cost(prior, self.columns.bars[prior].bits, None if source is None else source.grids)

    def _mark(self) -> None:
        self.columns.set_marked(self.hovered_code, self.code)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


def _why_not_learn(snapshot: VqVaeSnapshot | None) -> str:
    """Why there is nothing to learn; empty where there is."""
    if snapshot is None:
        return "There are no code grids yet; Space starts a run"
    if snapshot.codes[0].size * snapshot.n_codes > MOST_LOGITS:
        height, width = snapshot.codes.shape[1:]
        return (
            f"Grids of {height} × {width} out of {snapshot.n_codes:,} codes are too large for a PixelCNN here"
        )
    return ""
