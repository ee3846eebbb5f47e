"""Brings the window back to one and the same picture, so that its memory can be compared."""

import time

from tests.soak.actions import Action, Screen
from tests.soak.drive import Driver
from tests.soak.hand import Event
from tests.soak.records import Record

PRESETS = ("preset.vq-vae-digits", "preset.digits-in-the-plane", "preset.homework-1b")
"""The last one is what is seen; the others let go of what was large in the tabs behind it."""

TRIES = 40
SETTLE_S = 3.0


def rest(driver: Driver) -> None:
    """Leave dialogs and lectures, open the same presets, wait a little, and take a sample."""
    driver.hand.let_go_of_all()
    _leave_all(driver)
    for name in PRESETS:
        for step in ("&File", "&Presets", name):
            _click_on(driver, step)
    time.sleep(SETTLE_S)
    driver.look()
    driver.measure("rest")


def _leave_all(driver: Driver) -> None:
    """Escape from menus and dialogs, then from what a lecture has put in the place of the menu bar."""
    for _ in range(TRIES):
        screen = driver.look()
        if not screen["popup"] and not screen["dialog"] and _find(screen, "&File"):
            return
        driver.do(Action("rest", "leave", [["key", "Escape"], ["sleep", 0.2]]))


def _click_on(driver: Driver, name: str) -> None:
    """A menu, one of its entries, or nothing where it does not come up."""
    for _ in range(TRIES):
        place = _find(driver.look(), name)
        if place is not None:
            x, y = place
            click: list[Event] = [["move", x - 1, y], ["move", x, y], ["press", 1], ["sleep", 0.05]]
            driver.do(Action("rest", name, [*click, ["release", 1], ["sleep", 0.3]]))
            return
        time.sleep(0.1)
    driver.note(Record("complaint", {"after": "rest", "text": f"{name} does not come up"}))


def _find(screen: Screen, name: str) -> tuple[int, int] | None:
    for kind, own, x, y, width, height in screen["targets"]:
        if kind in ("menu", "submenu", "item") and own == name:
            return x + width // 2, y + height // 2
    return None
