"""The family of divergences, against mpmath's quadrature with break points and closed forms."""

import math

import mpmath as mp
import numpy as np
import pytest

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.numerics.divergence import forward_kl, reverse_kl
from dgm_explorer.numerics.family import (
    LARGEST,
    AlphaLandscape,
    chi2_finite_above,
    chi2_landscape,
    family_name,
    family_value,
)
from dgm_explorer.numerics.jensen_shannon import jensen_shannon, jensen_shannon_landscape
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape, forward_landscape
from dgm_explorer.numerics.mixture import Mixture1D


def _mixture(weights: list[float], means: list[float], sigmas: list[float]) -> Mixture1D:
    return Mixture1D([Component1D(*wms) for wms in zip(weights, means, sigmas, strict=True)])


TARGETS = {
    "easy": _mixture([0.3, 0.7], [-2.0, 3.0], [0.5, 1.0]),
    "narrow and far apart": _mixture([0.5, 0.5], [-4.0, 4.0], [0.05, 0.05]),
    "rare": _mixture([0.999, 0.001], [-3.0, 3.0], [0.5, 0.3]),
    "scale ratio 100": _mixture([0.5, 0.5], [0.0, 1.0], [0.02, 2.0]),
    "five": _mixture([0.1, 0.3, 0.2, 0.3, 0.1], [-6.0, -3.0, 0.0, 3.0, 6.0], [0.5] * 5),
}
POINTS = [
    ("easy", Gaussian1D(0.5, 1.5)),
    ("easy", Gaussian1D(-7.0, 0.1)),
    ("narrow and far apart", Gaussian1D(4.0, 0.06)),
    ("narrow and far apart", Gaussian1D(0.0, 3.0)),
    ("rare", Gaussian1D(1.0, 2.0)),
    ("scale ratio 100", Gaussian1D(0.3, 0.7)),
]
GRID = Grid1D.of(View1D())


def _mp_integral(integrand: object, p: Mixture1D, q: Gaussian1D) -> mp.mpf:
    """∫ integrand(p(x), q(x)) dx at 20 digits."""
    parts = [
        (mp.mpf(float(w)), mp.mpf(float(m)), mp.mpf(float(s)))
        for w, m, s in zip(p.weights, p.means, p.sigmas, strict=True)
    ]

    def normal(x: mp.mpf, mu: mp.mpf, sigma: mp.mpf) -> mp.mpf:
        return mp.exp(-(((x - mu) / sigma) ** 2) / 2) / (sigma * mp.sqrt(2 * mp.pi))

    def at(x: mp.mpf) -> mp.mpf:
        density_p = sum(w * normal(x, m, s) for w, m, s in parts)
        return integrand(density_p, normal(x, mp.mpf(q.mu), mp.mpf(q.sigma)))  # type: ignore[operator]

    centres = [*((m, s) for _, m, s in parts), (mp.mpf(q.mu), mp.mpf(q.sigma))]
    edges = sorted({m + s * k for m, s in centres for k in range(-12, 13, 3)})
    return mp.quad(at, edges, maxdegree=4)


@pytest.mark.parametrize(("target", "q"), POINTS)
@pytest.mark.parametrize("alpha", [0.02, 0.8])
def test_alpha_divergence_at_points(target: str, q: Gaussian1D, alpha: float) -> None:
    with mp.workdps(20):
        overlap = _mp_integral(lambda p, q: p**alpha * q ** (1 - mp.mpf(alpha)), TARGETS[target], q)
        expected = float((1 - overlap) / (mp.mpf(alpha) * (1 - mp.mpf(alpha))))
    assert family_value("alpha", alpha, TARGETS[target], q).value == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(("target", "q"), POINTS)
def test_jensen_shannon_at_points(target: str, q: Gaussian1D) -> None:
    with mp.workdps(20):
        expected = _mp_integral(
            lambda p, q: (p * mp.log(2 * p / (p + q)) + q * mp.log(2 * q / (p + q))) / 2, TARGETS[target], q
        )
    assert jensen_shannon(TARGETS[target], q) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize(("target", "q"), POINTS)
def test_chi2_at_points(target: str, q: Gaussian1D) -> None:
    p = TARGETS[target]
    value = family_value("chi2", 0.0, p, q)
    assert value.how == "closed form"
    if q.sigma <= chi2_finite_above(p):
        assert value.value == math.inf
        return
    with mp.workdps(20):
        expected = _mp_chi2(p, q)
    assert value.value == pytest.approx(float(min(expected, mp.mpf(LARGEST))), rel=1e-11)


