"""A PixelCNN that learns code grids in steps, for the window's background and for `evaluate`."""

import copy
import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.code_sampler import SamplerProgress, always
from dgm_explorer.core.errors import InputError
from dgm_explorer.models.pixel_cnn import PixelCnn
from dgm_explorer.training.fused_adam import FusedAdam

N_STEPS = 400
BATCH_CELLS = 6272
"""Of a batch, about: 128 grids of 7 × 7."""
LEAST_BATCH, MOST_BATCH = 8, 128
LEARNING_RATE = 3e-3
HELD_OUT_EVERY = 10
"""One grid of so many is kept for measuring."""
MAX_HELD_OUT = 500
MOST_LOGITS = 16_000_000
"""Grids × cells × K that pass the network together, 64 MB: many codes take smaller batches."""
STEPS_BETWEEN_MEASURING = 20


class PixelCnnRun:
    """Implements `core.code_sampler.CodeSampler`.

    Samples come from the weights that cost the fewest bits on held-out grids: few grids are soon learnt
    by heart.

    Parameters
    ----------
    codes : (n, h, w) grids, n ≥ 2, each number below ``n_codes``.
    n_steps : of training in all.
    seed : of weights, batches and samples.
    """

    def __init__(self, codes: IntArray, n_codes: int, n_steps: int = N_STEPS, seed: int = 0) -> None:
        if codes.ndim != 3 or len(codes) < 2 or codes.size == 0:
            raise InputError(f"code grids of shape {codes.shape} cannot be learnt; give two grids or more.")
        if codes.min() < 0 or codes.max() >= n_codes:
            raise InputError(f"code grids hold numbers outside 0 to {n_codes - 1}; use this codebook's own.")
        grids = torch.from_numpy(codes.astype("int64"))
        is_held_out = torch.arange(len(grids)) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
        is_held_out[-1] = True
        self._trained = grids[~is_held_out]
        held_out = grids[is_held_out]
        self._held_out = held_out[:: max(1, math.ceil(len(held_out) / MAX_HELD_OUT))]
        self._generator = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._model = PixelCnn(n_codes, codes.shape[1], codes.shape[2])
        self._best = copy.deepcopy(self._model)
        self._adam = FusedAdam(self._model.parameters(), LEARNING_RATE)
        self._progress = SamplerProgress(0, n_steps, math.log2(n_codes))

    @property
    def progress(self) -> SamplerProgress:
        return self._progress

    def steps(self) -> Iterator[SamplerProgress]:
        """Train to the end of the plan, one optimiser step per item; called anew it goes on."""
        n_steps = self._progress.n_steps
        while self._progress.step < n_steps:
            step = self._progress.step + 1
            self._update(1 - step / n_steps)
            bits = self._progress.bits_per_code
            if step % STEPS_BETWEEN_MEASURING == 0 or step == n_steps:
                bits = self._measure(bits)
            self._progress = SamplerProgress(step, n_steps, bits)
            yield self._progress

    def bits_per_code(self, codes: IntArray) -> float:
        """Of grids (n, h, w), by the best weights so far."""
        return _bits(self._best, torch.from_numpy(codes.astype("int64")))

    def sample(self, n: int, is_wanted: Callable[[], bool] = always) -> IntArray:
        """Grids by the best weights so far, (n, h, w).

        Raises
        ------
        Cancelled
            If ``is_wanted``, asked before every cell, says no.
        """
        drawn: IntArray = self._best.sample(n, self._generator, is_wanted).numpy()
        return drawn

    def _update(self, share_left: float) -> None:
        """One step of Adam; the rate falls as a cosine, so that a short plan ends near its best."""
        self._adam.learning_rate = LEARNING_RATE * (1 - math.cos(math.pi * share_left)) / 2
        wanted = max(LEAST_BATCH, min(MOST_BATCH, BATCH_CELLS // self._trained[0].numel()))
        size = min(wanted, _grids_at_a_time(self._model, self._trained), len(self._trained))
        rows = torch.randint(len(self._trained), (size,), generator=self._generator)
        self._adam.clear_gradients()
        self._model.nats(self._trained[rows]).backward()  # type: ignore[no-untyped-call]
        self._adam.step()

    def _measure(self, best_bits: float) -> float:
        bits = _bits(self._model, self._held_out)
        if not bits < best_bits:
            return best_bits
        self._best.load_state_dict(self._model.state_dict())
        return bits


@torch.no_grad()
def _bits(model: PixelCnn, codes: Tensor) -> float:
    """Mean of -log2 P per code of grids (n, h, w)."""
    parts = torch.split(codes, min(MAX_HELD_OUT, _grids_at_a_time(model, codes)))
    nats = sum(model.nats(part).item() * len(part) for part in parts)
    return nats / len(codes) / math.log(2)


def _grids_at_a_time(model: PixelCnn, codes: Tensor) -> int:
    return max(1, MOST_LOGITS // (codes[0].numel() * model.embedding.num_embeddings))


def make_code_sampler(codes: IntArray, n_codes: int) -> PixelCnnRun:
    """A `core.code_sampler.MakeCodeSampler`."""
    torch.set_num_threads(1)  # of the thread that calls: the others are for the run beside it
    return PixelCnnRun(codes, n_codes)
