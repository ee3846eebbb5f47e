"""The vector quantiser: every vector becomes its nearest code (van den Oord et al. 2017, eq. 1 and 2).

Shapes in this file: z (B, D, h, w) holds N = B h w vectors of D numbers; K codes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from dgm_explorer.core.training import RunFailed
from dgm_explorer.core.vq_vae_config import Estimator, VqVaeConfig
from dgm_explorer.models.codebook import (
    Codebook,
    CodebookLossUpdate,
    CodebookUpdate,
    EmaUpdate,
    mean_square,
)
from dgm_explorer.models.kmeans import draw_rows
from dgm_explorer.models.nearest_code import CodeStatistics, code_statistics, nearest_codes
from dgm_explorer.models.rotation_trick import rotate


class Quantized(NamedTuple):
    """What a quantiser makes of z_e.

    Attributes
    ----------
    z_q : (B, D, h, w), the codes' vectors; its gradient reaches z_e by the estimator.
    codes : (B, h, w) int64.
    codebook_loss, commitment_loss : (), terms of the loss with their weights.
    """

    z_q: Tensor
    codes: Tensor
    codebook_loss: Tensor
    commitment_loss: Tensor


class Learnt(NamedTuple):
    """What a batch did to the codes.

    Attributes
    ----------
    counts : (K,), vectors of the whole batch that each code had.
    is_revived : (K,) bool.
    is_accepted : () bool; False for a batch that is not finite, which leaves everything as it was.
    """

    counts: Tensor
    is_revived: Tensor
    is_accepted: Tensor


@dataclass(frozen=True)
class BatchPart:
    """Which vectors of a batch this process has, where several share it.

    Attributes
    ----------
    first, n_vectors : place of this process's first vector among all of the batch.
    add_up : replaces each tensor by its sum over the processes, in place.
    """

    first: int
    n_vectors: int
    add_up: Callable[[Sequence[Tensor]], None]


class Quantizer(Protocol):
    """What `vq_vae.VqVae` needs of a quantiser."""

    @property
    def n_codes(self) -> int: ...

    def __call__(self, z_e: Tensor) -> Quantized:
        """Changes nothing."""
        ...

    def lookup(self, codes: Tensor) -> Tensor:
        """Vectors of codes (B, h, w); (B, D, h, w)."""
        ...

    def start(self, z_e: Tensor) -> None:
        """Begin from the first batch's vectors."""
        ...

    def learn(self, z_e: Tensor, codes: Tensor, part: BatchPart | None = None) -> Learnt:
        """Take in a batch, once its gradient has been used."""
        ...


