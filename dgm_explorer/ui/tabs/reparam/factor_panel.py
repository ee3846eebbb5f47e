"""How raw parameters become L, what that does to Σ, and the moments of the points."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.tabs.reparam.activation_plot import ActivationPlot
from dgm_explorer.ui.tabs.reparam.factor_words import factor_words
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.moments_table import MomentsTable
from dgm_explorer.ui.tabs.reparam.reparam_panel import ReparamPanel
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import font_of, set_text
from dgm_explorer.ui.widgets.switch_row import SwitchRow
from dgm_explorer.ui.widgets.wrapped_read_out import WrappedReadOut

_RAW_INDEX = {1: (1,), 2: (2, 4)}
"""Where the raw parameters stand in θ, by dimension."""
_PAGES = (
    ("curve", "curve", "The activation of the diagonal, with the raw parameters on it"),
    ("moments", "moments", "Mean and covariance of z, exact and of the points"),
)


class FactorPanel(ReparamPanel):
    """Activation at the left, words in the middle, moments at the right.

    In a narrow window activation and moments take turns.
    """

    def __init__(self, editor: ReparamEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._has_curve = True
        self.activation = ActivationPlot()
        self.words = WrappedReadOut()
        self.flips = tuple(QPushButton(f"Flip L{'₁₂'[column]}") for column in (0, 1))
        self.moments = MomentsTable()
        self.page = SwitchRow("What is shown", _PAGES)
        self.page.set_key("curve")
        self.page.chosen.connect(self._turn_page)
        middle = self._middle = QVBoxLayout()
        middle.addWidget(self.page)
        middle.addWidget(self.words, 1)
        buttons = QHBoxLayout()
        for column, button in enumerate(self.flips):
            button.setToolTip(f"raw → −raw for column {column + 1} of L: another L, the same Σ = LLᵀ")
            button.clicked.connect(lambda _=False, column=column: editor.flip_sign(column))
            buttons.addWidget(button)
            button.hide()  # until there is an L to flip: before that it would widen the window
        buttons.addStretch(1)
        middle.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.setSpacing(10)
        layout.addWidget(self.activation, 31)
        layout.addLayout(middle, 29)
        layout.addWidget(self.moments, 40)
        self.activation.raw_dragged.connect(self._set_raw)
        self.activation.drag_started.connect(self.drag_started)
        self.activation.drag_finished.connect(self.drag_finished)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.activation.set_theme(theme)
        self.moments.set_theme(theme)
        self.page.set_theme(theme)
        self.words.setFont(font_of(self, theme, 0.92))
        self._arrange()

    def _show(self, frame: ReparamFrame) -> None:
        state = frame.state
        is_full = state.form == "full" and state.dimension == 2
        self._has_curve = not is_full
        self.activation.set_activation(state.activation)
        self.activation.set_raws(state.raw_diagonal[: state.dimension])
        self.words.set_text(factor_words(frame))
        for column, button in enumerate(self.flips):
            button.setVisible(state.activation == "identity" and not is_full and column < state.dimension)
            set_text(button, f"Flip L{'₁₂'[column]}" if state.dimension == 2 else "Flip σ")
        self.moments.set_rows(frame.comparisons, state.n_points)
        self._arrange()

    def _set_raw(self, index: int, raw: float) -> None:
        self._editor.set_parameter(_RAW_INDEX[self._editor.shown.dimension][index], raw)

    # -- room ---------------------------------------------------------------------------------------------

    def _least_width_px(self, *parts: QWidget) -> int:
        """Of the words with these parts beside them."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        widths = [
            layout.spacing() + part.minimumSizeHint().expandedTo(part.minimumSize()).width() for part in parts
        ]
        return margins.left() + margins.right() + self._middle.minimumSize().width() + sum(widths)

    @Slot(str)
    def _turn_page(self, key: str) -> None:
        self.page.set_key(key)
        self._arrange()

    def _arrange(self) -> None:
        """Activation and moments on both sides of the words where there is room for both."""
        is_wide = not self._has_curve or self.width() >= self._least_width_px(self.activation, self.moments)
        is_curve = self.page.button("curve").isChecked()
        self.page.setVisible(not is_wide)
        self.activation.setVisible(self._has_curve and (is_wide or is_curve))
        self.moments.setVisible(is_wide or not is_curve)

    def minimumSizeHint(self) -> QSize:
        """As narrow as one of both beside the words."""
        least = max(self._least_width_px(part) for part in (self.activation, self.moments))
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def plots(self) -> Sequence[ExportablePlot]:
        return tuple(part for part in (self.activation, self.moments) if not part.isHidden())
