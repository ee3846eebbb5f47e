"""Mixture fits find what was drawn, and survive points that carry little."""

import numpy as np
import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.mixture_fit import fit_mixture


def drawn(*components: Component1D, n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    weights = np.array([component.weight for component in components])
    chosen = rng.choice(len(components), size=n, p=weights / weights.sum())
    means = np.array([component.mu for component in components])
    sigmas = np.array([component.sigma for component in components])
    return rng.normal(means[chosen], sigmas[chosen])


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e4])
def test_recovers_three_components_in_any_unit(unit: float) -> None:
    truth = (Component1D(0.2, -4.0, 0.3), Component1D(0.5, 0.0, 1.0), Component1D(0.3, 5.0, 0.6))
    fitted = fit_mixture(unit * drawn(*truth, n=3000))
    assert len(fitted) == 3
    for found, true in zip(fitted, truth, strict=True):
        assert found.weight == pytest.approx(true.weight, abs=0.03)
        assert found.mu == pytest.approx(true.mu * unit, abs=0.1 * unit)
        assert found.sigma == pytest.approx(true.sigma * unit, rel=0.1)
    assert sum(component.weight for component in fitted) == pytest.approx(1)


def test_finds_a_needle_on_a_blanket() -> None:
    fitted = fit_mixture(drawn(Component1D(0.5, 0.0, 1.0), Component1D(0.5, 0.5, 0.01), n=4000))
    assert len(fitted) == 2
    assert fitted[1].sigma == pytest.approx(0.01, rel=0.2)


def test_is_deterministic() -> None:
    points = drawn(Component1D(0.3, -2.0, 0.5), Component1D(0.7, 3.0, 1.0), n=8000)
    assert fit_mixture(points) == fit_mixture(points)


def test_rounded_numbers_do_not_become_needles() -> None:
    fitted = fit_mixture(np.round(drawn(Component1D(1.0, 0.0, 1.0), n=1000), 1))
    assert len(fitted) == 1
    assert fitted[0].sigma == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize(
    "points",
    [[2.0], [1.0, 2.0], [1.0] * 3, [0.0] * 50 + [1.0] * 50, [1e-300, 0.0], [9e4, 9e4 + 1e-9], [-1e5, 1e5]],
)
def test_few_or_equal_points_give_one_component_with_width(points: list[float]) -> None:
    (component,) = fit_mixture(np.array(points))
    assert component.mu == pytest.approx(np.mean(points))
    assert component.sigma >= 0.05


def test_more_components_than_eight_are_never_given() -> None:
    centres = np.repeat(np.arange(12) * 10.0, 60)
    fitted = fit_mixture(centres + np.random.default_rng(0).standard_normal(centres.size))
    assert len(fitted) <= 8


@pytest.mark.parametrize(("mu", "sigma"), [(5e4, 0.3), (0.0, 5e-6), (-2e3, 1e-3)])
def test_a_narrow_cluster_keeps_its_width_wherever_it_lies(mu: float, sigma: float) -> None:
    (component,) = fit_mixture(drawn(Component1D(1.0, mu, sigma), n=2000))
    assert component.mu == pytest.approx(mu, abs=0.1 * sigma)
    assert component.sigma == pytest.approx(sigma, rel=0.1)


@pytest.mark.parametrize("unit", [1e-4, 3e-5])
def test_needles_below_the_least_sigma_are_widened_to_it(unit: float) -> None:
    needles = Component1D(0.5, -1.0, 1e-4), Component1D(0.5, 1.0, 1e-4)
    fitted = fit_mixture(unit * drawn(*needles, n=1000))
    assert [component.mu for component in fitted] == pytest.approx([-unit, unit], rel=1e-3)
    assert all(1e-6 <= component.sigma <= 3e-6 for component in fitted)


@pytest.mark.parametrize(
    ("points", "message"),
    [([], "there are none"), ([1.0, np.nan], "number 2"), ([0.0, np.inf], "number 2"), ([1e9], "rescale")],
)
def test_unusable_points_are_refused_in_a_sentence(points: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_mixture(np.array(points))
