"""The box for a number: rounded for reading, never cut."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.ui.theme import PROJECTOR
from dgm_explorer.ui.widgets.form import fix_width, font_of
from dgm_explorer.ui.widgets.number_edit import NumberEdit, parse_number

WIDEST = "−0.8888"
AWKWARD = (-0.012345, -123456.7, 1e6, -1.2345e-7, -0.5, 1234.5, -1e-12, 999999.0)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    make_application()
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def box(window: QWidget) -> NumberEdit:
    """Beside another box, which has the keyboard."""
    other, box = QLineEdit(window), NumberEdit("μ", digits=4, parent=window)
    box.setFont(font_of(box, PROJECTOR))
    fix_width(box, WIDEST, PROJECTOR)
    window.show()
    other.setFocus()
    return box


@pytest.mark.parametrize("value", AWKWARD)
def test_a_number_is_rounded_until_it_fits(box: NumberEdit, value: float) -> None:
    box.set_value(value)
    assert box.fontMetrics().horizontalAdvance(box.text()) <= box.width() - 8
    assert parse_number(box.text(), "μ") == pytest.approx(value, rel=0.1)
    assert box.value == value


def test_digits_come_back_with_the_room(box: NumberEdit) -> None:
    box.set_value(-0.012345)
    assert box.text() == "−0.0123"
    box.setFixedWidth(3 * box.width())
    assert box.text() == "−0.01235"


def test_a_text_being_typed_outlives_another_width(box: NumberEdit) -> None:
    box.set_value(1.0)
    QTest.keyClicks(box, "2")
    typed = box.text()
    box.setFixedWidth(2 * box.width())
    assert box.text() == typed


def test_a_double_click_takes_the_whole_number_and_not_its_decimals(box: NumberEdit) -> None:
    box.set_value(1.2214)
    at, typed = box.rect().center(), list[float]()
    box.edited.connect(typed.append)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(box, Qt.MouseButton.LeftButton, pos=at)
    QTest.keyClicks(box, "1e-4")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert typed == [1e-4]