def _mp_chi2(p: Mixture1D, q: Gaussian1D) -> mp.mpf:
    """∫ p²/q − 1, over far wider limits than p itself needs: p²/q has heavier tails."""
    widest = max(q.sigma, float(p.sigmas.max()))
    variance = 1 / (2 / float(p.sigmas.max()) ** 2 - 1 / q.sigma**2)
    reach = 15 * max(math.sqrt(variance), widest) + 40 * widest

    def ratio(x: mp.mpf) -> mp.mpf:
        density = sum(
            float(w / s) * mp.exp(-(((x - float(m)) / float(s)) ** 2) / 2)
            for w, m, s in zip(p.weights, p.means, p.sigmas, strict=True)
        )
        return density**2 * q.sigma * mp.exp((((x - q.mu) / q.sigma) ** 2) / 2) / mp.sqrt(2 * mp.pi)

    narrow = [float(m + k * s) for m, s in zip(p.means, p.sigmas, strict=True) for k in range(-10, 11, 2)]
    wide = np.linspace(-reach, reach, 31).tolist()
    return mp.quad(ratio, sorted({*narrow, *wide}), maxdegree=4) - 1


def test_chi2_of_two_gaussians_is_the_textbook_formula() -> None:
    """χ²(N(0,1)‖N(μ,σ²)) + 1 = σ² exp(μ²/(2σ² − 1)) / √(2σ² − 1)."""
    p = Mixture1D([Component1D(1.0, 0.0, 1.0)])
    for mu, sigma in [(0.0, 1.0), (0.5, 0.8), (-2.0, 3.0)]:
        expected = sigma**2 * math.exp(mu**2 / (2 * sigma**2 - 1)) / math.sqrt(2 * sigma**2 - 1) - 1
        value = family_value("chi2", 0.0, p, Gaussian1D(mu, sigma)).value
        assert value == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_chi2_landscape_is_infinite_exactly_below_the_widest_width_over_root_two() -> None:
    p = TARGETS["scale ratio 100"]
    z = chi2_landscape(p, GRID)
    is_infinite = GRID.sigma <= 2.0 / math.sqrt(2.0)
    assert is_infinite.any()
    assert not is_infinite.all()
    assert np.isinf(z[is_infinite]).all()
    assert np.isfinite(z[~is_infinite]).all()
    _agrees_with_points(z, p, "chi2", 0.0, rel=1e-12)


