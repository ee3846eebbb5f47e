"""Training the default network and quantiser against training those of the published notebook."""

import statistics
import time

import numpy as np
import torch

from dgm_explorer.bench.notebook_vq_vae import NotebookTraining
from dgm_explorer.bench.report import Figure
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.training.vq_vae_run import VqVaeModelRun

BATCH, SIDE = 128, 28
N_IMAGES = 20 * BATCH
CONFIG = VqVaeConfig(batch_size=BATCH, epochs=100_000)
"""The defaults, K = 64 and D = 16, but for the batch."""
ROUNDS = 7
STRETCH_S = 1.5
WARM_UP_STEPS = 2


def measure_small_network(rounds: int = ROUNDS, stretch_s: float = STRETCH_S) -> list[Figure]:
    """Whole training steps on one thread, in stretches that take turns; images per processor second."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        dataset = make_images()
        images = torch.from_numpy(dataset.inputs[:BATCH]).view(BATCH, 1, SIDE, SIDE)
        ours, published = _OurTraining(dataset), NotebookTraining(images)
        for _ in range(WARM_UP_STEPS):
            ours.step()
            published.step()
        speeds = [
            (_images_per_s(ours, stretch_s), _images_per_s(published, stretch_s)) for _ in range(rounds)
        ]
    finally:
        torch.set_num_threads(threads)
    ratio = statistics.median(small / notebook for small, notebook in speeds)
    return [
        Figure.at_least("small_net_vs_notebook_net", ratio, "ratio", 10.0),
        Figure("small_net_images_per_cpu_s", statistics.median(small for small, _ in speeds), "1/s"),
        Figure("notebook_net_images_per_cpu_s", statistics.median(notebook for _, notebook in speeds), "1/s"),
    ]


def make_images() -> Dataset:
    """Smooth blobs: what is on the images does not count, but that there is something to learn."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE]
    middle = rng.uniform(6, SIDE - 6, (2, N_IMAGES, 1, 1))
    size = rng.uniform(2, 6, (N_IMAGES, 1, 1))
    images = np.exp(-((x - middle[0]) ** 2 + (y - middle[1]) ** 2) / (2 * size**2))
    inputs = images.reshape(N_IMAGES, -1).astype(np.float32)
    is_held_out = np.arange(N_IMAGES) % 20 == 0
    return Dataset("blobs", inputs, None, (), (SIDE, SIDE, 1), is_held_out, "0")


class _OurTraining:
    """The run as it is, metrics included."""

    def __init__(self, dataset: Dataset) -> None:
        self._run = VqVaeModelRun(CONFIG, dataset)
        self._steps = iter(self._run.steps())

    def step(self) -> int:
        before = self._run.progress.n_images
        seen = next(self._steps).n_images - before
        if self._run.step % 50 == 0:
            self._run.take_metrics()
        return seen


def _images_per_s(training: _OurTraining | NotebookTraining, seconds: float) -> float:
    """Train for so long."""
    n_images, began_s, until_s = 0, time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        n_images += training.step()
    return n_images / (time.process_time() - began_s)
