"""Batch normalisation without scale and shift, over the batch of all processes that share it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from dgm_explorer.core.errors import InputError

AddUp: TypeAlias = Callable[[Sequence[Tensor]], None]
MOMENTUM = 0.3
"""Share of the newest batch in the running averages. torch's 0.1 lags ten steps behind an encoder in its
first second, by up to 0.2 standard deviations; thousands of vectors per batch need no longer average."""
EPSILON = 1e-5


class BatchNorm(nn.Module):
    """(z − mean) / √(variance + ε) per channel, as torch's ``BatchNorm2d`` without ``affine`` has it.

    torch's own covers one process, or several on cards only.

    Attributes
    ----------
    mean, var : (D,) running averages, in use outside training.
    add_up : sums tensors over the processes in place; None where there is one only.
    """

    mean: Tensor
    var: Tensor

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_channels))
        self.register_buffer("var", torch.ones(n_channels))
        self.add_up: AddUp | None = None

    def forward(self, z: Tensor) -> Tensor:
        """z (B, D, h, w) and of that shape; in training the running averages move on.

        Raises
        ------
        InputError
            In training on a single vector, which has no variance.
        """
        if self.add_up is None or not self.training:
            if self.training and z.numel() == z.shape[1]:
                raise InputError(
                    "batch norm: each batch is one vector, which has no variance; raise batch_size, lower "
                    "stride, or switch batch norm off."
                )
            return nn.functional.batch_norm(
                z, self.mean, self.var, training=self.training, momentum=MOMENTUM, eps=EPSILON
            )
        n = z.new_full((1,), z.numel() / z.shape[1])
        self.add_up([n])
        mean = _sum_over_all(z.sum((0, 2, 3)), self.add_up) / n
        centered = z - mean[:, None, None]
        var = _sum_over_all(centered.square().sum((0, 2, 3)), self.add_up) / n
        with torch.no_grad():
            self.mean.lerp_(mean, MOMENTUM)
            self.var.lerp_(var * n / (n - 1).clamp_min(1), MOMENTUM)
        return centered * (var + EPSILON).rsqrt()[:, None, None]


class _Sum(torch.autograd.Function):
    """Every process's loss depends on the sum, so every process's gradient of it is added up too."""

    @staticmethod
    def forward(ctx: Any, part: Tensor, add_up: AddUp) -> Tensor:
        ctx.add_up = add_up
        total = part.clone()
        add_up([total])
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        total = gradients[0].clone()
        ctx.add_up([total])
        return total, None


def _sum_over_all(part: Tensor, add_up: AddUp) -> Tensor:
    return _Sum.apply(part, add_up)  # type: ignore[no-any-return, no-untyped-call]
