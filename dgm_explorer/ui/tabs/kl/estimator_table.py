"""Live statistics of every gradient estimator; what cannot be computed is greyed with its reason."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QWidget

from dgm_explorer.core.kl_state import Estimator
from dgm_explorer.numerics.estimators import DIRECTIONS
from dgm_explorer.numerics.microscope import Summary
from dgm_explorer.ui.tabs.kl.estimator_words import (
    ESTIMATOR_FORMULA,
    ESTIMATOR_NAME,
    SCORE_FORMULA,
    direction_color,
    estimator_color,
    is_biased,
    pair_text,
    significant_z,
)
from dgm_explorer.ui.tabs.kl.wording import DIRECTION_NAME
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.widgets.flat_model import FlatModel, Index
from dgm_explorer.ui.widgets.number_words import number_text, plus_minus
from dgm_explorer.ui.widgets.swatch import SWATCH_PX, swatch

HEADINGS: Final = ("estimator", "ESS/N", "bias of ∂μ", "bias of ∂log σ", "variance × N", "SNR")
NAME, ESS, BIAS_MU, BIAS_LOG_SIGMA, VARIANCE, SNR = range(6)
_WIDEST: Final = (
    "      REINFORCE, baseline",
    "ESS/N",
    "−0.0000 ± 0.0000",
    "−0.0000 ± 0.0000",
    "0.053, 2.5e5",
    "0.00, 0.00",
)
_PADDING_PX = 12


@dataclass(frozen=True, eq=False)
class EstimatorRow:
    """One estimator: its statistics, or the reason why there are none (``summary`` None)."""

    estimator: Estimator
    reason: str
    summary: Summary | None


class EstimatorModel(FlatModel):
    """Rows of estimators in a fixed order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[EstimatorRow, ...] = ()
        self._is_sigma_fixed = False
        self._n_samples = 1
        self._icons: dict[Estimator, QIcon] = {}
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._icons = {estimator: swatch(estimator_color(estimator, theme)) for estimator in DIRECTIONS}
        self._no_icon = swatch(theme.grid)
        self._announce()

    def set_rows(self, rows: tuple[EstimatorRow, ...], n_samples: int, is_sigma_fixed: bool) -> None:
        """Show statistics of estimates from ``n_samples`` samples each."""
        is_reset = len(rows) != len(self.rows)
        if is_reset:
            self.beginResetModel()
        self.rows, self._n_samples, self._is_sigma_fixed = rows, n_samples, is_sigma_fixed
        if is_reset:
            self.endResetModel()
        else:
            self._announce()

    def text(self, row: EstimatorRow, column: int) -> str:
        """What a cell says."""
        if column == NAME:
            return ESTIMATOR_NAME[row.estimator]
        summary = row.summary
        if summary is None:
            return row.reason if column == BIAS_MU else ""
        if column in (BIAS_MU, BIAS_LOG_SIGMA):
            component = column - BIAS_MU
            return plus_minus(float(summary.bias[component]), float(summary.bias_se[component]))
        if column == VARIANCE:
            return pair_text(summary.variance_n, self._is_sigma_fixed)
        if column == SNR:
            return pair_text(np.round(summary.snr, 2), self._is_sigma_fixed)
        return f"{summary.sample_fraction:.2f}"

    def _tip(self, row: EstimatorRow, column: int) -> str:
        name = f"{ESTIMATOR_NAME[row.estimator]}: ∇{DIRECTION_NAME[DIRECTIONS[row.estimator]]} ≈"
        if column == NAME or row.summary is None:
            return f"{name} {ESTIMATOR_FORMULA[row.estimator]}\n{SCORE_FORMULA}\n{row.reason}"
        summary, text = row.summary, self.text(row, column)
        if column in (BIAS_MU, BIAS_LOG_SIGMA):
            component = column - BIAS_MU
            verdict = "more" if is_biased(summary, component) else "less"
            return (
                f"mean of {summary.repeats} estimates − exact gradient = {text} (± standard error);\n"
                f"{verdict} than {significant_z(summary):.2g} standard errors away from 0"
            )
        if column == VARIANCE:
            return f"variance of one estimate × N = {text}, N = {self._n_samples} (∂μ, ∂log σ)"
        if column == SNR:
            return f"signal-to-noise ratio |mean| / standard deviation of one estimate = {text} (∂μ, ∂log σ)"
        size = number_text(summary.sample_fraction * self._n_samples)
        if row.estimator == "snis":
            return (
                f"effective sample size 1/Σwᵢ² = {size} of N = {self._n_samples};\n"
                "it sees only what q samples: near N it does not say that no mode of p is missed"
            )
        return f"effective sample size {size} of N = {self._n_samples}: every sample has the same weight"

    def _shape(self) -> tuple[int, int]:
        return len(self.rows), len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_usable = self.rows[index.row()].summary is not None
        return Qt.ItemFlag.ItemIsEnabled if is_usable else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME:
            return self._icons[row.estimator] if row.summary is not None else self._no_icon
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(NAME if row.summary is None else column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._foreground(row, column)
        if role == Qt.ItemDataRole.FontRole and self._is_bias_marked(row, column):
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _foreground(self, row: EstimatorRow, column: int) -> QColor | None:
        if row.summary is None:
            return QColor(self._theme.muted_text)
        return QColor(direction_color(row.estimator, self._theme)) if column == NAME else None

    def _is_bias_marked(self, row: EstimatorRow, column: int) -> bool:
        if row.summary is None or column not in (BIAS_MU, BIAS_LOG_SIGMA):
            return False
        return is_biased(row.summary, column - BIAS_MU)


class EstimatorTable(QTableView):
    """The table, as wide as its columns."""

    def __init__(self, model: EstimatorModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._model = model
        self.setAccessibleName("Statistics of the gradient estimators")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionsClickable(False)
        self.setMinimumWidth(140)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)

    def set_theme(self, theme: Theme) -> None:
        self._model.set_theme(theme)
        font = self.font()
        font.setPointSizeF(theme.point_size(0.88))
        self.setFont(font)
        self.horizontalHeader().setFont(font)
        metrics = self.fontMetrics()
        self.verticalHeader().setMinimumSectionSize(metrics.height())  # Qt keeps that of a larger font
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 5)
        for column, sample in enumerate(_WIDEST):
            self.setColumnWidth(column, metrics.horizontalAdvance(sample) + _PADDING_PX)
        self.updateGeometry()

    def show_rows(self, rows: tuple[EstimatorRow, ...], n_samples: int, is_sigma_fixed: bool) -> None:
        self._model.set_rows(rows, n_samples, is_sigma_fixed)
        self.setColumnHidden(BIAS_LOG_SIGMA, is_sigma_fixed)
        for number, row in enumerate(rows):
            span = 1 if row.summary is not None else len(HEADINGS) - BIAS_MU
            if self.columnSpan(number, BIAS_MU) != span:
                self.setSpan(number, BIAS_MU, 1, span)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        columns = sum(self.columnWidth(column) for column in range(len(HEADINGS)))
        return QSize(columns + 2 * self.frameWidth(), super().sizeHint().height())


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
