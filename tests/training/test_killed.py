"""A run that is killed at any instant opens and resumes, and loses no more than the last interval."""

import random
from pathlib import Path

from tests.training.killing import kill_at_random


def test_killed_again_and_again_a_run_opens_resumes_and_gets_on(tmp_path: Path) -> None:
    rng = random.Random(20_261_122)
    steps = [kill_at_random(tmp_path / "run", rng, 1.0)[0] for _ in range(2)]
    assert steps == sorted(steps)
    assert steps[-1] > 0
