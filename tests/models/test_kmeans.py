"""Lloyd's algorithm against scikit-learn's."""

import pytest
import torch
from sklearn.cluster import KMeans
from torch import Tensor

from dgm_explorer.models.kmeans import draw_rows, draw_start, lloyd


def blobs(n: int = 1500) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    middles = 4 * torch.randn(12, 5, generator=generator)
    return middles[torch.arange(n) % 12] + torch.randn(n, 5, generator=generator)


def inertia(points: Tensor, centers: Tensor) -> float:
    return float(torch.cdist(points.double(), centers.double()).min(1).values.square().sum())


@pytest.mark.parametrize("seed", range(5))
def test_fits_as_well_as_scikit_learn_from_the_same_start(seed: int) -> None:
    points = blobs()
    start = draw_start(points, 12, torch.Generator().manual_seed(seed))
    centers, counts = lloyd(points, start, 100)
    reference = KMeans(12, init=start.numpy(), n_init=1, max_iter=100, tol=0).fit(points.numpy())
    assert inertia(points, centers) <= 1.0001 * reference.inertia_
    nearest = torch.cdist(points.double(), centers.double()).argmin(1)
    assert torch.equal(counts, torch.bincount(nearest, minlength=12).float())


def test_a_center_without_points_moves_to_a_far_one() -> None:
    points = torch.tensor([[0.0], [0.1], [0.2], [9.0]])
    centers, counts = lloyd(points, torch.tensor([[0.1], [-50.0]]), 3)
    torch.testing.assert_close(centers, torch.tensor([[0.1], [9.0]]))
    assert counts.tolist() == [3, 1]


def test_more_centers_than_points() -> None:
    points = blobs(5)
    start = draw_start(points, 12, torch.Generator())
    centers, counts = lloyd(points, start)
    assert inertia(points, centers) < 1e-9
    assert counts.sum() == 5


def test_rows_are_drawn_without_repetition_while_there_are_enough() -> None:
    generator = torch.Generator().manual_seed(1)
    assert draw_rows(50, 50, generator).sort().values.tolist() == list(range(50))
    assert sorted(set(draw_rows(3, 7, generator).tolist())) == [0, 1, 2]
