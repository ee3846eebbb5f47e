"""Finite scalar quantisation against its definition."""

import itertools

import numpy as np
import pytest
import torch

from dgm_explorer.models.fsq import FiniteScalarQuantizer


@pytest.mark.parametrize("level", [2, 3, 5, 8])
def test_each_number_takes_as_many_values_as_it_has_levels(level: int) -> None:
    quantizer = FiniteScalarQuantizer((level,))
    z_e = torch.linspace(-9, 9, 4001).view(-1, 1, 1, 1)
    quantized = quantizer(z_e)
    values = quantized.z_q.unique()
    whole = np.arange(level) - level // 2
    np.testing.assert_allclose(values.numpy(), whole / (level // 2))
    assert quantized.codes.unique().tolist() == list(range(level))
    assert (quantized.codes.flatten().diff() >= 0).all()


def test_bins_are_centered_and_zero_is_rounded_to_zero() -> None:
    for levels in ((3,), (4,), (7,), (8,)):
        quantizer = FiniteScalarQuantizer(levels)
        assert float(quantizer(torch.zeros(1, 1, 1, 1)).z_q) == 0
        # paper, appendix A.1: f(z) = tanh(z + shift) half_range - offset
        half = (levels[0] - 1) * 1.001 / 2
        offset = 0.5 if levels[0] % 2 == 0 else 0.0
        z = np.linspace(-3, 3, 50)
        expected = np.tanh(z + np.arctanh(offset / half)) * half - offset
        found = quantizer.bound(torch.from_numpy(z).float()[:, None])[:, 0]
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)


def test_codes_count_the_levels_as_digits_and_look_up_their_vectors() -> None:
    quantizer = FiniteScalarQuantizer((3, 2, 4))
    assert quantizer.n_codes == 24
    codes = torch.arange(24).view(2, 3, 4)
    vectors = quantizer.lookup(codes).movedim(1, -1).reshape(24, 3)
    digits = [(a, b, c) for c, b, a in itertools.product(range(4), range(2), range(3))]
    expected = [((a - 1) / 1, (b - 1) / 1, (c - 2) / 2) for a, b, c in digits]
    np.testing.assert_allclose(vectors.numpy(), expected)
    spread = torch.randn(8, 3, 5, 5, generator=torch.Generator().manual_seed(0))
    quantized = quantizer(spread)
    torch.testing.assert_close(quantizer.lookup(quantized.codes), quantized.z_q, rtol=0, atol=0)


def test_gradient_is_that_of_the_bound_alone() -> None:
    quantizer = FiniteScalarQuantizer((5, 8)).double()
    z_e = torch.randn(3, 2, 4, 4, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    weights = torch.randn(3, 2, 4, 4, generator=torch.Generator().manual_seed(1)).double()
    (quantizer(z_e).z_q * weights).sum().backward()
    smooth = z_e.detach().clone().requires_grad_()
    bounded = quantizer.bound(smooth.movedim(1, -1)) / torch.tensor([2.0, 4.0])
    (bounded.movedim(-1, 1) * weights).sum().backward()
    torch.testing.assert_close(z_e.grad, smooth.grad)


def test_it_costs_nothing_learns_nothing_and_counts() -> None:
    quantizer = FiniteScalarQuantizer((4, 4))
    z_e = torch.randn(3, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    quantized = quantizer(z_e)
    assert float(quantized.codebook_loss) == float(quantized.commitment_loss) == 0
    learnt = quantizer.learn(z_e, quantized.codes)
    assert learnt.counts.sum() == 48
    assert not learnt.is_revived.any()
    assert learnt.is_accepted
    assert not list(quantizer.parameters())


def test_numbers_that_are_none_are_told() -> None:
    quantizer = FiniteScalarQuantizer((4, 4))
    z_e = torch.full((1, 2, 2, 2), torch.nan)
    quantized = quantizer(z_e)
    assert not quantizer.learn(z_e, quantized.codes).is_accepted
