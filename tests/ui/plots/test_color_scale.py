"""Values to positions, levels and ticks."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm_explorer.ui.plots.color_scale import ColorScale


def test_position_is_log1p_above_the_minimum() -> None:
    z = np.array([[2.0, 2.1], [3.0, 1e6]])
    scale = ColorScale.of(z, softness=0.1)
    expected = [math.log1p((v - 2.0) / 0.1) / math.log1p((1e6 - 2.0) / 0.1) for v in z.ravel()]
    np.testing.assert_allclose(scale.position(z).ravel(), expected, rtol=1e-14)


def test_values_that_are_not_finite_do_not_move_the_scale() -> None:
    scale = ColorScale.of(np.array([np.nan, 1.0, np.inf, 5.0, -np.inf]))
    assert (scale.lo, scale.hi) == (1.0, 5.0)
    assert ColorScale.of(np.full(3, np.nan)) == ColorScale()


def test_a_constant_has_a_scale() -> None:
    scale = ColorScale.of(np.full((2, 2), 3.0))
    assert np.all(scale.position(np.full(2, 3.0)) == 0.0)


@given(st.floats(-10, 10), st.floats(1e-6, 1e6), st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_value_is_the_inverse_of_position(lo: float, width: float, positions: list[float]) -> None:
    scale = ColorScale(lo, lo + width)
    there_and_back = scale.position(scale.value(np.array(positions)))
    np.testing.assert_allclose(there_and_back, positions, atol=2e-6)


@pytest.mark.parametrize("width", [1.1e-4, 1.9e-3, 0.0105, 2.1e-5, 0.15])
def test_the_narrowest_scale_has_ticks(width: float) -> None:
    """Of a landscape that is zoomed in so far that it is flat."""
    lo = 0.77430123
    ticks = ColorScale(lo, lo + width).ticks(1.0, 0.1)
    assert len(ticks) >= 2
    assert all(lo <= shown <= lo + width for _, shown in ticks)


@pytest.mark.parametrize("factor", [1.0, 1 / math.log(2)])
@pytest.mark.parametrize(
    ("lo", "hi"), [(0.69, 15_000.0), (0.69, 55.0), (0.0, 1e6), (3.1, 3.1004), (-2.0, 40.0), (120.0, 121.0)]
)
def test_ticks_are_round_apart_and_where_they_say(lo: float, hi: float, factor: float) -> None:
    scale, gap = ColorScale(lo, hi), 0.06
    ticks = scale.ticks(factor, gap)
    assert len(ticks) >= 4
    positions = [at for at, _ in ticks]
    assert all(b - a >= gap for a, b in pairwise(positions))
    for at, shown in ticks:
        assert at == pytest.approx(scale.position(np.array([shown / factor]))[0], abs=1e-12)
        assert len(f"{shown:.6g}".replace("-", "").replace(".", "").strip("0")) <= 5
