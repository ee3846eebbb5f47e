"""The curves of a run: what is read out, drawn and told by the switch."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.core.picture_size import parse_size
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.picture_file import laid_out, on_screen_size
from dgm_explorer.ui.tabs.vq_vae.curves.panel import EMPTY_WORDS, CurvesPanel
from dgm_explorer.ui.tabs.vq_vae.curves.words import CODE_CURVES, LOSS_CURVES, PERPLEXITY_CURVES
from dgm_explorer.ui.theme import LIGHT, THEMES, apply_theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from tests.ui.plots.conftest import Hand
from tests.ui.tabs.vq_vae.cases import make_dataset, make_snapshot

TRAIN = ("step", "epoch", "reconstruction", "codebook", "commitment", "loss", "perplexity", "dead", "revived")
HELD_OUT = ("step", "epoch", "mse", "nmse", "perplexity", "used")


def make_history(n: int = 500, shift: float = 0.0) -> MetricsHistory:
    """Reconstruction 1 / step + shift, commitment a tenth of it; held out every 50 steps."""
    steps = np.arange(1.0, n + 1)
    error = 1 / steps + shift
    nought = 0 * steps
    rows = [steps, steps / 50, error, nought, error / 10, 1.1 * error, 40 + nought, 3 + nought, nought]
    every = steps[49::50]
    error = 1 / every + shift + 0.01
    measured = [every, every / 50, 0.1 * error, error, 42 + 0 * every, 60 + 0 * every]
    history = MetricsHistory()
    history.append(
        [
            MetricsTable("train", TRAIN, np.column_stack(rows)),
            MetricsTable("held_out", HELD_OUT, np.column_stack(measured)),
        ]
    )
    return history


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> CurvesPanel:
    apply_theme(qapp, LIGHT)
    panel = CurvesPanel()
    qtbot.addWidget(panel)
    panel.resize(540, 560)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_config(VqVaeConfig(codebook_size=64))
    panel.show_history(make_history(), None)
    return panel


def key_text(panel: CurvesPanel) -> str:
    return " | ".join(key.text() for key in panel.column.keys)


def legend(panel: CurvesPanel) -> str:
    return panel.findChild(ElidedLabel).text()


def test_every_column_of_the_metrics_but_the_rate_has_a_curve() -> None:
    drawn = {(curve.split, curve.column) for curve in (*LOSS_CURVES, *PERPLEXITY_CURVES, *CODE_CURVES)}
    assert {column for split, column in drawn if split == "train"} == set(TRAIN[2:])
    assert {column for split, column in drawn if split == "held_out"} == {"nmse", "perplexity", "used"}


def test_curves_of_one_chart_have_colours_of_their_own() -> None:
    for curves in (LOSS_CURVES, PERPLEXITY_CURVES, CODE_CURVES):
        assert len({curve.rgb(LIGHT) for curve in curves}) == len(curves)


def test_the_mouse_reads_all_three_charts_at_its_step(panel: CurvesPanel) -> None:
    assert "reconstruction 0.002" in key_text(panel)
    chart = panel.codes
    Hand(chart).move(chart.view_to_viewport(100.0, 1.0), is_down=False)
    text = key_text(panel)
    step = int(panel.losses.cursor_words.removeprefix("step ").split(",")[0])
    assert step == pytest.approx(100, abs=2)
    assert panel.losses.cursor_words.endswith(f"epoch {step / 50:.1f}")
    assert f"reconstruction {1 / step:.3g}, held-out MSE ÷ variance 0.02, " in text
    assert f"commitment {0.1 / step:.3g}, codebook 0" in text
    for words in ("batch 40.0", "held-out 42.0", "used by held-out 60", "dead codes 3", "in a step 0"):
        assert words in text


def test_a_second_run_is_read_beside_the_first_and_both_are_named(panel: CurvesPanel) -> None:
    panel.set_names("a3f1", "b771")
    panel.show_history(make_history(), make_history(300, shift=0.1))
    assert "reconstruction 0.002 ╌ 0.103" in key_text(panel)
    assert legend(panel).startswith("— a3f1   ╌╌ b771")
    panel.set_names("a3f1", "")
    assert "b771" not in legend(panel)


def test_losses_are_logarithmic_until_the_user_says_otherwise(panel: CurvesPanel) -> None:
    told: list[bool] = []
    panel.log_chosen.connect(told.append)
    assert panel.losses.is_log
    QTest.mouseClick(panel.findChild(QCheckBox), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert told == [False]
    assert not panel.losses.is_log
    panel.set_log(True)
    assert panel.losses.is_log
    assert told == [False]
    assert not panel.perplexity.is_log


def test_perplexity_is_compared_with_the_number_of_codes(panel: CurvesPanel) -> None:
    assert panel.perplexity.view_range[1][1] > 64
    panel.set_config(VqVaeConfig(codebook_size=512))
    assert panel.perplexity.view_range[1][1] > 512


def test_the_charts_can_be_exported(panel: CurvesPanel) -> None:
    plots = panel.plots()
    assert all(isinstance(plot, ExportablePlot) for plot in plots)
    whole, losses, *_ = plots
    assert len({plot.export_name for plot in plots}) == 4
    columns = whole.export_table().header
    assert columns[0] == "step"
    assert set(columns) == {name for plot in plots[1:] for name in plot.export_table().header}
    assert len(columns) == len(set(columns))
    table = losses.export_table()
    assert table.header == ("step", "loss", "reconstruction", "held_out_nmse", "commitment", "codebook")
    np.testing.assert_allclose(np.asarray(table.columns[2], float), 1 / np.arange(1, 501), rtol=1e-6)


def test_a_narrow_picture_of_one_chart_has_its_whole_key(panel: CurvesPanel) -> None:
    losses = panel.column.plots[0]
    with laid_out(losses, parse_size("8.5x6cm")):
        assert losses.key.height() > 2 * QFontMetrics(losses.key.font()).height()
        assert losses.chart.y() >= losses.key.height()


def test_a_chart_exported_alone_has_the_axis_that_is_below_others_on_the_screen(panel: CurvesPanel) -> None:
    losses = panel.column.plots[0]
    axis, before = losses.chart.plotItem.getAxis("bottom"), losses.chart.geometry()
    assert not axis.isVisible()
    with laid_out(losses, on_screen_size(losses)):
        assert axis.isVisible()
        assert axis.height() > 0
    assert not axis.isVisible()
    QApplication.processEvents()
    assert losses.chart.geometry() == before
    lowest = panel.column.plots[-1]
    with laid_out(lowest, on_screen_size(lowest)):
        pass
    assert lowest.chart.plotItem.getAxis("bottom").isVisible()


def test_another_run_takes_the_place_of_the_curves(panel: CurvesPanel) -> None:
    panel.clear("Press Space.")
    panel.show_history(MetricsHistory(), None)
    assert panel.losses.cover.reason == "Press Space."
    assert legend(panel) == ""
    panel.show_history(make_history(10), None)
    assert panel.losses.cover.reason == ""


def test_before_the_first_run_it_says_what_will_be_here(qtbot: QtBot) -> None:
    panel = CurvesPanel()
    qtbot.addWidget(panel)
    assert {chart.cover.reason for chart in panel.column.charts} == {EMPTY_WORDS}


def test_snapshots_are_no_trouble(panel: CurvesPanel) -> None:
    panel.show_snapshot(make_snapshot(), make_dataset())
    panel.set_code(1)
    panel.set_hovered_code(2)
    panel.finish()


def test_a_step_looked_back_on_is_read_out(panel: CurvesPanel) -> None:
    panel.set_shown_step(200.0)
    assert "reconstruction 0.005" in key_text(panel)
    panel.set_shown_step(None)
    assert "reconstruction 0.002" in key_text(panel)


def test_each_entry_of_the_key_has_a_formula_or_a_sentence(panel: CurvesPanel) -> None:
    for key in panel.column.keys:
        place = QPoint(6, 8)
        QApplication.sendEvent(key, QHelpEvent(QEvent.Type.ToolTip, place, key.mapToGlobal(place)))
        assert "now:" in QToolTip.text()
        QToolTip.hideText()
    assert all(curve.meaning for curve in (*LOSS_CURVES, *PERPLEXITY_CURVES, *CODE_CURVES))


@pytest.mark.parametrize("name", list(THEMES))
@pytest.mark.parametrize("size", [(430, 460), (540, 560), (1000, 900)])
def test_charts_have_room_at_every_size_in_every_theme(
    qtbot: QtBot, qapp: QApplication, name: str, size: tuple[int, int]
) -> None:
    theme = THEMES[name]
    apply_theme(qapp, theme)
    panel = CurvesPanel()
    qtbot.addWidget(panel)
    panel.set_theme(theme)
    panel.resize(*size)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_names("a3f1", "b771")
    panel.show_history(make_history(), make_history())
    qapp.processEvents()
    assert (panel.width(), panel.height()) == size
    for chart in panel.column.charts:
        (lo, _), y = chart.view_range
        top, bottom = (chart.view_to_viewport(lo, value).y() for value in (y[1], y[0]))
        assert bottom - top >= 35
    bottoms = [key.mapTo(panel, QPoint(0, key.height())).y() for key in panel.column.keys]
    tops = [chart.mapTo(panel, QPoint(0, 0)).y() for chart in panel.column.charts]
    assert all(bottom <= top + 1 for bottom, top in zip(bottoms, tops, strict=True))


def test_the_mouse_may_leave_an_empty_chart(panel: CurvesPanel) -> None:
    panel.show_history(MetricsHistory(), None)
    hand = Hand(panel.losses)
    hand.move(QPointF(200, 50), is_down=False)
    hand.move(QPointF(1, 1), is_down=False)
