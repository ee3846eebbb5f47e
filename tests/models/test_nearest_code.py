"""Nearest codes against brute force in float64, where rounding and cancellation would change them."""

import numpy as np
import pytest
import torch
from torch import Tensor

from dgm_explorer.models.nearest_code import code_statistics, nearest_codes, perplexity


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def brute_force(z: Tensor, codebook: Tensor) -> Tensor:
    """Distances term by term in float64."""
    points, codes = z.double().numpy(), codebook.double().numpy()
    nearest = [((point - codes) ** 2).sum(1).argmin() for point in points]
    return torch.from_numpy(np.array(nearest, dtype=np.int64))


@pytest.mark.parametrize(
    ("n", "k", "dim"), [(3000, 64, 16), (2000, 512, 64), (4000, 65, 2), (1, 2, 1), (0, 4, 3)]
)
def test_codes_are_those_of_float64(n: int, k: int, dim: int) -> None:
    z, codebook = normal(n, dim), normal(k, dim, seed=1)
    assert torch.equal(nearest_codes(z, codebook), brute_force(z, codebook))


@pytest.mark.parametrize(("mean", "sd"), [(10, 0.1), (10, 0.01), (100, 0.01), (-1e4, 0.1)])
def test_codes_are_exact_where_a_common_offset_cancels(mean: float, sd: float) -> None:
    z, codebook = mean + sd * normal(2000, 64), mean + sd * normal(512, 64, seed=1)
    expected = brute_force(z, codebook)
    assert torch.equal(nearest_codes(z, codebook), expected)
    naive = z.square().sum(1, keepdim=True) + codebook.square().sum(1) - 2 * z @ codebook.T
    if mean / sd >= 1000:
        assert (naive.argmin(1) != expected).float().mean() > 0.1


def test_of_equal_codes_the_lowest_index_is_taken() -> None:
    distinct = normal(13, 16, seed=1)
    codebook = distinct.repeat(5, 1)  # 65: not a multiple of any block of a matrix product
    found = nearest_codes(distinct[torch.arange(2000) % 13] + 0.01 * normal(2000, 16), codebook)
    assert torch.equal(found, torch.arange(2000) % 13)
    assert torch.equal(nearest_codes(normal(500, 8), torch.zeros(7, 8)), torch.zeros(500, dtype=torch.int64))


def test_points_halfway_between_two_codes_are_decided_as_in_float64() -> None:
    codebook = normal(64, 16, seed=1)
    z = (codebook[torch.arange(1000) % 64] + codebook[(torch.arange(1000) + 1) % 64]) / 2
    assert torch.equal(nearest_codes(z, codebook), brute_force(z, codebook))


def test_double_precision_is_kept() -> None:
    codebook = normal(8, 3, seed=1).double()
    close = codebook + 1e-9 * normal(8, 3, seed=2).double()
    both = torch.cat([codebook, close])
    assert torch.equal(nearest_codes(both, both), torch.arange(16))


def test_statistics_are_those_of_a_loop() -> None:
    z, codes = normal(500, 3), torch.randint(0, 9, (500,), generator=torch.Generator().manual_seed(2))
    counts, sums = np.zeros(10), np.zeros((10, 3))
    for vector, code in zip(z.double().numpy(), codes.tolist(), strict=True):
        counts[code] += 1
        sums[code] += vector
    found = code_statistics(z, codes, 10)
    np.testing.assert_array_equal(found.counts.numpy(), counts)
    np.testing.assert_allclose(found.sums.numpy(), sums, atol=1e-4)


def test_perplexity_of_known_shares() -> None:
    assert float(perplexity(torch.full((64,), 5.0))) == pytest.approx(64)
    assert float(perplexity(torch.tensor([9.0, 0.0, 0.0]))) == 1
    halves = 2**0.5 * 4 ** (2 / 4)  # shares ½, ¼, ¼: entropy 1.5 log 2
    assert float(perplexity(torch.tensor([2.0, 1.0, 1.0]))) == pytest.approx(halves)
    both = perplexity(torch.tensor([[1.0, 1.0], [1.0, 0.0]]))
    torch.testing.assert_close(both, torch.tensor([2.0, 1.0]))
