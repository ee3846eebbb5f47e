"""Training on a CUDA card: against the usual loop, against itself without graphs, and what pictures cost.

Whole stretches of wall time that take turns; each ends with the metrics on the host, so that what the card
has yet to do counts. Small networks on small batches, as in `bench train`: the card waits for the host there,
which is what graphs are for.
"""

import math
import statistics
import sys
import time

import torch

from dgm_explorer.bench.reference_loop import PUBLISHED_WORKERS, ReferenceLoop
from dgm_explorer.bench.report import Figure
from dgm_explorer.bench.train_subjects import GMM_VAE, VQ_VAE
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.data.catalogue import load_dataset
from dgm_explorer.training.devices import Place
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from dgm_explorer.training.model_run import ModelRun
from dgm_explorer.training.vq_vae_run import VqVaeModelRun

ROUNDS = 5
STRETCH_S = 3.0
METRICS_EVERY_S = 0.5
SNAPSHOTS_PER_S = 30.0
NO_CARD = "bench gpu: there is no CUDA card here, so nothing is measured."


def measure(
    device: torch.device | None = None,
    rounds: int = ROUNDS,
    stretch_s: float = STRETCH_S,
    n_workers: int = PUBLISHED_WORKERS,
) -> list[Figure]:
    """Measure everything, two minutes; nothing where there is no card, unless another ``device`` is given."""
    if device is None:
        if not torch.cuda.is_available():
            print(NO_CARD, file=sys.stderr)
            return []
        device = torch.device("cuda", 0)
    dataset = load_dataset(GMM_VAE.source)
    return [
        *_measure_gmm_vae(dataset, device, rounds, stretch_s, n_workers),
        _measure_vq_vae(dataset, device, rounds, stretch_s),
    ]


def _measure_gmm_vae(
    dataset: Dataset, device: torch.device, rounds: int, stretch_s: float, n_workers: int
) -> list[Figure]:
    place = Place(device)
    ours = Training(GmmVaeModelRun(GMM_VAE.config, dataset, place))
    for words in (place.words, *place.notes):
        print(f"bench gpu: {words}", file=sys.stderr)
    eager = Training(GmmVaeModelRun(GMM_VAE.config, dataset, place_without_graphs(device)))
    loop = ReferenceLoop(GMM_VAE.config, dataset, n_workers, device)
    for training in (ours, eager, loop):
        training.images_per_s(stretch_s / 3)
    speeds: list[float] = []
    vs_loop: list[float] = []
    vs_eager: list[float] = []
    shares: list[float] = []
    for _ in range(rounds):
        before = ours.images_per_s(stretch_s)
        with_pictures = ours.images_per_s(stretch_s, SNAPSHOTS_PER_S)
        speed = (before + ours.images_per_s(stretch_s)) / 2
        speeds.append(speed)
        shares.append(1 - with_pictures / speed)
        vs_loop.append(speed / loop.images_per_s(stretch_s))
        vs_eager.append(speed / eager.images_per_s(stretch_s))
    return [
        Figure.at_least("images_vs_dataloader_loop", statistics.median(vs_loop), "ratio", 20.0),
        Figure.at_least("images_vs_eager", statistics.median(vs_eager), "ratio", 3.0),
        Figure.at_most("snapshots_at_30_hz_share", statistics.median(shares), "of time", 0.03),
        Figure("images_per_s", statistics.median(speeds), "1/s"),
    ]


def _measure_vq_vae(dataset: Dataset, device: torch.device, rounds: int, stretch_s: float) -> Figure:
    """Only its networks are graphs: which codes are nearest is settled anew where rounding may decide."""
    ours, eager = (
        Training(VqVaeModelRun(VQ_VAE.config, dataset, place))
        for place in (Place(device), place_without_graphs(device))
    )
    for training in (ours, eager):
        training.images_per_s(stretch_s / 3)
    ratios = [ours.images_per_s(stretch_s) / eager.images_per_s(stretch_s) for _ in range(rounds)]
    return Figure("vq_vae_images_vs_eager", statistics.median(ratios), "ratio")


def place_without_graphs(device: torch.device) -> Place:
    """The same device in the same precision, with every function left as it is."""
    return Place(device, compiler=lambda function: function)


class Training:
    """A run without its folder, in stretches."""

    def __init__(self, run: ModelRun) -> None:
        self.run = run
        self._steps = run.steps()

    def images_per_s(self, seconds: float, snapshots_per_s: float = 0.0) -> float:
        """Train for so long, metrics fetched as a recorded run does, and say how fast."""
        began_s = now_s = time.perf_counter()
        before = self.run.progress.n_images
        every_s = 1 / snapshots_per_s if snapshots_per_s else math.inf
        metrics_at_s, snapshot_at_s = began_s + METRICS_EVERY_S, began_s + every_s
        while now_s - began_s < seconds:
            next(self._steps)
            now_s = time.perf_counter()
            if now_s >= snapshot_at_s:
                self.run.snapshot()
                snapshot_at_s += every_s
            if now_s >= metrics_at_s:
                self.run.take_metrics()
                metrics_at_s += METRICS_EVERY_S
        self.run.take_metrics()
        return (self.run.progress.n_images - before) / (time.perf_counter() - began_s)
