"""The KL tab in the hand: what is pressed, dragged and typed, and what is then stored and painted."""

import math
import weakref
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Component1D, Component2D, Gaussian1D, Gaussian2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape
from dgm_explorer.ui.tabs.kl import basin_overlay
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.theme import DARK, LIGHT, THEMES, Theme
from dgm_explorer.ui.widgets.number_edit import NumberEdit
from tests.ui.paint_counter import PaintCounter

SETTLE_MS = 30
"""Longer than the throttle holds a change back."""

Drag = Callable[[QWidget, QPointF, QPointF], None]


def type_into(box: QLineEdit, text: str) -> None:
    """Replace what stands in a box, as a keyboard does."""
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def cell_point(tab: KLTab, row: int, column: int) -> QPointF:
    table = tab.controls.target.table
    return QPointF(table.visualRect(table.model().index(row, column)).center())


def type_into_cell(tab: KLTab, row: int, column: int, text: str) -> None:
    table = tab.controls.target.table
    at = cell_point(tab, row, column).toPoint()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    editor = table.viewport().findChild(QLineEdit)
    assert editor is not None
    type_into(editor, text)
    QTest.qWait(1)  # Qt commits a cell's editor from the event loop


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1).copy()


def painted(widget: QWidget) -> np.ndarray:
    return pixels(widget.grab().toImage())


def test_dragging_a_component_moves_p_as_one_undo_step(tab: KLTab, drag: Drag) -> None:
    density = tab.scene.density
    before = painted(tab.scene.landscapes["reverse"])
    start = density.handle_viewport_position(1)
    drag(density, start, start + QPointF(90, 0))
    moved = tab.editor.state.p[1]
    per_px = 16 / density.view_box.rect().width()
    assert moved.mu == pytest.approx(3 + 90 * per_px, abs=per_px)
    assert moved.sigma == pytest.approx(1.0, rel=1e-9)
    assert tab.editor.state.p[0] == Component1D(0.5, -3.0, 1.0)
    assert (painted(tab.scene.landscapes["reverse"]) != before).any()
    assert tab.frame.p.means[1] == moved.mu
    tab.store.undo()
    assert tab.editor.state == KLState()
    assert not tab.store.can_undo


def test_escape_in_a_drag_puts_the_component_back(tab: KLTab) -> None:
    """The rest of the drag moves nothing, and there is nothing to undo."""
    density, viewport = tab.scene.density, tab.scene.density.viewport()
    start = density.handle_viewport_position(1)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start.toPoint())
    for offset in (QPointF(40, 20), QPointF(90, 30)):
        QTest.mouseMove(viewport, (start + offset).toPoint())
    QTest.qWait(SETTLE_MS)
    assert tab.editor.state.p[1] != KLState().p[1]
    QTest.keyClick(density, Qt.Key.Key_Escape)
    end = (start + QPointF(120, 30)).toPoint()
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert tab.editor.state == KLState()
    assert not tab.store.can_undo


def test_escape_in_a_drag_on_a_landscape_puts_q_back(tab: KLTab) -> None:
    view = tab.scene.landscapes["reverse"]
    start = view.view_to_viewport(KLState().q.mu, math.log(KLState().q.sigma))
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start.toPoint())
    for offset in (QPointF(-20, 10), QPointF(-60, 20)):
        QTest.mouseMove(view.viewport(), (start + offset).toPoint())
    QTest.qWait(SETTLE_MS)
    assert tab.editor.state.q != KLState().q
    QTest.keyClick(view, Qt.Key.Key_Escape)
    end = (start + QPointF(-90, 20)).toPoint()
    QTest.mouseMove(view.viewport(), end)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert tab.editor.state == KLState()
    assert not tab.store.can_undo


