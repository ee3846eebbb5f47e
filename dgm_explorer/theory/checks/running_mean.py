"""Problem 4D: a code as a running mean needs the counts of its vectors.

One code, T batches, n_t vectors in batch t with mean a_t. Written out, the recursions N ← γN + (1 − γ)n and
m ← γm + (1 − γ)Σz_e are sums with the weights (1 − γ)γ^(T − t).
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.models.codebook import Codebook, EmaUpdate
from dgm_explorer.models.nearest_code import CodeStatistics
from dgm_explorer.theory.result import CheckResult, agrees, refutes

_DECAY = 0.9
_START = np.array([0.5, -0.5])
Batches = Sequence[FloatArray]


def mean_with_counts(batches: Batches, decay: float) -> FloatArray:
    """e = m/N after all batches, with N = 1 and m = e at the start, (D,)."""
    count, total = 1.0, _START.copy()
    for batch in batches:
        count = decay * count + (1 - decay) * len(batch)
        total = decay * total + (1 - decay) * batch.sum(axis=0)
    return np.asarray(total / count)


def _by_batch_mean(batches: Batches, decay: float) -> FloatArray:
    """The notes' formula read kindly: z_e stands for the mean of a batch."""
    code = _START.copy()
    for batch in batches:
        if len(batch):
            code = decay * code + (1 - decay) * batch.mean(axis=0)
    return code


def _one_by_one(batches: Batches, decay: float) -> FloatArray:
    """The notes' formula read literally: once per vector."""
    code = _START.copy()
    for z in np.concatenate(list(batches)):
        code = decay * code + (1 - decay) * z
    return np.asarray(code)


def _weighted_mean(batches: Batches) -> FloatArray:
    """The mean of all vectors and the start, each with its weight, (D,)."""
    n = len(batches)
    vectors = np.concatenate([_START[None], *batches])
    ages = np.concatenate([np.full(len(batch), n - 1 - t) for t, batch in enumerate(batches)])
    weights = np.concatenate([[_DECAY**n], (1 - _DECAY) * _DECAY**ages])
    return np.asarray(np.average(vectors, axis=0, weights=weights))


def _uneven() -> list[FloatArray]:
    """Forty batches: in turn eight vectors on the way from (−2, 2) to (4, 0), one at (3, −1), and none."""
    way = np.linspace([-2.0, 2.0], [4.0, 0.0], 8)
    kinds = (way, np.array([[3.0, -1.0]]), np.empty((0, 2)))
    return [kinds[t % 3] for t in range(40)]


def _single() -> list[FloatArray]:
    """Forty batches of one vector each."""
    return list(np.random.default_rng(19).standard_normal((40, 1, 2)))


def check_running_mean(rule: Callable[[Batches, float], FloatArray] = mean_with_counts) -> CheckResult:
    """4D: with counts e is the weighted mean of all vectors; without them it is another one."""
    uneven, single = _uneven(), _single()
    exact = _weighted_mean(uneven)
    turned = _one_by_one([batch[::-1] for batch in uneven], _DECAY)
    drift = np.abs(_one_by_one(uneven, _DECAY) - turned).max()
    by_means, one_by_one = _by_batch_mean(uneven, _DECAY)[0], _one_by_one(uneven, _DECAY)[0]
    of_notes = _one_by_one(single, _DECAY)[0]
    findings = (
        agrees("first number of e after 40 batches", exact[0], rule(uneven, _DECAY)[0], 1e-12),
        agrees("second number", exact[1], rule(uneven, _DECAY)[1], 1e-12),
        refutes("the first, by the notes' formula on means", by_means, exact[0], 0.05),
        refutes("the first, by it vector after vector", one_by_one, exact[0], 0.05),
        refutes("what the order within a batch does to that", 0.0, float(drift), 1e-3),
        agrees("with n = N = 1: the notes' formula", of_notes, rule(single, _DECAY)[0], 1e-12),
        agrees("|the program's e − the weighted mean|", 0.0, _gap_of_the_program(uneven, exact), 1e-6),
    )
    method = "the average written out with all its weights; batches of 8, 1 and 0 vectors"
    return CheckResult(method, findings)


def _gap_of_the_program(batches: Batches, exact: FloatArray) -> float:
    """`EmaUpdate` in float64 with next to no smoothing; a second code takes part and is left alone."""
    codebook = Codebook(2, 2, "normal", torch.Generator().manual_seed(0)).double()
    start = torch.tensor(np.stack([_START, [9.0, 9.0]]))
    codebook.move(torch.ones(2, dtype=torch.bool), start, torch.ones(2, dtype=torch.float64))
    update = EmaUpdate(_DECAY, 1e-12)
    for batch in batches:
        counts = torch.tensor([float(len(batch)), 1.0], dtype=torch.float64)
        sums = torch.tensor(np.stack([batch.sum(axis=0), [9.0, 9.0]]))
        update.learn(codebook, CodeStatistics(counts, sums), torch.tensor(True))
    return float(np.abs(codebook.vectors.detach().numpy()[0] - exact).max())
