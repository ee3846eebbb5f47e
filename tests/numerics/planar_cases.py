"""Targets in the plane for which values computed elsewhere are known."""

from dgm_explorer.core.gaussians import Component2D
from dgm_explorer.numerics.mixture2d import Mixture2D


def mixture(*components: tuple[float, tuple[float, float], tuple[float, float, float]]) -> Mixture2D:
    return Mixture2D([Component2D(*component) for component in components])


HOMEWORK = mixture((0.5, (-2.0, 0.0), (1.0, 0.0, 1.0)), (0.5, (2.0, 0.0), (1.0, 0.0, 1.0)))
BISHOP = mixture((0.5, (-1.0, -1.0), (0.5, 0.25, 1.0)), (0.5, (1.0, 1.0), (0.5, -0.25, 1.0)))
THIN = mixture(
    (0.4, (-2.0, -2.0), (0.09, 0.24, 1.0)),
    (0.4, (2.0, 2.0), (1.0, -0.24, 0.09)),
    (0.2, (2.0, -2.0), (0.04, 0.0, 0.04)),
)
FIVE = mixture(
    (0.2, (-3.0, -3.0), (0.36, 0.18, 0.36)),
    (0.2, (3.0, 3.0), (0.36, -0.18, 0.36)),
    (0.2, (-3.0, 3.0), (0.25, 0.0, 1.0)),
    (0.2, (3.0, -3.0), (1.0, 0.0, 0.25)),
    (0.2, (0.0, 0.0), (0.64, 0.128, 0.64)),
)
CASES = {"homework": HOMEWORK, "bishop": BISHOP, "thin": THIN, "five": FIVE}
