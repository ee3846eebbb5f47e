"""Training while a hand drags in another tab as fast as the screen can show it."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dgm_explorer.bench.drag import DraggedComponent
from dgm_explorer.bench.dragged_tab import shown
from dgm_explorer.bench.headless_run import HeadlessChild
from dgm_explorer.bench.report import Figure
from dgm_explorer.bench.train_subjects import Subject
from dgm_explorer.bench.training_window import TrainingWindow, turn_event_loop
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab

FRAME_S = 1 / 60
WARM_UP_S = 1.0


def measure_during_drag(subject: Subject, parent: Path, rounds: int, stretch_s: float) -> list[Figure]:
    """Speed during a drag of the KL tab over that of the same run without a window, in both places."""
    ratios: dict[str, list[float]] = {"process": [], "thread": []}
    with HeadlessChild(subject, parent) as headless, shown(KLTab()) as kl:
        hand = DraggedComponent(kl)
        headless.images_per_s(WARM_UP_S)
        for place, values in ratios.items():
            with _window(subject, parent, place) as window:
                for _ in range(rounds):
                    before = headless.images_per_s(stretch_s / 2)
                    dragged, _ = window.stretch(stretch_s, lambda seconds: drag_for(hand, seconds))
                    values.append(2 * dragged / (before + headless.images_per_s(stretch_s / 2)))
    return [
        Figure("during_drag", statistics.median(ratios["process"]), "ratio"),
        Figure("during_drag_thread", statistics.median(ratios["thread"]), "ratio"),
    ]


@contextmanager
def _window(subject: Subject, parent: Path, place: str) -> Iterator[TrainingWindow]:
    window = TrainingWindow(subject, parent, place)
    try:
        yield window
    finally:
        window.close()


def drag_for(hand: DraggedComponent, seconds: float) -> None:
    """Drag to and fro, one frame after the other; the event loop gets what is left of each frame."""
    end_s = time.perf_counter() + seconds
    step = 0
    hand.begin()
    while (began_s := time.perf_counter()) < end_s:
        step += 1
        hand.move(step)
        turn_event_loop(max(0.0, FRAME_S - (time.perf_counter() - began_s)))
    hand.finish()
