"""The codes, how much each is used, and the two ways they learn.

Shapes in this file: K codes of D numbers each.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from dgm_explorer.core.vq_vae_config import CodebookStart
from dgm_explorer.models.kmeans import draw_start, lloyd
from dgm_explorer.models.nearest_code import CodeStatistics

GRACE = 2.0
"""A revived code begins with so many times the use below which it would be revived again."""


class Codebook(nn.Module):
    """Codes e with their moving averages.

    n = 1 and m = e at the start. With n = 0, as often published, a code that the first batch misses is
    thrown to m ε⁻¹ and takes hundreds of steps to come back.

    Parameters
    ----------
    generator : on the CPU; draws the first codes.

    Attributes
    ----------
    vectors : e, (K, D). A parameter so that either way of learning may take over at any step; it has a
        gradient just where the codebook loss is in use.
    counts : n, (K,), moving average of how many vectors of a batch each code has.
    sums : m, (K, D), moving average of the sum of these vectors.
    """

    counts: Tensor
    sums: Tensor

    def __init__(self, n_codes: int, n_dims: int, start: CodebookStart, generator: torch.Generator) -> None:
        super().__init__()
        first = torch.randn(n_codes, n_dims, generator=generator)
        if start == "uniform":
            first = (2 * torch.rand(n_codes, n_dims, generator=generator) - 1) / n_codes
        self.vectors = nn.Parameter(first)
        self.register_buffer("counts", torch.ones(n_codes))
        self.register_buffer("sums", first.clone())

    def __len__(self) -> int:
        return len(self.vectors)

    @torch.no_grad()
    def start_from(self, z: Tensor, generator: torch.Generator) -> None:
        """Put the codes on the k-means of vectors ``z`` (N, D), with their shares as the use."""
        centers, counts = lloyd(z, draw_start(z, len(self), generator))
        self.move(torch.ones_like(counts, dtype=torch.bool), centers, counts.clamp_min(1))

    @torch.no_grad()
    def move(self, is_moved: Tensor, vectors: Tensor, counts: Tensor) -> None:
        """Set e, n and m together for the codes that ``is_moved`` (K,) names; the rest stays.

        Parameters
        ----------
        vectors : (K, D).
        counts : (K,), or a number for all.
        """
        self.vectors.copy_(torch.where(is_moved[:, None], vectors, self.vectors))
        self.counts.copy_(torch.where(is_moved, counts, self.counts))
        self.sums.copy_(torch.where(is_moved[:, None], self.counts[:, None] * vectors, self.sums))

    @torch.no_grad()
    def revive(self, fraction: float, candidates: Tensor, is_accepted: Tensor) -> Tensor:
        """Move the codes that are used less than ``fraction`` of the mean use; (K,) bool says which.

        A fraction of the mean, because an absolute use may be more than the mean of a small batch. e, n and
        m change together, or the next update would pull the code back to where it came from.

        Parameters
        ----------
        candidates : (K, D), where each code would go.
        is_accepted : (), False leaves everything as it is.
        """
        threshold = fraction * self.counts.mean()
        is_revived = (self.counts < threshold) & is_accepted
        self.move(is_revived, candidates, GRACE * threshold)
        return is_revived


class CodebookUpdate(Protocol):
    """A way the codes learn."""

    def loss(self, z: Tensor, z_q: Tensor) -> Tensor:
        """What it adds to the loss, (), for vectors z (N, D) and their codes z_q (N, D)."""
        ...

    def learn(self, codebook: Codebook, batch: CodeStatistics, is_accepted: Tensor) -> None:
        """Take in a batch of which ``is_accepted`` () says whether it is finite."""
        ...


@dataclass
class EmaUpdate:
    """Codes follow their vectors by moving averages (van den Oord et al. 2017, appendix A.1).

    n_k ← γ n_k + (1 − γ) c_k and m_k ← γ m_k + (1 − γ) s_k for the batch's counts c and sums s;
    e_k = m_k / ñ_k with Laplace smoothing ñ_k = (n_k + ε) / (Σn + K ε) · Σn, which is not kept.

    Attributes
    ----------
    decay : γ.
    epsilon : ε.
    """

    decay: float
    epsilon: float

    def loss(self, z: Tensor, z_q: Tensor) -> Tensor:  # noqa: ARG002 - the codes need no gradient
        return z.new_zeros(())

    @torch.no_grad()
    def learn(self, codebook: Codebook, batch: CodeStatistics, is_accepted: Tensor) -> None:
        _average(codebook.counts, batch.counts, self.decay, is_accepted)
        _average(codebook.sums, batch.sums, self.decay, is_accepted)
        total = codebook.counts.sum()
        smoothed = (codebook.counts + self.epsilon) / (total + len(codebook) * self.epsilon) * total
        vectors = codebook.sums / smoothed[:, None]
        codebook.vectors.copy_(torch.where(is_accepted, vectors, codebook.vectors))


@dataclass
class CodebookLossUpdate:
    """Codes follow the gradient of ‖sg[z_e] − e‖² (van den Oord et al. 2017, eq. 3, middle term).

    Moving averages are kept all the same: they measure use, and another way may take over from them.

    Attributes
    ----------
    decay : γ of the use.
    """

    decay: float

    def loss(self, z: Tensor, z_q: Tensor) -> Tensor:
        return mean_square(z.detach(), z_q)

    @torch.no_grad()
    def learn(self, codebook: Codebook, batch: CodeStatistics, is_accepted: Tensor) -> None:
        _average(codebook.counts, batch.counts, self.decay, is_accepted)
        codebook.sums.copy_(codebook.counts[:, None] * codebook.vectors)


def _average(average: Tensor, value: Tensor, decay: float, is_accepted: Tensor) -> None:
    average.copy_(torch.where(is_accepted, average.lerp(value, 1 - decay), average))


def mean_square(a: Tensor, b: Tensor) -> Tensor:
    """Mean of (a − b)², (); 0 for no numbers, as a process has that got no image of a batch."""
    return functional.mse_loss(a, b, reduction="sum") / max(1, a.numel())
