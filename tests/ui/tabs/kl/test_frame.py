"""From state to frame: values against scipy and closed forms, and minima that are never stale."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState, View1D
from dgm_explorer.numerics.stationary import StationaryPoint
from dgm_explorer.session import preset_names, read_preset
from dgm_explorer.ui.tabs.kl.frame import FrameEngine, is_small_step


def symmetric(d: float) -> tuple[Component1D, ...]:
    return Component1D(0.5, -d, 1.0), Component1D(0.5, d, 1.0)


def in_order(points: tuple[StationaryPoint, ...]) -> list[StationaryPoint]:
    """By kind and place: equal values come in any order, and means that are 0 but for rounding too."""
    return sorted(points, key=lambda point: (point.kind, round(point.mu, 6), point.sigma))


def kinds(state: KLState, engine: FrameEngine) -> list[str]:
    """As the tab shows them once a search that the frame asks for is done."""
    frame = engine.resolve(state)
    if frame.is_searching:
        request = engine.make_search()
        engine.adopt(request, request.run())
        frame = engine.resolve(state)
    return [point.kind for point in frame.reverse_points]


def search(state: KLState) -> tuple[StationaryPoint, ...]:
    """All stationary points, found from many starts, without the landscape's word."""
    engine = FrameEngine()
    engine.resolve(state)
    return engine.make_search().run()


def test_divergences_agree_with_scipy() -> None:
    state = KLState(q=Gaussian1D(0.8, 1.2))
    frame = FrameEngine().resolve(state)

    def p(x: float) -> float:
        return 0.5 * float(norm.pdf(x, -3, 1) + norm.pdf(x, 3, 1))

    def forward(x: float) -> float:
        return p(x) * (math.log(p(x)) - float(norm.logpdf(x, 0.8, 1.2)))

    def reverse(x: float) -> float:
        return float(norm.pdf(x, 0.8, 1.2)) * (float(norm.logpdf(x, 0.8, 1.2)) - math.log(p(x)))

    assert frame.kl_forward == pytest.approx(quad(forward, -12, 12, limit=200)[0], rel=1e-8)
    assert frame.kl_reverse == pytest.approx(quad(reverse, -9, 11, limit=200)[0], rel=1e-8)
    assert frame.forward.shape == frame.reverse.shape == (256, 256)


def test_the_number_of_minima_changes_at_the_saddle_node_and_the_maxwell_point() -> None:
    """kl.md section 5: 1 minimum below d = 2.41223, three above; the sides win above 2.80008."""
    engine = FrameEngine()
    found = {}
    for d in np.arange(2.30, 2.90, 0.01):  # as a hand drags: small steps, followed from one to the next
        found[round(float(d), 2)] = kinds(replace(KLState(), p=symmetric(float(d))), engine)
    assert all(kind == ["global"] for d, kind in found.items() if d < 2.41)
    assert all(
        kind == ["global", "local", "local", "saddle", "saddle"]
        for d, kind in found.items()
        if 2.42 <= d <= 2.80
    )
    assert all(
        kind == ["tied", "tied", "local", "saddle", "saddle"] for d, kind in found.items() if d >= 2.81
    )


def test_a_followed_drag_ends_where_a_fresh_search_ends() -> None:
    engine = FrameEngine()
    for share in np.linspace(0.0, 1.0, 41):
        p = (Component1D(0.5, -3.0, 1.0), Component1D(0.5, 3.0 - share, 1.0 - 0.6 * share))
        followed = engine.resolve(replace(KLState(), p=p)).reverse_points
    fresh = search(replace(KLState(), p=p))
    assert [point.kind for point in followed] == [point.kind for point in fresh]
    for a, b in zip(followed, fresh, strict=True):
        assert (a.mu, a.sigma, a.kl) == pytest.approx((b.mu, b.sigma, b.kl), abs=1e-7)


def test_only_what_changed_is_computed_again() -> None:
    engine = FrameEngine()
    state = KLState()
    first = engine.resolve(state)
    moved_q = engine.resolve(replace(state, q=Gaussian1D(1.0, 1.0)))
    assert moved_q.reverse is first.reverse
    assert moved_q.kl_reverse != first.kl_reverse
    zoomed = engine.resolve(replace(state, view=View1D(-4.0, 4.0, 0.1, 5.0)))
    assert zoomed.grid.mu[0] == -4.0
    assert zoomed.reverse_points == first.reverse_points


