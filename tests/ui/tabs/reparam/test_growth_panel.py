"""The growth of the estimators' noise: measured beside the window, drawn on closed forms."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLayout
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.variance_growth import sweep_of
from dgm_explorer.ui.export import export_csv
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.reparam.estimator_words import estimator_color
from dgm_explorer.ui.tabs.reparam.frame import FrameEngine
from dgm_explorer.ui.tabs.reparam.growth_curves import GrowthView, by_estimator, fit_slope
from dgm_explorer.ui.tabs.reparam.growth_panel import GrowthPanel
from dgm_explorer.ui.tabs.reparam.growth_plot import NO_SIGNAL
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import LIGHT, THEMES

TIMEOUT_MS = 60_000
SMALL = ReparamState(sweep_dimensions=(1, 4, 16, 32, 64))
"""A sweep that takes a fraction of a second."""
LARGE = ReparamState(growth="samples")
"""One that takes some seconds."""
Make = Callable[[ReparamState], GrowthPanel]


@pytest.fixture
def make_panel(qtbot: QtBot) -> Make:
    """A panel whose edits go to a store and come back."""
    make_application()

    def make(state: ReparamState) -> GrowthPanel:
        store = Store(state, looks=("panel",))
        editor = ReparamEditor(store)
        panel = GrowthPanel(editor, LIGHT)
        store.setParent(panel)
        editor.setParent(panel)
        store.changed.connect(lambda _, new: panel.show_state(new))
        qtbot.addWidget(panel, before_close_func=GrowthPanel.finish)
        panel.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        panel.resize(620, 300)
        panel.show_state(state)
        with qtbot.waitExposed(panel):
            panel.show()
        return panel

    return make


def _wait(panel: GrowthPanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: panel.run.is_complete, timeout=TIMEOUT_MS)


def test_points_lie_on_the_closed_forms(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(SMALL)
    _wait(panel, qtbot)
    assert len(panel.plot.measured) == 3 * len(SMALL.sweep_dimensions)
    for measured in panel.plot.measured:
        assert measured.point.n_estimates == 200
        assert abs(measured.value - measured.exact) < 5 * measured.error
        x, y = panel.plot.line(measured.point.estimator).points
        at = int(np.abs(x - math.log(measured.x)).argmin())
        assert y[at] == pytest.approx(math.log(measured.exact), abs=1e-9)


def test_pathwise_variance_is_d_sigma_squared_over_n(make_panel: Make) -> None:
    panel = make_panel(SMALL)
    sweep = sweep_of(SMALL)
    x, y = panel.plot.line("pathwise").points
    np.testing.assert_allclose(np.exp(y), np.exp(x) * sweep.sigma**2 / SMALL.n_samples, rtol=1e-9)


def test_the_slopes_are_those_of_large_dimensions(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(ReparamState(sweep_dimensions=(1, 16, 64, 128, 256)))
    _wait(panel, qtbot)
    curves = by_estimator(panel.plot.measured)
    expected = {"pathwise": 1.0, "score_baseline": 2.0, "score": 3.0}
    for estimator, power in expected.items():
        slope = fit_slope(curves[estimator], "dimension")  # type: ignore[index]
        assert slope is not None
        assert slope.value == pytest.approx(power, abs=0.12)
    plain = panel.legend.replace("&nbsp;", " ")
    assert all(words in plain for words in ("pathwise ∝ d: 0.9", "score ∝ d³: 2.9", "baseline ∝ d²: "))


def test_the_signal_to_noise_ratio_of_the_pathwise_gradient_is_constant(
    make_panel: Make, qtbot: QtBot
) -> None:
    panel = make_panel(SMALL)
    _wait(panel, qtbot)
    QTest.mouseClick(panel.quantity.button("snr"), Qt.MouseButton.LeftButton)
    sweep = sweep_of(SMALL)
    _, y = panel.plot.line("pathwise").points
    np.testing.assert_allclose(np.exp(y), math.sqrt(SMALL.n_samples) * sweep.offset / sweep.sigma, rtol=1e-9)
    for measured in panel.plot.measured:
        assert abs(measured.value - measured.exact) < 5 * measured.error


def test_there_is_no_signal_on_the_target(make_panel: Make) -> None:
    panel = make_panel(replace(SMALL, mean=SMALL.target))
    QTest.mouseClick(panel.quantity.button("snr"), Qt.MouseButton.LeftButton)
    assert panel.plot.cover.reason == NO_SIGNAL
    QTest.mouseClick(panel.block.button("scale"), Qt.MouseButton.LeftButton)
    assert panel.plot.cover.reason == ""


def test_points_appear_while_the_sweep_runs_and_cancel_keeps_them(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(LARGE)
    assert panel.plot.measured == ()
    qtbot.waitUntil(lambda: len(panel.plot.measured) >= 6, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: panel.run.left_s is not None, timeout=TIMEOUT_MS)
    assert panel.run.is_running
    assert 0 < panel.run.share < 1
    panel._draw()
    assert panel.progress.text().endswith(" left")
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.run.is_cancelled
    assert panel.progress.text().startswith("stopped at ")
    assert panel.button.text() == "Run again"
    qtbot.wait(250)
    known = panel.run.points
    qtbot.wait(250)
    assert panel.run.points == known != ()
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.run.is_running
    assert panel.run.points == ()


def test_only_what_the_sweep_depends_on_starts_it_again(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(SMALL)
    _wait(panel, qtbot)
    known = panel.run.points
    for change in ({"n_points": 7}, {"learning_rate": 0.5}, {"estimator": "score"}, {"objective": "banana"}):
        panel.show_state(replace(SMALL, **change))  # type: ignore[arg-type]
        assert panel.run.is_complete
        assert panel.run.points is not None
    assert panel.run.points == known
    for change in ({"mean": (3.0, 0.0)}, {"n_samples": 5}, {"seed": 2}, {"off_diagonal": 2.0}):
        panel.show_state(replace(SMALL, **change))  # type: ignore[arg-type]
        assert not panel.run.is_complete
        assert panel.run.points == ()


def test_where_descent_has_come_to_changes_nothing(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(SMALL)
    _wait(panel, qtbot)
    panel.show_frame(FrameEngine().resolve(replace(SMALL, mean=(-0.9, -0.9)), KLState()))
    assert panel.run.is_complete


def test_a_hidden_panel_holds_still_and_goes_on(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(LARGE)
    qtbot.waitUntil(lambda: len(panel.run.points) >= 3, timeout=TIMEOUT_MS)
    panel.hide()
    qtbot.wait(250)
    share = panel.run.share
    qtbot.wait(250)
    assert panel.run.share == share
    panel.show()
    qtbot.waitUntil(lambda: panel.run.share > share, timeout=TIMEOUT_MS)


def test_a_point_under_the_mouse_says_its_value(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(SMALL)
    _wait(panel, qtbot)
    assert panel.words == "δ = 1.77, σ = 1.12, N = 10; lines: closed forms"
    wanted = by_estimator(panel.plot.measured)["score"][2]
    place = panel.plot.place_of(wanted)
    assert place is not None
    QTest.mouseMove(panel.plot.viewport(), (place + QPointF(3, -2)).toPoint())
    assert panel.words.startswith("d = 16, score: ")
    assert " s.e.)" in panel.words
    QTest.mouseMove(panel.plot.viewport(), QPointF(2, 2).toPoint())
    assert panel.words.startswith("δ = ")


def test_the_points_are_painted_in_the_colour_of_their_estimator(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(SMALL)
    _wait(panel, qtbot)
    for theme in THEMES.values():
        panel.set_theme(theme)
        image = panel.plot.viewport().grab().toImage()
        for measured in panel.plot.measured:
            at = panel.plot.place_of(measured)
            assert at is not None
            found = image.pixelColor(at.toPoint())
            expected = QColor(estimator_color(measured.point.estimator, theme))
            off = max(
                abs(a - b)
                for a, b in zip(found.getRgb()[:3], expected.getRgb()[:3], strict=True)  # type: ignore[index]
            )
            assert off < 40, (theme.name, measured)


def test_the_axis_is_chosen_in_the_state(make_panel: Make) -> None:
    panel = make_panel(SMALL)
    QTest.mouseClick(panel.axis.button("samples"), Qt.MouseButton.LeftButton)
    assert panel._editor.state.growth == "samples"
    assert panel.axis.button("samples").isChecked()
    x, y = panel.plot.line("pathwise").points
    np.testing.assert_allclose(np.diff(y) / np.diff(x), -1.0, atol=1e-9)


def test_the_table_holds_values_errors_and_closed_forms(
    make_panel: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = make_panel(SMALL)
    _wait(panel, qtbot)
    (plot,) = panel.plots()
    export_csv(plot.export_table(), tmp_path / "growth.csv")
    lines = (tmp_path / "growth.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    assert len(lines) == 1 + 3 * len(SMALL.sweep_dimensions)
    first = dict(zip(header, lines[1].split(","), strict=True))
    assert (first["estimator"], first["dimension"], first["n_samples"]) == ("pathwise", "1", "10")
    sigma = sweep_of(SMALL).sigma
    assert float(first["variance_exact_mu"]) == pytest.approx(sigma**2 / 10, rel=1e-8)
    assert abs(float(first["variance_measured_mu"]) - sigma**2 / 10) < 5 * float(first["variance_error_mu"])


def test_zooming_stays_until_a_double_click(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(SMALL)
    home = panel.plot.view_range
    panel.plot.pan(40.0, 0.0)
    moved = panel.plot.view_range
    _wait(panel, qtbot)
    assert panel.plot.view_range == moved != home
    QTest.keyClick(panel.plot, Qt.Key.Key_A)
    assert panel.plot.view_range[0] == pytest.approx(home[0])


def test_the_error_of_a_ratio_is_half_that_of_the_variance(make_panel: Make, qtbot: QtBot) -> None:
    panel = make_panel(SMALL)
    _wait(panel, qtbot)
    sweep, point = sweep_of(SMALL), panel.run.points[0]
    variance = GrowthView("dimension", "variance", "mean").measure(sweep, point)
    ratio = GrowthView("dimension", "snr", "mean").measure(sweep, point)
    assert ratio.value == pytest.approx(sweep.offset / math.sqrt(variance.value))
    assert ratio.error / ratio.value == pytest.approx(0.5 * variance.error / variance.value)
