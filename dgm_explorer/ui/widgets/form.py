"""Small pieces that the control columns of the tabs are built of."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette, QStandardItemModel
from PySide6.QtWidgets import QAbstractButton, QComboBox, QGroupBox, QHBoxLayout, QLabel, QWidget

from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.formula_tooltip import set_formula_tooltip


class _WheelGuard(QObject):
    """Lets the wheel scroll the column instead of changing whatever happens to lie under the mouse."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def guard_wheel(widget: QWidget) -> None:
    """The wheel turns ``widget`` only once it has the keyboard focus."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelGuard(widget))


def section(title: str) -> QGroupBox:
    """A titled part of the control column."""
    box = QGroupBox(title)
    box.setFlat(False)
    return box


def row(*widgets: QWidget, stretch: Sequence[int] = ()) -> QHBoxLayout:
    """Widgets side by side."""
    layout = QHBoxLayout()
    layout.setSpacing(4)
    for index, widget in enumerate(widgets):
        layout.addWidget(widget, stretch[index] if stretch else 0)
    return layout


def label_for(text: str, buddy: QWidget) -> QLabel:
    """A label that carries the keyboard to its control and explains it in the same words."""
    label = QLabel(text)
    label.setBuddy(buddy)
    return label


def set_tip(widget: QWidget, text: str) -> None:
    """Set a tool tip when it differs: tips follow the state on every frame."""
    if widget.toolTip() != text:
        widget.setToolTip(text)


def set_formula(widget: QWidget, tex: str, text: Callable[[], str]) -> None:
    """Explain a control by a formula and its present value, ``text`` being asked when the tip opens."""
    if widget.property("formula") != tex:
        widget.setProperty("formula", tex)
        set_formula_tooltip(widget, tex, text)


def set_text(widget: QLabel | QAbstractButton, text: str) -> None:
    """Set a text when it differs: an unchanged label is not painted again."""
    if widget.text() != text:
        widget.setText(text)


def font_of(widget: QWidget, theme: Theme, scale: float = 1.0) -> QFont:
    """The font that ``widget`` will have under ``theme``; its own may still be the one before."""
    font = QFont(widget.font())
    font.setPointSizeF(theme.point_size(scale))
    return font


def fix_width(widget: QWidget, sample: str, theme: Theme) -> None:
    """Make a box just wide enough for a text, under any theme."""
    widget.setFixedWidth(QFontMetrics(font_of(widget, theme)).horizontalAdvance(sample) + 12)


def set_color(label: QWidget, rgb: str) -> None:
    """Colour a text by its palette: a style sheet would make every repaint several times slower."""
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(rgb))
    label.setPalette(palette)


class ChoiceBox(QComboBox):
    """A combo box of named values, some of which may be out of reach with a reason.

    `activated` of Qt is emitted by the user only; setters are silent.
    """

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        for key, text in choices:
            self.addItem(text, key)
        guard_wheel(self)

    @property
    def key(self) -> str:
        """The value chosen."""
        return str(self.currentData())

    def set_key(self, key: str) -> None:
        """Show a value; emits nothing that a user's choice would."""
        index = self.findData(key)
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    def set_possible(self, key: str, is_possible: bool, reason: str) -> None:
        """Let a value be chosen or not, with the sentence that says why."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(self.findData(key))
        if item.isEnabled() != is_possible:
            item.setEnabled(is_possible)
        if item.toolTip() != reason:
            item.setToolTip(reason)
