"""Stationary points in the plane: published minima, counting rules, conditions that hold at an optimum."""

import numpy as np
import pytest

from dgm_explorer.numerics.divergence2d import expectation_under, forward_kl_2d, reverse_kl_2d, square_root
from dgm_explorer.numerics.mixture2d import Mixture2D, covariance_matrix, gaussian_2d
from dgm_explorer.numerics.optimum2d import (
    descent_path_2d,
    find_reverse_minima_2d,
    track_minima_2d,
)
from dgm_explorer.numerics.stationary2d import (
    StationaryPoint2D,
    find_reverse_stationary_2d,
    track_stationary_2d,
)
from tests.numerics.planar_cases import BISHOP, FIVE, HOMEWORK, THIN, mixture

ROUND = np.array([[0.25, 0.0], [0.0, 0.25]])
PUBLISHED = [  # p, covariance of q, (mean, KL(q‖p), kind), relative error of the published value
    (
        HOMEWORK,
        np.eye(2),
        [((-1.79696705044, 0), 0.6191481485531, "tied"), ((1.79696705044, 0), 0.6191481485531, "tied")],
        1e-11,
    ),
    (
        HOMEWORK,
        ROUND,
        [((-1.9904133949, 0), 1.327014625248, "tied"), ((1.9904133949, 0), 1.327014625248, "tied")],
        1e-11,
    ),
    (
        BISHOP,
        ROUND,
        [
            ((0.922036122818, 0.944469443673), 1.035732605726, "global"),
            ((-0.978224393252, -0.975480330144), 1.086997371956, "local"),
        ],
        1e-11,
    ),
    (
        FIVE,
        np.array([[0.25, 0.06], [0.06, 0.16]]),
        [
            ((-2.9985938105, -2.99881306678), 1.748065772056, "global"),
            ((2.99406212932, 2.99398679491), 1.963216224233, "local"),
            ((2.99998218122, -2.99999320185), 2.01788040055, "local"),
            ((-0.000309755184578, -0.000313157665368), 2.113367676369, "local"),
            ((-2.99994663311, 2.99988716929), 2.152857649741, "local"),
        ],
        1e-11,
    ),
    (
        THIN,
        ROUND,
        [
            ((2.00065032, 1.99956231), 3.79195574, "global"),
            ((-1.99943797, -1.99878836), 3.79204304, "local"),
            ((1.99992971, -1.99988725), 5.02633222, "local"),
        ],
        3e-9,
    ),
]
MINIMA = {"global", "tied", "local"}


def minima(points: tuple[StationaryPoint2D, ...]) -> list[StationaryPoint2D]:
    return [point for point in points if point.kind in MINIMA]


@pytest.mark.parametrize(("p", "cov", "expected", "tolerance"), PUBLISHED)
def test_all_minima_over_the_mean_are_found(
    p: Mixture2D,
    cov: np.ndarray,
    expected: list[tuple[tuple[float, float], float, str]],
    tolerance: float,
) -> None:
    points = find_reverse_stationary_2d(p, cov)
    found = minima(points)
    assert len(found) == len(expected)
    for mean, kl, kind in expected:
        nearest = min(found, key=lambda f: np.hypot(*np.subtract(f.q.mean, mean)))
        np.testing.assert_allclose(nearest.q.mean, mean, atol=2e-8)
        assert nearest.kl == pytest.approx(kl, rel=tolerance)
        assert nearest.kind == kind
    n_saddles = sum(point.kind == "saddle" for point in points)
    n_maxima = sum(point.kind == "maximum" for point in points)
    assert len(found) - n_saddles + n_maxima == 1


def test_the_saddle_between_two_modes_lies_in_the_middle() -> None:
    saddle = next(f for f in find_reverse_stationary_2d(HOMEWORK, np.eye(2)) if f.kind == "saddle")
    np.testing.assert_allclose(saddle.q.mean, (0, 0), atol=1e-8)
    assert saddle.kl == pytest.approx(0.9433404338, abs=1e-10)


def test_below_the_pitchfork_one_minimum_remains() -> None:
    near = mixture((0.5, (-1.46, 0.0), (1.0, 0.0, 1.0)), (0.5, (1.46, 0.0), (1.0, 0.0, 1.0)))
    apart = mixture((0.5, (-1.462, 0.0), (1.0, 0.0, 1.0)), (0.5, (1.462, 0.0), (1.0, 0.0, 1.0)))
    assert [f.kind for f in find_reverse_stationary_2d(near, np.eye(2))] == ["global"]
    assert [f.kind for f in find_reverse_stationary_2d(apart, np.eye(2))] == ["tied", "tied", "saddle"]


