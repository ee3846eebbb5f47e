"""How well the clusters agree with the classes: measures over steps, and who is taken for whom."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.plots.curve_chart import Curve, CurveChart, fit_unit
from dgm_explorer.ui.tabs.gmm_vae.confusion_view import ConfusionView
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.chart_column import ChartColumn
from dgm_explorer.ui.widgets.form import set_tip

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

_GAP_PX = 2
_NOTE = "Labels are used for measuring only; training never sees them."
_NOT_YET = "Measured from joint training on: before it, no mixture is fitted to compare."
_NO_LABELS = "These data have no labels, so there is nothing to compare the clusters with."
_NO_COUNTS: IntArray = np.zeros((0, 0), dtype=np.int64)
_TIP = (
    "accuracy: share of examples whose component is matched to their class, one component per class "
    "(Hungarian method: the matching with most hits)\n"
    "NMI: mutual information of component and class over the mean of their entropies, 0 … 1\n"
    "ARI: share of pairs that are together or apart in both, adjusted so that chance gives 0\n"
    f"{_NOTE}"
)


def _share(value: float) -> str:
    return f"{value:.3f}"


MEASURES = (
    Curve("quality", "accuracy", "accuracy", _share, 1),
    Curve("quality", "nmi", "NMI", _share, 0),
    Curve("quality", "ari", "ARI", _share, 5),
)


class QualityPanel(QWidget):
    """Accuracy, NMI and ARI over steps beside the confusion matrix."""

    export_name = "gmm-vae-clustering"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = CurveChart("gmm-vae-quality", MEASURES, "", fit_unit, is_y_fixed=True)
        self.column = ChartColumn(((self.chart, 1),))
        self.column.drawn.connect(self._show_reasons)
        self.confusion = ConfusionView()
        self._note = QLabel(f"Accuracy matches components and classes one to one. {_NOTE}")
        self._note.setWordWrap(True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        set_tip(self.chart, _TIP)
        set_tip(self._note, _TIP)
        self._pictures = QHBoxLayout()
        self._pictures.setSpacing(4)
        self._pictures.addWidget(self.column, 3)
        self._pictures.addWidget(self.confusion, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 0, 2, 0)
        layout.setSpacing(_GAP_PX)
        layout.addLayout(self._pictures, 1)
        layout.addWidget(self._note)
        self._has_labels = True
        self._show_reasons()

    def set_theme(self, theme: Theme) -> None:
        self.column.set_theme(theme)
        self.confusion.set_theme(theme)

    def show_history(self, history: "MetricsHistory", compare: "MetricsHistory | None" = None) -> None:
        """The measures of a run over steps, and those of a second one dashed."""
        self.column.show_history(history, compare)

    def show_snapshot(self, snapshot: GmmVaeSnapshot, dataset: Dataset) -> None:
        """The confusion matrix at one instant."""
        self.set_has_labels(dataset.labels is not None)
        reason = _NOT_YET if self._has_labels else _NO_LABELS
        self.confusion.show_confusion(snapshot.confusion, dataset.class_names, reason)

    def plots(self) -> tuple[ExportablePlot, ...]:
        """All of it with the key, then each picture by itself."""
        return (self, *self.column.plots, self.confusion)

    def export_table(self) -> PlotTable:
        """The measures over steps."""
        return self.chart.export_table()

    def set_has_labels(self, has_labels: bool) -> None:
        """Without labels the panel says so instead of showing empty axes."""
        if has_labels != self._has_labels:
            self._has_labels = has_labels
            self._show_reasons()

    @Slot()
    def _show_reasons(self) -> None:
        reason = _NOT_YET if self._has_labels else _NO_LABELS
        is_measured = any(math.isfinite(reading.own) for reading in self.chart.readings(None))
        self.column.set_reason("" if is_measured else reason)
        self.column.setVisible(self._has_labels)
        self._place_note()
        if not self._has_labels or not self.confusion.order.size:
            self.confusion.show_confusion(_NO_COUNTS, (), reason)

    def _place_note(self) -> None:
        """Where both have no room the pictures come first; their tooltips say the same."""
        room_px = self.height() - self.minimumSizeHint().height() - _GAP_PX
        has_room = self._note.heightForWidth(self.width()) <= room_px
        self._note.setVisible(self._has_labels and has_room)

    # -- Qt -----------------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """Without the note."""
        return self._pictures.minimumSize()

    def event(self, event: QEvent) -> bool:
        """The key above the chart may have another height."""
        is_done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_note()
        return is_done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_note()
