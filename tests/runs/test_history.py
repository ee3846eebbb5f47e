"""Metrics as columns: everything is kept, a step that is trained again replaces what was there."""

import numpy as np
import pytest

from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.history import MetricsHistory
from tests.runs.examples import table


def test_columns_of_each_split_are_kept_apart() -> None:
    history = MetricsHistory()
    history.append([table(1, 3), table(2, 1, "held_out"), table(4, 2)])
    assert history.splits() == ("train", "held_out")
    assert history.names("train") == ("a", "b")
    assert history.steps("train").tolist() == [1, 2, 3, 4, 5]
    assert history.column("train", "a").tolist() == [10, 20, 30, 40, 50]
    assert history.column("held_out", "b").tolist() == [-2]
    assert history.last("train", "b") == -5


def test_what_never_was_is_empty_or_nan() -> None:
    history = MetricsHistory()
    assert len(history.steps("quality")) == len(history.column("quality", "nmi")) == 0
    assert history.names("quality") == ()
    assert np.isnan(history.last("quality", "nmi"))
    history.append([table()])
    assert np.isnan(history.column("train", "nothing")).tolist() == [True] * 3


def test_steps_trained_again_take_the_place_of_everything_later() -> None:
    history = MetricsHistory()
    history.append([table(1, 50)])
    again = MetricsTable("train", ("step", "a"), np.array([[31.0, 7.0], [32.0, 8.0]]))
    history.append([again])
    assert history.steps("train").tolist() == list(range(1, 33))
    assert history.column("train", "a")[-3:].tolist() == [300, 7, 8]
    assert np.isnan(history.column("train", "b")[-2:]).all()


def test_a_table_may_go_back_within_itself() -> None:
    history = MetricsHistory()
    steps = [1, 2, 3, 4, 2, 3, 3, 9]
    history.append(
        [MetricsTable("train", ("step", "a"), np.array([[s, i] for i, s in enumerate(steps)], float))]
    )
    assert history.steps("train").tolist() == [1, 2, 3, 9]
    assert history.column("train", "a").tolist() == [0, 4, 6, 7]


def test_columns_may_join_later() -> None:
    history = MetricsHistory()
    history.append([table(1, 2), MetricsTable("train", ("step", "beta"), np.array([[3.0, 0.5]]))])
    np.testing.assert_array_equal(history.column("train", "beta"), [np.nan, np.nan, 0.5])
    np.testing.assert_array_equal(history.column("train", "a"), [10, 20, np.nan])


@pytest.mark.parametrize("chunk", [1, 7, 999, 20_000])
def test_memory_is_bounded_and_the_past_gets_coarser(chunk: int) -> None:
    history, n = MetricsHistory(max_rows=1000), 20_000
    for first in range(1, n + 1, chunk):
        history.append([table(first, min(chunk, n + 1 - first))])
    steps = history.steps("train")
    assert 400 <= len(steps) <= 1000
    assert (np.diff(steps) > 0).all()
    assert steps[-1] == n
    assert steps[0] <= 64
    np.testing.assert_array_equal(history.column("train", "a"), 10 * steps)


def test_numbers_beyond_single_precision_become_infinite() -> None:
    history = MetricsHistory()
    history.append([MetricsTable("train", ("step", "a"), np.array([[2.0**53, 1e300]]))])
    assert history.steps("train")[0] == 2.0**53
    assert history.last("train", "a") == np.inf


def test_the_number_of_columns_is_bounded() -> None:
    history = MetricsHistory()
    for block in range(30):
        names = ("step", *(f"{block}-{i}" for i in range(10)))
        history.append([MetricsTable("train", names, np.full((1, 11), block + 1.0))])
    assert len(history.names("train")) == 64
    assert len(history.steps("train")) == 30


def test_views_are_read_only_and_nothing_is_copied() -> None:
    history = MetricsHistory()
    history.append([table(1, 10)])
    column = history.column("train", "a")
    assert column.flags.c_contiguous
    assert np.shares_memory(column, history.column("train", "a"))
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 1
    history.clear()
    assert history.splits() == ()


def test_empty_tables_are_nothing() -> None:
    history = MetricsHistory()
    history.append([MetricsTable("train", ("step", "a"), np.zeros((0, 2)))])
    assert len(history.steps("train")) == 0