@pytest.mark.parametrize("p", [HOMEWORK, BISHOP, THIN, FIVE], ids=["homework", "bishop", "thin", "five"])
def test_at_a_free_minimum_the_mean_curvature_of_log_p_is_minus_the_precision(p: Mixture2D) -> None:
    found = find_reverse_minima_2d(p)
    assert found[0].kind in {"global", "tied"}
    assert [f.kl for f in found] == sorted(f.kl for f in found)
    for point in found:
        cov = covariance_matrix(point.q.cov)
        expected = expectation_under(p, np.array(point.q.mean), square_root(cov), order=2)
        np.testing.assert_allclose(expected.tensor(1), 0, atol=1e-9)
        np.testing.assert_allclose(expected.tensor(2), -np.eye(2), atol=1e-9)
        assert point.kl == pytest.approx(reverse_kl_2d(p, point.q).kl, rel=1e-11)


def test_separated_modes_each_have_their_own_free_minimum() -> None:
    """KL tends to -log of the weight, q to the component."""
    found = find_reverse_minima_2d(THIN)
    assert [f.kl for f in found] == pytest.approx([0.91629, 0.91629, 1.60944], abs=1e-4)
    np.testing.assert_allclose(found[2].q.cov, (0.04, 0.0, 0.04), atol=1e-9)


def test_free_minima_of_a_product_are_those_on_the_line() -> None:
    """Half-separation 3: two tied minima at the modes and a broad local one (mpmath, ten digits)."""
    p = mixture((0.5, (-3.0, 0.0), (1.0, 0.0, 1.0)), (0.5, (3.0, 0.0), (1.0, 0.0, 1.0)))
    found = find_reverse_minima_2d(p)
    assert [f.kind for f in found] == ["tied", "tied", "local"]
    assert [f.kl for f in found] == pytest.approx([0.6887689959, 0.6887689959, 0.8406214313], abs=1e-9)
    assert found[2].q.cov == pytest.approx((2.7437693091**2, 0.0, 1.0), abs=1e-7)


def test_the_broad_local_minimum_beside_two_tilted_modes_is_found() -> None:
    """Bishop's modes at ±1.7; values by the trapezoid rule on a fine grid, minimised by BFGS."""
    p = mixture((0.5, (-1.7, -1.7), (0.5, 0.25, 1.0)), (0.5, (1.7, 1.7), (0.5, -0.25, 1.0)))
    found = find_reverse_minima_2d(p)
    assert [f.kind for f in found] == ["global", "local", "local"]
    assert [f.kl for f in found] == pytest.approx([0.687808, 0.689467, 0.858375], abs=1e-6)
    assert found[2].q.mean == pytest.approx((-0.6437, -0.5196), abs=5e-4)
    assert found[2].q.cov == pytest.approx((2.2070, 2.0324, 3.0324), abs=2e-3)


def test_the_moment_match_is_better_than_the_ellipse_of_the_old_figure() -> None:
    drawn = gaussian_2d(np.zeros(2), np.array([[3.0, 2.0], [2.0, 3.0]]))
    best = gaussian_2d(BISHOP.mean, BISHOP.cov)
    difference = forward_kl_2d(BISHOP, drawn).kl - forward_kl_2d(BISHOP, best).kl
    assert difference == pytest.approx(0.1081453659, abs=1e-9)


def test_points_are_followed_while_p_moves_and_leave_together_when_two_merge() -> None:
    """Half-separation 3 to 2.3, across 2.41 where the side minima vanish and one minimum remains."""
    points = find_reverse_minima_2d(pair(3.0))
    stationary = find_reverse_stationary_2d(pair(3.0), np.eye(2))
    counts = []
    for d in np.linspace(3.0, 2.3, 36):
        points = track_minima_2d(pair(d), points)
        stationary = track_stationary_2d(pair(d), np.eye(2), stationary)
        counts.append(len(points))
    assert counts[0] == 3
    assert counts[-1] == 1
    exact = find_reverse_minima_2d(pair(2.3))
    assert points[0].kl == pytest.approx(exact[0].kl, abs=1e-5)
    expected = find_reverse_stationary_2d(pair(2.3), np.eye(2))
    assert [f.kind for f in stationary] == [f.kind for f in expected]
    assert [f.kl for f in stationary] == pytest.approx([f.kl for f in expected], abs=1e-5)


def pair(d: float) -> Mixture2D:
    return mixture((0.5, (-d, 0.0), (1.0, 0.0, 1.0)), (0.5, (d, 0.0), (1.0, 0.0, 1.0)))


def test_descent_falls_all_the_way_and_ends_at_the_optimum() -> None:
    start = gaussian_2d(np.array([0.3, 1.2]), ROUND)
    reverse = descent_path_2d(BISHOP, start, "reverse", 80)
    values = [reverse_kl_2d(BISHOP, q).kl for q in reverse[::8]]
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(find_reverse_minima_2d(BISHOP)[0].kl, abs=1e-4)
    forward = descent_path_2d(BISHOP, start, "forward", 80)
    np.testing.assert_allclose(forward[-1].cov, (1.5, 1.0, 2.0), atol=1e-3)
