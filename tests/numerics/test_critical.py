"""Universal critical separations, against mpmath at 30 digits (tanh-sinh, nested root finding)."""

import math

import numpy as np
import pytest
from scipy import integrate

from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.critical import (
    critical_points,
    maxwell_point,
    pitchfork,
    saddle_node,
    symmetric_pair_sigma,
)

PITCHFORKS = {
    0.05: 1.00124922487547145,
    0.1: 1.00498788112655158,
    0.25: 1.03084002176116859,
    0.5: 1.12044916889672632,
    0.75: 1.26520826685251783,
    1.0: 1.46083396037316511,
    1.25: 1.6982023050757605,
    1.5: 1.96490061431715063,
    2.0: 2.54573080431674765,
    3.0: 3.77197524353852687,
    5.0: 6.269192220851552,
    10.0: 12.5334694634034568,
}


@pytest.mark.parametrize(("sigma_over_s", "d"), PITCHFORKS.items())
def test_pitchfork_at_fixed_sigma(sigma_over_s: float, d: float) -> None:
    assert pitchfork(sigma_over_s) == pytest.approx(d, rel=1e-14)


@pytest.mark.parametrize("sigma_over_s", [0.02, 0.6, 4.0, 40.0])
def test_pitchfork_solves_its_equation_under_another_quadrature(sigma_over_s: float) -> None:
    d = pitchfork(sigma_over_s)
    reach = min(10.0, 30.0 / (d * sigma_over_s))
    mean, _ = integrate.quad(
        lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / math.cosh(d * sigma_over_s * z) ** 2,
        -reach,
        reach,
        epsabs=0,
        epsrel=1e-12,
    )
    assert d * d * mean == pytest.approx(1.0, rel=1e-11)


def test_pitchfork_limits() -> None:
    assert pitchfork(1e-6) == pytest.approx(1.0, abs=1e-11)  # p itself becomes bimodal
    assert pitchfork(300.0) / 300.0 == pytest.approx(math.sqrt(math.pi / 2), rel=1e-4)


def test_saddle_node_at_free_sigma() -> None:
    born = saddle_node()
    assert born.d == pytest.approx(2.41222971801281898, rel=1e-12)
    assert born.mu == pytest.approx(2.14572364853570625, rel=1e-10)
    assert born.sigma == pytest.approx(1.2909851301122697, rel=1e-10)
    assert born.kl == pytest.approx(0.653976601553888308, rel=1e-12)


def test_maxwell_point_at_free_sigma() -> None:
    equal = maxwell_point()
    assert equal.d == pytest.approx(2.80008221758323925, rel=1e-12)
    assert equal.side_mu == pytest.approx(2.7680000039878363, rel=1e-12)
    assert equal.side_sigma == pytest.approx(1.04431088649978335, rel=1e-12)
    assert equal.middle_sigma == pytest.approx(2.60149699316438575, rel=1e-12)
    assert equal.kl == pytest.approx(0.684266100035146618, rel=1e-12)


def test_critical_points_scale_with_the_width_of_the_pair() -> None:
    pair = (Component1D(2.0, 1.0, 0.5), Component1D(2.0, 4.0, 0.5))
    free = critical_points(pair)
    assert [point.d for point in free] == pytest.approx([1.20611485900640949, 1.40004110879161963])
    fixed = critical_points(pair, sigma_fixed=1.0)
    assert [point.d for point in fixed] == pytest.approx([0.5 * PITCHFORKS[2.0]])
    assert {point.name for point in fixed} == {"pitchfork"}


@pytest.mark.parametrize(
    "components",
    [
        (Component1D(0.5, -2.0, 1.0), Component1D(0.5, 2.0, 1.1)),
        (Component1D(0.4, -2.0, 1.0), Component1D(0.5, 2.0, 1.0)),
        (Component1D(1.0, 0.0, 1.0),),
        tuple(Component1D(1.0, float(mu), 1.0) for mu in np.arange(3)),
    ],
)
def test_other_mixtures_have_no_known_critical_points(components: tuple[Component1D, ...]) -> None:
    assert symmetric_pair_sigma(components) is None
    assert critical_points(components) == ()


def test_components_without_weight_do_not_count() -> None:
    pair = (Component1D(0.5, -2.0, 1.0), Component1D(0.0, 9.0, 3.0), Component1D(0.5, 2.0, 1.0))
    assert symmetric_pair_sigma(pair) == 1.0
