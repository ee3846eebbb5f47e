"""The drag benchmark on a short drag: every figure is there; how large it is is the machine's business."""

import math

from pytestqt.qtbot import QtBot

from dgm_explorer.bench.drag import measure


def test_a_short_drag_gives_every_figure(qtbot: QtBot) -> None:
    del qtbot  # only for its application
    figures = {figure.name: figure for figure in measure(drag_steps=40, frames=60)}
    assert set(figures) == {
        "frame_vs_static",
        "frame_p99_ms",
        "frame_p50_ms",
        "event_to_paint_p99_ms",
        "drag_rss_growth",
    }
    assert all(math.isfinite(figure.value) for figure in figures.values())
    assert figures["frame_vs_static"].value > 1
    assert figures["event_to_paint_p99_ms"].goal == "<= 33"
    assert figures["drag_rss_growth"].unit == "%"
