"""What a hand on a handle means, apart from any window."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm_explorer.core.gaussians import LARGEST, Component1D, Gaussian1D
from dgm_explorer.ui.plots.handle_geometry import HandleDrag, HandleShape, relative_weight

shapes = st.builds(
    HandleShape, mu=st.floats(-50, 50), sigma=st.floats(1e-3, 1e3), share=st.floats(1e-3, 0.999)
)


def drag_of(shape: HandleShape, x: float = 0.0, y: float = 0.0, top: float = math.inf) -> HandleDrag:
    shown = min(shape.y, top)
    return HandleDrag(shape, shape.mu + x, shown + y, shown, min_y=shown / 1000)


def test_the_handle_sits_on_the_peak() -> None:
    assert HandleShape(1.0, 2.0, 0.25).y == pytest.approx(0.25 / (2.0 * math.sqrt(2 * math.pi)), rel=1e-15)


@given(shapes, st.floats(-1, 1), st.floats(-0.1, 0.1))
def test_nothing_jumps_when_the_button_goes_down(shape: HandleShape, x: float, y: float) -> None:
    drag = drag_of(shape, x, y * shape.y)
    assert drag.shape_at(drag.x, drag.y) == shape
    assert drag.weight_at(drag.y).share == pytest.approx(shape.share, rel=1e-15)


@given(shapes, st.floats(-5, 5), st.floats(0.2, 5))
def test_the_peak_follows_the_mouse(shape: HandleShape, dx: float, ratio: float) -> None:
    drag = drag_of(shape)
    moved = drag.shape_at(shape.mu + dx, shape.y * ratio)
    assert moved.mu == pytest.approx(shape.mu + dx, abs=1e-9)
    assert moved.y == pytest.approx(shape.y * ratio, rel=1e-9)
    assert moved.share == shape.share


@given(shapes, st.floats(-5, 5), st.floats(0.2, 5))
def test_there_and_back_again(shape: HandleShape, dx: float, ratio: float) -> None:
    there = drag_of(shape).shape_at(shape.mu + dx, shape.y * ratio)
    back = drag_of(there).shape_at(there.mu - dx, there.y / ratio)
    assert back.mu == pytest.approx(shape.mu, abs=1e-9)
    assert back.sigma == pytest.approx(shape.sigma, rel=1e-9)


@given(shapes)
def test_a_peak_above_the_plot_answers_at_once_without_a_jump(shape: HandleShape) -> None:
    top = shape.y / 40
    drag = drag_of(shape, top=top)
    assert drag.shape_at(drag.x, drag.y) == shape
    assert drag.shape_at(drag.x, drag.y - top / 2).sigma == pytest.approx(2 * shape.sigma, rel=1e-9)


def test_the_weight_takes_the_height_and_leaves_the_rest() -> None:
    shape = HandleShape(1.0, 0.5, 0.2)
    moved = drag_of(shape).weight_at(shape.y * 3)
    assert (moved.mu, moved.sigma) == (1.0, 0.5)
    assert moved.share == pytest.approx(0.6)


@pytest.mark.parametrize("y", [-1e9, -1.0, 0.0, 1e12, math.inf])
@pytest.mark.parametrize("x", [-1e12, 0.0, 1e12])
@pytest.mark.parametrize("others", [1.0, 7 * LARGEST])
def test_no_place_of_the_mouse_leaves_what_the_core_accepts(x: float, y: float, others: float) -> None:
    shape = HandleShape(0.0, 1.0, 0.5)
    moved = drag_of(shape).shape_at(x, y)
    Gaussian1D(moved.mu, moved.sigma)
    share = drag_of(shape).weight_at(y).share
    weight = relative_weight(share, others)
    Component1D(weight, moved.mu, moved.sigma)
    assert 0 < share < 1


def test_a_component_without_weight_can_be_given_one() -> None:
    shape = HandleShape(0.0, 1.0, 0.0)
    drag = HandleDrag(shape, 0.0, 0.0, shown_y=0.0, min_y=1e-3)
    assert drag.weight_at(0.05).share > 0


@given(st.floats(0.001, 0.999), st.floats(0.01, 100))
def test_relative_weight_gives_the_share(share: float, others: float) -> None:
    weight = relative_weight(share, others)
    assert weight / (weight + others) == pytest.approx(share, rel=1e-12)


def test_the_wheel_turns_back() -> None:
    shape = HandleShape(0.0, 2.0)
    assert shape.turned(1).sigma < 2.0
    assert shape.turned(3).turned(-3).sigma == pytest.approx(2.0, rel=1e-12)
