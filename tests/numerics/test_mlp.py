"""Networks of a snapshot against torch."""

import numpy as np
import pytest
import torch
from torch import nn

from dgm_explorer.core.gmm_vae_snapshot import Layer
from dgm_explorer.numerics.mlp import decode, forward, sigmoid, softplus


def _network() -> tuple[nn.Sequential, tuple[Layer, ...]]:
    torch.manual_seed(3)
    linear = [nn.Linear(3, 16), nn.Linear(16, 8), nn.Linear(8, 5)]
    network = nn.Sequential(linear[0], nn.ReLU(), linear[1], nn.ReLU(), linear[2])
    layers = tuple(Layer(part.weight.detach().numpy(), part.bias.detach().numpy()) for part in linear)
    return network, layers


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-5), (np.float64, 1e-12)])
def test_forward_is_what_torch_computes(dtype: type, tolerance: float) -> None:
    network, layers = _network()
    x = np.random.default_rng(0).normal(size=(2, 7, 3)).astype(dtype)
    y = forward(layers, x)
    expected = network.to(torch.from_numpy(x).dtype)(torch.from_numpy(x)).detach().numpy()
    assert y.dtype == dtype
    np.testing.assert_allclose(y, expected, rtol=tolerance, atol=tolerance)


def test_decode_gives_the_mean_of_either_likelihood() -> None:
    _, layers = _network()
    z = np.random.default_rng(1).normal(size=(4, 3))
    logits = torch.from_numpy(forward(layers, z))
    np.testing.assert_allclose(decode(layers, z, "bernoulli"), torch.sigmoid(logits).numpy(), rtol=1e-12)
    np.testing.assert_array_equal(decode(layers, z, "gaussian"), logits.numpy())


def test_huge_logits_neither_overflow_nor_warn() -> None:
    logits = np.array([-1e4, -50.0, 0.0, 50.0, 1e4])
    np.testing.assert_allclose(sigmoid(logits), torch.sigmoid(torch.from_numpy(logits)).numpy(), rtol=1e-12)
    np.testing.assert_allclose(softplus(logits), [0.0, np.log1p(np.exp(-50.0)), np.log(2), 50.0, 1e4])
