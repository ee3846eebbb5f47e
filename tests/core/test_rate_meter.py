"""The pace of a run."""

import pytest

from dgm_explorer.core.rate_meter import RateMeter
from dgm_explorer.core.training import Progress


def test_rates_are_of_the_last_seconds_and_of_one_phase() -> None:
    meter = RateMeter(3.0)
    assert meter.seconds_left is None
    for tenth in range(100):
        meter.add(tenth / 10, Progress(tenth * 5, 1000, 0.0, "pretrain", tenth * 320))
    assert meter.steps_per_s == pytest.approx(50)
    assert meter.images_per_s == pytest.approx(3200)
    assert meter.seconds_left == pytest.approx((1000 - 495) / 50)
    meter.add(10.0, Progress(500, 1000, 0.0, "joint", 32_000))
    assert meter.steps_per_s == 0
    for tenth in range(1, 20):
        meter.add(10 + tenth / 10, Progress(500 + tenth * 2, 1000, 0.0, "joint", 32_000 + tenth * 128))
    assert meter.steps_per_s == pytest.approx(20)


def test_a_fit_that_sees_no_image_says_nothing_of_the_training_behind_it() -> None:
    meter = RateMeter(3.0)
    for second in range(4):
        meter.add(float(second), Progress(600 + second, 14_690, 2.7, "mixture_fit", 159_232))
    assert meter.steps_per_s == pytest.approx(1)
    assert meter.seconds_left is None, "not four hours"
