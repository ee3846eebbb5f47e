"""Shows the window all that it has to load, and brings it back to one and the same picture: only so can its
memory be compared.
"""

import time
from collections.abc import Sequence
from typing import Any

from dgm_explorer.lecture import find_lecture, lecture_names
from dgm_explorer.session import preset_names
from tests.soak.actions import SIZES, Action, Screen
from tests.soak.drive import Driver
from tests.soak.hand import Event
from tests.soak.records import Record

PICTURE = "preset.homework-1b"
"""What is seen at rest."""

CLICKED = frozenset({"menu", "submenu", "item", "button", "combo", "main_tab", "tab"})
LOOKS = frozenset({"view.theme.light", "view.controls"})
SIZE = (1280, 800)
LARGEST = max(SIZES)
HELP = ("F1", "F2", "shift+F1")
"""Keys of the card under the mouse, the theory and the notes."""

TRAINED = ("preset.digits-in-the-plane", "preset.vq-vae-digits")
ALSO_TRAINED = ("preset.pinwheel", "preset.ten-dimensions", "preset.fixed-levels")
PLANE = "preset.seeking-in-the-plane"
"""What the two scenes of the KL tab hold at rest: this in the plane, `PICTURE` on the line."""
DRAWN = "preset.what-l-does"
"""What the tab of the reparametrisation holds at rest."""
THEME_NAMES = ("view.theme.dark", "view.theme.projector", "view.theme.light")
TRAINING_S = 8.0
ALSO_TRAINING_S = 3.0
CHECKS_S = 20.0
PANEL_S = 0.7
READY_S = 60.0
SMALL_MB = 10.0
TRIES = 40
SETTLE_S = 3.0
GIVEN_BACK_S = 12.0
"""The window gives freed memory back each ten seconds."""


