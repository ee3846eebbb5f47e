"""The bound while it is maximised: formula, curves of its terms, and the terms of what was clicked."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.tabs.gmm_vae.elbo_chart import ElboChart, Runs
from dgm_explorer.ui.tabs.gmm_vae.elbo_series import EMPTY, read_epochs, read_phases, read_terms
from dgm_explorer.ui.tabs.gmm_vae.formula_panel import FormulaPanel, TermValues
from dgm_explorer.ui.tabs.gmm_vae.single_bars import SingleBars
from dgm_explorer.ui.tabs.gmm_vae.single_terms import SingleTerms
from dgm_explorer.ui.tabs.gmm_vae.terms import ELBO
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

_MIN_HEIGHT_OF_TWO_PX = 190
_MIN_HEIGHT_OF_AXIS_PX = 120
_CHART_TIP = (
    "The five terms of the bound over steps, nats per example; black line (white in the dark): the ELBO, "
    "their sum. In pre-training the bound is that of a VAE with prior N(0, I), so (c) = (e) = 0."
)
_DETAIL_TIP = (
    "(b) … (e) alone, on a larger scale; line: their sum, −KL(q(z, c | x) ‖ p(z, c)), "
    "which is what the bound pays for the code."
)
_EMPTY_TEXT = "The five terms of the bound appear here, step by step, once a run has started."


class ElboView(QWidget):
    """All five terms with their sum above, (b) … (e) once more below, larger: (a) dwarfs them.

    Hovering a term in the formula lights up its curve and the other way round; hovering a curve shows the
    values at that step under the formula.
    """

    export_name = "gmm-vae-bound"

    term_hovered = Signal(str)
    """The mouse or the keyboard came upon a term, or left it: empty."""
    stacked_changed = Signal(bool)
    """The user chose stacked areas (True) or lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = LIGHT
        self._runs = Runs()
        self._epochs: FloatArray = np.empty(0)
        self._names = ("", "")
        self._shown_step: float | None = None
        self.formula_panel = FormulaPanel()
        self.chart = ElboChart(TERMS, ("a", ELBO), "nats", "step")
        self.detail = ElboChart(TERMS[1:], TERMS[1:], "nats", "step")
        self.chart.export_name, self.detail.export_name = "gmm-vae-elbo", "gmm-vae-elbo-detail"
        self.bars = SingleBars()
        self.bars.hide()
        self._style = self._make_style()
        self._caption = QLabel()
        self._caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self._connect()
        self._show_values()
        self.chart.cover.set_reason(_EMPTY_TEXT)
        self.detail.hide()

    # -- what is shown ------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for part in (self.formula_panel, self.chart, self.detail, self.bars):
            part.set_theme(theme)
        self._show_caption()

    def set_names(self, run: str, compare: str) -> None:
        """What the two runs are called in the legend; empty where there is none."""
        self._names = (run, compare)
        self._show_caption()

    def set_stacked(self, is_stacked: bool) -> None:
        """Stacked areas, or lines; nothing is emitted."""
        self._style.setCurrentIndex(0 if is_stacked else 1)
        self.chart.set_stacked(is_stacked)
        self.detail.set_stacked(is_stacked)

    def show_history(self, history: "MetricsHistory", compare: "MetricsHistory | None" = None) -> None:
        """Show the metrics of a run, and those of a second one over them."""
        self._runs = Runs(
            read_terms(history, "train"),
            read_terms(history, "held_out"),
            EMPTY if compare is None else read_terms(compare, "train"),
            read_phases(history),
        )
        self._epochs = read_epochs(history)
        self.chart.cover.set_reason("" if len(self._runs.train) else _EMPTY_TEXT)
        self._show_detail()
        for chart in (self.chart, self.detail):
            chart.set_runs(self._runs)
        self._show_values()

    def set_shown_step(self, step: float | None) -> None:
        """The step looked back on, marked while the mouse is elsewhere; None for the newest."""
        if step != self._shown_step:
            self._shown_step = step
            self._show_values()

    def show_single(self, single: SingleTerms | None) -> None:
        """The terms of one clicked point or component beside the curves; None takes them away."""
        self.bars.show_single(single)
        self.bars.setVisible(single is not None)

    def light_up(self, term: str | None) -> None:
        """Let one term (or ``elbo``) stand out everywhere; None shows all alike."""
        for part in (self.formula_panel, self.chart, self.detail, self.bars):
            part.light_up(term)

    def plots(self) -> tuple[ExportablePlot, ...]:
        """All of it under the formula, whose colours are the key, then what is visible by itself."""
        parts = (self.chart, self.detail, self.bars)
        return (self, *(part for part in parts if part.isVisible()))

    def export_table(self) -> PlotTable:
        """The terms and their sum over steps."""
        return self.chart.export_table()

    # -- parts --------------------------------------------------------------------------------------------

    def _make_style(self) -> QComboBox:
        box = QComboBox()
        box.addItems(("stacked", "lines"))
        box.setToolTip(
            "stacked: negative terms pile up downwards from 0, positive ones upwards; the bold line is their "
            "sum, the ELBO\nlines: every term by itself, the axis closer around them"
        )
        box.setAccessibleName("How the terms are drawn")
        return box

    def _lay_out(self) -> None:
        self._caption.setTextFormat(Qt.TextFormat.RichText)
        below = QHBoxLayout()
        below.setContentsMargins(4, 0, 4, 2)
        below.addWidget(self._caption, 1)
        below.addWidget(self._style)
        charts = QWidget()
        column = QVBoxLayout(charts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.chart, 3)
        column.addWidget(self.detail, 2)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(charts)
        self._split.addWidget(self.bars)
        self._split.setStretchFactor(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.formula_panel)
        layout.addWidget(self._split, 1)
        layout.addLayout(below)
        for chart, what in ((self.chart, _CHART_TIP), (self.detail, _DETAIL_TIP)):
            chart.setMinimumSize(120, 60)
            chart.setToolTip(what)
            chart.setAccessibleName(what)

    def _connect(self) -> None:
        self._style.activated.connect(self._on_style)
        self.formula_panel.term_hovered.connect(self._on_term)
        for chart in (self.chart, self.detail):
            chart.term_hovered.connect(self._on_term)
            chart.step_hovered.connect(self._on_step)
            chart.left.connect(self._on_left)
        self.chart.view_changed.connect(self._on_zoomed)
        self.detail.view_changed.connect(self._on_detail_zoomed)

    # -- what the mouse does ------------------------------------------------------------------------------

    def _on_style(self, index: int) -> None:
        self.set_stacked(index == 0)
        self.stacked_changed.emit(index == 0)

    def _on_term(self, term: str) -> None:
        self.light_up(term or None)
        self.term_hovered.emit(term)

    def _on_step(self, step: float) -> None:
        row = self._runs.train.nearest(step)
        self._show_values(float(self._runs.train.steps[row]))

    def _on_left(self) -> None:
        self._show_values()

    def _on_zoomed(self, *_: float) -> None:
        _follow_zoom(self.chart, self.detail)
        self._show_caption()

    def _on_detail_zoomed(self, *_: float) -> None:
        _follow_zoom(self.detail, self.chart)
        self._show_caption()

    def _show_values(self, step: float | None = None) -> None:
        """Numbers under the formula: at ``step``, or at the one looked back on, or the newest."""
        step = self._shown_step if step is None else step
        for chart in (self.chart, self.detail):
            chart.set_cursor_step(step)
        place = "" if step is None else self._place(step)
        train = self._runs.train.at(None if step is None else self._trained_from(step))
        held_out = self._runs.held_out.at(step)
        self.formula_panel.show_values(TermValues(train, held_out, place))
        self._show_caption(place)

    def _trained_from(self, step: float) -> float:
        """The first step from there on that trained: the mixture fit belongs to what comes behind it."""
        steps = self._runs.train.steps
        return float(steps[min(int(np.searchsorted(steps, step)), len(steps) - 1)]) if len(steps) else step

    def _place(self, step: float) -> str:
        """A step in words."""
        row = self._runs.train.nearest(step)
        words = [f"step {step:,.0f}"]
        if row < len(self._epochs):
            words.append(f"epoch {self._epochs[row]:.1f}")
        phases = [phase for phase in self._runs.phases if phase.step <= self._trained_from(step)]
        if phases:
            words.append(phases[-1].name)
        return ", ".join(words)

    def _show_caption(self, place: str = "") -> None:
        """The step under the mouse, or the legend."""
        if not len(self._runs.train):
            self._caption.setText("")
            return
        self._caption.setText(f"<b>{place}</b>: training batch, (held-out)" if place else self.legend())
        if place and self._caption.sizeHint().width() > self._caption.width():
            self._caption.setText(f"<b>{place}</b>")

    def legend(self) -> str:
        """What the lines are, and over how many steps they are averaged; rich text."""
        length = self.chart.block_length
        mean = f"mean over {length:,} steps" if length > 1 else "every step"
        words = [mean, "○ held-out"]
        if len(self._runs.compare):
            words[:0] = [f"— {self._names[0] or 'this run'}", f"╌╌ {self._names[1] or 'second run'}"]
        return " &nbsp; ".join(words)

    def _show_detail(self) -> None:
        """Show the second chart where there is room for it, the axis of steps where it leaves some."""
        height = self._split.height()
        self.detail.setVisible(height >= _MIN_HEIGHT_OF_TWO_PX and len(self._runs.train) > 0)
        is_lowest = not self.detail.isVisibleTo(self)
        self.chart.set_x_axis_named(is_lowest and height >= _MIN_HEIGHT_OF_AXIS_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_detail()


def _follow_zoom(zoomed: ElboChart, other: ElboChart) -> None:
    """Show the same steps in both charts."""
    if zoomed.is_following:
        other.follow()
    else:
        other.set_steps_shown(*zoomed.view_range[0])
