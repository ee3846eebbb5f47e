"""The tab as a whole: controls, history, descent, session, the window around it."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Component2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import MAX_POINTS, ReparamState
from dgm_explorer.numerics.reparam import gaussian_map
from dgm_explorer.session import Session, preset_names, read_preset, read_session, write_session
from dgm_explorer.ui.export import export_csv, export_png
from dgm_explorer.ui.tabs.reparam.points_section import STEPS, count_of, position_of
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from dgm_explorer.ui.theme import DARK, PROJECTOR, Theme
from dgm_explorer.ui.widgets.number_edit import NumberEdit
from tests.ui.plots.conftest import Hand
from tests.ui.tabs.reparam.conftest import MakeTab, state_of


def type_number(box: NumberEdit, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def tip_of(box: NumberEdit) -> str:
    """What the box says where the mouse rests on it."""
    at = box.rect().center()
    QApplication.sendEvent(box, QHelpEvent(QEvent.Type.ToolTip, at, box.mapToGlobal(at)))
    return QToolTip.text()


def slide(slider: QSlider, value: int) -> None:
    """As a drag does: pressed, moved, released."""
    slider.setSliderDown(True)
    slider.setSliderPosition(value)
    slider.setSliderDown(False)


def test_nothing_is_built_before_the_tab_is_shown(qtbot: QtBot) -> None:
    tab = ReparamTab()
    qtbot.addWidget(tab, before_close_func=ReparamTab.finish)
    assert tab.plots() == ()
    assert not tab.findChildren(QSlider)
    code = (
        "import sys; from dgm_explorer.app import make_application, make_tabs\n"
        "make_application(); make_tabs()\n"
        "print([m for m in sys.modules if m.startswith('dgm_explorer.ui.tabs.reparam.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['dgm_explorer.ui.tabs.reparam.reparam_tab']"


# -- the map ----------------------------------------------------------------------------------------------


def test_typed_entries_change_the_map(tab: ReparamTab) -> None:
    section = tab.scene.controls.map
    type_number(section.mean[1], "-1.5")
    assert state_of(tab).mean == (1.0, -1.5)
    type_number(section.entries[0, 0], "2")
    assert state_of(tab).raw_diagonal[0] == pytest.approx(math.log(2))
    type_number(section.entries[1, 0], "-0.25")
    assert state_of(tab).off_diagonal == -0.25


def test_what_cannot_be_is_refused_in_a_sentence(tab: ReparamTab) -> None:
    said, over = list[str](), list[str]()
    tab.message.connect(said.append)
    tab.message_over.connect(over.append)
    before, section = state_of(tab), tab.scene.controls.map
    type_number(section.entries[1, 1], "-2")
    assert "−2" in said[-1].replace("-", "−")
    assert "identity" in said[-1]
    type_number(section.mean[0], "1e9")
    assert "must lie between" in said[-1]
    type_number(tab.scene.controls.points.count, "1000000")
    assert said[-1] == "N = 1000000 must lie between 1 and 100000."
    assert over == said  # what was refused is no longer on the screen: it need not be dismissed
    assert state_of(tab) == before
    assert section.entries[1, 1].value == pytest.approx(math.exp(-0.3))


@pytest.mark.parametrize(
    ("fields", "name"), [({"dimension": 1}, "σ"), ({"form": "lower"}, "L₁₁"), ({"form": "full"}, "A₁₁")]
)
def test_messages_and_tips_call_an_entry_as_its_label_does(
    make_tab: MakeTab, fields: dict[str, object], name: str
) -> None:
    tab, said = make_tab(**fields), list[str]()
    tab.message.connect(said.append)
    box = tab.scene.controls.map.entries[0, 0]
    type_number(box, "one")
    assert said[-1].startswith(f"{name}: ")
    assert f"{name} = " in tip_of(box)
    if name != "A₁₁":
        type_number(box, "-3")
        assert said[-1].startswith(f"{name} = -3 is no value of exp")


@pytest.mark.parametrize("activation", ["exp", "softplus", "relu", "identity"])
def test_on_the_line_no_tip_of_the_map_speaks_of_l(make_tab: MakeTab, activation: str) -> None:
    tab = make_tab(activation=activation)
    section = tab.scene.controls.map
    parts = (section.mean[0], section.entries[0, 0], section.activation)
    assert all("L" in part.property("formula") for part in parts)
    tab.scene.editor.apply(dimension=1)
    tab.scene.draw_now()
    for part in parts:
        assert "L" not in part.property("formula") + part.toolTip().replace("ReLU", "")


@pytest.mark.parametrize(
    ("law", "words"),
    [("laplace", "the mean of z"), ("exponential", "where the exponential law of z begins")],
)
def test_mu_is_no_mean_of_the_exponential_law(make_tab: MakeTab, law: str, words: str) -> None:
    tab = make_tab(dimension=1, law=law)
    assert words in tip_of(tab.scene.controls.map.mean[0])


def test_full_and_triangle_are_the_same_sigma(tab: ReparamTab) -> None:
    section, before = tab.scene.controls.map, tab.scene.frame
    QTest.mouseClick(section.form.button("full"), Qt.MouseButton.LeftButton)
    assert state_of(tab).form == "full"
    slide(section.turn, 60)
    tab.scene.draw_now()
    turned = tab.scene.frame
    assert turned.split is not None
    assert math.degrees(turned.split.angle) == pytest.approx(60)
    np.testing.assert_allclose(turned.map.covariance, before.map.covariance, rtol=1e-9)
    assert np.abs(turned.z - before.z).max() > 0.5  # the points have moved
    QTest.mouseClick(section.form.button("lower"), Qt.MouseButton.LeftButton)
    tab.scene.draw_now()
    np.testing.assert_allclose(tab.scene.frame.map.factor, before.map.factor, atol=1e-9)


def test_a_reflected_matrix_turns_the_right_way(make_tab: MakeTab) -> None:
    tab = make_tab(form="full", full=(1.0, 0.4, 0.3, -1.2))
    before = tab.scene.frame.map.covariance
    assert tab.scene.frame.split is not None
    assert tab.scene.frame.split.is_reflected
    slide(tab.scene.controls.map.turn, -75)
    tab.scene.draw_now()
    assert math.degrees(tab.scene.frame.split.angle) == pytest.approx(-75)
    np.testing.assert_allclose(tab.scene.frame.map.covariance, before, rtol=1e-9)


def test_another_activation_keeps_sigma(tab: ReparamTab) -> None:
    before = tab.scene.frame.map.covariance
    for activation in ("softplus", "identity", "relu", "exp"):
        tab.scene.editor.set_activation(activation)  # type: ignore[arg-type]
        np.testing.assert_allclose(gaussian_map(state_of(tab)).covariance, before, rtol=1e-9)


def test_a_slide_of_the_turn_is_one_step(make_tab: MakeTab) -> None:
    tab = make_tab(form="full")
    before = state_of(tab)
    slide(tab.scene.controls.map.turn, 90)
    assert tab.store is not None
    tab.store.undo()
    assert state_of(tab) == before
    assert not tab.store.can_undo


# -- the noise --------------------------------------------------------------------------------------------


def test_the_slider_goes_from_one_point_to_a_hundred_thousand(tab: ReparamTab) -> None:
    assert (count_of(0), count_of(STEPS)) == (1, MAX_POINTS)
    counts = [count_of(position) for position in range(STEPS + 1)]
    assert counts == sorted(counts)
    assert all(count_of(position_of(count)) == pytest.approx(count, rel=0.06, abs=0.5) for count in counts)
    for position in (STEPS, 0, 300):
        slide(tab.scene.controls.points.slider, position)
        tab.scene.draw_now()
        assert len(tab.scene.frame.z) == count_of(position)


def test_resample_moves_the_points_and_nothing_else(tab: ReparamTab) -> None:
    before = tab.scene.frame
    QTest.mouseClick(tab.scene.controls.points.resample, Qt.MouseButton.LeftButton)
    tab.scene.draw_now()
    after = tab.scene.frame
    assert not np.array_equal(after.epsilon, before.epsilon)
    assert replace(after.state, seed=before.state.seed) == before.state


def test_dragging_keeps_the_noise(tab: ReparamTab) -> None:
    before = tab.scene.frame.epsilon
    plot = tab.scene.planes.image
    start = plot.knob_viewport_position("second")
    Hand(plot).drag(start, start + QPointF(0, -50))
    assert tab.scene.frame.epsilon is before


def test_escape_in_a_drag_puts_the_map_back(tab: ReparamTab) -> None:
    before = state_of(tab)
    plot = tab.scene.planes.image
    start = plot.knob_viewport_position("second")
    hand = Hand(plot)
    hand.press(start)
    hand.move(start + QPointF(0, -50))
    assert state_of(tab) != before
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    hand.move(start + QPointF(0, -80))
    hand.release(start + QPointF(0, -80))
    assert state_of(tab) == before
    assert not tab.store.can_undo


# -- descent ----------------------------------------------------------------------------------------------


def test_descent_moves_what_is_shown_and_reset_goes_back(make_tab: MakeTab) -> None:
    tab = make_tab(estimator="exact", learning_rate=0.1, target=(-2.0, 1.0))
    start = state_of(tab)
    for _ in range(30):
        tab.step()
    tab.scene.draw_now()
    shown = tab.scene.frame
    assert state_of(tab) == start  # the store keeps where it began
    assert np.hypot(shown.state.mean[0] + 2, shown.state.mean[1] - 1) < 0.3
    assert tab.scene.controls.map.mean[0].value == pytest.approx(shown.state.mean[0])
    tab.reset()
    tab.scene.draw_now()
    assert tab.scene.frame.state == start


def test_whoever_takes_hold_during_descent_goes_on_from_what_is_shown(make_tab: MakeTab) -> None:
    tab = make_tab(estimator="exact", learning_rate=0.1)
    for _ in range(20):
        tab.step()
    tab.scene.draw_now()
    shown = tab.scene.frame.state
    plot = tab.scene.planes.image
    start = plot.knob_viewport_position("center")
    Hand(plot).drag(start, start + QPointF(35, 0))
    assert state_of(tab).raw_diagonal == pytest.approx(shown.raw_diagonal)
    assert state_of(tab).mean[0] > shown.mean[0]
    assert state_of(tab).mean[1] == pytest.approx(shown.mean[1], abs=0.05)
    assert not tab.scene.player.has_moved  # from here it starts anew


def test_it_plays_by_itself_and_stops_when_hidden(make_tab: MakeTab, qtbot: QtBot) -> None:
    tab = make_tab(estimator="pathwise")
    with qtbot.waitSignal(tab.playing_changed):
        tab.play_pause()
    assert tab.is_playing
    qtbot.waitUntil(lambda: tab.scene.player.count > 3, timeout=3000)
    assert tab.scene.frame.state.mean != state_of(tab).mean
    tab.hide()
    assert not tab.is_playing


def test_relu_at_zero_stays_dead_under_descent(make_tab: MakeTab) -> None:
    tab = make_tab(activation="relu", raw_diagonal=(1.2, -0.4), estimator="pathwise", learning_rate=0.1)
    for _ in range(20):
        tab.step()
    tab.scene.draw_now()
    assert tab.scene.frame.state.raw_diagonal[1] == -0.4
    assert tab.scene.frame.state.raw_diagonal[0] != 1.2


def test_the_way_of_descent_is_painted_over_f(make_tab: MakeTab) -> None:
    tab = make_tab(panel="gradients", estimator="exact", learning_rate=0.1)
    layer = tab.scene.planes.image.objective
    assert layer._contours.isVisible()
    for _ in range(10):
        tab.step()
    tab.scene.draw_now()
    (way, _), *_ = layer.ways._ways
    assert tuple(way[0]) == state_of(tab).mean
    assert tuple(way[-1]) == pytest.approx(tab.scene.frame.state.mean)
    tab.scene.editor.apply(panel="factor")
    tab.scene.draw_now()
    assert not layer._contours.isVisible()


def test_minus_log_p_is_that_of_the_other_tab(make_tab: MakeTab) -> None:
    kl = [KLState()]
    tab = make_tab(kl_state=lambda: kl[0], objective="kl_target", panel="gradients")
    before = tab.scene.frame.objective
    kl[0] = replace(kl[0], p2=(Component2D(1.0, (1.0, 1.0), (0.5, 0.0, 0.5)),))
    tab.hide()
    tab.show()
    QApplication.processEvents()
    assert tab.scene.frame.objective is not before
    assert tab.scene.frame.objective.gradient(np.array([1.0, 1.0])) == pytest.approx(np.zeros(2))


# -- around it --------------------------------------------------------------------------------------------


def test_the_line_and_the_plane_take_turns(tab: ReparamTab) -> None:
    switch = tab.scene.controls.dimension
    QTest.mouseClick(switch.button("1"), Qt.MouseButton.LeftButton)
    tab.scene.draw_now()
    assert tab.scene.line.isVisible()
    assert not tab.scene.planes.isVisible()
    assert tab.scene.controls.map.law.isVisible()
    QTest.mouseClick(switch.button("2"), Qt.MouseButton.LeftButton)
    tab.scene.draw_now()
    assert tab.scene.planes.isVisible()
    assert not tab.scene.controls.map.law.isVisible()


@pytest.mark.parametrize("dimension", [1, 2])
def test_every_picture_can_be_exported(make_tab: MakeTab, tmp_path: Path, dimension: int) -> None:
    tab = make_tab(dimension=dimension, n_points=20)
    names = [plot.export_name for plot in tab.plots()]
    assert len(set(names)) == len(names) >= 5
    for plot in tab.plots():
        table = plot.export_table()
        export_csv(table, tmp_path / f"{plot.export_name}.csv")
        export_png(plot, tmp_path / f"{plot.export_name}.png")  # type: ignore[arg-type]
    first = tab.plots()[0].export_table()
    assert len(first.columns[0]) == 20


@pytest.mark.parametrize("theme", [DARK, PROJECTOR])
def test_another_theme_recolours_everything(tab: ReparamTab, theme: Theme) -> None:
    rgb = tab.scene.planes._rgb.copy()
    tab.set_theme(theme)
    assert tab.scene.planes.image.theme is theme
    assert np.array_equal(rgb, tab.scene.planes._rgb) == (theme is PROJECTOR)
    tab.scene.editor.apply(dimension=1)
    tab.scene.draw_now()
    assert tab.scene.line.curve.theme is theme


def test_controls_can_be_hidden(tab: ReparamTab) -> None:
    tab.set_controls_visible(False)
    assert not tab.scene.controls.isVisible()


def test_the_state_survives_a_session_file(tmp_path: Path) -> None:
    state = ReparamState(
        dimension=1,
        mean=(0.1 + 0.2, -1e-7),
        activation="identity",
        raw_diagonal=(-2.0, 3.0),
        law="laplace",
        handles="axes",
        n_points=MAX_POINTS,
        seed=2**32 - 1,
        panel="growth",
    )
    session = Session("reparam", reparam=state)
    write_session(tmp_path / "a.dgm.json", session)
    assert read_session(tmp_path / "a.dgm.json") == session


PRESETS = [name for name in preset_names() if read_preset(name).tab == "reparam"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_opens_and_nearly_all_its_points_are_seen(make_tab: MakeTab, name: str) -> None:
    reparam = read_preset(name).reparam
    assert reparam is not None
    tab = make_tab()
    assert tab.store is not None
    tab.store.replace(reparam)
    tab.scene.draw_now()
    frame = tab.scene.frame
    assert frame.state == reparam
    offsets = np.abs(frame.z - np.array(reparam.view.center)[: reparam.dimension])
    assert (offsets.max(axis=1) < reparam.view.half_width).mean() > 0.95
