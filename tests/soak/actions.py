"""What a hand might do next: random, and the same again for the same seed and the same screen."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.soak.hand import Event

Screen: TypeAlias = dict[str, Any]
Target: TypeAlias = list[Any]
"""``[kind, name, x, y, width, height]``"""

STEP_S = 0.008
"""Between two movements of a drag: a mouse of 125 Hz."""
NUMBERS = ("0", "1", "-1", "0.5", "2.75", "-3.2", "12", "1e3", "-0.01", "7", "abc", "", "1e400", "64")
KEYS = (
    "space", "space", "space", "period", "period", "r", "F1", "F2", "F9", "F11", "Escape", "Escape", "Delete",
    "Left", "Right", "Up", "Down", "Tab", "Tab", "ISO_Left_Tab", "Return", "Home", "End", "Prior", "Next",
    "plus", "minus", "ctrl+slash",
)  # fmt: skip
SIZES = ((1280, 720), (1280, 800), (1024, 700), (1600, 1000), (1900, 1150))


@dataclass(frozen=True, slots=True)
class Action:
    """Something a hand does.

    Attributes
    ----------
    kind : such as ``drag a handle``; counted.
    name : on what.
    events : what the X server is told.
    """

    kind: str
    name: str
    events: list[Event]


Maker: TypeAlias = Callable[[random.Random, Screen], Action | None]


def choose(rng: random.Random, screen: Screen) -> Action:
    """Something that can be done on this screen."""
    if screen["is_file_dialog"]:
        return Action("leave a dialog", screen["dialog"], [["key", "Escape"]])
    if screen["popup"]:
        return _in_popup(rng, screen)
    if screen["dialog"] and rng.random() < 0.3:
        return Action("leave a dialog", screen["dialog"], [["key", "Escape"]])
    makers, weights = zip(*MAKERS, strict=True)
    while True:
        action: Action | None = rng.choices(makers, weights)[0](rng, screen)
        if action is not None:
            return action


def _in_popup(rng: random.Random, screen: Screen) -> Action:
    """A menu or an open list: choose, or leave it."""
    items = _targets(screen, "item", "submenu")
    if items and rng.random() < 0.9:
        item = rng.choice(items)
        return Action("choose in a menu", item[1], [*_glide(rng, item), *_click()])
    if screen["popup"] != "QMenu" and rng.random() < 0.9:
        down: list[Event] = [["key", rng.choice(("Down", "Up"))] for _ in range(rng.randint(0, 6))]
        return Action("choose in a list", screen["popup"], [*down, ["key", "Return"]])
    return Action("leave a menu", screen["popup"], [["key", "Escape"]])


def _targets(screen: Screen, *kinds: str) -> list[Target]:
    return [target for target in screen["targets"] if target[0] in kinds]


def _pick(rng: random.Random, screen: Screen, *kinds: str) -> Target | None:
    found = _targets(screen, *kinds)
    return rng.choice(found) if found else None


def _place(rng: random.Random, target: Target) -> tuple[int, int]:
    """Somewhere on a target."""
    _kind, _name, x, y, width, height = target
    return x + round(width * rng.uniform(0.05, 0.95)), y + round(height * rng.uniform(0.05, 0.95))


def _glide(rng: random.Random, target: Target) -> list[Event]:
    x, y = _place(rng, target)
    return [["move", x - 2, y], ["sleep", 0.01], ["move", x, y], ["sleep", 0.02]]


def _click(button: int = 1) -> list[Event]:
    return [["press", button], ["sleep", 0.02], ["release", button], ["sleep", 0.03]]


def _drag(start: tuple[int, int], stops: Sequence[tuple[int, int]], steps: int) -> list[Event]:
    """Press, move steadily from stop to stop, release."""
    events: list[Event] = [["move", *start], ["sleep", 0.02], ["press", 1]]
    (x, y) = start
    for to_x, to_y in stops:
        for step in range(1, steps + 1):
            share = step / steps
            events += [
                ["move", round(x + share * (to_x - x)), round(y + share * (to_y - y))],
                ["sleep", STEP_S],
            ]
        x, y = to_x, to_y
    return [*events, ["release", 1], ["sleep", 0.02]]


def _with(modifier: str, events: list[Event]) -> list[Event]:
    return [["hold", modifier], *events, ["let_go", modifier]]


def _drag_handle(rng: random.Random, screen: Screen) -> Action | None:
    target = _pick(rng, screen, "handle")
    if target is None:
        return None
    x, y = target[2:4]
    stops = [(x + rng.randint(-150, 150), y + rng.randint(-80, 80)) for _ in range(rng.randint(1, 4))]
    events = _drag((x, y), stops, rng.randint(5, 40))
    return Action("drag a handle", target[1], _with("shift", events) if rng.random() < 0.15 else events)


def _drag_picture(rng: random.Random, screen: Screen) -> Action | None:
    target = _pick(rng, screen, "plot", "plot", "picture")
    if target is None:
        return None
    stops = [_place(rng, target) for _ in range(rng.randint(1, 3))]
    events = _drag(_place(rng, target), stops, rng.randint(5, 40))
    return Action("drag on a picture", target[1], _with("shift", events) if rng.random() < 0.2 else events)


def _drag_slider(rng: random.Random, screen: Screen) -> Action | None:
    target = _pick(rng, screen, "slider", "splitter")
    if target is None:
        return None
    return Action("drag a slider", target[1], _drag(_place(rng, target), [_place(rng, target)], 12))


def _scrub(rng: random.Random, screen: Screen) -> Action | None:
    target = _pick(rng, screen, "timeline")
    if target is None:
        return None
    stops = [_place(rng, target) for _ in range(rng.randint(0, 3))]
    return Action("scrub the timeline", screen["tab"], _drag(_place(rng, target), stops, 25))


def _click_on(kind: str, *targets: str, button: int = 1, times: int = 1) -> Maker:
    def make(rng: random.Random, screen: Screen) -> Action | None:
        target = _pick(rng, screen, *targets)
        if target is None:
            return None
        return Action(kind, target[1], [*_glide(rng, target), *(_click(button) * times)])

    return make


def _wheel(rng: random.Random, screen: Screen) -> Action | None:
    target = _pick(rng, screen, "plot", "picture", "handle", "table", "number", "slider", "timeline")
    if target is None:
        return None
    turns: list[Event] = []
    for _ in range(rng.randint(1, 8)):
        button = rng.choice((4, 5))
        turns += [["press", button], ["release", button], ["sleep", 0.02]]
    return Action("turn the wheel", target[1], [*_glide(rng, target), *turns])


def _hover(rng: random.Random, screen: Screen) -> Action | None:
    target = _pick(rng, screen, "plot", "picture", "picture", "table", "button")
    if target is None:
        return None
    moves: list[Event] = []
    for _ in range(rng.randint(5, 30)):
        moves += [["move", *_place(rng, target)], ["sleep", 0.015]]
    return Action("hover", target[1], moves)


def _enter_number(rng: random.Random, screen: Screen) -> Action | None:
    target = _pick(rng, screen, "number")
    if target is None:
        return None
    typed: list[Event] = [["key", _key_of(letter)] for letter in rng.choice(NUMBERS)]
    chosen = [*_glide(rng, target), *_click(), ["key", "ctrl+a"]]
    return Action("enter a number", target[1], [*chosen, *typed, ["key", rng.choice(("Return", "Tab"))]])


def _key_of(letter: str) -> str:
    return {"-": "minus", ".": "period"}.get(letter, letter)


def _press_key(rng: random.Random, screen: Screen) -> Action | None:  # noqa: ARG001 - a maker like the others
    key = rng.choice(KEYS)
    return Action("press a key", key, [["key", key]] * (rng.randint(1, 12) if key == "period" else 1))


def _undo(rng: random.Random, screen: Screen) -> Action | None:  # noqa: ARG001
    keys: list[Event] = []
    for _ in range(rng.randint(1, 10)):
        keys += [["key", rng.choice(("ctrl+z", "ctrl+z", "ctrl+y"))], ["sleep", 0.03]]
    return Action("undo and redo", "", keys)


def _resize(rng: random.Random, screen: Screen) -> Action | None:
    width, height = rng.choice(SIZES)
    return Action(
        "resize", f"{width}x{height}", [["resize", screen["window"], width, height], ["sleep", 0.2]]
    )


def _wait(rng: random.Random, screen: Screen) -> Action | None:  # noqa: ARG001
    return Action("wait", "", [["sleep", round(rng.uniform(0.2, 2.0), 2)]])


def _open_menu(*names: str) -> Maker:
    """Open a menu of the bar, or one of its entries; what is chosen there is the next action."""

    def make(rng: random.Random, screen: Screen) -> Action | None:
        wanted = [t for t in _targets(screen, "menu") if not names or t[1].replace("&", "") in names]
        if not wanted:
            return None
        target = rng.choice(wanted)
        return Action("open a menu", target[1], [*_glide(rng, target), *_click(), ["sleep", 0.1]])

    return make


MAKERS: tuple[tuple[Maker, float], ...] = (
    (_drag_handle, 16),
    (_drag_picture, 14),
    (_scrub, 6),
    (_drag_slider, 5),
    (_wheel, 6),
    (_hover, 7),
    (_click_on("click a picture", "plot", "picture"), 6),
    (_click_on("double-click a picture", "plot", "picture", times=2), 2),
    (_click_on("right-click", "plot", "picture", button=3), 1),
    (_click_on("click a handle", "handle"), 1),
    (_click_on("press a button", "button"), 9),
    (_click_on("open a list", "combo"), 4),
    (_click_on("click a table", "table"), 3),
    (_click_on("change the panel", "tab"), 6),
    (_click_on("change the tab", "main_tab"), 4),
    (_enter_number, 4),
    (_press_key, 10),
    (_undo, 4),
    (_resize, 1.5),
    (_wait, 4),
    (_open_menu("File"), 4),
    (_open_menu("View"), 2),
    (_open_menu(), 1.5),
)
