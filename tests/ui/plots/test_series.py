"""Numbers over steps as they are drawn: cut to what is seen, means over blocks."""

import numpy as np
import pytest

from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui.plots.series import Series, block_means, no_series, read_series, thin_out

NAMES = ("u", "v")


def noise(n: int) -> Series:
    values = np.random.default_rng(0).normal(size=(n, len(NAMES)))
    return Series(NAMES, np.arange(1.0, n + 1), values)


def test_blocks_are_plain_means_of_a_round_number_of_steps() -> None:
    series = noise(100_000)
    means = block_means(series, 200)
    assert means.length == 500
    assert len(means) <= 202
    inside = (series.steps >= 500) & (series.steps < 1000)
    np.testing.assert_allclose(means.values[1], series.values[inside].mean(axis=0), atol=1e-12)
    assert means.steps[1] == series.steps[inside].mean()
    np.testing.assert_array_equal(means.column("v"), means.values[:, 1])


def test_growing_curves_keep_the_blocks_they_had() -> None:
    longer = noise(4090)
    series = Series(NAMES, longer.steps[:4000], longer.values[:4000])
    old, new = block_means(series, 100), block_means(longer, 100)
    np.testing.assert_array_equal(old.values[:-1], new.values[: len(old) - 1])


def test_few_rows_are_drawn_as_they_are() -> None:
    series = noise(50)
    assert block_means(series, 100) is series
    assert len(block_means(no_series(NAMES), 100)) == 0


@pytest.mark.parametrize(("step", "row"), [(-5.0, 0), (12.0, 0), (16.0, 1), (25.0, 1), (99.0, 2)])
def test_the_row_at_a_step_is_the_nearest(step: float, row: int) -> None:
    series = Series(NAMES, np.array([10.0, 20.0, 30.0]), np.arange(6.0).reshape(3, 2))
    assert series.nearest(step) == row
    assert series.at(step).tolist() == [2.0 * row, 2.0 * row + 1]


def test_at_no_step_stands_the_newest_row_and_nothing_is_nan() -> None:
    assert noise(7).at(None).tolist() == noise(7).values[-1].tolist()
    assert np.isnan(no_series(NAMES).at(5.0)).all()


def test_a_part_reaches_one_row_beyond_either_border() -> None:
    assert noise(9).between(3.5, 6.5).steps.tolist() == [3.0, 4.0, 5.0, 6.0, 7.0]


def test_thinned_out_rows_are_rows() -> None:
    assert thin_out(noise(100), 10).steps.tolist() == list(range(1, 101, 10))


def test_what_is_read_leaves_out_rows_that_are_not_finite() -> None:
    history = MetricsHistory()
    rows = np.array([[1, 0.5, 7, 1], [2, np.nan, 7, 1], [3, 0.25, 7, 2], [4, 0.5, 7, np.inf]])
    history.append((MetricsTable("train", ("step", "u", "w", "v"), rows),))
    series = read_series(history, "train", NAMES)
    assert series.steps.tolist() == [1.0, 3.0]
    assert series.values.tolist() == [[0.5, 1.0], [0.25, 2.0]]
    assert len(read_series(history, "held_out", NAMES)) == 0
