"""A thousand starts and stops of training in one window: what each takes must be given back."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tests.soak.actions import Action, Screen
from tests.soak.drive import Driver
from tests.soak.records import Record

SETTLED = 25
"""Cycles before the first measurement: what is imported and cached once is there by then."""
PATIENCE_S = 60.0
RESET_EVERY = 4
"""Every so many cycles a new run begins; between them the same one goes on."""


def cycle(driver: Driver, n_cycles: int) -> None:
    """Start and stop so often, alternately a new run and the old one going on, and compare."""
    driver.start(("--size", "1280x800", "--tab", "gmm-vae"))
    before = None
    began_s = time.monotonic()
    for count in range(1, n_cycles + 1):
        key = "r" if count % RESET_EVERY == 0 else "space"
        driver.do(Action("start training", key, [["key", key]]))
        if key == "r":
            _wait(driver, lambda run: run["state"] in ("paused", "running") and run["is_here"])
            driver.do(Action("go on", "space", [["key", "space"]]))
        _wait(driver, lambda run: run["state"] == "running" and run["step"] > 0)
        _press_stop(driver)
        _wait(driver, lambda run: run["state"] == "stopped" and not run["is_here"])
        if count == min(SETTLED, n_cycles // 2):
            before = driver.program.sample()
        if count % 25 == 0:
            pace_s = (time.monotonic() - began_s) / count
            note = {"n": count, "pace_s": round(pace_s, 2), **asdict(driver.program.sample())}
            driver.note(Record("cycle", note))
    time.sleep(2)
    after = driver.program.sample()
    assert before is not None
    driver.note(Record("cycles", {"n": n_cycles, "before": asdict(before), "after": asdict(after)}))
    if any(getattr(after, name) > getattr(before, name) for name in ("threads", "files", "children")):
        driver.note(Record("complaint", {"after": "cycles", "text": f"not given back: {before} → {after}"}))


def _wait(driver: Driver, is_so: Callable[[dict[str, Any]], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        run = _run(driver.look())
        if run is not None and is_so(run):
            driver.watch()
            return
        time.sleep(0.02)
    raise TimeoutError(f"{PATIENCE_S} s were not enough: {_run(driver.look())}")


def _press_stop(driver: Driver) -> None:
    target = next(t for t in driver.look()["targets"] if t[:2] == ["button", "Stop"])
    x, y = target[2] + target[4] // 2, target[3] + target[5] // 2
    driver.do(Action("stop training", "Stop", [["move", x, y], ["press", 1], ["release", 1]]))


def _run(screen: Screen) -> dict[str, Any] | None:
    return next((run for run in screen["runs"] if run["tab"] == "gmm-vae"), None)
