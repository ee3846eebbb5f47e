"""Training: in the window against headless, our loop against the usual one, and what it costs the window.

Speeds are compared in short stretches that take turns, so that other work on the machine meets both sides:
window against headless in images per second, the loops in images per second of processor time.
"""

import os
import statistics
import tempfile
from pathlib import Path

import numpy as np

from dgm_explorer.app import make_application
from dgm_explorer.bench.headless_run import CONFIG, SOURCE, HeadlessChild, HeadlessRun
from dgm_explorer.bench.latent_frame import measure_latent_frame
from dgm_explorer.bench.report import Figure

MODELS = ("gmm-vae",)
ROUNDS = 5
STRETCH_S = 3.0
WARM_UP_S = 1.0


def measure(model: str = "gmm-vae", rounds: int = ROUNDS, stretch_s: float = STRETCH_S) -> list[Figure]:
    """Measure everything, about two minutes."""
    assert model in MODELS
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = _measure_window(Path(folder), rounds, stretch_s)
        loops = _measure_loops(Path(folder), rounds, stretch_s)
    return [*window, *loops, measure_latent_frame()]


def _measure_window(parent: Path, rounds: int, stretch_s: float) -> list[Figure]:
    from dgm_explorer.bench.training_window import TrainingWindow

    ratios: list[float] = []
    lags_ms: list[float] = []
    window = TrainingWindow(parent)
    try:
        with HeadlessChild(parent) as headless:
            headless.images_per_s(WARM_UP_S)
            for _ in range(rounds):
                before = headless.images_per_s(stretch_s / 2)
                in_window, late_ms = window.stretch(stretch_s)
                after = headless.images_per_s(stretch_s / 2)
                ratios.append(2 * in_window / (before + after))
                lags_ms += late_ms
    finally:
        window.close()
    return [
        Figure.at_least("window_vs_headless", statistics.median(ratios), "ratio", 0.9),
        Figure.at_most("ui_lag_p99_ms", float(np.percentile(lags_ms, 99)), "ms", 16.0),
        Figure("ui_lag_p50_ms", float(np.percentile(lags_ms, 50)), "ms"),
    ]


def _measure_loops(parent: Path, rounds: int, stretch_s: float) -> list[Figure]:
    """Our headless run over the loop as published, and over the same without worker processes."""
    from dgm_explorer.bench.reference_loop import PUBLISHED_WORKERS, ReferenceLoop
    from dgm_explorer.data.catalogue import load_dataset

    dataset = load_dataset(SOURCE)
    ours = HeadlessRun(parent)
    ours.images_per_s(WARM_UP_S)
    loops = [ReferenceLoop(CONFIG, dataset, n_workers) for n_workers in (PUBLISHED_WORKERS, 0)]
    speeds: list[float] = []
    ratios: list[list[float]] = []
    for _ in range(rounds):
        speeds.append(ours.images_per_cpu_s(stretch_s))
        ratios.append([speeds[-1] / loop.images_per_cpu_s(stretch_s) for loop in loops])
    ours.close()
    published, without_workers = (statistics.median(column) for column in zip(*ratios, strict=True))
    return [
        Figure.at_least("images_vs_reference_loop", published, "ratio", 1.5),
        Figure("images_vs_loop_without_workers", without_workers, "ratio"),
        Figure("images_per_cpu_s", statistics.median(speeds), "1/s"),
    ]
