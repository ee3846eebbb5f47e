"""Tool tips with formulas."""

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.widgets.formula_tooltip import set_formula_tooltip, tooltip_html


def hover(label: QLabel) -> str:
    QApplication.sendEvent(
        label, QHelpEvent(QEvent.Type.ToolTip, QPoint(2, 2), label.mapToGlobal(QPoint(2, 2)))
    )
    return QToolTip.text()


@pytest.fixture
def label(qtbot: QtBot) -> QLabel:
    widget = QLabel("η")
    qtbot.addWidget(widget, before_close_func=lambda _: QToolTip.hideText())
    widget.show()
    return widget


def test_the_tip_holds_the_formula_and_the_value_at_that_moment(label: QLabel) -> None:
    value = 0.05
    set_formula_tooltip(label, r"\mu \leftarrow \mu - \eta \nabla_\mu", lambda: f"η = {value} <per step>")
    first = hover(label)
    assert "data:image/png;base64," in first
    assert "η = 0.05 &lt;per step&gt;" in first
    value = 0.5
    assert "η = 0.5 &lt;" in hover(label)


def test_a_second_formula_replaces_the_first(label: QLabel) -> None:
    set_formula_tooltip(label, "a", lambda: "first")
    set_formula_tooltip(label, "b", lambda: "second")
    assert "second" in hover(label)


def test_the_picture_takes_room_in_the_rich_text(qtbot: QtBot) -> None:  # noqa: ARG001
    plain, with_formula = QTextDocument(), QTextDocument()
    plain.setHtml("<p>x</p>")
    with_formula.setHtml(tooltip_html(r"\int_0^1 \frac{1}{x} \, dx", "x"))
    assert with_formula.size().height() > plain.size().height() + 25