def test_after_a_leap_the_points_are_read_off_the_landscape() -> None:
    engine = FrameEngine()
    engine.resolve(KLState())
    leap = replace(KLState(), p=(*symmetric(4.0), Component1D(0.3, 0.0, 0.2)))
    found = engine.resolve(leap)
    truth = search(leap)
    assert not found.is_searching
    assert not found.is_confirmed
    assert [point.kind for point in found.reverse_points] == [point.kind for point in truth]
    for point, true in zip(in_order(found.reverse_points), in_order(truth), strict=True):
        assert (point.mu, point.sigma, point.kl) == pytest.approx((true.mu, true.sigma, true.kl), abs=1e-8)


LINES = [
    name
    for name in preset_names()
    if (state := read_preset(name).kl) is not None and state.dimension == 1 and not state.is_sigma_fixed
]


@pytest.mark.parametrize("name", LINES)
def test_the_first_picture_of_a_preset_has_all_points(name: str) -> None:
    state = read_preset(name).kl
    assert state is not None
    frame, truth = FrameEngine().resolve(state), search(state)
    assert not frame.is_searching
    assert [point.kind for point in frame.reverse_points] == [point.kind for point in truth]
    for point, true in zip(frame.reverse_points, truth, strict=True):
        assert (point.mu, point.sigma, point.kl) == pytest.approx((true.mu, true.sigma, true.kl), abs=1e-7)


def test_what_cannot_be_read_off_is_searched_for_elsewhere_and_nothing_stale_is_shown() -> None:
    """Modes far narrower than a cell leave no minima on the grid."""
    engine = FrameEngine()
    engine.resolve(KLState())
    narrow = replace(KLState(), p=(Component1D(0.5, -4.01, 0.004), Component1D(0.5, 4.0, 0.004)))
    waiting = engine.resolve(narrow)
    assert waiting.is_searching
    assert waiting.reverse_points == ()
    request = engine.make_search()
    engine.adopt(request, request.run())
    ready = engine.resolve(narrow)
    assert ready.is_confirmed
    assert not ready.is_searching
    assert ready.reverse_points == search(narrow)


def test_fixed_sigma_has_the_homework_s_pitchfork() -> None:
    engine = FrameEngine()
    fixed = replace(KLState(), q=Gaussian1D(0.0, 1.0), is_sigma_fixed=True)
    assert kinds(replace(fixed, p=symmetric(1.45)), engine) == ["global"]
    two = engine.resolve(replace(fixed, p=symmetric(2.0)))
    assert [point.kind for point in two.reverse_points] == ["tied", "tied", "maximum"]
    assert two.reverse_points[0].kl == pytest.approx(0.6191481486, abs=1e-9)
    assert two.forward_minimum.kl == pytest.approx(1.3672798063, abs=1e-9)


def test_a_leap_is_not_a_step() -> None:
    assert is_small_step(symmetric(2.0), symmetric(2.1))
    assert not is_small_step(symmetric(2.0), symmetric(4.0))
    assert not is_small_step(symmetric(2.0), (*symmetric(2.0), Component1D(0.1, 0.0, 1.0)))


@pytest.mark.parametrize("tick", [0.02, 0.03, 0.06])
def test_minima_that_are_born_in_a_drag_are_seen(tick: float) -> None:
    """p swings to and fro across the fold at d = 2.41222971801281898 (kl.md, with mpmath), where two minima
    and two saddles come and go; a search that was asked for is answered at the next move."""
    engine, asked = FrameEngine(), None
    n_wrong, longest = 0, 0
    for i in range(int(28 / tick)):
        d = 3 - 1.8 * math.sin(math.pi * tick * i / 14) ** 4
        state = KLState(p=(Component1D(0.5, -d, 1.0), Component1D(0.5, d, 1.0)))
        if asked is not None:
            engine.adopt(asked, asked.run())
        frame = engine.resolve(state)
        asked = engine.make_search() if frame.is_searching else None
        is_right = len(frame.reverse_points) == (1 if d < 2.41222971801281898 else 5)
        n_wrong = 0 if is_right else n_wrong + 1
        longest = max(longest, n_wrong)
    assert longest <= 3
