"""Every stationary point: reference minima, the topology's own laws, bifurcations and random mixtures."""

import json
from pathlib import Path

import numpy as np
import pytest

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.numerics.divergence import reverse_kl, reverse_kl_derivatives, reverse_kl_values
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.newton import descend
from dgm_explorer.numerics.stationary import (
    StationaryPoint,
    find_reverse_stationary,
    find_reverse_stationary_fixed_sigma,
    follow,
    forward_minimum,
    forward_minimum_fixed_sigma,
    is_inside,
    track,
)
from tests.numerics import line_reference as reference


def symmetric(d: float, sigma: float = 1.0) -> Mixture1D:
    return Mixture1D([Component1D(0.5, -d, sigma), Component1D(0.5, d, sigma)])


def minima_of(points: tuple[StationaryPoint, ...]) -> list[StationaryPoint]:
    return [point for point in points if point.is_minimum]


def kinds(points: tuple[StationaryPoint, ...]) -> list[str]:
    return [point.kind for point in points]


def assert_obeys_topology(p: Mixture1D, points: tuple[StationaryPoint, ...]) -> None:
    """One saddle fewer than minima, no maxima, and σ² ∂²KL/∂μ² = 1 at each (kl.md section 1)."""
    assert kinds(points).count("saddle") == len(minima_of(points)) - 1
    assert "maximum" not in kinds(points)
    mu, sigma = np.array([point.mu for point in points]), np.array([point.sigma for point in points])
    found = reverse_kl_derivatives(p, mu, sigma)
    np.testing.assert_allclose(sigma**2 * found.hessian[:, 0, 0], 1, atol=1e-7)


def test_all_reference_minima_with_their_types(shared_reference: Path) -> None:
    cases = json.loads((shared_reference / "kl_reference.json").read_text())
    for name, case in cases.items():
        numbers = ([float(v) for v in case[key]] for key in ("weights", "means", "sigmas"))
        p = Mixture1D([Component1D(*number) for number in zip(*numbers, strict=True)])
        points = find_reverse_stationary(p)
        assert_obeys_topology(p, points)
        found = sorted(minima_of(points), key=lambda point: (round(point.kl, 9), point.mu))
        expected = sorted(
            case["reverse_minima"], key=lambda entry: (round(float(entry["kl_qp"]), 9), float(entry["mu"]))
        )
        assert len(found) == len(expected), name
        for point, entry in zip(found, expected, strict=True):
            assert point.kind == entry["type"], name
            assert point.kl == pytest.approx(float(entry["kl_qp"]), rel=2e-12), name
            assert abs(point.mu - float(entry["mu"])) < 1e-9 * point.sigma, name
            assert point.sigma == pytest.approx(float(entry["sigma"]), rel=1e-9), name
        least = forward_minimum(p)
        assert least.kl == pytest.approx(float(case["forward_min"]["kl_pq"]), rel=1e-12), name
        assert least.sigma == pytest.approx(float(case["forward_min"]["sigma"]), rel=1e-14), name


def test_three_apart_has_two_tied_sides_a_local_middle_and_two_saddles() -> None:
    """kl.md section 5, d = 3."""
    points = find_reverse_stationary(symmetric(3))
    assert kinds(points) == ["tied", "tied", "local", "saddle", "saddle"]
    assert points[2].kl == pytest.approx(0.840621431278903104, rel=1e-12)
    assert points[2].sigma == pytest.approx(2.74376930909121373, rel=1e-10)
    assert sorted(point.mu for point in points[3:]) == pytest.approx([-1.8404962397, 1.8404962397], rel=1e-9)
    assert points[3].sigma == pytest.approx(2.1038226390, rel=1e-9)
    assert points[3].kl == pytest.approx(0.9719779285, rel=1e-9)


@pytest.mark.parametrize(
    ("d", "expected"),
    [
        (2.41222971, ["global"]),
        (2.41222972, ["global", "local", "local", "saddle", "saddle"]),
        (2.8000822, ["global", "local", "local", "saddle", "saddle"]),
        (2.8000823, ["tied", "tied", "local", "saddle", "saddle"]),
    ],
)
def test_bifurcations_with_free_sigma(d: float, expected: list[str]) -> None:
    """Saddle-node at d = 2.41222971801281898, Maxwell point at 2.80008221758323925 (kl.md section 5)."""
    assert kinds(find_reverse_stationary(symmetric(d))) == expected


