"""The training loop that most published code has, for comparison.

As in GuHongyang/VaDE-pytorch: ``DataLoader`` over a ``TensorDataset`` with worker processes, default Adam,
the loss fetched by ``.item()`` at every step. The model is ours, so that only the loops differ.
"""

import os
import time
from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import DataLoader, TensorDataset

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.models.gmm_vae import GmmVae

PUBLISHED_WORKERS = 4
REPEATS = 40
"""The examples are repeated so often that starting the workers anew every epoch does not count."""


class ReferenceLoop:
    """Trains ``config``'s model on the training examples of ``dataset``, again and again.

    Parameters
    ----------
    n_workers : processes of the ``DataLoader``, but no more than there are cores, as torch warns of that;
        0 collates in this one.
    device : each batch is brought there.
    """

    def __init__(
        self, config: GmmVaeConfig, dataset: Dataset, n_workers: int, device: torch.device | None = None
    ) -> None:
        self._latent_dim = config.latent_dim
        self._device = device or torch.device("cpu")
        initial = torch.Generator().manual_seed(config.seed)
        self._model = GmmVae(config, dataset.dimension, initial).to(self._device)
        self._optimizer = torch.optim.Adam(self._model.parameters(), lr=config.learning_rate)
        x = torch.from_numpy(dataset.inputs[~dataset.is_held_out]).repeat(REPEATS, 1)
        self._data = TensorDataset(x, torch.zeros(len(x), dtype=torch.int64))
        self._batch_size = config.batch_size
        self._n_workers = min(n_workers, _n_cores())

    def images_per_cpu_s(self, seconds: float) -> float:
        """Train for so long and say how many images one second of processor time brings, workers included.

        Processor time, because five processes take more of a busy machine than one does.
        """
        began_s = _processor_s()
        n_images = self._train_anew(seconds)
        return n_images / (_processor_s() - began_s)

    def images_per_s(self, seconds: float) -> float:
        """The same by the clock on the wall, from the first batch on."""
        return self._train_anew(seconds) / seconds

    def _train_anew(self, seconds: float) -> int:
        """Images seen, with workers that are started for it and end with it."""
        loader: DataLoader[tuple[torch.Tensor, ...]] = DataLoader(
            self._data, self._batch_size, shuffle=True, num_workers=self._n_workers
        )
        batches = _endless(loader)
        n_images = self._train(batches, seconds)
        del batches, loader  # the workers end, and what they took counts
        return n_images

    def _train(self, batches: Iterator[Sequence[torch.Tensor]], seconds: float) -> int:
        n_images, total = 0, 0.0
        next(batches)  # the workers have started
        until_s = time.perf_counter() + seconds
        while time.perf_counter() < until_s:
            x, _ = next(batches)
            x = x.to(self._device)
            terms = self._model.terms(x, torch.randn(1, len(x), self._latent_dim, device=self._device))
            loss = -torch.stack(terms).sum(0).mean()
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
            total += loss.item()
            n_images += len(x)
        return n_images


def _endless(loader: "DataLoader[tuple[torch.Tensor, ...]]") -> Iterator[Sequence[torch.Tensor]]:
    """One epoch after the other; a quick machine has more than one in a stretch."""
    while True:
        yield from loader


def _n_cores() -> int:
    """That this process may use, counted as torch does."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor_s() -> float:
    """Of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