def test_dragging_q_on_a_landscape_moves_it_everywhere(tab: KLTab, drag: Drag) -> None:
    view = tab.scene.landscapes["reverse"]
    start = view.view_to_viewport(KLState().q.mu, math.log(KLState().q.sigma))
    end = view.view_to_viewport(-2.0, math.log(0.5))
    drag(view, start, end)
    q = tab.editor.state.q
    assert (q.mu, math.log(q.sigma)) == pytest.approx((-2.0, math.log(0.5)), abs=0.06)
    assert tab.controls.target.mu.value == q.mu
    assert tab.controls.target.sigma.value == q.sigma
    assert tab.frame.q == q
    tab.store.undo()
    assert tab.editor.state.q == KLState().q


def test_a_number_is_kept_with_every_digit_typed(tab: KLTab) -> None:
    type_into_cell(tab, 1, 1, "2.41222971801281898")
    assert tab.editor.state.p[1].mu == 2.41222971801281898
    type_into(tab.controls.target.sigma, "1,5")
    assert tab.editor.state.q.sigma == 1.5


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        (0, "-1", "negative"),
        (2, "0", "component 1: σ = 0 must lie between 1e-6 and 1e6"),
        (2, "-3", "σ = -3"),
        (1, "nan", "not a finite number"),
        (1, "two", "not a number"),
    ],
)
def test_a_bad_cell_is_refused_with_a_sentence(
    tab: KLTab, messages: list[str], column: int, text: str, words: str
) -> None:
    type_into_cell(tab, 0, column, text)
    assert tab.editor.state == KLState()
    assert not tab.store.can_undo
    assert len(messages) == 1
    assert words in messages[0]
    table = tab.controls.target.table
    assert table.model().index(0, column).data() == ("0.5", "−3", "1")[column]


def test_a_bad_step_size_is_refused_by_the_name_on_the_screen(tab: KLTab, messages: list[str]) -> None:
    tab.controls.descent.learning_rate.edited.emit(50.0)
    assert messages == ["η = 50 must lie in (0, 10]."]


def test_the_sentence_of_a_refusal_is_over_once_read(tab: KLTab, messages: list[str]) -> None:
    over: list[str] = []
    tab.message_over.connect(over.append)
    type_into(tab.controls.target.sigma, "-1")
    assert over == messages != []


def test_weights_must_not_all_vanish(tab: KLTab, messages: list[str]) -> None:
    type_into_cell(tab, 0, 0, "0")
    type_into_cell(tab, 1, 0, "0")
    assert [component.weight for component in tab.editor.state.p] == [0.0, 0.5]
    assert "sum to 0" in messages[-1]


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_status_of_a_descent_has_no_hyphen_for_a_minus(tab: KLTab, dimension: int) -> None:
    left = Gaussian2D((-2.0, -1.5), (0.5, 0.0, 0.5))
    tab.store.update(dimension=dimension, q=Gaussian1D(-2.0, 1.0), q2=left)
    tab.draw_now()
    tab.step()
    text = tab.controls.descent.status.text()
    assert "step 1" in text
    assert "−" in text
    assert "-" not in text


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_status_of_a_descent_leaves_out_what_rounding_leaves(tab: KLTab, dimension: int) -> None:
    """A mean of 1e-6 beside a σ of 1 is the middle, and was cut on the projector."""
    tab.store.update(
        dimension=dimension, q=Gaussian1D(1e-6, 1.0), q2=Gaussian2D((1e-6, -3e-6), (1.0, 0.0, 1.0))
    )
    tab.draw_now()
    tab.step()
    text = tab.controls.descent.status.text()
    assert {1: "μ 0, σ", 2: "mean (0, 0)"}[dimension] in text.splitlines()[0]


def test_a_bad_q_or_range_leaves_everything_as_it_was(tab: KLTab, messages: list[str]) -> None:
    type_into(tab.controls.target.sigma, "-1")
    type_into(tab.controls.options.mu_lo, "9")
    type_into(tab.controls.descent.learning_rate, "0")
    assert tab.editor.state == KLState()
    assert len(messages) == 3
    assert tab.controls.target.sigma.text() == "1"
    assert tab.controls.options.mu_lo.text() == "−8"


