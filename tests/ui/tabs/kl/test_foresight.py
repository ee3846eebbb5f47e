"""Guesses of where stationary points go: of second order in the steps of a drag, at any speed of the hand."""

import numpy as np
import pytest

from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import StationaryPoint, find_reverse_stationary
from dgm_explorer.ui.tabs.kl.foresight import Motion

Components = tuple[Component1D, ...]


def mixture(mu: float, sigma: float = 0.9) -> Components:
    return Component1D(0.4, -2.0, 0.7), Component1D(0.6, mu, sigma)


def found(components: Components) -> tuple[StationaryPoint, ...]:
    return tuple(sorted(find_reverse_stationary(Mixture1D(components)), key=lambda point: point.mu))


def places(components: Components) -> np.ndarray:
    return np.array([(point.mu, np.log(point.sigma)) for point in found(components)])


def motion(old: Components, new: Components) -> Motion:
    return Motion(old, new, found(old), found(new))


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0, -1.0])
def test_what_a_guess_misses_falls_with_the_square_of_the_step(speed: float) -> None:
    def miss(step: float) -> float:
        third = mixture(3.0 + (1 + speed) * step)
        guess = motion(mixture(3.0), mixture(3.0 + step)).ahead(third)
        assert guess is not None
        return float(np.abs(guess - places(third)).max())

    if speed == -1.0:
        assert miss(0.04) < 1e-9  # back where it came from
    else:
        assert miss(0.01) < 0.3 * miss(0.02) < 0.001


def test_only_the_part_of_a_step_along_the_last_one_counts() -> None:
    guess = motion(mixture(3.0), mixture(3.02)).ahead(mixture(3.02, 0.95))
    assert guess == pytest.approx(places(mixture(3.02)), abs=1e-9)


def test_a_hand_that_rested_gives_no_direction() -> None:
    assert motion(mixture(3.0), mixture(3.0)).ahead(mixture(3.1)) is None


def test_a_leap_after_a_tiny_step_is_not_stretched_to_the_horizon() -> None:
    guess = motion(mixture(3.0), mixture(3.0 + 1e-9)).ahead(mixture(3.5))
    assert guess == pytest.approx(places(mixture(3.0)), abs=1e-6)
