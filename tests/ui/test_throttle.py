"""Work at the pace at which it can be done."""

import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.throttle import LONG_S, TurnThrottle


def test_first_poke_fires_at_once_and_a_burst_fires_once_more(qtbot: QtBot) -> None:
    throttle = TurnThrottle()
    fired: list[None] = []
    throttle.fired.connect(lambda: fired.append(None))
    for _ in range(50):
        throttle.poke()
    assert len(fired) == 1
    qtbot.waitUntil(lambda: len(fired) == 2, timeout=1000)
    qtbot.wait(20)
    assert len(fired) == 2
    throttle.poke()
    assert len(fired) == 3


def test_a_poke_from_within_the_slot_is_not_lost(qtbot: QtBot) -> None:
    throttle = TurnThrottle()
    fired: list[int] = []

    def refresh() -> None:
        fired.append(len(fired))
        if len(fired) == 1:
            throttle.poke()

    throttle.fired.connect(refresh)
    throttle.poke()
    assert fired == [0]
    qtbot.waitUntil(lambda: fired == [0, 1], timeout=1000)


def test_behind_a_long_firing_timers_come_first(qtbot: QtBot) -> None:
    throttle = TurnThrottle()
    order: list[str] = []

    def refresh() -> None:
        order.append("fired")
        time.sleep(2 * LONG_S)

    throttle.fired.connect(refresh)
    tick = QTimer()
    tick.timeout.connect(lambda: order.append("tick"))
    tick.start(1)
    throttle.poke()
    throttle.poke()
    QCoreApplication.sendPostedEvents()
    assert order == ["fired"]
    qtbot.waitUntil(lambda: order.count("fired") == 2, timeout=1000)
    tick.stop()
    assert order.index("tick") == 1


@pytest.mark.usefixtures("qapp")
def test_flush_fires_what_is_pending_and_nothing_else() -> None:
    throttle = TurnThrottle()
    fired: list[None] = []
    throttle.fired.connect(lambda: fired.append(None))
    throttle.flush()
    assert not fired
    throttle.poke()
    throttle.poke()
    assert throttle.is_pending
    throttle.flush()
    assert len(fired) == 2
    assert not throttle.is_pending


@pytest.mark.usefixtures("qapp")
def test_cancel_forgets_what_is_pending() -> None:
    throttle = TurnThrottle()
    fired: list[None] = []
    throttle.fired.connect(lambda: fired.append(None))
    throttle.poke()
    throttle.poke()
    throttle.cancel()
    QCoreApplication.processEvents()
    assert len(fired) == 1


@pytest.mark.usefixtures("qapp")
def test_fires_before_what_was_posted_behind_its_first_firing() -> None:
    throttle = TurnThrottle()
    order: list[str] = []
    throttle.fired.connect(lambda: order.append("fired"))

    class Paint(QObject):
        def event(self, event: QEvent) -> bool:
            order.append("painted")
            return super().event(event)

    throttle.poke()
    QCoreApplication.postEvent(paint := Paint(), QEvent(QEvent.Type.User))
    throttle.poke()
    QCoreApplication.sendPostedEvents()
    assert order == ["fired", "fired", "painted"]
    del paint
