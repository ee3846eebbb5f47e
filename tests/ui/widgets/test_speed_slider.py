"""Steps per second on a logarithmic slider."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.widgets.speed_slider import (
    FASTEST_HZ,
    SLIDER_STEPS,
    SLOWEST_HZ,
    SpeedSlider,
    hertz_of,
    position_of,
)


def test_equal_ways_are_equal_factors() -> None:
    assert hertz_of(0) == SLOWEST_HZ
    assert hertz_of(SLIDER_STEPS) == pytest.approx(FASTEST_HZ)
    assert hertz_of(200) ** 2 == pytest.approx(hertz_of(100) * hertz_of(300))
    assert [position_of(hertz_of(position)) for position in range(SLIDER_STEPS + 1)] == list(
        range(SLIDER_STEPS + 1)
    )
    assert position_of(1e-9) == 0
    assert position_of(1e9) == SLIDER_STEPS


def test_the_hand_is_heard_and_the_state_is_not(qtbot: QtBot) -> None:
    slider = SpeedSlider()
    qtbot.addWidget(slider)
    asked: list[float] = []
    slider.speed_chosen.connect(asked.append)
    slider.set_speed(30.0)
    assert asked == []
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert asked == [round(hertz_of(position_of(30.0) + 1), 3)]