def test_clicking_a_stationary_point_takes_q_there(tab: KLTab) -> None:
    panel = tab.scene.panels.stationary
    table = panel.table
    assert panel.caption.startswith("3 minima of KL(q‖p): 2 tied global, 1 local; 2 saddles")
    row = table.visualRect(table.model().index(1, 2)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    q = tab.editor.state.q
    assert (q.mu, q.sigma) == pytest.approx((-2.984305987835742, 1.02336855966), abs=1e-9)


def test_the_count_changes_while_the_mouse_is_down(tab: KLTab) -> None:
    """Dragging the modes together merges them before the button is let go."""
    density = tab.scene.density
    start = density.handle_viewport_position(1)
    viewport = density.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start.toPoint())
    for step in range(1, 41):
        QTest.mouseMove(viewport, (start - QPointF(4.0 * step, 0)).toPoint())
        QTest.qWait(2)
    QTest.qWait(30)
    assert tab.scene.panels.stationary.caption.startswith("1 minimum of KL(q‖p): 1 global")
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=(start - QPointF(160, 0)).toPoint())


def test_many_components_are_searched_beside_the_window(tab: KLTab, qtbot: QtBot) -> None:
    five = tuple(Component1D(0.2, mu, 0.5) for mu in (-6.0, -3.0, 0.0, 3.0, 6.0))
    tab.store.update(p=five)
    qtbot.waitUntil(lambda: tab.frame.is_confirmed, timeout=5000)
    minima = [point for point in tab.frame.reverse_points if point.is_minimum]
    saddles = [point for point in tab.frame.reverse_points if point.kind == "saddle"]
    assert len(minima) >= 5
    assert len(saddles) == len(minima) - 1
    assert f"{len(minima)} minima" in tab.scene.panels.stationary.caption


def test_playing_descends_to_the_analytic_optimum(tab: KLTab, qtbot: QtBot, messages: list[str]) -> None:
    notices: list[str] = []
    tab.noticed.connect(notices.append)
    tab.store.update(
        p=(Component1D(1.0, 2.0, 0.5),), optimiser="natural", learning_rate=0.3, steps_per_second=2000.0
    )
    tab.play_pause()
    assert tab.is_playing
    qtbot.waitUntil(lambda: not tab.is_playing, timeout=5000)
    for direction in ("forward", "reverse"):
        trail = tab.player.trail(direction)
        assert (trail.q.mu, trail.q.sigma) == pytest.approx((2.0, 0.5), abs=1e-7)
    assert "converged" in notices[-1]
    assert not messages
    assert "converged" in tab.controls.descent.status.text()
    tab.reset()
    assert tab.player.trail("forward") is None


def test_one_step_is_one_step(tab: KLTab) -> None:
    for _ in range(20):
        QTest.mouseClick(tab.controls.descent.single_step, Qt.MouseButton.LeftButton)
    assert tab.player.count == 20
    assert not tab.is_playing
    way = tab.player.trail("reverse")
    start, end = (float(tab.frame.kl_reverse), way.q)
    tab.store.update(q=end)
    assert tab.frame.kl_reverse < start


def test_dragging_suspends_and_letting_go_resumes_from_there(tab: KLTab, qtbot: QtBot) -> None:
    tab.store.update(learning_rate=1e-4)
    tab.play_pause()
    qtbot.waitUntil(lambda: tab.player.count > 0)
    view = tab.scene.landscapes["forward"]
    start = view.view_to_viewport(0.8, math.log(1.2))
    viewport = view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start.toPoint())
    QTest.mouseMove(viewport, (start + QPointF(40, 0)).toPoint())
    QTest.qWait(60)
    assert tab.is_playing
    assert tab.player.count == 0
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=(start + QPointF(40, 0)).toPoint())
    qtbot.waitUntil(lambda: tab.player.count > 0)
    trail = tab.player.trail("forward")
    assert trail.mu[0] == tab.editor.state.q.mu
    tab.play_pause()