class VectorQuantizer(nn.Module):
    """Nearest code, straight through or rotated, with a codebook that learns as `update` says.

    Quantising and learning are two calls: a batch is quantised by the codes as they were before it.

    Parameters
    ----------
    generator : on the CPU; draws the first codes.

    Attributes
    ----------
    codebook : see `Codebook`.
    update, estimator, commitment, revival_fraction : as in `VqVaeConfig`; may change between two steps.
    generator : of revivals and of the k-means start; with several processes the same in all.
    """

    update: CodebookUpdate

    def __init__(self, config: VqVaeConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.codebook = Codebook(config.n_codes, config.n_code_dims, config.codebook_start, generator)
        self.update = EmaUpdate(config.decay, config.epsilon)
        if config.codebook_update == "codebook_loss":
            self.update = CodebookLossUpdate(config.decay)
        self.estimator: Estimator = config.estimator
        self.commitment = config.commitment
        self.revival_fraction = config.revival_fraction
        self.generator = torch.Generator().manual_seed(config.seed)

    @property
    def n_codes(self) -> int:
        return len(self.codebook)

    def forward(self, z_e: Tensor) -> Quantized:
        """Quantise z_e (B, D, h, w) of at least float32; nothing is learnt yet."""
        z = as_rows(z_e)
        codes = nearest_codes(z.detach(), self.codebook.vectors.detach())
        z_q = functional.embedding(codes, self.codebook.vectors)
        passed = ESTIMATORS[self.estimator](z, z_q.detach())
        return Quantized(
            z_q=as_grid(passed, z_e),
            codes=codes.view(len(z_e), *z_e.shape[2:]),
            codebook_loss=self.update.loss(z, z_q),
            commitment_loss=self.commitment * mean_square(z, z_q.detach()),
        )

    def lookup(self, codes: Tensor) -> Tensor:
        return functional.embedding(codes, self.codebook.vectors).movedim(-1, 1)

    @torch.no_grad()
    def start(self, z_e: Tensor) -> None:
        """k-means of z_e (B, D, h, w); with several processes, hand the parameters round afterwards.

        Raises
        ------
        RunFailed
            If z_e is not finite.
        """
        if not bool(z_e.isfinite().all()):
            raise RunFailed("k-means of the codes: what the encoder gives is not finite; check the data.")
        seed = int(torch.randint(2**31, (), generator=self.generator))
        self.codebook.start_from(as_rows(z_e), torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def learn(self, z_e: Tensor, codes: Tensor, part: BatchPart | None = None) -> Learnt:
        """Update codes and use by a batch, after the optimiser's step, and revive what is hardly used.

        A batch that is not finite in any process is refused by all of them: a single NaN would stay in the
        moving average of its code for ever. Nothing here waits for the device.

        Parameters
        ----------
        z_e, codes : (B, D, h, w) and (B, h, w), as quantised.
        part : where the vectors stand in the batch of several processes; None for the whole batch.
        """
        z = as_rows(z_e)
        counts, sums = code_statistics(z, codes.reshape(-1), self.n_codes)
        candidates = self._draw_candidates(z, part)
        if part is not None:
            part.add_up([counts, sums, candidates])
        is_accepted = sums.isfinite().all() & candidates.isfinite().all()
        self.update.learn(self.codebook, CodeStatistics(counts, sums), is_accepted)
        is_revived = self.codebook.revive(self.revival_fraction, candidates, is_accepted)
        return Learnt(counts, is_revived, is_accepted)

    def _draw_candidates(self, z: Tensor, part: BatchPart | None) -> Tensor:
        """A vector of the whole batch for every code, (K, D); zeros where another process has it.

        Drawn for all codes at every step, so that the stream does not depend on which are dead.
        """
        first, n = (0, len(z)) if part is None else (part.first, part.n_vectors)
        rows = draw_rows(n, self.n_codes, self.generator).to(z.device) - first
        is_here = (rows >= 0) & (rows < len(z))
        candidates = z.new_zeros(self.n_codes, z.shape[1])
        if len(z):
            candidates = torch.where(is_here[:, None], z[rows.clamp(0, len(z) - 1)], candidates)
        return candidates


class _StraightThrough(torch.autograd.Function):
    """Forward z_q to the last bit, which z + sg[z_q − z] is not; backward the identity (section 3.2)."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, z_q: Tensor) -> Tensor:  # noqa: ARG004 - nothing is kept for backward
        return z_q.view_as(z_q)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ARG004
        return gradients[0], None


def straight_through(z: Tensor, z_q: Tensor) -> Tensor:
    """z_q, whose gradient is handed to z of the same shape as it is."""
    return _StraightThrough.apply(z, z_q)  # type: ignore[no-any-return, no-untyped-call]


ESTIMATORS: dict[Estimator, Callable[[Tensor, Tensor], Tensor]] = {
    "straight_through": straight_through,
    "rotation": rotate,
}


def as_rows(z: Tensor) -> Tensor:
    """(B, D, h, w) as (B h w, D); no copy where channels come last in memory."""
    return z.movedim(1, -1).reshape(-1, z.shape[1])


def as_grid(rows: Tensor, like: Tensor) -> Tensor:
    """(B h w, D) as ``like``, (B, D, h, w)."""
    return rows.view(len(like), *like.shape[2:], rows.shape[1]).movedim(-1, 1)
