"""The rotation trick: z_q to the last bit forwards, a scaled rotation backwards."""

import pytest
import torch
from torch import Tensor

from dgm_explorer.models.rotation_trick import rotate


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def jacobian(z: Tensor, z_q: Tensor) -> Tensor:
    """d rotate / dz for single vectors, (D, D)."""
    rows = torch.autograd.functional.jacobian(lambda one: rotate(one[None], z_q[None])[0], z)
    assert isinstance(rows, Tensor)
    return rows


def test_forward_is_the_code_exactly() -> None:
    z, z_q = normal(100, 8).float(), normal(100, 8, seed=1).float()
    assert torch.equal(rotate(z, z_q), z_q)


@pytest.mark.parametrize("dim", [2, 5, 16])
def test_jacobian_is_a_scaled_rotation_that_takes_the_vector_to_its_code(dim: int) -> None:
    z, z_q = normal(dim), normal(dim, seed=1)
    scale = z_q.norm() / z.norm()
    matrix = jacobian(z, z_q)
    torch.testing.assert_close(matrix @ matrix.T, scale**2 * torch.eye(dim, dtype=torch.float64))
    torch.testing.assert_close(matrix @ z, z_q)
    assert float(torch.linalg.det(matrix / scale)) == pytest.approx(1)
    plane = torch.linalg.qr(torch.stack([z, z_q], 1)).Q
    across = normal(dim, seed=2)
    across -= plane @ (plane.T @ across)
    torch.testing.assert_close(matrix @ across, scale * across)  # it turns within their plane only


def test_equal_vectors_get_the_gradient_as_it_is() -> None:
    z = normal(4)
    torch.testing.assert_close(jacobian(z, z.clone()), torch.eye(4, dtype=torch.float64))


def test_opposite_and_vanishing_vectors_keep_the_gradient_finite() -> None:
    z = normal(4)
    opposite = jacobian(z, -2 * z)
    torch.testing.assert_close(opposite @ opposite.T, 4 * torch.eye(4, dtype=torch.float64))
    torch.testing.assert_close(opposite @ z, -2 * z)
    for one, other in ((torch.zeros_like(z), z), (z, torch.zeros_like(z))):
        torch.testing.assert_close(jacobian(one, other), torch.eye(4, dtype=torch.float64))