def test_the_wished_speed_is_reached(tab: KLTab, qtbot: QtBot) -> None:
    tab.store.update(learning_rate=1e-6, steps_per_second=400.0)
    tab.play_pause()
    # On a machine with other work it may take a while until a quiet stretch shows it.
    qtbot.waitUntil(lambda: tab.player.achieved_rate == pytest.approx(400, rel=0.25), timeout=30_000)
    assert "achieved" in tab.controls.descent.rate.text()
    tab.play_pause()


def test_knowledge_greys_with_a_reason(tab: KLTab, qtbot: QtBot) -> None:
    tab.store.update(knowledge="samples")
    numbers, descent = tab.controls.numbers, tab.controls.descent
    assert numbers.line(2).name.text() == "KL(q‖p)"
    assert not numbers.line(2).value.isEnabled()
    assert numbers.line(2).value.text() == "—"
    assert "needs log p" in numbers.line(2).value.toolTip()
    assert "±" in numbers.line(3).value.text()
    assert not descent.estimators["reverse"].isEnabled()
    assert descent.estimators["forward"].key == "maximum_likelihood"
    tab.store.update(knowledge="unnormalised")
    qtbot.waitUntil(lambda: descent.estimators["reverse"].isEnabled())
    assert descent.estimators["forward"].key == "snis"
    assert numbers.line(3).name.text() == "−ELBO"


def test_choosing_with_the_keyboard_changes_the_state(tab: KLTab) -> None:
    QTest.keyClick(tab.controls.numbers.units, Qt.Key.Key_Down)
    assert tab.editor.state.units == "bits"
    QTest.keyClick(tab.controls.descent.optimiser, Qt.Key.Key_Down)
    assert tab.editor.state.optimiser == "adam"


def test_setters_never_answer_back(tab: KLTab) -> None:
    """Going through very different states by program adds exactly one undo step each."""
    states = [
        replace(KLState(), units="bits", knowledge="unnormalised", optimiser="adam", steps_per_second=7.0),
        replace(KLState(), q=Gaussian1D(-1.0, 0.2), are_basins_shown=True, metric="natural"),
        replace(KLState(), panel="integrand", learning_rate=0.3, is_sigma_fixed=True),
        KLState(),
    ]
    for state in states:
        tab.store.replace(state)
        QTest.qWait(20)
        assert tab.editor.state == state
    for state in [*reversed(states[:-1]), KLState()]:
        tab.store.undo()
        QTest.qWait(20)
        assert tab.editor.state == replace(state, panel=states[-1].panel)  # undo does not look away
    assert not tab.store.can_undo


def test_the_integrand_panel_states_both_areas(tab: KLTab) -> None:
    tab.store.update(panel="integrand")
    table = tab.scene.panels.integrand.export_table()
    x, forward, reverse = table.columns
    assert np.trapezoid(forward, x) == pytest.approx(tab.frame.kl_forward, rel=1e-3)
    assert np.trapezoid(reverse, x) == pytest.approx(tab.frame.kl_reverse, rel=1e-3)
    assert f"{tab.frame.kl_forward:.6g}" in tab.scene.panels.integrand.caption


