"""The drag of L on a short drag: every figure is there, and the hand really moves L."""

import math

import numpy as np
from pytestqt.qtbot import QtBot

from dgm_explorer.bench.dragged_tab import shown
from dgm_explorer.bench.reparam import DraggedColumn, measure
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab


def test_a_short_drag_gives_every_figure(qtbot: QtBot) -> None:
    del qtbot  # only for its application
    figures = {figure.name: figure for figure in measure(frames=60)}
    assert set(figures) == {"frame_vs_static", "frame_p99_ms", "frame_p50_ms", "event_to_paint_p99_ms"}
    assert all(math.isfinite(figure.value) for figure in figures.values())
    assert figures["frame_vs_static"].goal == "<= 2"
    assert figures["frame_vs_static"].value > 1
    assert figures["event_to_paint_p99_ms"].goal == "<= 33"


def test_every_step_moves_the_column_and_leaves_the_other(qtbot: QtBot) -> None:
    del qtbot
    with shown(ReparamTab()) as tab:
        subject = DraggedColumn(tab)
        start = tab.scene.frame
        subject.begin()
        factors = []
        for step in range(1, 6):
            subject.move(step)
            factors.append(tab.scene.frame.map.factor)
        subject.finish()
        assert len({tuple(factor[:, 0].tolist()) for factor in factors}) == 5
        for factor in factors:
            np.testing.assert_allclose(factor[:, 1], start.map.factor[:, 1], rtol=1e-12)
        assert tab.scene.frame.epsilon is start.epsilon
        assert tab.store is not None
        assert tab.store.can_undo
