"""Basins of attraction, against direct integration of the flow and shares found by others."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import Metric, View1D
from dgm_explorer.numerics.basins import LEAVES_VIEW, basins
from dgm_explorer.numerics.divergence import reverse_kl_derivatives
from dgm_explorer.numerics.landscape import GradientField, Grid1D, ReverseLandscape
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import StationaryPoint, find_reverse_stationary

GRID = Grid1D.of(View1D())
LANDSCAPE = ReverseLandscape(GRID)
PAIR = Mixture1D([Component1D(0.5, -3.0, 1.0), Component1D(0.5, 3.0, 1.0)])
UNEQUAL = Mixture1D([Component1D(0.3, -2.0, 0.5), Component1D(0.7, 3.0, 1.0)])
METRICS: tuple[Metric, ...] = ("euclidean", "natural")


def _minima(p: Mixture1D) -> tuple[StationaryPoint, ...]:
    return find_reverse_stationary(p, with_saddles=False)


def _basins(p: Mixture1D, metric: Metric) -> np.ndarray:
    field = LANDSCAPE.evaluate_with_gradient(p)
    return basins(field.value, field.d_mu, field.d_log_sigma, GRID, metric, _minima(p))


def _left_right_middle(labels: np.ndarray, minima: tuple[StationaryPoint, ...]) -> list[float]:
    order = sorted(range(3), key=lambda k: (abs(minima[k].mu) < 0.1, minima[k].mu))
    return [float(np.mean(labels == k)) for k in order]


@pytest.mark.parametrize(
    ("metric", "shares"), [("euclidean", (0.439, 0.439, 0.121)), ("natural", (0.377, 0.377, 0.246))]
)
def test_shares_of_the_view_for_the_symmetric_pair(metric: Metric, shares: tuple[float, ...]) -> None:
    """p = ½ N(±3, 1) over μ in [−8, 8], σ in [0.05, 10] on 256 × 256 (left, right, middle)."""
    labels = _basins(PAIR, metric)
    assert _left_right_middle(labels, _minima(PAIR)) == pytest.approx(shares, abs=1.1e-3)


def test_the_two_metrics_agree_on_part_of_the_view() -> None:
    same = _basins(PAIR, "euclidean") == _basins(PAIR, "natural")
    assert np.mean(same) == pytest.approx(0.84, abs=0.04)


@pytest.mark.parametrize("metric", METRICS)
def test_basins_of_a_symmetric_target_are_mirror_images(metric: Metric) -> None:
    labels = _basins(PAIR, metric)
    minima = _minima(PAIR)
    mirror = {k: min(range(3), key=lambda j: abs(minima[j].mu + minima[k].mu)) for k in range(3)}
    mirrored = np.vectorize(mirror.get)(labels[:, ::-1])
    assert np.mean(labels != mirrored) < 2e-3


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("p", [PAIR, UNEQUAL], ids=["pair", "unequal"])
def test_labels_are_where_the_flow_goes(p: Mixture1D, metric: Metric) -> None:
    labels, minima = _basins(p, metric), _minima(p)
    rng = np.random.default_rng(11)
    wrong = []
    for row, column in rng.integers(0, 256, (12, 2)):
        mu, sigma = float(GRID.mu[column]), float(GRID.sigma[row])
        if labels[row, column] != _destination(p, mu, sigma, metric, minima):
            around = labels[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            if np.all(around == around.flat[0]):
                wrong.append((mu, sigma))
    assert not wrong


def _destination(
    p: Mixture1D, mu: float, sigma: float, metric: Metric, minima: tuple[StationaryPoint, ...]
) -> int:
    """Integrate the flow itself with exact gradients."""

    def velocity(_t: float, at: FloatArray) -> FloatArray:
        sigma = math.exp(at[1])
        slope = reverse_kl_derivatives(p, np.array([at[0]]), np.array([sigma])).gradient[0]
        v = -slope * (np.array([sigma**2, 0.5]) if metric == "natural" else 1.0)
        return v / (np.hypot(*v) + 1e-2)  # the same orbit, at unit speed

    path = solve_ivp(velocity, (0, 40), [mu, math.log(sigma)], method="LSODA", rtol=1e-5, atol=1e-6)
    end = path.y[:, -1]
    distance = [math.hypot(end[0] - m.mu, end[1] - math.log(m.sigma)) for m in minima]
    assert min(distance) < 0.05
    return int(np.argmin(distance))


def _double_well(centre: float) -> tuple[GradientField, Grid1D]:
    """(x² − 1)²/4 + ½ (ℓ − centre)²: wells at x = ±1, separated by x = 0 exactly."""
    grid = Grid1D(np.linspace(-2.5, 2.0, 91), np.exp(np.linspace(-1.0, 1.0, 61)))
    x, level = np.meshgrid(grid.mu, np.log(grid.sigma))
    value = (x * x - 1) ** 2 / 4 + 0.5 * (level - centre) ** 2
    return GradientField(value, x * (x * x - 1), level - centre), grid


@pytest.mark.parametrize("metric", METRICS)
def test_double_well_is_cut_at_its_ridge(metric: Metric) -> None:
    field, grid = _double_well(0.1)
    wells = [StationaryPoint(mu, math.exp(0.1), 0.0, "tied") for mu in (1.0, -1.0)]
    labels = basins(field.value, field.d_mu, field.d_log_sigma, grid, metric, wells)
    off_ridge = np.abs(grid.mu) > 0.03
    expected = np.broadcast_to(np.where(grid.mu > 0, 0, 1), labels.shape)
    np.testing.assert_array_equal(labels[:, off_ridge], expected[:, off_ridge])


def test_without_a_list_the_grid_names_its_minima_lowest_first() -> None:
    field, grid = _double_well(0.1)
    tilted = GradientField(field.value + 0.01 * grid.mu, field.d_mu + 0.01, field.d_log_sigma)
    labels = basins(tilted.value, tilted.d_mu, tilted.d_log_sigma, grid, "euclidean")
    assert set(np.unique(labels)) == {0, 1}
    assert (labels[:, grid.mu < -0.2] == 0).all()


def test_paths_to_minima_outside_the_view_have_no_label() -> None:
    field, grid = _double_well(centre=3.0)
    wells = [StationaryPoint(mu, math.exp(3.0), 0.0, "tied") for mu in (1.0, -1.0)]
    labels = basins(field.value, field.d_mu, field.d_log_sigma, grid, "euclidean", wells)
    assert (labels == LEAVES_VIEW).all()
    empty = basins(field.value, field.d_mu, field.d_log_sigma, grid, "euclidean", [])
    assert (empty == LEAVES_VIEW).all()
