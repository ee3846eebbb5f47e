"""The benchmark of the latent view on a few frames; how large the ratio is is the machine's business."""

import math

from pytestqt.qtbot import QtBot

from dgm_explorer.bench.latent_frame import N_COMPONENTS, N_DOTS, measure_latent_frame, moving_scenes


def test_a_few_frames_give_the_figure(qtbot: QtBot) -> None:
    del qtbot  # only for its application
    figure = measure_latent_frame(rounds=6)
    assert (figure.name, figure.unit, figure.goal) == ("latent_frame_vs_static", "ratio", "<= 1.6")
    assert math.isfinite(figure.value)
    assert figure.value > 1


def test_every_scene_is_full_and_different() -> None:
    first, second, *_ = moving_scenes()
    assert first.positions.shape == (N_DOTS, 2)
    assert len(first.components) == N_COMPONENTS
    assert (first.positions != second.positions).any()
