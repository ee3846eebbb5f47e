"""The frame meter."""

from pytestqt.qtbot import QtBot

from dgm_explorer.ui.widgets.frame_meter import SMOOTHING, WORST_OF, FrameMeter


def make_meter(qtbot: QtBot, times_s: list[float]) -> FrameMeter:
    meter = FrameMeter(clock=lambda: times_s[0])
    qtbot.addWidget(meter)
    return meter


def test_mean_is_smoothed_and_worst_is_kept_for_a_while(qtbot: QtBot) -> None:
    meter = make_meter(qtbot, [0.0])
    meter.add(4.0)
    meter.add(14.0)
    assert meter.mean_ms == 4.0 + SMOOTHING * 10.0
    assert meter.worst_ms == 14.0
    for _ in range(WORST_OF):
        meter.add(5.0)
    assert meter.worst_ms == 5.0


def test_the_label_is_written_ten_times_a_second_at_most(qtbot: QtBot) -> None:
    now_s = [0.0]
    meter = make_meter(qtbot, now_s)
    meter.add(4.0)
    now_s[0] = 0.05
    meter.add(100.0)
    assert meter.text() == "frame 4.0 ms · worst 4.0 ms"
    now_s[0] = 0.2
    meter.add(100.0)
    assert "worst 100.0 ms" in meter.text()