@pytest.mark.parametrize("alpha", [1e-4, 0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("target", TARGETS)
def test_alpha_landscape_is_its_point_values(target: str, alpha: float) -> None:
    p = TARGETS[target]
    _agrees_with_points(AlphaLandscape(GRID, alpha).evaluate(p), p, "alpha", alpha, rel=1e-9)


@pytest.mark.parametrize("target", TARGETS)
def test_jensen_shannon_landscape_is_its_point_values(target: str) -> None:
    p = TARGETS[target]
    grid = Grid1D.of(View1D(), 64, 64)
    z = jensen_shannon_landscape(p, grid)
    assert z.min() >= -1e-12
    assert z.max() <= math.log(2) + 1e-12
    _agrees_with_points(z, p, "jensen_shannon", 0.0, rel=1e-10, grid=grid)


def test_landscape_below_the_finest_width_and_beyond_the_last_mean() -> None:
    """A view much wider than p has rows narrower than its columns are apart."""
    grid = Grid1D.of(View1D(-40.0, 40.0, 0.002, 60.0), 48, 48)
    p = TARGETS["scale ratio 100"]
    for alpha in (0.3, 0.7):
        _agrees_with_points(AlphaLandscape(grid, alpha).evaluate(p), p, "alpha", alpha, rel=1e-9, grid=grid)
    _agrees_with_points(jensen_shannon_landscape(p, grid), p, "jensen_shannon", 0.0, rel=1e-10, grid=grid)


def _agrees_with_points(
    z: FloatArray, p: Mixture1D, family: str, alpha: float, rel: float, grid: Grid1D = GRID
) -> None:
    rng = np.random.default_rng(7)
    for _ in range(25):
        i, j = rng.integers(0, len(grid.sigma)), rng.integers(0, len(grid.mu))
        q = Gaussian1D(float(grid.mu[j]), float(grid.sigma[i]))
        expected = family_value(family, alpha, p, q).value  # type: ignore[arg-type]
        if not (math.isinf(expected) or expected > 1e290):
            assert z[i, j] == pytest.approx(expected, abs=rel * max(1.0, expected)), q


@pytest.mark.parametrize("target", TARGETS)
def test_ends_of_the_family_are_the_kl_divergences(target: str) -> None:
    p, q = TARGETS[target], Gaussian1D(0.5, 1.5)
    assert family_value("alpha", 0.0, p, q).value == reverse_kl(p, q)
    assert family_value("alpha", 1.0, p, q).value == forward_kl(p, q)
    np.testing.assert_array_equal(AlphaLandscape(GRID, 0.0).evaluate(p), ReverseLandscape(GRID).evaluate(p))
    np.testing.assert_array_equal(AlphaLandscape(GRID, 1.0).evaluate(p), forward_landscape(p, GRID))


def test_the_family_approaches_its_ends_without_noise() -> None:
    p, q = TARGETS["easy"], Gaussian1D(0.5, 1.5)
    for eps in (1e-6, 1e-9, 1e-12):
        near_reverse = family_value("alpha", eps, p, q).value
        near_forward = family_value("alpha", 1 - eps, p, q).value
        assert near_reverse == pytest.approx(reverse_kl(p, q), rel=20 * eps + 1e-13)
        assert near_forward == pytest.approx(forward_kl(p, q), rel=20 * eps + 1e-13)


def test_every_member_vanishes_only_at_equality() -> None:
    p, same = Mixture1D([Component1D(1.0, 0.3, 0.8)]), Gaussian1D(0.3, 0.8)
    for family, alpha in [("alpha", 0.25), ("alpha", 0.5), ("jensen_shannon", 0.0), ("chi2", 0.0)]:
        assert family_value(family, alpha, p, same).value == pytest.approx(0.0, abs=1e-14)  # type: ignore[arg-type]
        assert family_value(family, alpha, p, Gaussian1D(0.3, 0.81)).value > 1e-5  # type: ignore[arg-type]


@pytest.mark.parametrize(("mu", "sigma"), [(0.0, 1.0), (3.0, 0.1), (-5.3, 2.7), (1e5, 1e-3)])
def test_jensen_shannon_of_equals_is_never_below_zero(mu: float, sigma: float) -> None:
    p, q = Mixture1D([Component1D(1.0, mu, sigma)]), Gaussian1D(mu, sigma)
    assert 0 <= jensen_shannon(p, q) < 1e-8
    grid = Grid1D(mu + sigma * np.array([-0.1, 0.0, 0.1]), sigma * np.array([0.9, 1.0, 1.1]))
    landscape = jensen_shannon_landscape(p, grid)
    assert (landscape >= 0).all()
    assert landscape[1, 1] == landscape.min()
    assert jensen_shannon(p, Gaussian1D(mu + 1e3 * sigma, sigma)) <= math.log(2)


def test_alpha_half_is_four_times_the_squared_hellinger_distance_of_two_gaussians() -> None:
    """1 − BC with BC = √(2 s σ/(s² + σ²)) exp(−μ²/(4 (s² + σ²)))."""
    p, q = Mixture1D([Component1D(1.0, 0.0, 0.7)]), Gaussian1D(1.2, 2.0)
    total = 0.7**2 + 2.0**2
    bc = math.sqrt(2 * 0.7 * 2.0 / total) * math.exp(-(1.2**2) / (4 * total))
    assert family_value("alpha", 0.5, p, q).value == pytest.approx(4 * (1 - bc), rel=1e-13)


def test_alpha_outside_the_family_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        AlphaLandscape(GRID, 1.5)


def test_names_say_what_is_shown() -> None:
    assert family_name("alpha", 0.0) == "KL(q‖p)"
    assert family_name("alpha", 0.5) == "D½(p, q)"
    assert family_name("alpha", 0.25) == "D₀.₂₅(p, q)"
    assert family_name("alpha", 1.0) == "KL(p‖q)"
    assert family_name("chi2", 0.25) == "χ²(p‖q)"
    assert family_name("jensen_shannon", 0.25) == "JS(p, q)"


def test_chi2_takes_weights_whose_product_is_too_small_for_a_number() -> None:
    q = Gaussian1D(0.5, 1.5)
    tiny = family_value("chi2", 0.5, _mixture([1.0, 1e-300], [0.0, 1.0], [1.0, 1.0]), q).value
    alone = family_value("chi2", 0.5, _mixture([1.0], [0.0], [1.0]), q).value
    assert tiny == pytest.approx(alone, rel=1e-12)
