"""The training loop of the GMM-VAE against the usual one."""

import statistics
from pathlib import Path

from dgm_explorer.bench.headless_run import HeadlessRun
from dgm_explorer.bench.report import Figure
from dgm_explorer.bench.train_subjects import GMM_VAE

WARM_UP_S = 1.0


def measure_loops(parent: Path, rounds: int, stretch_s: float) -> list[Figure]:
    """Our headless run over the loop as published, and over the same without worker processes."""
    from dgm_explorer.bench.reference_loop import PUBLISHED_WORKERS, ReferenceLoop
    from dgm_explorer.data.catalogue import load_dataset

    dataset = load_dataset(GMM_VAE.source)
    ours = HeadlessRun(GMM_VAE, parent)
    ours.images_per_s(WARM_UP_S)
    loops = [ReferenceLoop(GMM_VAE.config, dataset, n_workers) for n_workers in (PUBLISHED_WORKERS, 0)]
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
