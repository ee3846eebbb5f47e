"""The rotation trick: a gradient that turns as the vector turned (Fifty et al. 2024, arXiv 2410.06424)."""

from typing import Any

import torch
from torch import Tensor


class _Rotation(torch.autograd.Function):
    """Forward z_q; backward the transpose of λR, which takes z to z_q (section 4.2, eq. 4)."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, z_q: Tensor) -> Tensor:
        ctx.save_for_backward(z, z_q)
        return z_q.view_as(z_q)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        z, z_q = ctx.saved_tensors
        tiny = torch.finfo(z.dtype).tiny
        length, length_q = (v.norm(dim=-1, keepdim=True) for v in (z, z_q))
        u, v = z / length.clamp_min(tiny), z_q / length_q.clamp_min(tiny)
        w = torch.nn.functional.normalize(u + v, dim=-1)
        along_w, along_v = ((gradient * one).sum(-1, keepdim=True) for one in (w, v))
        turned = (gradient - 2 * along_w * w + 2 * along_v * u) * (length_q / length.clamp_min(tiny))
        has_angle = (length > tiny) & (length_q > tiny)
        return torch.where(has_angle, turned, gradient), None


def rotate(z: Tensor, z_q: Tensor) -> Tensor:
    """z_q, whose gradient reaches z (N, D) turned and scaled as z is turned and scaled into z_q (N, D).

    With u and v the directions of z and z_q, w that of u + v and λ = ‖z_q‖ / ‖z‖, the Jacobian is
    λ (I − 2 w wᵀ + 2 v uᵀ): λ times an orthogonal matrix. Where one of the two is 0 there is no angle, and
    the gradient is handed on as it is.
    """
    return _Rotation.apply(z, z_q)  # type: ignore[no-any-return, no-untyped-call]
