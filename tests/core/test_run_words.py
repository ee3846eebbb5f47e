"""Words of a run."""

import pytest

from dgm_explorer.core.gmm_vae_config import PHASES
from dgm_explorer.core.run_words import describe_duration, describe_phase


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1:00"), (187, "3:07"), (7500, "2 h 05 min"), (400_000, "4 days")],
)
def test_durations_read_as_one_would_say_them(seconds: float, text: str) -> None:
    assert describe_duration(seconds) == text


def test_phases_have_names_that_are_words() -> None:
    assert [describe_phase(phase) for phase in PHASES] == ["pre-training", "mixture fit", "joint training"]
    assert describe_phase("warm_up") == "warm up"
