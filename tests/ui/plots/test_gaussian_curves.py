"""Points of densities."""

import numpy as np
import pytest
from scipy.stats import norm

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.ui.plots.gaussian_curves import bell, bells, mixture_curve

NEEDLE = (Component1D(3.0, -2.0, 0.004), Component1D(1.0, 1.0, 2.0), Component1D(0.0, 0.0, 1.0))


def test_bell_is_the_density() -> None:
    x, y = bell(Gaussian1D(1.5, 0.3), 0.4)
    np.testing.assert_allclose(y, 0.4 * norm.pdf(x, 1.5, 0.3), rtol=1e-12)
    assert y.max() == pytest.approx(0.4 * norm.pdf(0) / 0.3)


def test_bells_are_separated() -> None:
    x, y = bells([(Gaussian1D(0, 1), 1.0), (Gaussian1D(5, 1), 1.0)])
    assert np.isnan(x).sum() == np.isnan(y).sum() == 2
    assert len(bells([])[0]) == 0


def test_mixture_is_the_density_and_shows_the_top_of_a_needle() -> None:
    x, y = mixture_curve(NEEDLE, -8, 8)
    expected = 0.75 * norm.pdf(x, -2, 0.004) + 0.25 * norm.pdf(x, 1, 2)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-300)
    assert y.max() == pytest.approx(0.75 * norm.pdf(0) / 0.004 + 0.25 * norm.pdf(-2, 1, 2), rel=1e-9)
    assert (x[0], x[-1]) == (-8, 8)
    assert np.all(np.diff(x) >= 0)
    assert len(x) <= 520
