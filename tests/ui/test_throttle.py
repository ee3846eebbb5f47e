"""Work at the pace of the screen."""

import time

import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.throttle import LeadingThrottle


def test_first_poke_fires_at_once_and_a_burst_fires_once_more(qtbot: QtBot) -> None:
    throttle = LeadingThrottle(interval_ms=40)
    fired: list[float] = []
    throttle.fired.connect(lambda: fired.append(time.monotonic()))
    for _ in range(50):
        throttle.poke()
    assert len(fired) == 1
    qtbot.waitUntil(lambda: len(fired) == 2, timeout=1000)
    assert fired[1] - fired[0] >= 0.038
    qtbot.wait(60)
    assert len(fired) == 2


def test_a_poke_from_within_the_slot_is_not_lost(qtbot: QtBot) -> None:
    throttle = LeadingThrottle(interval_ms=1)
    fired: list[int] = []

    def refresh() -> None:
        fired.append(len(fired))
        if len(fired) == 1:
            throttle.poke()

    throttle.fired.connect(refresh)
    throttle.poke()
    assert fired == [0]
    qtbot.waitUntil(lambda: fired == [0, 1], timeout=1000)


@pytest.mark.usefixtures("qapp")
def test_flush_fires_what_is_pending_and_nothing_else() -> None:
    throttle = LeadingThrottle(interval_ms=250)
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


def test_cancel_forgets_what_is_pending(qtbot: QtBot) -> None:
    throttle = LeadingThrottle(interval_ms=20)
    fired: list[None] = []
    throttle.fired.connect(lambda: fired.append(None))
    throttle.poke()
    throttle.poke()
    throttle.cancel()
    qtbot.wait(40)
    assert len(fired) == 1
