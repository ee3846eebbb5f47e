"""Which part of the latent space is shown by itself."""

import numpy as np
import pytest

from dgm_explorer.ui.plots.latent_range import Box, box_of

NO_MEANS = np.zeros((0, 2))


def test_the_box_holds_the_dots_with_a_margin() -> None:
    dots = np.random.default_rng(0).uniform([-2, 5], [4, 9], (900, 2)).astype(np.float32)
    box = box_of(dots, NO_MEANS)
    assert box is not None
    assert (box.x_lo, box.x_hi) == pytest.approx((-2.36, 4.36), abs=0.05)
    assert (box.y_lo, box.y_hi) == pytest.approx((4.76, 9.24), abs=0.05)


def test_one_stray_dot_does_not_shrink_the_picture() -> None:
    dots = np.random.default_rng(0).normal(size=(900, 2)).astype(np.float32)
    dots[17] = (1e6, -1e6)
    box = box_of(dots, NO_MEANS)
    assert box is not None
    assert box.x_hi - box.x_lo < 15


def test_means_outside_the_dots_are_shown() -> None:
    dots = np.random.default_rng(0).uniform(-1, 1, (900, 2)).astype(np.float32)
    box = box_of(dots, np.array([[1.8, 0.0], [np.nan, 0.0]]))
    assert box is not None
    assert 1.8 < box.x_hi < 2.5


@pytest.mark.parametrize("dots", [np.zeros((0, 2)), np.full((5, 2), np.nan)])
def test_without_a_finite_dot_there_is_no_box(dots) -> None:
    assert box_of(dots.astype(np.float32), NO_MEANS) is None


def test_dots_on_one_spot_still_have_room() -> None:
    box = box_of(np.full((20, 2), 3.0, np.float32), NO_MEANS)
    assert box is not None
    assert box.x_hi > 3.0 > box.x_lo


def test_a_range_is_kept_while_it_shows_all_and_not_too_much() -> None:
    wanted = Box(-1, 1, -1, 1)
    assert Box(-1.3, 1.3, -1.2, 1.2).is_good_for(wanted)
    assert not Box(-0.9, 1.3, -1.2, 1.2).is_good_for(wanted)
    assert not Box(-3, 3, -3, 3).is_good_for(wanted)
    assert Box(-6, 6, -1.2, 1.2).is_good_for(wanted)
