"""The latent view under the hand: what is painted, picked, selected, dragged."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.numerics.pca import PrincipalPlane
from dgm_explorer.ui.export import PlotTable, paint
from dgm_explorer.ui.plots.color_key import ColorKey
from dgm_explorer.ui.plots.latent_plane import Projection
from dgm_explorer.ui.plots.latent_shapes import ComponentShape, LatentScene
from dgm_explorer.ui.plots.latent_view import LatentView
from dgm_explorer.ui.plots.point_raster import faint_rgb
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR, blend

SHIFT = Qt.KeyboardModifier.ShiftModifier
RED, BLUE = (200, 30, 30), (30, 30, 200)
DOTS = np.array([(-3, -2), (-1, 2), (1, -2), (3, 2), (2.5, 2)], np.float32)


def make_scene(dots: np.ndarray = DOTS, rgb: tuple[int, int, int] = RED) -> LatentScene:
    colors = np.tile(np.array(rgb, np.uint8), (len(dots), 1))
    mean, cov = np.array([0.0, 0.0]), np.array([[1.0, 0.0], [0.0, 0.25]])
    shapes = (ComponentShape(3, mean, cov, 0.25, "#009E73"),)
    return LatentScene(dots, colors, components=shapes, axis_names=("z₁", "z₂"))


@pytest.fixture
def view(qtbot: QtBot) -> LatentView:
    view = LatentView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    with qtbot.waitExposed(view):
        view.show()
    view.set_scene(make_scene())
    return view


def place(view: LatentView, x: float, y: float) -> QPointF:
    return view.view_to_viewport(x, y)


def rgb_of(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


# -- painting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR], ids=lambda theme: theme.name)
def test_dots_are_painted_where_they_lie(view, hand_of, theme) -> None:
    view.set_theme(theme)
    hand = hand_of(view)
    for x, y in DOTS:
        assert rgb_of(hand.color_at(place(view, x, y))) == RED
    assert rgb_of(hand.color_at(place(view, -2.0, 1.0))) == rgb_of(QColor(theme.plot_background))


def test_dots_stay_where_they_lie_after_zoom_and_resize(view, hand_of) -> None:
    hand = hand_of(view)
    hand.wheel(place(view, 0, 0), -2)
    assert rgb_of(hand.color_at(place(view, -3, -2))) == RED
    view.resize(700, 400)
    assert rgb_of(hand.color_at(place(view, 1, -2))) == RED


def test_of_two_dots_on_one_pixel_the_later_is_seen(view, hand_of) -> None:
    dots = np.array([(1, 2), (1, 2)], np.float32)
    for colors, seen in (((RED, BLUE), BLUE), ((BLUE, RED), RED)):
        view.set_scene(replace(make_scene(dots), rgb=np.array(colors, np.uint8)))
        assert rgb_of(hand_of(view).color_at(place(view, 1, 2))) == seen


def test_unselected_dots_are_grey_and_behind(view, hand_of) -> None:
    dots = np.concatenate([DOTS, DOTS[:1]])
    is_selected = np.array([True, False, False, False, True, False])
    view.set_scene(replace(make_scene(dots), is_selected=is_selected))
    hand, grey = hand_of(view), rgb_of(QColor(faint_rgb(LIGHT)))
    assert rgb_of(hand.color_at(place(view, -3, -2))) == RED  # the grey one on the same place is later
    assert rgb_of(hand.color_at(place(view, -1, 2))) == grey
    assert rgb_of(hand.color_at(place(view, 2.5, 2))) == RED


def test_dots_that_are_not_finite_are_left_out(view, hand_of) -> None:
    dots = DOTS.copy()
    dots[1], dots[2] = (np.nan, 2), (np.inf, -2)
    view.set_scene(make_scene(dots))
    hand = hand_of(view)
    assert rgb_of(hand.color_at(place(view, -3, -2))) == RED
    assert view.nearest(-1.0, 2.0)[0] in (0, 3, 4)


def test_many_dots_are_smaller_than_few(view) -> None:
    few = view._raster.dot_size_px
    view.set_scene(make_scene(np.random.default_rng(0).normal(size=(60_000, 2)).astype(np.float32)))
    many = view._raster.dot_size_px
    view.set_theme(PROJECTOR)
    assert few > many == 2
    assert view._raster.dot_size_px == 3


def test_ellipses_hold_one_and_two_standard_deviations(view, hand_of) -> None:
    line = rgb_of(QColor(blend("#009E73", LIGHT.text, 0.3)))
    picture = hand_of(view).picture()
    for x, y in ((-1, 0), (-2, 0), (0, 0.5), (0, -1.0)):
        at = place(view, x, y).toPoint()
        near = {
            rgb_of(picture.pixelColor(at.x() + dx, at.y() + dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1)
        }
        off = min(sum(abs(a - b) for a, b in zip(rgb, line, strict=True)) for rgb in near)
        assert off < 0.45 * sum(255 - a for a in line)  # the thin line of 2σ is a blend with the white behind


def test_component_is_labelled_with_its_number_and_share(view, monkeypatch) -> None:
    written: list[str] = []
    ellipses = view.ellipses
    place_label = ellipses._place

    def remember(*arguments):
        placed = place_label(*arguments)
        if placed is not None:
            written.append(placed[1])
        return placed

    monkeypatch.setattr(ellipses, "_place", remember)
    view.grab()
    assert set(written) == {"c4 π=0.25"}


def test_labels_of_a_hundred_components_do_not_overlap(view, monkeypatch) -> None:
    rng = np.random.default_rng(0)
    means, cov = rng.uniform(-3, 3, (100, 2)), 0.1 * np.eye(2)
    shapes = tuple(ComponentShape(k, mean, cov, 0.01, LIGHT.component(k)) for k, mean in enumerate(means))
    boxes: list[list[object]] = [[]]
    place_label = view.ellipses._place

    def remember(*arguments):
        placed = place_label(*arguments)
        if placed is not None:
            boxes[-1].append(placed[0])
        return placed

    monkeypatch.setattr(view.ellipses, "_place", remember)
    view.set_scene(replace(make_scene(), components=shapes))
    boxes.append([])
    view.grab()
    drawn = boxes[-1]
    assert len(drawn) > 20
    assert not any(a.intersects(b) for i, a in enumerate(drawn) for b in drawn[:i])


def test_an_arrow_at_the_border_points_to_a_mean_beyond_it(view, hand_of) -> None:
    view.set_view_range((10.0, 12.0), (-0.75, 0.75))
    (x_lo, _), _ = view.view_range
    at = place(view, x_lo, 0.0) + QPointF(9, 0)
    hand = hand_of(view)
    assert rgb_of(hand.color_at(at)) == rgb_of(QColor(blend("#009E73", LIGHT.text, 0.3)))
    view.set_scene(replace(make_scene(), components=()))
    assert rgb_of(hand.color_at(at)) == rgb_of(QColor(LIGHT.plot_background))


def test_a_gaussian_without_numbers_is_left_out(view) -> None:
    nan = ComponentShape(0, np.array([np.nan, 0.0]), np.full((2, 2), np.nan), 0.5, "#ff0000")
    huge = ComponentShape(1, np.array([0.0, 0.0]), np.full((2, 2), np.inf), 0.5, "#ff0000")
    view.set_scene(replace(make_scene(), components=(nan, huge)))
    view.grab()
    assert view.ellipses.component_at(QPointF(100, 100)) == -1


def test_the_key_is_painted_above_the_picture(view, hand_of) -> None:
    before = hand_of(view).picture()
    view.set_scene(replace(make_scene(), key=ColorKey("label", (("#E69F00", "0"), ("#009E73", "1")))))
    after = hand_of(view).picture()
    top = view.view_to_viewport(0, view.view_range[1][1]).toPoint().y()
    colors = {after.pixelColor(x, y).name() for x in range(after.width()) for y in range(top)}
    assert before != after
    assert {"#e69f00", "#009e73"} <= colors


def test_a_picture_of_twice_the_size_has_its_dots_in_place(view) -> None:
    picture = paint(view, 2.0)
    for x, y in DOTS:
        at = 2 * view.mapFromGlobal(view.viewport().mapToGlobal(place(view, x, y)))
        assert rgb_of(picture.pixelColor(at.toPoint())) == RED


# -- range ------------------------------------------------------------------------------------------------


def test_the_range_follows_the_dots_until_the_user_touches_it(view, hand_of) -> None:
    view.set_scene(make_scene(DOTS * 10))
    (x_lo, x_hi), _ = view.view_range
    assert x_lo < -30
    assert x_hi > 30
    hand_of(view).wheel(place(view, 0, 0), 1)
    kept = view.view_range
    view.set_scene(make_scene(DOTS * 100))
    assert view.view_range == kept


@pytest.mark.parametrize(("share", "is_whole"), [(0.25, True), (0.001, False)])
def test_the_outer_ellipse_of_a_component_that_holds_something_is_shown_whole(view, share, is_whole) -> None:
    dots = np.random.default_rng(0).uniform((-30, -10), (30, 10), (900, 2)).astype(np.float32)
    tall = ComponentShape(0, np.array([0.0, 0.0]), np.diag([25.0, 81.0]), share, "#009E73")
    view.set_scene(replace(make_scene(dots), components=(tall,), has_equal_aspect=False))
    _, (y_lo, y_hi) = view.view_range
    assert (y_lo < -18 and y_hi > 18) == is_whole


def test_dots_of_another_run_are_followed_again(view, hand_of) -> None:
    hand_of(view).wheel(place(view, 0, 0), 5)
    view.follow()
    view.set_scene(make_scene(DOTS * 10))
    (x_lo, x_hi), _ = view.view_range
    assert x_lo < -30
    assert x_hi > 30


def test_small_moves_of_the_dots_leave_the_range_alone(view) -> None:
    kept = view.view_range
    view.set_scene(make_scene(DOTS * np.float32(1.02)))
    assert view.view_range == kept


def test_dragging_the_background_pans(view, hand_of) -> None:
    (x_lo, x_hi), (y_lo, _) = view.view_range
    start = place(view, -2, 1)
    hand_of(view).drag(start, start + QPointF(50, 30))
    per_px = (x_hi - x_lo) / view.view_box.rect().width()
    (now, _), (bottom, _) = view.view_range
    assert now == pytest.approx(x_lo - 50 * per_px, abs=1.01 * per_px)
    assert bottom == pytest.approx(y_lo + 30 * per_px, abs=1.01 * per_px)
    assert not view.is_fitting


@pytest.mark.parametrize("way", ["key", "double click"])
def test_going_home_shows_all_and_follows_again(view, hand_of, way) -> None:
    hand = hand_of(view)
    hand.wheel(place(view, 3, 2), 5)
    if way == "key":
        QTest.keyClick(view, Qt.Key.Key_A)
    else:
        hand.double_click(place(view, 3, 1.5))
    assert view.is_fitting
    (x_lo, x_hi), _ = view.view_range
    assert x_lo < -3
    assert x_hi > 3


def test_unequal_axes_fill_the_view(view) -> None:
    strip = make_scene(
        np.stack([np.linspace(-50, 50, 200), np.linspace(-1, 1, 200)], axis=1).astype(np.float32)
    )
    view.set_scene(replace(strip, has_equal_aspect=False))
    (x_lo, x_hi), (y_lo, y_hi) = view.view_range
    assert (x_hi - x_lo, y_hi - y_lo) == pytest.approx((100, 2), rel=0.5)


# -- picking ----------------------------------------------------------------------------------------------


def test_hovering_names_the_dot_within_reach(view, hand_of) -> None:
    seen: list[tuple[float, float, int]] = []
    view.hovered.connect(lambda x, y, dot: seen.append((x, y, dot)))
    hand = hand_of(view)
    hand.move(place(view, 1, -2) + QPointF(5, 3), is_down=False)
    hand.move(place(view, 1, -2) + QPointF(30, 3), is_down=False)
    per_px = (view.view_range[0][1] - view.view_range[0][0]) / view.view_box.rect().width()
    assert [dot for _, _, dot in seen] == [2, -1]
    assert seen[0][:2] == pytest.approx((1 + 5 * per_px, -2 - 3 * per_px), abs=1.01 * per_px)


def test_leaving_the_picture_is_told(view, hand_of, qtbot) -> None:
    with qtbot.waitSignal(view.left, timeout=500):
        hand_of(view).move(QPointF(3, 3), is_down=False)


def test_nearest_agrees_with_a_search_one_by_one(view) -> None:
    rng = np.random.default_rng(0)
    dots = rng.normal(size=(2000, 2)).astype(np.float32)
    view.set_scene(make_scene(dots))
    rect, (x_range, y_range) = view.view_box.rect(), view.view_range
    scale = rect.width() / (x_range[1] - x_range[0]), rect.height() / (y_range[1] - y_range[0])
    for x, y in rng.normal(size=(20, 2)):
        far = [np.hypot((dx - x) * scale[0], (dy - y) * scale[1]) for dx, dy in dots]
        dot, distance = view.nearest(x, y)
        assert dot == int(np.argmin(far))
        assert distance == pytest.approx(min(far), rel=1e-3)


def test_no_dots_no_nearest(view) -> None:
    view.set_scene(LatentScene())
    assert view.nearest(0.0, 0.0) == (-1, np.inf)


def test_clicks_on_dots_and_background(view, hand_of) -> None:
    clicks: list[tuple[int, float, float]] = []
    view.clicked.connect(lambda *click: clicks.append(click))
    hand = hand_of(view)
    for x, y in ((3, 2), (-2, 0.7)):
        hand.press(place(view, x, y))
        hand.release(place(view, x, y))
    assert [dot for dot, _, _ in clicks] == [3, -1]
    assert clicks[1][1:] == pytest.approx((-2, 0.7), abs=0.03)


# -- lasso ------------------------------------------------------------------------------------------------


def draw_lasso(view, hand, corners, keys=SHIFT) -> None:
    points = [place(view, x, y) for x, y in corners]
    hand.press(points[0], keys)
    for point in points[1:]:
        hand.move(point, keys)
    hand.release(points[-1], keys)


LOOP = [(-3.6, -2.5), (1.5, -2.5), (1.5, -1.5), (-3.6, -1.5)]


def test_shift_drag_selects_what_it_encloses(view, hand_of) -> None:
    selected: list[object] = []
    view.lassoed.connect(selected.append)
    before = view.view_range
    draw_lasso(view, hand_of(view), LOOP)
    assert [dots.tolist() for dots in selected] == [[0, 2]]
    assert view.view_range == before


def test_lasso_mode_needs_no_key(view, hand_of) -> None:
    selected: list[object] = []
    view.lassoed.connect(selected.append)
    view.set_lasso_mode(True)
    draw_lasso(view, hand_of(view), LOOP, Qt.KeyboardModifier.NoModifier)
    assert [dots.tolist() for dots in selected] == [[0, 2]]


def test_the_lasso_is_painted_while_it_is_drawn(view, hand_of) -> None:
    hand = hand_of(view)
    before = hand.picture()
    hand.press(place(view, *LOOP[0]), SHIFT)
    for x, y in LOOP[1:]:
        hand.move(place(view, x, y), SHIFT)
    assert hand.picture() != before
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert hand.picture() == before


def test_escape_ends_a_lasso_without_selecting(view, hand_of) -> None:
    selected: list[object] = []
    view.lassoed.connect(selected.append)
    hand = hand_of(view)
    hand.press(place(view, *LOOP[0]), SHIFT)
    hand.move(place(view, *LOOP[1]), SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    hand.release(place(view, *LOOP[2]), SHIFT)
    assert selected == []


@pytest.mark.parametrize("way", ["key", "click"])
def test_a_selection_is_given_up(view, hand_of, way) -> None:
    selected: list[object] = []
    clicks: list[object] = []
    view.lassoed.connect(selected.append)
    view.clicked.connect(lambda *click: clicks.append(click))
    view.set_scene(replace(make_scene(), is_selected=np.array([True, False, False, False, False])))
    if way == "key":
        QTest.keyClick(view, Qt.Key.Key_Escape)
    else:
        at = place(view, -2, 0.7)
        hand_of(view).press(at)
        hand_of(view).release(at)
    assert [dots.tolist() for dots in selected] == [[]]
    assert clicks == []


def test_a_double_click_leaves_the_selection_as_it_was(view, hand_of) -> None:
    selected: list[object] = []
    view.lassoed.connect(selected.append)
    view.set_scene(replace(make_scene(), is_selected=np.array([True, False, False, True, False])))
    hand_of(view).double_click(place(view, -2, 0.7))
    assert [dots.tolist() for dots in selected] == [[], [0, 3]]


def test_a_double_click_is_no_click(view, hand_of, qtbot) -> None:
    with qtbot.waitSignal(view.dismissed, timeout=500):
        hand_of(view).double_click(place(view, -2, 0.7))


def test_arrow_keys_pan(view) -> None:
    (x_lo, x_hi), (y_lo, y_hi) = view.view_range
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Up)
    (right, _), (up, _) = view.view_range
    assert right == pytest.approx(x_lo + 0.1 * (x_hi - x_lo))
    assert up == pytest.approx(y_lo + 0.1 * (y_hi - y_lo))


def test_escape_with_nothing_to_give_up_dismisses(view, qtbot) -> None:
    with qtbot.waitSignal(view.dismissed, timeout=500):
        QTest.keyClick(view, Qt.Key.Key_Escape)


# -- components -------------------------------------------------------------------------------------------


@pytest.fixture
def told(view):
    events: list[tuple[object, ...]] = []
    view.component_drag_started.connect(lambda *a: events.append(("started", *a)))
    view.component_drag_finished.connect(lambda *a: events.append(("finished", *a)))
    view.component_clicked.connect(lambda *a: events.append(("clicked", *a)))
    return events


def test_dragging_a_mean_tells_where_it_goes(view, hand_of, told) -> None:
    start = place(view, 0, 0) + QPointF(6, -4)
    hand_of(view).drag(start, start + QPointF(80, -40))
    per_px = (view.view_range[0][1] - view.view_range[0][0]) / view.view_box.rect().width()
    assert [event[:2] for event in told] == [("started", 3), ("finished", 3)]
    assert told[-1][2:] == pytest.approx((80 * per_px, 40 * per_px), abs=1.01 * per_px)


def test_the_mean_stays_where_the_hand_put_it_until_the_model_answers(view, hand_of, told) -> None:
    start = place(view, 0, 0)
    hand_of(view).drag(start, start + QPointF(80, -40))
    del told
    moved = view.ellipses.mean_px(3) - view.ellipses.point_px(0, 0)
    assert moved.toTuple() == pytest.approx((80, -40))
    view.set_scene(make_scene())
    assert view.ellipses.mean_px(3) == view.ellipses.point_px(0, 0)


def test_snapshots_during_a_drag_do_not_take_the_mean_from_the_hand(view, hand_of, told) -> None:
    hand, start = hand_of(view), place(view, 0, 0)
    hand.press(start)
    hand.move(start + QPointF(50, 0))
    view.set_scene(make_scene())
    moved = view.ellipses.mean_px(3) - view.ellipses.point_px(0, 0)
    assert moved.toTuple() == pytest.approx((50, 0))
    hand.release(start + QPointF(50, 0))
    assert told[-1][0] == "finished"


def test_a_click_on_a_mean_chooses_the_component(view, hand_of, told) -> None:
    at = place(view, 0, 0)
    hand_of(view).press(at)
    hand_of(view).release(at)
    assert told == [("clicked", 3)]


def test_escape_puts_a_dragged_mean_back(view, hand_of, told) -> None:
    hand, start = hand_of(view), place(view, 0, 0)
    hand.press(start)
    hand.move(start + QPointF(50, 0))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.ellipses.mean_px(3) == view.ellipses.point_px(0, 0)
    hand.release(start + QPointF(50, 0))
    assert told == [("started", 3)], "the run keeps the mean where it has it"


def test_means_that_cannot_be_moved_stay(view, hand_of, told) -> None:
    view.set_components_movable(False)
    start = place(view, 0, 0)
    hand_of(view).drag(start, start + QPointF(50, 0))
    assert told == []


@pytest.mark.parametrize("can_move", [True, False])
def test_over_a_mean_the_tool_tip_says_how_or_when_it_can_be_moved(view, can_move) -> None:
    view.set_components_movable(can_move)
    at = place(view, 0, 0).toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    words = "Drag, or C and arrow keys" if can_move else "The mean can be moved while a run trains here."
    assert words in QToolTip.text()


def test_a_plot_that_tab_has_reached_is_framed(view, hand_of, qtbot: QtBot) -> None:
    corner = QPointF(1, 1)
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    assert rgb_of(hand_of(view).color_at(corner)) != rgb_of(QColor(LIGHT.accent)), "the mouse needs no frame"
    view.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    assert rgb_of(hand_of(view).color_at(corner)) == rgb_of(QColor(LIGHT.accent))


# -- components by keyboard -------------------------------------------------------------------------------


def three_components(view: LatentView) -> None:
    shape = make_scene().components[0]
    places = {0: (-2.0, 0.0), 1: (0.0, 1.0), 2: (2.0, 0.0)}
    shapes = tuple(replace(shape, index=k, mean=np.array(mean)) for k, mean in places.items())
    view.set_scene(replace(make_scene(), components=shapes))


def keys(view: LatentView, *presses: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    for key in presses:
        QTest.keyClick(view, key, modifier or Qt.KeyboardModifier.NoModifier)


def test_c_goes_round_the_components_and_return_chooses_one(view, told) -> None:
    three_components(view)
    chosen = []
    for n_presses, modifier in ((1, None), (2, None), (1, None), (1, SHIFT), (1, SHIFT)):
        keys(view, *[Qt.Key.Key_C] * n_presses, modifier=modifier)
        keys(view, Qt.Key.Key_Return)
        chosen.append(told[-1][1])
    assert chosen == [0, 2, 0, 2, 1]
    assert {event[0] for event in told} == {"clicked"}


def test_c_begins_at_the_component_that_is_chosen(view, told) -> None:
    three_components(view)
    view.set_chosen_component(1)
    keys(view, Qt.Key.Key_C, Qt.Key.Key_Return)
    assert told == [("clicked", 1)]


def test_the_component_in_hand_wears_a_ring(view, hand_of) -> None:
    before = hand_of(view).picture()
    accent = rgb_of(QColor(LIGHT.accent))
    below = (place(view, 0, 0) + QPointF(0, 11)).toPoint()
    keys(view, Qt.Key.Key_C)
    ring = hand_of(view).picture()
    assert accent in {rgb_of(ring.pixelColor(below.x(), below.y() + dy)) for dy in range(-3, 4)}
    keys(view, Qt.Key.Key_Escape)
    assert hand_of(view).picture() == before


def test_arrow_keys_are_one_drag_of_the_component_in_hand(view, told, qtbot: QtBot) -> None:
    (x_lo, x_hi), (y_lo, y_hi) = view.view_range
    per_px = (x_hi - x_lo) / view.view_box.rect().width()
    keys(view, Qt.Key.Key_C, Qt.Key.Key_Right, Qt.Key.Key_Up)
    keys(view, Qt.Key.Key_Right, modifier=Qt.KeyboardModifier.ControlModifier)
    view.set_scene(make_scene())  # as a picture of the run would come in between
    assert told == [("started", 3)]
    qtbot.waitUntil(lambda: told[-1][0] == "finished", timeout=2000)
    assert told[-1] == ("finished", 3, pytest.approx(11 * per_px), pytest.approx(per_px))
    assert view.view_range == ((x_lo, x_hi), (y_lo, y_hi))


def test_escape_puts_a_mean_back_and_then_lets_it_go(view, told) -> None:
    keys(view, Qt.Key.Key_C, Qt.Key.Key_Left, Qt.Key.Key_Escape)
    assert view.ellipses.mean_px(3) == view.ellipses.point_px(0, 0)
    assert told == [("started", 3)]
    told.clear()
    before = view.view_range
    keys(view, Qt.Key.Key_Escape, Qt.Key.Key_Left)
    assert told == []
    assert view.view_range != before


def test_arrow_keys_leave_a_mean_alone_that_cannot_be_moved(view, told) -> None:
    view.set_components_movable(False)
    before = view.view_range
    keys(view, Qt.Key.Key_C, Qt.Key.Key_Right)
    assert told == []
    assert view.view_range == before


def test_a_component_that_is_gone_is_no_longer_in_hand(view, told) -> None:
    keys(view, Qt.Key.Key_C, Qt.Key.Key_Right)
    three_components(view)
    told.clear()
    keys(view, Qt.Key.Key_Return)
    assert told == []


def test_pins_are_painted_where_they_are_set(view, hand_of) -> None:
    before = hand_of(view).picture()
    view.set_pin((-2.0, 0.5))
    after = hand_of(view).picture()
    at = place(view, -2.0, 0.5).toPoint()
    assert before.pixelColor(at.x() + 11, at.y()) != after.pixelColor(at.x() + 11, at.y())
    view.set_pin(None)
    assert hand_of(view).picture() == before


def test_names_of_axes_are_centred_when_they_change(view) -> None:
    names = ("PC 1 · 43 % of the variance", "PC 2 · 20 % of the variance")
    view.set_scene(replace(make_scene(), axis_names=names))
    bottom, left = view.plotItem.getAxis("bottom"), view.plotItem.getAxis("left")
    for axis, attribute in ((bottom, "x"), (left, "y")):
        middle = axis.label.mapToItem(axis, axis.label.boundingRect().center())
        expected = axis.boundingRect().center()
        assert getattr(middle, attribute)() == pytest.approx(getattr(expected, attribute)(), abs=12)


def test_the_name_of_a_turned_axis_is_not_cut_where_two_runs_share_the_height(view) -> None:
    turn = np.sqrt(0.5) * np.array([[1.0, 1.0], [-1.0, 1.0]])
    plane = PrincipalPlane(np.zeros(3), np.eye(3)[:2], np.array([0.66, 0.34]), turn)
    view.resize(474, 280)
    view.set_scene(replace(make_scene(), axis_names=Projection(plane).axis_names))
    name = view.plotItem.getAxis("left").label
    assert "34 % of the variance" in name.toPlainText()
    in_view = view.mapFromScene(name.mapRectToScene(name.boundingRect())).boundingRect()
    assert in_view.top() >= 0
    assert in_view.bottom() <= view.viewport().height()


def test_the_table_has_a_row_per_dot(view) -> None:
    table = view.export_table()
    assert table.columns[0] == pytest.approx(DOTS[:, 0])
    assert table.columns[1] == pytest.approx(DOTS[:, 1])


def test_the_table_says_what_the_scene_knows_of_the_dots(view) -> None:
    words = ("cat", "dog", "hen", "owl", "cat")
    view.set_scene(replace(make_scene(), details=lambda: PlotTable(("label",), (words,))))
    table = view.export_table()
    assert (table.header[-1], table.columns[-1]) == ("label", words)