def test_at_the_maxwell_point_all_three_minima_tie() -> None:
    points = find_reverse_stationary(symmetric(2.80008221758323925))
    assert kinds(points) == ["tied", "tied", "tied", "saddle", "saddle"]
    by_sigma = sorted(minima_of(points), key=lambda point: point.sigma)
    for point in by_sigma:
        assert point.kl == pytest.approx(0.684266100035146618, rel=1e-12)
    assert abs(by_sigma[0].mu) == pytest.approx(2.7680000039878363, rel=1e-9)
    assert by_sigma[0].sigma == pytest.approx(1.04431088649978335, rel=1e-9)
    assert by_sigma[2].sigma == pytest.approx(2.60149699316438575, rel=1e-9)


def test_almost_a_tie_is_no_tie() -> None:
    """σ = 1 against 1.001: the values differ by 4.7e-6."""
    p = Mixture1D([Component1D(0.5, -3, 1.0), Component1D(0.5, 3, 1.001)])
    first, second, *_ = find_reverse_stationary(p)
    assert (first.kind, second.kind) == ("global", "local")
    assert second.kl - first.kl == pytest.approx(4.7e-6, rel=0.02)


def test_a_tie_does_not_depend_on_where_the_window_is() -> None:
    p = Mixture1D([Component1D(0.5, -3 + 0.0137, 1.0), Component1D(0.5, 3 + 0.0137, 1.0)])
    grid = Grid1D.of(View1D(-8, 8, 0.05, 10))
    points = find_reverse_stationary(p, ReverseLandscape(grid).evaluate(p), grid)
    assert kinds(points)[:3] == ["tied", "tied", "local"]


def test_a_symmetric_grid_without_a_middle_column_finds_the_middle_once() -> None:
    p, grid = symmetric(2), Grid1D.of(View1D())
    points = find_reverse_stationary(p, ReverseLandscape(grid).evaluate(p), grid)
    assert kinds(points) == ["global"]
    assert abs(points[0].mu) < 1e-10


def test_separated_modes_cost_the_logarithm_of_their_weight() -> None:
    p = Mixture1D([Component1D(0.2, -40, 0.01), Component1D(0.8, 40, 1)])
    points = minima_of(find_reverse_stationary(p))
    assert points[0].kl == pytest.approx(-np.log(0.8), rel=1e-12)
    needle = next(point for point in points if point.mu < -39)
    assert needle.kl == pytest.approx(-np.log(0.2), rel=1e-12)
    assert not is_inside(View1D(), needle)
    assert is_inside(View1D(-50, 0, 0.005, 1), needle)


def test_one_gaussian_and_identical_components_have_one_minimum_at_zero() -> None:
    for components in ([Component1D(1, 2, 0.3)], [Component1D(0.1, 2, 0.3)] * 4 + [Component1D(0, 5, 1)]):
        p = Mixture1D(components)
        (point,) = find_reverse_stationary(p)
        assert (point.kind, point.kl) == ("global", pytest.approx(0, abs=1e-20))
        assert (point.mu, point.sigma) == (pytest.approx(2, rel=1e-10), pytest.approx(0.3, rel=1e-10))
        assert forward_minimum(p).kl == pytest.approx(0, abs=1e-20)


def test_two_minima_at_the_same_place_but_different_scales_are_two() -> None:
    """Five modes: the middle one and the broad collective one share μ = 0 (kl_reference.json)."""
    weights = (0.1, 0.3, 0.2, 0.3, 0.1)
    p = Mixture1D([Component1D(w, 3.0 * k - 6, 0.5) for k, w in enumerate(weights)])
    at_zero = [point for point in minima_of(find_reverse_stationary(p)) if abs(point.mu) < 1e-8]
    assert [point.sigma for point in at_zero] == pytest.approx([2.79791618075562867, 0.538600430269784867])


