"""Descent under the hand: the player, its controls, and its curves beside earlier ones."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLayout
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.map_descent import start_descent, take_step
from dgm_explorer.numerics.objectives import make_objective
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.reparam.descent_panel import NO_ENTROPY, DescentPanel
from dgm_explorer.ui.tabs.reparam.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.reparam.estimator_words import estimator_color
from dgm_explorer.ui.tabs.reparam.frame import FrameEngine
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import LIGHT, THEMES

KL = KLState()
EXACT = ReparamState(activation="identity", estimator="exact", learning_rate=0.1)
Click = Callable[[QObject], None]


@dataclass
class Bench:
    """A panel with what the scene would give it."""

    store: Store
    editor: ReparamEditor
    player: DescentPlayer
    panel: DescentPanel

    def refresh(self) -> None:
        state = self.editor.state
        self.player.follow(state, KL)
        position = self.player.position if self.player.has_moved else None
        self.panel.show_state(state)
        self.panel.show_frame(FrameEngine().resolve(state, KL, position))


Make = Callable[[ReparamState], Bench]


@pytest.fixture
def make_bench(qtbot: QtBot) -> Make:
    """Store, editor, player and panel, drawn at every change."""
    make_application()

    def make(state: ReparamState) -> Bench:
        store = Store(state, looks=("panel",))
        editor, player = ReparamEditor(store), DescentPlayer()
        panel = DescentPanel(editor, player, LIGHT)
        for part in (store, editor, player):
            part.setParent(panel)
        bench = Bench(store, editor, player, panel)
        store.changed.connect(lambda *_: bench.refresh())
        player.advanced.connect(bench.refresh)
        qtbot.addWidget(panel, before_close_func=lambda _: player.pause())
        panel.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        panel.resize(620, 300)
        with qtbot.waitExposed(panel):
            panel.show()
        bench.refresh()
        return bench

    return make


def _click(widget: QObject) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def test_a_step_is_that_of_the_numerics(make_bench: Make) -> None:
    state = ReparamState(estimator="score_baseline")
    bench = make_bench(state)
    moved: list[object] = []
    bench.player.moved.connect(moved.append)
    _click(bench.panel.controls.single_step)
    _click(bench.panel.controls.single_step)
    objective, position = make_objective(state, KL), start_descent(state)
    for _ in range(2):
        position = take_step(state, objective, position)
    assert moved[-1] == bench.player.position == position
    assert bench.player.count == 2


def test_the_curves_are_the_closed_form(make_bench: Make) -> None:
    bench = make_bench(EXACT)
    for _ in range(20):
        _click(bench.panel.controls.single_step)
    steps, value = bench.panel.value.points(0)
    np.testing.assert_allclose(value, value[0] * 0.81**steps, rtol=1e-9)
    steps, distance = bench.panel.distance.points(0)
    np.testing.assert_allclose(np.diff(distance), math.log(0.9), rtol=1e-6)
    assert steps[-1] == 20
    assert bench.panel.status.startswith("step 20: E f ")


def test_play_and_pause_and_reset(make_bench: Make, qtbot: QtBot) -> None:
    bench = make_bench(ReparamState(steps_per_second=500.0))
    controls, heard = bench.panel.controls, []
    bench.player.playing_changed.connect(heard.append)
    _click(controls.play)
    assert controls.play.text() == "Pause"
    qtbot.waitUntil(lambda: bench.player.count > 10)
    _click(controls.play)
    assert heard == [True, False]
    count = bench.player.count
    qtbot.wait(60)
    assert bench.player.count == count
    trail = bench.player.trail
    assert trail is not None
    assert trail.means.shape == (len(trail), 2)
    assert trail.map.factor.shape == (2, 2)
    _click(controls.back)
    assert bench.player.count == 0
    assert bench.player.trail is None
    assert bench.player.position == start_descent(bench.editor.state)
    assert [kept.trail.counts[-1] for kept in bench.player.earlier] == [count]


def test_another_estimator_starts_anew_beside_the_old_one(make_bench: Make, qtbot: QtBot) -> None:
    bench = make_bench(ReparamState(steps_per_second=500.0, estimator="score"))
    controls = bench.panel.controls
    _click(controls.play)
    qtbot.waitUntil(lambda: bench.player.count > 10)
    controls.estimator.set_key("pathwise")
    controls.estimator.activated.emit(1)
    assert bench.editor.state.estimator == "pathwise"
    assert bench.player.is_playing
    qtbot.waitUntil(lambda: bench.player.count > 10)
    bench.player.pause()
    present, earlier = bench.panel.value.curves
    assert (present.recipe.name, earlier.recipe.name) == ("pathwise, SGD 0.02", "score, SGD 0.02")
    assert not present.is_dashed
    assert not earlier.is_dashed
    assert "<b>pathwise,&nbsp;SGD&nbsp;0.02</b>" in bench.panel.key
    assert "score,&nbsp;SGD&nbsp;0.02" in bench.panel.key
    assert estimator_color("pathwise", LIGHT) in bench.panel.key
    _click(controls.forget)
    assert len(bench.panel.value.curves) == 1
    assert not controls.forget.isEnabled()


def test_another_start_hides_what_cannot_be_compared_until_undo(make_bench: Make) -> None:
    bench = make_bench(EXACT)
    _click(bench.panel.controls.single_step)
    bench.editor.apply(learning_rate=0.2)
    assert len(bench.panel.value.curves) == 2
    bench.editor.apply(mean=(3.0, 3.0))
    assert len(bench.panel.value.curves) == 1
    bench.store.undo()
    assert len(bench.panel.value.curves) == 2


def test_a_second_rate_of_an_estimator_is_dashed(make_bench: Make) -> None:
    bench = make_bench(EXACT)
    _click(bench.panel.controls.single_step)
    bench.editor.apply(learning_rate=0.2)
    assert [curve.is_dashed for curve in bench.panel.distance.curves] == [False, True]


def test_speed_changes_nothing_that_was_done(make_bench: Make) -> None:
    bench = make_bench(EXACT)
    _click(bench.panel.controls.single_step)
    bench.editor.apply(steps_per_second=5.0)
    assert bench.player.count == 1


def test_numbers_are_typed_and_bad_ones_refused(make_bench: Make) -> None:
    bench = make_bench(ReparamState())
    said: list[str] = []
    bench.editor.refused.connect(said.append)
    for box, text in (
        (bench.panel.controls.learning_rate, "0,5"),
        (bench.panel.controls.n_samples, "64"),
        (bench.panel.controls.n_samples, "2.5"),
        (bench.panel.controls.n_samples, "0"),
        (bench.panel.controls.learning_rate, "-1"),
        (bench.panel.controls.learning_rate, "much"),
    ):
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)
    assert (bench.editor.state.learning_rate, bench.editor.state.n_samples) == (0.5, 64)
    assert len(said) == 4
    assert all(sentence.endswith(".") for sentence in said)


def test_frozen_noise_is_switched_by_a_click(make_bench: Make) -> None:
    bench = make_bench(ReparamState())
    bench.panel.controls.frozen.click()
    assert bench.editor.state.is_frozen
    bench.editor.apply(estimator="exact")
    assert not bench.panel.controls.frozen.isEnabled()
    assert not bench.panel.controls.n_samples.isEnabled()


def test_a_singular_sigma_stops_with_one_sentence(make_bench: Make, qtbot: QtBot) -> None:
    bench = make_bench(ReparamState(activation="relu", raw_diagonal=(-1.0, 0.5), estimator="score"))
    said: list[str] = []
    bench.player.stopped.connect(said.append)
    _click(bench.panel.controls.play)
    qtbot.waitUntil(lambda: bool(said) and not bench.player.is_playing)
    assert said == [bench.panel.ending]
    assert "pathwise" in said[0]


def test_divergence_stops_with_one_sentence(make_bench: Make, qtbot: QtBot) -> None:
    state = ReparamState(
        activation="identity", estimator="exact", learning_rate=2.5, mean=(0.7, 0.5), steps_per_second=1e4
    )
    bench = make_bench(state)
    with qtbot.waitSignal(bench.player.stopped) as heard:
        _click(bench.panel.controls.play)
    assert heard.args is not None
    assert heard.args[0].startswith("Diverging at step ")
    assert bench.panel.ending == heard.args[0]
    assert bench.panel.status.startswith("step ")
    _click(bench.panel.controls.back)
    assert bench.panel.ending == ""


@pytest.mark.parametrize("name", list(THEMES))
def test_it_is_said_that_the_variance_shrinks_for_want_of_entropy(make_bench: Make, name: str) -> None:
    bench = make_bench(ReparamState())
    bench.panel.set_theme(THEMES[name])
    QTest.qWait(20)
    assert bench.panel.remark == NO_ENTROPY


def test_the_curve_under_the_mouse_says_its_values(make_bench: Make) -> None:
    bench = make_bench(EXACT)
    for _ in range(10):
        _click(bench.panel.controls.single_step)
    bench.editor.apply(learning_rate=0.3)
    for _ in range(10):
        _click(bench.panel.controls.single_step)
    chart = bench.panel.distance
    steps, logs = chart.points(1)
    place = chart.view_to_viewport(float(steps[6]), float(logs[6]))
    QTest.mouseMove(chart.viewport(), (place + QPointF(0, -2)).toPoint())
    distance = chart.curves[1].trail.distances[6]
    assert bench.panel.status.startswith("step 6 of exact, SGD 0.1: E f ")
    assert chart.cursor_words == f"6: {distance:.4g}"
    assert bench.panel.value.cursor_words.startswith("6: ")
    QTest.mouseMove(chart.viewport(), QPointF(1, 1).toPoint())
    assert chart.cursor_words == ""


def test_both_charts_show_the_same_steps(make_bench: Make) -> None:
    bench = make_bench(EXACT)
    for _ in range(30):
        _click(bench.panel.controls.single_step)
    bench.panel.value.pan(-40.0, 0.0)
    assert bench.panel.distance.view_range[0] == pytest.approx(bench.panel.value.view_range[0])
    QTest.keyClick(bench.panel.distance, Qt.Key.Key_A)
    assert bench.panel.value.is_following
    assert bench.panel.value.view_range[0][0] == 0.0


def test_the_present_curve_is_painted_in_every_theme(make_bench: Make) -> None:
    bench = make_bench(EXACT)
    for _ in range(30):
        _click(bench.panel.controls.single_step)
    for theme in THEMES.values():
        bench.panel.set_theme(theme)
        chart = bench.panel.distance
        image = chart.viewport().grab().toImage()
        steps, logs = chart.points(0)
        at = chart.view_to_viewport(float(steps[15]), float(logs[15])).toPoint()
        expected = QColor(theme.text)
        column = [image.pixelColor(at.x(), at.y() + dy) for dy in range(-2, 3)]
        assert any(
            max(abs(p.red() - expected.red()), abs(p.green() - expected.green())) < 40 for p in column
        ), theme.name


def test_the_table_holds_every_descent(make_bench: Make) -> None:
    bench = make_bench(EXACT)
    _click(bench.panel.controls.single_step)
    bench.editor.apply(estimator="pathwise")
    for _ in range(2):
        _click(bench.panel.controls.single_step)
    table = bench.panel.plots()[0].export_table()
    assert table.header == ("descent", "details", "step", "expected_f", "distance_to_optimum")
    assert list(table.columns[0]) == 3 * ["pathwise, SGD 0.1"] + 2 * ["exact, SGD 0.1"]
    assert list(table.columns[2]) == [0, 1, 2, 0, 1]
    values, distances = np.asarray(table.columns[3]), np.asarray(table.columns[4])
    np.testing.assert_allclose(values, 0.5 * distances**2, rtol=1e-9)


def test_on_the_line_too(make_bench: Make) -> None:
    bench = make_bench(ReparamState(dimension=1, objective="kl_target", estimator="exact"))
    for _ in range(3):
        _click(bench.panel.controls.single_step)
    trail = bench.player.trail
    assert trail is not None
    assert trail.means.shape[1] == 1
    assert np.all(np.diff(trail.values) < 0)