def test_the_kernels_of_the_basins_go_with_them(
    tab: KLTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[weakref.ref[ReverseLandscape]] = []

    def note(grid: Grid1D) -> ReverseLandscape:
        landscape = ReverseLandscape(grid)
        made.append(weakref.ref(landscape))
        return landscape

    monkeypatch.setattr(basin_overlay, "ReverseLandscape", note)
    tab.store.update(are_basins_shown=True)
    qtbot.waitUntil(lambda: tab.scene.basin_caption != "", timeout=5000)
    assert made[-1]() is not None
    tab.store.update(are_basins_shown=False)
    assert made[-1]() is None


def test_basins_say_which_metric_they_use(tab: KLTab, qtbot: QtBot) -> None:
    view = tab.scene.landscapes["reverse"]
    before = painted(view)
    tab.store.update(are_basins_shown=True)
    qtbot.waitUntil(lambda: tab.scene.basin_caption != "", timeout=5000)
    assert "Euclidean" in tab.scene.basin_caption
    assert (painted(view) != before).mean() > 0.1
    tab.store.update(metric="natural")
    qtbot.waitUntil(lambda: "Fisher" in tab.scene.basin_caption, timeout=5000)
    tab.store.update(are_basins_shown=False)
    assert tab.scene.basin_caption == ""


def test_fit_to_p_and_the_wheel_change_the_window_in_one_step(tab: KLTab) -> None:
    tab.store.update(p=(Component1D(1.0, 20.0, 2.0),))
    QTest.mouseClick(tab.controls.options.fit, Qt.MouseButton.LeftButton)
    QTest.qWait(SETTLE_MS)
    view = tab.editor.state.view
    assert (view.mu_lo, view.mu_hi) == (12.0, 28.0)
    assert tab.frame.grid.mu[0] == 12.0
    assert tab.scene.density.view_range[0] == (12.0, 28.0)


def test_the_plane_has_its_own_p_and_q(tab: KLTab) -> None:
    QTest.mouseClick(tab.controls.dimension.button("2"), Qt.MouseButton.LeftButton)
    QTest.qWait(SETTLE_MS)
    assert tab.editor.state.dimension == 2
    assert tab.plane.isVisible()
    assert tab.plots()[0] is tab.plane.plane
    type_into_cell(tab, 0, 1, "-2")
    assert tab.editor.state.p2[0].mean == (-2.0, KLState().p2[0].mean[1])
    assert tab.editor.state.p == KLState().p
    QTest.qWait(SETTLE_MS)
    shown = tab.controls.numbers.line(1).value.text()
    assert float(shown) == pytest.approx(tab.plane.numbers().kl_forward, rel=1e-4)
    type_into(tab.controls.target.plane_boxes[3], "9")
    assert tab.editor.state.q2 == KLState().q2
    tab.step()
    assert len(tab.plane.descent.path("reverse")) == 2
    QTest.mouseClick(tab.controls.dimension.button("1"), Qt.MouseButton.LeftButton)
    QTest.qWait(SETTLE_MS)
    assert tab.scene.isVisible()


def test_fixed_sigma_shows_curves_and_moves_the_mean_only(tab: KLTab, drag: Drag) -> None:
    QTest.mouseClick(tab.controls.options.fixed_sigma, Qt.MouseButton.LeftButton)
    QTest.qWait(SETTLE_MS)
    view = tab.scene.mean_curves
    assert view.isVisible()
    assert "σ fixed at 1" in tab.scene.panels.stationary.caption
    start = view.view_to_viewport(KLState().q.mu, 3.0)
    drag(view, start, start + QPointF(100, 0))
    assert tab.editor.state.q.mu > KLState().q.mu + 0.5
    assert tab.editor.state.q.sigma == KLState().q.sigma
    curve = view.export_table()
    assert np.interp(tab.editor.state.q.mu, curve.columns[0], curve.columns[2]) == pytest.approx(
        tab.frame.kl_reverse, rel=1e-3
    )


def test_sweeping_pulls_the_modes_apart(tab: KLTab) -> None:
    tab.store.update(panel="sweep")
    tab.scene.panels.sweep.separation_changed.emit(1.0)
    assert [component.mu for component in tab.editor.state.p] == [-1.0, 1.0]


def test_nothing_is_cut_and_every_control_explains_itself(tab: KLTab) -> None:
    for box in tab.controls.findChildren(NumberEdit):
        if box.isVisible():
            needed = box.fontMetrics().horizontalAdvance(box.text()) + 8
            assert box.width() >= needed, box.accessibleName()
    inside = tab.controls.widget()
    assert inside.minimumSizeHint().width() <= tab.controls.viewport().width()


def test_the_dark_theme_paints_dark(tab: KLTab) -> None:
    light = painted(tab.scene.density) & 0xFF
    tab.set_theme(DARK)
    dark = painted(tab.scene.density) & 0xFF
    assert np.median(light) > 200
    assert np.median(dark) < 60


def test_the_plane_and_the_line_each_put_a_theme_on_when_they_are_seen(tab: KLTab) -> None:
    tab.store.update(dimension=2)
    tab.draw_now()
    tab.set_theme(DARK)
    assert np.median(painted(tab.plane.plane) & 0xFF) < 60
    assert tab.scene.theme is LIGHT
    tab.store.update(dimension=1)
    tab.draw_now()
    assert np.median(painted(tab.scene.density) & 0xFF) < 60
    tab.set_theme(LIGHT)
    assert tab.plane.theme is DARK
    tab.store.update(dimension=2)
    tab.draw_now()
    assert np.median(painted(tab.plane.plane) & 0xFF) > 200


def test_the_plane_is_computed_once_and_laid_out_before_it_is_painted(tab: KLTab, qtbot: QtBot) -> None:
    tab.store.update(dimension=2)
    tab.store.update(dimension=1)
    QTest.qWait(SETTLE_MS)
    counter = PaintCounter(tab.plane.plane.viewport())
    frames: list[float] = []
    tab.plane.frame_done.connect(frames.append)
    p2 = (Component2D(1.0, (0.5, -0.5), (1.0, 0.0, 1.0)),)
    tab.store.update(dimension=2, p2=p2)
    tab.draw_now()
    assert len(frames) == 1
    assert counter.n_painted == 0
    assert tab.plane.frame is not None
    np.testing.assert_array_equal(tab.plane.frame.p.means, [(0.5, -0.5)])
    qtbot.waitUntil(lambda: counter.n_painted > 0, timeout=SETTLE_MS + 5000)


def test_remove_means_the_component_selected_on_the_plot(tab: KLTab) -> None:
    density = tab.scene.density
    at = density.handle_viewport_position(0).toPoint()
    QTest.mouseClick(density.viewport(), Qt.MouseButton.LeftButton, pos=at)
    remove = next(b for b in tab.controls.findChildren(QPushButton) if b.text() == "Remove")
    QTest.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert [component.mu for component in tab.editor.state.p] == [3.0]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_no_number_of_the_plane_is_cut_in_the_table(tab: KLTab, theme: Theme) -> None:
    tab.set_theme(theme)
    long = Component2D(0.123456, (-0.910555, -11.98765), (0.512345, -0.0456789, 1.23456))
    tab.store.update(dimension=2, p2=(long, long))
    QTest.qWait(SETTLE_MS)
    table = tab.controls.target.table
    for column in range(6):
        text = table.model().index(0, column).data()
        assert table.fontMetrics().horizontalAdvance(text) + 6 <= table.columnWidth(column), text


def test_landscapes_hidden_by_a_fixed_sigma_catch_up_when_they_come_back(tab: KLTab) -> None:
    assert tab.store is not None
    tab.store.update(is_sigma_fixed=True)
    tab.draw_now()
    tab.store.update(p=(Component1D(1.0, -1.0, 0.5), Component1D(2.0, 3.0, 0.7)), units="bits")
    tab.draw_now()
    tab.store.update(is_sigma_fixed=False)
    tab.draw_now()
    for view, values in zip(
        tab.scene.landscapes.values(), (tab.frame.forward, tab.frame.reverse), strict=True
    ):
        np.testing.assert_array_equal(view.export_table().columns[2], values.ravel())
