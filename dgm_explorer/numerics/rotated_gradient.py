"""What the rotation trick makes of a gradient (Fifty et al. 2024, arXiv 2410.06424), for the window."""

import numpy as np

from dgm_explorer.core.arrays import FloatArray


def rotated_gradient(z: FloatArray, z_q: FloatArray, gradient: FloatArray) -> FloatArray:
    """The gradient that reaches z from one at z_q: (λR)ᵀ g, where λR takes z to z_q (section 4.2, eq. 4).

    λ = ‖z_q‖ ÷ ‖z‖, and R = I − 2 w wᵀ + 2 v uᵀ turns in the plane of both, with the directions u of z, v of
    z_q and w of u + v. Where z or z_q is 0 there is no angle: the gradient itself.

    Parameters
    ----------
    z, z_q, gradient : (n, D).
    """
    length, length_q = (np.linalg.norm(one, axis=1, keepdims=True) for one in (z, z_q))
    has_angle = (length > 0) & (length_q > 0)
    u, v = z / np.where(has_angle, length, 1.0), z_q / np.where(has_angle, length_q, 1.0)
    middle = u + v
    breadth = np.linalg.norm(middle, axis=1, keepdims=True)
    w = middle / np.where(breadth > 0, breadth, 1.0)
    along_w, along_v = ((gradient * one).sum(axis=1, keepdims=True) for one in (w, v))
    turned = gradient - 2 * along_w * w + 2 * along_v * u
    scale = length_q / np.where(has_angle, length, 1.0)
    return np.asarray(np.where(has_angle, scale * turned, gradient))
