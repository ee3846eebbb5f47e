"""Batch normalisation against torch's own, and shared by processes against one that has it all."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from dgm_explorer.core.errors import InputError
from dgm_explorer.models.batch_norm import MOMENTUM, BatchNorm


def images(n: int = 6, seed: int = 0) -> Tensor:
    return 3 + 2 * torch.randn(n, 4, 5, 3, generator=torch.Generator().manual_seed(seed))


def alone(tensors: Sequence[Tensor]) -> None:
    """The sum over one process."""


@pytest.mark.parametrize("is_shared", [False, True])
def test_output_gradient_and_averages_are_those_of_torch(is_shared: bool) -> None:
    ours, theirs = BatchNorm(4), nn.BatchNorm2d(4, affine=False, momentum=MOMENTUM)
    ours.add_up = alone if is_shared else None
    for seed in range(3):
        x, y = (images(seed=seed).requires_grad_() for _ in range(2))
        found, expected = ours(x), theirs(y)
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
        for output, source in ((found, x), (expected, y)):
            (output.sin() * torch.arange(3.0)).sum().backward()
            assert source.grad is not None
        torch.testing.assert_close(x.grad, y.grad, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(ours.mean, theirs.running_mean)
    torch.testing.assert_close(ours.var, theirs.running_var)
    ours.eval()
    theirs.eval()
    torch.testing.assert_close(ours(images(seed=9)), theirs(images(seed=9)))
    torch.testing.assert_close(ours.mean, theirs.running_mean)


def test_a_batch_of_one_vector_is_refused_with_what_to_change() -> None:
    norm = BatchNorm(4)
    with pytest.raises(InputError, match="batch_size"):
        norm(torch.ones(1, 4, 1, 1))
    norm.eval()
    assert norm(torch.ones(1, 4, 1, 1)).isfinite().all()
