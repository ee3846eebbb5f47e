"""The rivals that the landscapes are compared with are themselves right."""

import numpy as np
import pytest

from dgm_explorer.bench import kl
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape
from dgm_explorer.numerics.mixture import Mixture1D
from tests.numerics import line_reference as reference

GRID = Grid1D.of(View1D())
COMPONENTS = tuple(Component1D(*component) for component in kl.CASES["homework"])


def test_the_fft_rival_is_a_fair_one() -> None:
    """Where log p is smooth on its grid it is exact."""
    p = Mixture1D(COMPONENTS)
    np.testing.assert_allclose(
        kl.FourierLandscape(GRID).evaluate(p), ReverseLandscape(GRID).evaluate(p), rtol=1e-10
    )


@pytest.mark.parametrize("name", kl.CASES)
def test_landscape_error_is_measured_against_the_truth(name: str) -> None:
    components = tuple(Component1D(*component) for component in kl.CASES[name])
    p = Mixture1D(components)
    value = ReverseLandscape(GRID).evaluate(p)
    row, column = 60, 200
    q = Gaussian1D(float(GRID.mu[column]), float(GRID.sigma[row]))
    assert value[row, column] == pytest.approx(reference.reverse_kl(components, q), rel=1e-10)
    assert kl._max_relative_error(p, GRID, value) < 1e-10
    wrong = value * (1 + 1e-6)
    assert kl._max_relative_error(p, GRID, wrong) == pytest.approx(1e-6, rel=1e-3)
