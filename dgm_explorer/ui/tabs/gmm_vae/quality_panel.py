"""How well the clusters agree with the classes: measures over steps, and who is taken for whom."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.ui.tabs.gmm_vae.confusion_view import ConfusionView
from dgm_explorer.ui.tabs.gmm_vae.quality_chart import QualityChart, QualitySeries, read_quality
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import set_tip

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

_NOTE = "Labels are used for measuring only; training never sees them."
_NOT_YET = "Measured from the first snapshot on, once a run has started."
_NO_LABELS = "These data have no labels, so there is nothing to compare the clusters with."
_NO_COUNTS: IntArray = np.zeros((0, 0), dtype=np.int64)
_TIP = (
    "accuracy: share of examples whose component is matched to their class, one component per class "
    "(Hungarian method: the matching with most hits)\n"
    "NMI: mutual information of component and class over the mean of their entropies, 0 … 1\n"
    "ARI: share of pairs that are together or apart in both, adjusted so that chance gives 0\n"
    f"{_NOTE}"
)


class QualityPanel(QWidget):
    """Accuracy, NMI and ARI over steps beside the confusion matrix."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = QualityChart()
        self.confusion = ConfusionView()
        self._note = QLabel(f"Accuracy matches components and classes one to one. {_NOTE}")
        self._note.setWordWrap(True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        set_tip(self.chart, _TIP)
        set_tip(self._note, _TIP)
        self._key = QLabel()
        self._key.setTextFormat(Qt.TextFormat.RichText)
        self._key.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.chart.key_changed.connect(self._key.setText)
        set_tip(self._key, _TIP)
        pictures = QHBoxLayout()
        pictures.setSpacing(4)
        pictures.addWidget(self.chart, 3)
        pictures.addWidget(self.confusion, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 0, 2, 0)
        layout.setSpacing(2)
        layout.addWidget(self._key)
        layout.addLayout(pictures, 1)
        layout.addWidget(self._note)
        self._has_labels = True
        self._show_reasons(QualitySeries())

    def set_theme(self, theme: Theme) -> None:
        self.chart.set_theme(theme)
        self.confusion.set_theme(theme)

    def show_history(self, history: "MetricsHistory", compare: "MetricsHistory | None" = None) -> None:
        """The measures of a run over steps, and those of a second one dashed."""
        series = read_quality(history)
        self.chart.show_series(series, QualitySeries() if compare is None else read_quality(compare))
        self._show_reasons(series)

    def show_snapshot(self, snapshot: GmmVaeSnapshot, dataset: Dataset) -> None:
        """The confusion matrix at one instant."""
        self.set_has_labels(dataset.labels is not None)
        reason = _NOT_YET if self._has_labels else _NO_LABELS
        self.confusion.show_confusion(snapshot.confusion, dataset.class_names, reason)

    def set_has_labels(self, has_labels: bool) -> None:
        """Without labels the panel says so instead of showing empty axes."""
        if has_labels != self._has_labels:
            self._has_labels = has_labels
            self._show_reasons(self.chart.series)

    def _show_reasons(self, series: QualitySeries) -> None:
        reason = _NOT_YET if self._has_labels else _NO_LABELS
        self.chart.cover.set_reason("" if len(series.steps) else reason)
        for widget in (self._key, self._note, self.chart):
            widget.setVisible(self._has_labels)
        if not self._has_labels or not self.confusion.order.size:
            self.confusion.show_confusion(_NO_COUNTS, (), reason)
