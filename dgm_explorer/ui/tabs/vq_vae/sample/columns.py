"""Four priors beside each other: name, cost, one line, samples."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from dgm_explorer.ui.tabs.vq_vae.sample.bars import PriorBar
from dgm_explorer.ui.tabs.vq_vae.sample.grid import SampleGrid
from dgm_explorer.ui.tabs.vq_vae.sample.learning import CodeSource
from dgm_explorer.ui.tabs.vq_vae.sample.priors import Drawn, Prior
from dgm_explorer.ui.tabs.vq_vae.sample.words import WORDS
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import font_of, set_color, set_formula
from dgm_explorer.ui.widgets.snapshot_panel import as_images

PRIORS: Final[tuple[Prior, ...]] = ("uniform", "unigram", "count_table", "pixel_cnn")


class PriorColumns(QWidget):
    """A column for each of `PRIORS`.

    Parameters
    ----------
    describe : the text under a prior's formula, asked for when its tool tip opens.
    """

    code_hovered = Signal(int)
    code_chosen = Signal(int)

    def __init__(self, describe: Callable[[Prior], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = {prior: PriorBar(WORDS[prior].name) for prior in PRIORS}
        self.grids = {prior: SampleGrid(f"Samples {WORDS[prior].name}") for prior in PRIORS}
        self._titles = {prior: ElidedLabel(WORDS[prior].name) for prior in PRIORS}
        self._lines = {prior: QLabel(WORDS[prior].line) for prior in PRIORS}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(6)
        layout.setVerticalSpacing(2)
        layout.setRowStretch(1, 1)
        layout.setRowStretch(3, 3)
        for column, prior in enumerate(PRIORS):
            self._add_column(layout, column, prior, describe)

    def _add_column(
        self, layout: QGridLayout, column: int, prior: Prior, describe: Callable[[Prior], str]
    ) -> None:
        title, bar, line = self._titles[prior], self.bars[prior], self._lines[prior]
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        line.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        line.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        line.setSizePolicy(policy)
        for widget in (title, bar, line):
            set_formula(widget, WORDS[prior].tex, lambda: describe(prior))
        grid = self.grids[prior]
        grid.code_hovered.connect(self.code_hovered)
        grid.code_chosen.connect(self.code_chosen)
        parts: tuple[QWidget, ...] = (title, bar, line, grid)
        for row, part in enumerate(parts):
            layout.addWidget(part, row, column)
        layout.setColumnStretch(column, 1)

    def set_theme(self, theme: Theme) -> None:
        for prior in PRIORS:
            self.bars[prior].set_theme(theme)
            self.grids[prior].set_theme(theme)
            font = font_of(self._titles[prior], theme)
            font.setBold(True)
            self._titles[prior].setFont(font)
            set_color(self._lines[prior], theme.muted_text)

    def set_marked(self, hovered_code: int, chosen_code: int) -> None:
        """Light up the cells of one code and frame those of another; -1 for none."""
        for grid in self.grids.values():
            grid.set_marked(hovered_code, chosen_code)

    def show_drawn(self, prior: Prior, drawn: Drawn, source: CodeSource) -> None:
        """Samples of a prior, decoded by the network of ``source``."""
        images = as_images(drawn.images, source.image_shape)
        self.grids[prior].show_samples(images, drawn.codes, source.stride)