@pytest.mark.parametrize("seed", range(28))
def test_random_hard_mixtures_obey_the_topology(seed: int) -> None:
    case = reference.hard_case(seed)
    points = find_reverse_stationary(case.p)
    assert_obeys_topology(case.p, points)
    best = minima_of(points)[0]
    expected = reference.reverse_kl(case.components, Gaussian1D(best.mu, best.sigma))
    assert best.kl == pytest.approx(expected, rel=1e-10, abs=1e-15)


@pytest.mark.parametrize("seed", range(0, 28, 3))
def test_no_descent_from_anywhere_ends_in_an_unlisted_minimum(seed: int) -> None:
    """Starts: moment matches of all pairs and of everything, and random points at all scales."""
    p = reference.hard_case(seed).p
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for i in range(len(p)) for j in range(i + 1)] + [tuple(range(len(p)))]
    weights = [p.weights[list(k)] / p.weights[list(k)].sum() for k in pairs]
    mean = np.array([w @ p.means[list(k)] for k, w in zip(pairs, weights, strict=True)])
    spread = np.array(
        [
            w @ (p.sigmas[list(k)] ** 2 + (p.means[list(k)] - m) ** 2)
            for k, w, m in zip(pairs, weights, mean, strict=True)
        ]
    )
    sigma = np.exp(rng.uniform(np.log(p.sigmas.min()), np.log(2 * np.ptp(p.means) + p.sigmas.max()), 30))
    mu = rng.choice(p.means, 30) + sigma * rng.standard_normal(30)
    ends = descend(p, np.concatenate([mean, mu]), np.concatenate([np.sqrt(spread), sigma]))
    listed = minima_of(find_reverse_stationary(p))
    for mu_end, sigma_end in zip(ends.mu, ends.sigma, strict=True):
        gaps = [
            abs(mu_end - point.mu) / point.sigma + abs(np.log(sigma_end / point.sigma)) for point in listed
        ]
        assert min(gaps) < 1e-4


def test_tracking_follows_a_drag_and_agrees_with_a_new_search() -> None:
    components = [Component1D(0.4, -3, 0.8), Component1D(0.35, 3, 1.0), Component1D(0.25, 0.3, 0.2)]
    points = find_reverse_stationary(Mixture1D(components))
    for _ in range(20):
        moved = components[1]
        components[1] = Component1D(moved.weight + 0.002, moved.mu + 0.03, moved.sigma * 1.005)
        p = Mixture1D(components)
        tracked = track(p, points)
        assert tracked is not None
        points = tracked
    searched = find_reverse_stationary(p)
    assert kinds(points) == kinds(searched)
    for one, other in zip(points, searched, strict=True):
        assert one.kl == pytest.approx(other.kl, rel=1e-11)
        assert abs(one.mu - other.mu) < 1e-8 * one.sigma
        assert one.sigma == pytest.approx(other.sigma, rel=1e-8)


def test_points_are_followed_by_name_where_two_minima_change_places() -> None:
    """The left one becomes the global minimum when the right one loses weight."""
    before, after = (
        Mixture1D([Component1D(0.5 - shift, -3, 1.0), Component1D(0.5 + shift, 3, 1.0)])
        for shift in (0.01, -0.01)
    )
    points = find_reverse_stationary(before)
    followed = follow(after, points)
    assert followed is not None
    assert followed.points[0].mu < 0 < points[0].mu
    for point, origin in zip(followed.points, followed.came_from, strict=True):
        assert abs(point.mu - points[origin].mu) < 0.1


def test_a_guess_changes_where_newton_starts_and_nothing_else() -> None:
    points = find_reverse_stationary(symmetric(3))
    moved = symmetric(3.05)
    guess = np.array([(point.mu + 0.02 * point.sigma, np.log(point.sigma) - 0.02) for point in points])
    plain, guessed = follow(moved, points), follow(moved, points, guess)
    assert plain is not None
    assert guessed is not None
    for one, other in zip(guessed.points, plain.points, strict=True):
        assert one.kind == other.kind
        assert (one.mu, one.sigma) == pytest.approx((other.mu, other.sigma), abs=1e-9)
        assert one.kl == pytest.approx(other.kl, rel=1e-12)


def test_tracking_admits_that_points_have_merged() -> None:
    """Below d = 2.4122 the side minima are gone."""
    points = find_reverse_stationary(symmetric(2.413))
    assert len(points) == 5
    assert track(symmetric(2.40), points) is None


