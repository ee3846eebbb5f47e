"""The rotation trick of the window against the gradient that autograd hands on."""

import numpy as np
import pytest
import torch

from dgm_explorer.models.rotation_trick import rotate
from dgm_explorer.numerics.rotated_gradient import rotated_gradient


@pytest.mark.parametrize("dimension", [1, 2, 16])
def test_it_is_what_autograd_hands_on(dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    z, z_q, gradient = rng.normal(size=(3, 50, dimension))
    z[3], z_q[4] = 0, 0
    z[5] = z_q[5]
    leaf = torch.from_numpy(z).requires_grad_()
    (expected,) = torch.autograd.grad(rotate(leaf, torch.from_numpy(z_q)), leaf, torch.from_numpy(gradient))
    np.testing.assert_allclose(rotated_gradient(z, z_q, gradient), expected.numpy(), rtol=1e-12, atol=1e-12)


def test_it_is_as_long_as_the_scale_says() -> None:
    rng = np.random.default_rng(0)
    z, z_q, gradient = rng.normal(size=(3, 20, 8))
    scale = np.linalg.norm(z_q, axis=1) / np.linalg.norm(z, axis=1)
    lengths = np.linalg.norm(rotated_gradient(z, z_q, gradient), axis=1)
    np.testing.assert_allclose(lengths, scale * np.linalg.norm(gradient, axis=1), rtol=1e-12)
