"""Training: in the window against headless, what it costs the window, and against published ways to train.

Speeds are compared in short stretches that take turns, so that other work on the machine meets both sides:
window against headless in images per second, the rest in images per second of processor time.
"""

import os
import statistics
import tempfile
from pathlib import Path

import numpy as np

from dgm_explorer.app import make_application
from dgm_explorer.bench.during_drag import measure_during_drag
from dgm_explorer.bench.headless_run import HeadlessChild
from dgm_explorer.bench.latent_frame import measure_latent_frame
from dgm_explorer.bench.report import Figure
from dgm_explorer.bench.train_loops import measure_loops
from dgm_explorer.bench.train_subjects import GMM_VAE, SUBJECTS, Subject

ROUNDS = 5
STRETCH_S = 3.0
WARM_UP_S = 1.0


def measure(model: str = GMM_VAE.model, rounds: int = ROUNDS, stretch_s: float = STRETCH_S) -> list[Figure]:
    """Measure everything, one to two minutes."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    make_application()
    subject = SUBJECTS[model]
    with tempfile.TemporaryDirectory() as folder:
        window = [
            *measure_window(subject, Path(folder), rounds, stretch_s),
            *measure_during_drag(subject, Path(folder), rounds, stretch_s / 2),
        ]
        if subject is GMM_VAE:
            return [*window, *measure_loops(Path(folder), rounds, stretch_s), measure_latent_frame()]
    from dgm_explorer.bench.small_network import measure_small_network

    return [*window, *measure_small_network(rounds, stretch_s / 2)]


def measure_window(subject: Subject, parent: Path, rounds: int, stretch_s: float) -> list[Figure]:
    """The tab that trains, against the same run in a process without a window."""
    from dgm_explorer.bench.training_window import TrainingWindow

    ratios: list[float] = []
    lags_ms: list[float] = []
    window = TrainingWindow(subject, parent)
    try:
        with HeadlessChild(subject, parent) as headless:
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
