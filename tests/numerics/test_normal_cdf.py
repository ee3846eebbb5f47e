"""Φ against mpmath, far into both tails."""

import mpmath
import numpy as np
import pytest

from dgm_explorer.numerics.normal_cdf import normal_cdf


@pytest.mark.parametrize("x", [-37.0, -20.5, -8.0, -1.0, -1e-9, 0.0, 0.3, 2.0, 7.0, 40.0])
def test_it_is_accurate_relative_to_itself(x: float) -> None:
    with mpmath.workdps(40):
        expected = float(mpmath.ncdf(x))
    assert float(normal_cdf(np.array(x))) == pytest.approx(expected, rel=1e-13)


def test_shapes_are_kept_and_infinities_have_their_limits() -> None:
    assert normal_cdf(np.zeros((2, 0, 3))).shape == (2, 0, 3)
    np.testing.assert_array_equal(normal_cdf(np.array([[-np.inf, np.inf]])), [[0.0, 1.0]])
