"""The read-outs and their units, in a real tab."""

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.tabs.kl.kl_tab import KLTab


def test_log_z_is_shown_and_typed_in_the_unit_of_the_divergences(tab: KLTab, qtbot: QtBot) -> None:
    tab.store.update(knowledge="unnormalised", log_z=3 * math.log(2), units="bits")
    numbers = tab.controls.numbers
    box = numbers.log_z
    assert box.text() == "3"
    assert "bits" in [label.text() for label in numbers.findChildren(QLabel) if label.isVisible()]
    box.selectAll()
    QTest.keyClicks(box, "4")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert tab.editor.state.log_z == pytest.approx(4 * math.log(2))
    tab.store.update(units="nats")
    qtbot.waitUntil(lambda: box.value == pytest.approx(4 * math.log(2)))


def test_the_tip_of_a_name_is_that_of_its_value_whatever_is_known(tab: KLTab, qtbot: QtBot) -> None:
    lines = [tab.controls.numbers.line(number) for number in range(4)]
    qtbot.waitUntil(lambda: "∫ p log p" in lines[0].name.toolTip())
    tab.store.update(knowledge="samples")
    qtbot.waitUntil(lambda: "samples alone" in lines[0].name.toolTip())
    tab.store.update(knowledge="unnormalised")
    qtbot.waitUntil(lambda: "needs samples of p and log Z" in lines[0].name.toolTip())
    for line in lines:
        assert line.name.toolTip() == line.value.toolTip()


def test_where_a_number_is_unknown_it_says_that_the_pictures_show_it(tab: KLTab, qtbot: QtBot) -> None:
    def told() -> bool:
        labels = tab.controls.numbers.findChildren(QLabel)
        return any("pictures show p" in label.text() and label.isVisible() for label in labels)

    assert not told()
    tab.store.update(knowledge="samples")
    qtbot.waitUntil(told)
    tab.store.update(knowledge="densities")
    qtbot.waitUntil(lambda: not told())
