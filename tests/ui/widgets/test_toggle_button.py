"""A button that stays down, looked at in every theme."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.theme import THEMES, Theme, apply_theme, contrast
from dgm_explorer.ui.widgets.toggle_button import ToggleButton


def ground(button: ToggleButton) -> QColor:
    """What is painted beside the text."""
    return button.grab().toImage().pixelColor(20, button.height() // 2)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_a_button_that_is_down_looks_down(qapp: QApplication, theme: Theme, qtbot: QtBot) -> None:
    button = ToggleButton("Live")
    button.resize(160, 32)
    qtbot.addWidget(button)
    with qtbot.waitExposed(button):
        button.show()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isChecked()
    apply_theme(qapp, theme)
    QTest.qWait(20)
    down = ground(button)
    assert contrast(theme.text, down.name()) > 4.5
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    up = ground(button)
    assert not button.isChecked()
    assert contrast(up.name(), down.name()) > 1.25
    assert abs(down.hue() - QColor(theme.accent).hue()) < 25
