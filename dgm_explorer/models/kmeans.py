"""Lloyd's k-means on the device where the points are."""

import torch
from torch import Tensor

from dgm_explorer.models.nearest_code import CodeStatistics, code_statistics, nearest_codes

N_ITERATIONS = 10


@torch.no_grad()
def lloyd(points: Tensor, start: Tensor, n_iterations: int = N_ITERATIONS) -> tuple[Tensor, Tensor]:
    """Centres (K, D) and how many points each has, (K,).

    A centre that loses all its points goes to one of the points farthest from theirs.

    Parameters
    ----------
    points : (N, D).
    start : (K, D), left as it is.
    """
    centers = start.clone()
    for _ in range(n_iterations):
        nearest = nearest_codes(points, centers)
        statistics = code_statistics(points, nearest, len(centers))
        far = (points - centers[nearest]).square().sum(1)
        centers = _means(statistics, points, far)
    return centers, code_statistics(points, nearest_codes(points, centers), len(centers)).counts


def _means(statistics: CodeStatistics, points: Tensor, far: Tensor) -> Tensor:
    """Mean of each centre's points; the empty take the points of the largest ``far``, (N,)."""
    means = statistics.sums / statistics.counts.clamp_min(1)[:, None]
    empty = (statistics.counts == 0).nonzero()[:, 0]
    means[empty[: len(points)]] = points[far.topk(min(len(empty), len(points))).indices]
    return means


def draw_start(points: Tensor, k: int, generator: torch.Generator) -> Tensor:
    """K of the points, (K, D), none twice as long as there are enough.

    Parameters
    ----------
    generator : on the CPU.
    """
    return points[draw_rows(len(points), k, generator).to(points.device)]


def draw_rows(n: int, k: int, generator: torch.Generator) -> Tensor:
    """K of the numbers below ``n``, (K,), none twice as long as there are enough."""
    return torch.randperm(n, generator=generator)[torch.arange(k) % n]
