"""When something is due again."""

import pytest

from dgm_explorer.training.pacing import Pace


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize(
    ("every_s", "step_s", "write_s"), [(10.0, 0.05, 0.4), (0.5, 0.02, 0.1), (1.0, 0.2, 0.2)]
)
def test_what_is_early_has_ended_within_every_interval(every_s: float, step_s: float, write_s: float) -> None:
    """A kill loses what was done since the state in the last whole file was taken."""
    clock = Clock()
    pace = Pace(every_s, clock, is_early=True)
    taken_s, lost_s, n_written = 0.0, [], 0
    while clock.now_s < 12 * every_s:
        clock.now_s += step_s
        if pace.is_due():
            began_s = clock.now_s
            with pace.timed():
                clock.now_s += write_s
            n_written += 1
            lost_s.append(clock.now_s - taken_s)
            taken_s = began_s
    assert max(lost_s[1:]) <= every_s + 1e-9, "the first cannot know how long it takes"
    assert n_written <= 2 * 12 + 1


def test_others_are_due_when_the_interval_is_over_and_keep_to_their_share() -> None:
    clock = Clock()
    pace = Pace(1.0, clock, largest_share=0.1)
    clock.now_s = 0.99
    assert not pace.is_due()
    clock.now_s = 1.0
    assert pace.is_due()
    with pace.timed():
        clock.now_s += 0.5
    clock.now_s = 5.9
    assert not pace.is_due()
    clock.now_s = 6.0
    assert pace.is_due()
