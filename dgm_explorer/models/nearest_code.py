"""Which code is nearest to each vector, exactly, and what the vectors of each code add up to.

Shapes in this file: N vectors and K codes of D numbers each.
"""

from typing import NamedTuple

import torch
from torch import Tensor

CPU_CHUNK_BYTES = 2**21
"""Scores of so many bytes at a time stay in a core's second-level cache."""
CARD_CHUNK_BYTES = 2**26


class CodeStatistics(NamedTuple):
    """Of the vectors assigned to each code: how many there are, (K,), and their sums, (K, D)."""

    counts: Tensor
    sums: Tensor


@torch.no_grad()
def nearest_codes(z: Tensor, codebook: Tensor) -> Tensor:
    """argmin_k ‖z_n − e_k‖² of float arithmetic without rounding, (N,) int64; ties go to the lowest index.

    argmax_k (z_n · e_k − ½ ‖e_k‖²) is the same, because ‖z_n‖² is. Two things keep it exact: the mean of
    the codes is taken off both sides, or products of a common offset swamp the differences; and where the
    best two scores are closer than rounding may move them, the distances are taken anew in float64.

    Parameters
    ----------
    z : (N, D).
    codebook : (K, D).
    """
    center = codebook.mean(0)
    codes = codebook - center
    bias, columns = codes.square().sum(1).mul_(-0.5), codes.T
    longest, slack = codes.norm(dim=1).max(), _rounding(z)
    n, k = len(z), len(codebook)
    budget = CPU_CHUNK_BYTES if z.device.type == "cpu" else CARD_CHUNK_BYTES
    size = max(1, min(n, budget // (k * z.element_size())))
    nearest = torch.empty(n, dtype=torch.int64, device=z.device)
    best, runner_up, length = (torch.empty(n, dtype=z.dtype, device=z.device) for _ in range(3))
    rows, scores = z.new_empty(size, z.shape[1]), z.new_empty(size, k)
    for start in range(0, n, size):
        part = slice(start, min(start + size, n))
        m = part.stop - start
        centered = torch.sub(z[part], center, out=rows[:m])
        score = torch.addmm(bias, centered, columns, out=scores[:m])
        torch.argmax(score, 1, out=nearest[part])
        index = nearest[part, None]
        best[part] = score.gather(1, index)[:, 0]
        torch.amax(score.scatter_(1, index, -torch.inf), 1, out=runner_up[part])
        torch.linalg.vector_norm(centered, dim=1, out=length[part])
    is_close = best - runner_up <= slack * longest * (length + longest)
    close = is_close.nonzero()[:, 0]
    if len(close):
        nearest[close] = _nearest_by_distance(z[close], codebook).to(z.device)
    return nearest


def _rounding(z: Tensor) -> float:
    """Twice the bound D ε of a sum of D products (Higham 2002, section 3.1), two more for the bias."""
    return 2 * (z.shape[1] + 2) * torch.finfo(z.dtype).eps


def _nearest_by_distance(z: Tensor, codebook: Tensor) -> Tensor:
    """Term by term in float64, on the CPU because not every card has it; equal codes give equal numbers."""
    points, codes = z.to("cpu", torch.float64), codebook.to("cpu", torch.float64)
    return torch.cdist(points, codes, compute_mode="donot_use_mm_for_euclid_dist").argmin(1)


@torch.no_grad()
def code_statistics(z: Tensor, codes: Tensor, n_codes: int) -> CodeStatistics:
    """Counts and sums without an (N, K) one-hot matrix; on the CPU the same to the bit every time.

    Parameters
    ----------
    z : (N, D).
    codes : (N,) int64 below ``n_codes``.
    """
    counts = torch.bincount(codes, minlength=n_codes).to(z.dtype)
    return CodeStatistics(counts, z.new_zeros(n_codes, z.shape[1]).index_add_(0, codes, z))


def perplexity(counts: Tensor) -> Tensor:
    """exp of the entropy of the shares of ``counts`` (…, K), (…): K where all are alike, 1 where one has all.

    It depends on how many vectors are counted: a batch's is below that of the whole set.
    """
    shares = counts / counts.sum(-1, keepdim=True).clamp_min(1)
    entropy: Tensor = torch.special.entr(shares).sum(-1)
    return entropy.exp()