def tour(driver: Driver) -> None:
    """Checks, presets, a fit, pages of lectures, training, comparisons; then, in the largest window, themes,
    panels and their menus: all else is repetition.

    Takes nearly all of the five minutes before the first `rest`.
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
        pages: list[Event] = [["key", "Next"], ["sleep", 0.5]]
        driver.do(Action("tour", "pages", [["sleep", 1.0], *pages * len(find_lecture(name).steps)]))
        _leave_all(driver)
    for name in ALSO_TRAINED:
        _train(driver, name, ALSO_TRAINING_S)
    for name in TRAINED:
        _train(driver, name, TRAINING_S)
        _compare(driver)
    _resize(driver, LARGEST)
    for theme in THEME_NAMES:
        _choose_view(driver, theme)
        for tab in _names_of(driver, "main_tab"):
            _click_on(driver, tab)
    _open_each_panel(driver, HELP, has_menus=True)
    _open_preset(driver, PLANE)
    _open_panels(driver, has_menus=True)


def rest(driver: Driver) -> None:
    """One and the same picture, in each panel too. Wait until memory is given back; measure."""
    driver.hand.let_go_of_all()
    _leave_all(driver)
    _bring_back_looks(driver)
    for name in TRAINED:
        _open_preset(driver, name)
        _begin_anew(driver)
    for name in (DRAWN, PLANE):
        _open_preset(driver, name)
    _open_panels(driver)
    _open_preset(driver, PICTURE)
    _open_each_panel(driver)
    _open_preset(driver, PICTURE)
    time.sleep(GIVEN_BACK_S)
    driver.look()
    driver.measure("rest")
    driver.note(Record("memory", driver.program.ask("memory")))


def _bring_back_looks(driver: Driver) -> None:
    """Theme, docks, full screen, then the size."""
    for name in sorted(view for view in driver.look()["checked"] if view.startswith("view.")):
        if name not in LOOKS and not name.startswith("view.theme."):
            _choose_view(driver, name)
    for name in sorted(LOOKS.difference(driver.look()["checked"])):
        _choose_view(driver, name)
    _resize(driver, SIZE)


def _resize(driver: Driver, size: tuple[int, int]) -> None:
    events: list[Event] = [["resize", driver.look()["window"], *size], ["sleep", SETTLE_S]]
    driver.do(Action("rest", "size", events))


def _open_each_panel(driver: Driver, keys: Sequence[str] = (), *, has_menus: bool = False) -> None:
    """What is hidden keeps the pictures of the size and the state in which it was seen last.

    Parameters
    ----------
    keys : pressed on each tab; a second time each, or Escape, closes what it has opened.
    has_menus : open the menu of each picture, too.
    """
    for tab in _names_of(driver, "main_tab"):
        _click_on(driver, tab)
        for key in keys:
            press: list[Event] = [["key", key], ["sleep", PANEL_S]]
            driver.do(Action("rest", key, [*press, *press, ["key", "Escape"]]))
        _open_panels(driver, has_menus=has_menus)


def _open_panels(driver: Driver, *, has_menus: bool = False) -> None:
    """Of the tab in front."""
    menus: set[str] = set()
    for panel in _names_of(driver, "tab"):
        _click_on(driver, panel)
        time.sleep(PANEL_S)
        for kind, name, x, y, width, height in driver.look()["targets"] if has_menus else ():
            if kind == "plot" and name not in menus:
                menus.add(name)
                click: list[Event] = [["move", x + width // 2, y + height // 2], ["press", 3], ["release", 3]]
                driver.do(Action("tour", name, [*click, ["sleep", 0.2], ["key", "Escape"], ["sleep", 0.1]]))


def _choose_view(driver: Driver, name: str) -> None:
    _click_on(driver, "&View")
    _click_on(driver, name)


def _train(driver: Driver, preset: str, seconds: float) -> None:
    _open_preset(driver, preset)
    _begin_anew(driver)
    driver.do(Action("tour", "train", [["key", "space"]]))
    _wait(driver, seconds)
    driver.do(Action("tour", "pause", [["key", "space"], ["sleep", 0.5]]))


def _compare(driver: Driver) -> None:
    """The newest of the other runs beside the one on the screen, and it alone again."""
    for button, choice in (("Compare", "Down"), ("Compare ✓", "Up")):
        _click_on(driver, button)
        driver.do(Action("tour", "compare", [["key", choice], ["key", "Return"], ["sleep", SETTLE_S]]))
    _leave_all(driver)


def _begin_anew(driver: Driver) -> None:
    """A new run of the bundled digits in the tab in front, which waits at its first step."""
    tab = driver.look()["tab"]
    _click_on(driver, "Device of the next run")
    driver.do(Action("rest", "device", [["key", "Home"], ["key", "Return"], ["sleep", 0.3]]))
    before = _run_of(driver, tab)["folder"]
    driver.do(Action("rest", "begin anew", [["key", "r" if before else "space"]]))
    end_s = time.monotonic() + READY_S
    while time.monotonic() < end_s:
        run = _run_of(driver, tab)
        if run["state"] == "running":
            driver.do(Action("rest", "pause", [["key", "space"], ["sleep", 0.5]]))
        if run["state"] == "paused" and run["folder"] != before and run["data_mb"] < SMALL_MB:
            return
        time.sleep(0.2)
    driver.note(Record("complaint", {"after": "rest", "text": f"no new run: {_run_of(driver, tab)}"}))


def _run_of(driver: Driver, tab: str) -> dict[str, Any]:
    return next(run for run in driver.look()["runs"] if run["tab"] == tab)


def _open_preset(driver: Driver, name: str) -> None:
    for step in ("&File", "&Presets", name):
        _click_on(driver, step)


def _fit_points(driver: Driver) -> None:
    """A mixture to points painted into the dialog of the KL tab."""
    _open_preset(driver, PICTURE)
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


def _names_of(driver: Driver, kind: str) -> list[str]:
    return [own for found, own, *_ in driver.look()["targets"] if found == kind]


def _find(screen: Screen, name: str) -> tuple[int, int] | None:
    for kind, own, x, y, width, height in screen["targets"]:
        if kind in CLICKED and own == name:
            return x + width // 2, y + height // 2
    return None
