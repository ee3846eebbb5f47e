"""What a run of the VQ-VAE measures, over its steps: loss, perplexity, dead and revived codes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.export import ExportablePlot, PlotTable, joined
from dgm_explorer.ui.plots.curve_chart import CurveChart, fit_counts, fit_losses
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.curves.words import CODE_CURVES, LOSS_CURVES, PERPLEXITY_CURVES
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.chart_column import ChartColumn
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import set_text, set_tip

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

EMPTY_WORDS = "Loss, perplexity and dead codes appear here, step by step, once a run has started."
_LEGEND_TIP = "How the curves are drawn. A double click, or A, shows all steps again after zooming."
_LOG_TIP = "Losses on a logarithmic scale: equal factors take equal heights, so that late progress shows."


class CurvesPanel(CodePanel):
    """Three charts over the same steps; held-out values are rings on thin lines, a second run is dashed.

    Curves come by `show_history`; of a snapshot nothing is shown here.
    """

    export_name = "vq-vae-curves"
    log_chosen = Signal(bool)
    """The user chose a logarithmic scale for the losses (True) or a linear one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.losses = CurveChart("vq-vae-losses", LOSS_CURVES, "loss", fit_losses)
        self.perplexity = CurveChart("vq-vae-perplexity", PERPLEXITY_CURVES, "codes", fit_counts)
        self.codes = CurveChart("vq-vae-dead-codes", CODE_CURVES, "codes", fit_counts)
        self.column = ChartColumn(((self.losses, 5), (self.perplexity, 3), (self.codes, 3)))
        self.column.drawn.connect(self._show_legend)
        self._names = ("", "")
        self._words = EMPTY_WORDS
        self._legend = ElidedLabel()
        set_tip(self._legend, _LEGEND_TIP)
        self._log = QCheckBox("log scale")
        self._log.setChecked(True)
        self._log.clicked.connect(self._choose_log)
        set_tip(self._log, _LOG_TIP)
        self.losses.set_log(True)
        above = QHBoxLayout()
        above.setSpacing(6)
        above.addWidget(self._legend, 1)
        above.addWidget(self._log)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(2)
        layout.addLayout(above)
        layout.addWidget(self.column, 1)
        self._show_legend()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.column.set_theme(theme)

    def set_config(self, config: VqVaeConfig) -> None:
        """The number of codes, which perplexity is compared with."""
        self.perplexity.set_level(float(config.n_codes), f"K = {config.n_codes:,}")

    def set_log(self, is_log: bool) -> None:
        """Logarithmic losses, or linear ones; nothing is emitted."""
        self._log.setChecked(is_log)
        self.losses.set_log(is_log)

    def set_names(self, own: str, other: str) -> None:
        """What the two runs are called; empty where there is none."""
        self._names = (own, other)
        self._show_legend()

    def show_history(self, history: "MetricsHistory", compare: "MetricsHistory | None" = None) -> None:
        """Show the metrics of a run, and those of a second one over them; free when hidden."""
        self.column.show_history(history, compare)

    def set_shown_step(self, step: float | None) -> None:
        """The step looked back on, marked while the mouse is elsewhere; None for the newest."""
        self.column.set_shown_step(step)

    def plots(self) -> Sequence[ExportablePlot]:
        """All of them under their keys, then each by itself."""
        return (self, *self.column.plots)

    def export_table(self) -> PlotTable:
        """All curves over steps."""
        return joined([chart.export_table() for chart in self.column.charts])

    def _show(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        """Curves know nothing of single instants."""

    def _clear(self, words: str) -> None:
        self._words = words
        self._show_legend()

    @Slot()
    def _show_legend(self) -> None:
        has_numbers = self.column.has_numbers
        self.column.set_reason("" if has_numbers else self._words)
        length = self.losses.block_length
        words = [f"mean of {length:,} steps" if length > 1 else "every step"]
        own, other = self._names
        if other:
            words[:0] = [f"— {own or 'this run'}", f"╌╌ {other}"]
        set_text(self._legend, "   ".join(words) if has_numbers else "")

    @Slot(bool)
    def _choose_log(self, is_log: bool) -> None:
        self.losses.set_log(is_log)
        self.log_chosen.emit(is_log)
