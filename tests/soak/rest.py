"""Shows the window all that it has to load, and brings it back to one and the same picture: only so can its
memory be compared.
"""

import time

from dgm_explorer.lecture import lecture_names
from dgm_explorer.session import preset_names
from tests.soak.actions import Action, Screen
from tests.soak.drive import Driver
from tests.soak.hand import Event
from tests.soak.records import Record

PRESETS = ("preset.vq-vae-digits", "preset.digits-in-the-plane", "preset.homework-1b")
"""The last one is what is seen; the others let go of what was large in the tabs behind it."""

TRAINED = ("preset.digits-in-the-plane", "preset.vq-vae-digits")
TRAINING_S = 8.0
CHECKS_S = 20.0
TRIES = 40
SETTLE_S = 3.0
GIVEN_BACK_S = 12.0
"""The window gives freed memory back each ten seconds."""


def tour(driver: Driver) -> None:
    """Each preset and each lecture, a fit, a little training, and the checks: all that follows is repetition.

    Takes two of the five minutes before the first `rest`.
    """
    _click_on(driver, "Theory")
    _click_on(driver, "Check &all")
    _wait(driver, CHECKS_S)
    _click_on(driver, "Theory")
    for name in preset_names():
        _open_preset(driver, f"preset.{name}")
    _fit_points(driver)
    for name in lecture_names():
        for step in ("&Lecture", "&Open a lecture", f"lecture.{name}"):
            _click_on(driver, step)
        driver.do(Action("tour", "next", [["sleep", 1.0], ["key", "Next"], ["sleep", 1.0]]))
        _leave_all(driver)
    for name in TRAINED:
        _open_preset(driver, name)
        driver.do(Action("tour", "train", [["key", "space"]]))
        _wait(driver, TRAINING_S)
        driver.do(Action("tour", "pause", [["key", "space"]]))


def rest(driver: Driver) -> None:
    """Leave dialogs and lectures, open the same presets, wait until memory is given back, take a sample."""
    driver.hand.let_go_of_all()
    _leave_all(driver)
    for name in PRESETS:
        _open_preset(driver, name)
    time.sleep(GIVEN_BACK_S)
    driver.look()
    driver.measure("rest")


def _open_preset(driver: Driver, name: str) -> None:
    for step in ("&File", "&Presets", name):
        _click_on(driver, step)


def _fit_points(driver: Driver) -> None:
    """A mixture to points painted into the dialog of the KL tab."""
    _open_preset(driver, PRESETS[-1])
    _click_on(driver, "Fit…")
    time.sleep(SETTLE_S)
    for kind, name, x, y, width, height in driver.look()["targets"]:
        if kind == "plot":
            y += height // 2
            path: list[Event] = [["move", x + width * i // 20, y] for i in range(2, 19)]
            events: list[Event] = [path[0], ["press", 1], *path, ["release", 1]]
            driver.do(Action("tour", name, [*events, ["sleep", SETTLE_S]]))
    _leave_all(driver)


def _wait(driver: Driver, seconds: float) -> None:
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        driver.watch()
        time.sleep(0.5)


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
        if kind in ("menu", "submenu", "item", "button") and own == name:
            return x + width // 2, y + height // 2
    return None