def test_tracking_admits_a_leap() -> None:
    points = find_reverse_stationary(symmetric(3))
    assert track(symmetric(3.2), points) is not None
    assert track(symmetric(9), points) is None


@pytest.mark.parametrize(
    ("d", "mu", "kl", "middle"),
    [
        (1.5, 0.5147459756, 0.4218699039, 0.4240691374),
        (2.0, 1.7969670504, 0.6191481486, 0.9433404338),
        (3.0, 2.9870544879, 0.6892173450, 2.6933519766),
        (4.0, 3.9996065064, 0.6930535682, 5.4209886888),
    ],
)
def test_homework_with_fixed_sigma(d: float, mu: float, kl: float, middle: float) -> None:
    """Two exactly tied global minima and a maximum between them (kl.md section 5)."""
    points = find_reverse_stationary_fixed_sigma(symmetric(d), 1.0)
    assert kinds(points) == ["tied", "tied", "maximum"]
    assert sorted(point.mu for point in points[:2]) == pytest.approx([-mu, mu], rel=2e-10)
    assert points[0].kl == pytest.approx(kl, rel=2e-10)
    assert points[2].kl == pytest.approx(middle, rel=2e-10)
    assert abs(points[2].mu) < 1e-12


@pytest.mark.parametrize(
    ("sigma", "d"), [(0.05, 1.00124922487547145), (1.0, 1.46083396037316511), (10.0, 12.5334694634034568)]
)
def test_pitchfork_with_fixed_sigma(sigma: float, d: float) -> None:
    """The middle turns from the only minimum into a maximum at d* (kl_bif.json)."""
    below = find_reverse_stationary_fixed_sigma(symmetric(d - 1e-8), sigma)
    above = find_reverse_stationary_fixed_sigma(symmetric(d + 1e-8), sigma)
    assert kinds(below) == ["global"]
    assert kinds(above) == ["tied", "tied", "maximum"]


@pytest.mark.parametrize("sigma", [0.02, 0.3, 2.0])
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4])
def test_fixed_sigma_finds_what_a_fine_scan_finds(seed: int, sigma: float) -> None:
    """Minima and maxima alternate, one minimum more; a scan with steps of σ/50 sees no others."""
    p = reference.hard_case(seed).p
    points = sorted(find_reverse_stationary_fixed_sigma(p, sigma), key=lambda point: point.mu)
    assert [point.is_minimum for point in points] == [i % 2 == 0 for i in range(len(points))]
    lo, hi = p.means.min() - 4 * sigma, p.means.max() + 4 * sigma
    mu = np.linspace(lo, hi, min(3000, int(50 * (hi - lo) / sigma)))
    value = np.concatenate(
        [reverse_kl_values(p, part, np.full_like(part, sigma)) for part in np.split(mu, [500])]
    )
    scanned = mu[1:-1][(value[1:-1] < value[:-2]) & (value[1:-1] < value[2:])]
    found = np.array([point.mu for point in points if point.is_minimum])
    for place in scanned:
        assert np.abs(found - place).min() < mu[1] - mu[0]


def test_forward_minimum_with_fixed_sigma_is_at_the_mean() -> None:
    least = forward_minimum_fixed_sigma(symmetric(2), 1.0)
    assert (least.mu, least.sigma, least.kind) == (0.0, 1.0, "global")
    assert least.kl == pytest.approx(1.3672798062631330183, rel=1e-13)


def test_values_are_those_of_the_divergence() -> None:
    p = symmetric(3)
    for point in find_reverse_stationary(p):
        assert point.kl == pytest.approx(reverse_kl(p, Gaussian1D(point.mu, point.sigma)), rel=1e-15)


def test_modes_a_million_widths_apart_are_both_found() -> None:
    points = find_reverse_stationary(Mixture1D([Component1D(1, 0, 1), Component1D(1, 1e6, 1)]))
    assert [(point.mu, point.sigma, point.kind) for point in points[:2]] == [
        (pytest.approx(0, abs=1e-9), pytest.approx(1), "tied"),
        (pytest.approx(1e6), pytest.approx(1), "tied"),
    ]
