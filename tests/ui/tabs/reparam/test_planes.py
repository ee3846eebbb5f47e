"""Both planes under the hand: twins, handles, grid and ellipses as they are painted."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtTest import QTest

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.reparam import gaussian_map
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.reparam.angle_colors import noise_colors
from dgm_explorer.ui.tabs.reparam.epsilon_plane import GRID
from dgm_explorer.ui.tabs.reparam.map_knobs import MapKnobs
from dgm_explorer.ui.tabs.reparam.plane_pair import PlanePair
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from dgm_explorer.ui.theme import DARK, LIGHT
from tests.ui.plots.conftest import Hand
from tests.ui.tabs.reparam.conftest import MakeTab, state_of

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def planes(tab: ReparamTab) -> PlanePair:
    return tab.scene.planes


def on_pair(pair: PlanePair, plot: Plot, place: np.ndarray) -> QPointF:
    """Where a place of a plot is, in pixels of the pair."""
    return QPointF(plot.viewport().mapTo(pair, plot.view_to_viewport(*place.tolist())))


def is_near(a: QPointF, b: QPointF, reach_px: float = 1.0) -> bool:
    return math.dist(a.toTuple(), b.toTuple()) <= reach_px


# -- words ------------------------------------------------------------------------------------------------


def test_a_shorter_caption_leaves_nothing_of_a_longer_one_on_the_screen(tab: ReparamTab) -> None:
    image, z = planes(tab).image, tab.scene.frame.z
    for index in (*np.flatnonzero((z < -0.1).all(axis=1))[-3:].tolist(), -1):  # two minus signs are long
        image.pointed.emit(index)
        QTest.qWait(60)
    row = image.rect().adjusted(70, image.height() - 60, 0, -36).translated(image.mapTo(tab, QPoint(0, 0)))
    screen, fresh = (
        picture.copy(row).toImage().convertToFormat(QImage.Format.Format_RGB32)
        for picture in (tab.screen().grabWindow(tab.winId()), tab.grab())
    )
    assert screen == fresh


LABEL_MARGIN_PX = 10.0


class ListeningPainter(QPainter):
    """Keeps how wide values are, and the boxes that they are written in."""

    def __init__(self, device: QImage) -> None:
        super().__init__(device)
        self.widths: list[tuple[float, float]] = []

    def drawText(self, *arguments: object) -> None:
        box, text = arguments[0], arguments[-1]
        if isinstance(box, QRectF) and isinstance(text, str) and "(" in text:
            self.widths.append((QFontMetricsF(self.font()).horizontalAdvance(text), box.width()))
        super().drawText(*arguments)


def test_the_values_beside_mu_fit_their_box(tab: ReparamTab) -> None:
    image = planes(tab).image
    at = image.knob_viewport_position("center")
    Hand(image).press(at)
    Hand(image).move(at + QPointF(-33, 17))
    (knobs,) = (item for item in image.scene().items() if isinstance(item, MapKnobs))
    paper = QImage(image.size(), QImage.Format.Format_RGB32)
    painter = ListeningPainter(paper)
    knobs.draw(painter)
    painter.end()
    Hand(image).release(at)
    assert painter.widths
    assert all(text + LABEL_MARGIN_PX <= box for text, box in painter.widths)


# -- twins ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["noise", "image"])
def test_pointing_at_a_dot_lights_up_it_its_twin_and_the_line_between(tab: ReparamTab, side: str) -> None:
    pair, frame = planes(tab), tab.scene.frame
    plot = getattr(pair, side)
    dots = frame.epsilon if side == "noise" else frame.z
    index = int(
        np.argmax(np.where(np.abs(frame.epsilon).max(axis=1) < 3, frame.epsilon[:, 1], -9))
    )  # a lone one
    Hand(plot).move(plot.view_to_viewport(*dots[index].tolist()), is_down=False)
    marked, lit = pair.twins.lines
    assert not marked.is_strong
    assert lit.is_strong
    assert is_near(lit.places[0], on_pair(pair, pair.noise, frame.epsilon[index]))
    assert is_near(lit.places[1], on_pair(pair, pair.image, frame.z[index]))
    middle = (lit.places[0] + lit.places[1]) / 2
    image, (x, y) = pair.grab().toImage(), middle.toPoint().toTuple()
    # the line is painted; it may lie between two pixels, neither of which has all of its ink
    assert min(image.pixelColor(x, y + aside).lightness() for aside in (-1, 0, 1)) < 80
    Hand(plot).move(QPointF(2, 2), is_down=False)
    assert len(pair.twins.lines) == 1


def test_a_click_marks_a_dot_for_good(tab: ReparamTab) -> None:
    pair, frame = planes(tab), tab.scene.frame
    index = int(np.argmax(frame.z[:, 1] * (frame.z[:, 1] < 4.5)))
    at = pair.image.view_to_viewport(*frame.z[index].tolist())
    Hand(pair.image).press(at)
    Hand(pair.image).release(at)
    assert state_of(tab).chosen == index
    assert tab.scene.frame.chosen == index
    assert tab.store is not None
    assert not tab.store.can_undo  # a look, no change


def test_a_point_says_where_it_goes(tab: ReparamTab) -> None:
    assert planes(tab).noise.caption.text == "point 3:  ε = (1.3, 0.947)"
    assert planes(tab).image.caption.text == "z = μ + Lε = (2.59, 2.11)"


def test_twins_have_the_colour_of_their_angle(tab: ReparamTab) -> None:
    epsilon = np.array([[1.0, 0.0], [2.5, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    first, second, *others = noise_colors(epsilon, LIGHT).tolist()
    assert first == second
    assert all(math.dist(first, other) > 60 for other in others)
    dark = noise_colors(epsilon, DARK)
    assert dark.mean() > noise_colors(epsilon, LIGHT).mean()
    pair, frame = planes(tab), tab.scene.frame
    lone = int(np.argmin(np.where(np.abs(frame.epsilon).max(axis=1) < 3.2, frame.z[:, 0], 9)))
    for plot, places in ((pair.noise, frame.epsilon), (pair.image, frame.z)):
        painted = Hand(plot).color_at(plot.view_to_viewport(*places[lone].tolist()))
        wanted = noise_colors(frame.epsilon[lone : lone + 1], LIGHT)[0].tolist()
        assert math.dist((painted.red(), painted.green(), painted.blue()), wanted) < 12


# -- the map ----------------------------------------------------------------------------------------------


def test_the_grid_is_the_image_of_the_square_grid(tab: ReparamTab) -> None:
    gaussian = gaussian_map(state_of(tab))
    expected = gaussian.mean + GRID @ gaussian.factor.T
    np.testing.assert_allclose(planes(tab).image._grid.lines, expected, rtol=1e-12)


def test_the_grid_follows_the_hand(tab: ReparamTab) -> None:
    image = planes(tab).image
    start = image.knob_viewport_position("first")
    hand = Hand(image)
    hand.press(start)
    for step in (1, 2, 3):
        hand.move(start + QPointF(12.0 * step, -9.0 * step))
        tab.scene.draw_now()
        frame = tab.scene.frame
        assert frame.state != ReparamState()
        np.testing.assert_allclose(image._grid.lines, frame.map(GRID), rtol=1e-12)
    hand.release(start + QPointF(36.0, -27.0))


def test_dragging_a_tip_is_one_step_of_the_history(tab: ReparamTab) -> None:
    plot, before = planes(tab).image, state_of(tab)
    start = plot.knob_viewport_position("first")
    Hand(plot).drag(start, start + QPointF(40, -30))
    (x_lo, x_hi), _ = plot.view_range
    unit = (x_hi - x_lo) / plot.view_box.rect().width()
    factor = gaussian_map(state_of(tab)).factor
    assert factor[0, 0] == pytest.approx(math.exp(0.2) + 40 * unit, abs=1.5 * unit)
    assert factor[1, 0] == pytest.approx(0.7 + 30 * unit, abs=1.5 * unit)
    assert state_of(tab).raw_diagonal[1] == before.raw_diagonal[1]
    assert is_near(plot.knob_viewport_position("first"), start + QPointF(40, -30), 2.0)
    assert tab.store is not None
    tab.store.undo()
    assert state_of(tab) == before
    assert not tab.store.can_undo


def test_undoing_a_drag_comes_back_to_where_descent_had_led(make_tab: MakeTab) -> None:
    tab = make_tab(panel="descent", estimator="exact", learning_rate=0.1)
    plot, start = planes(tab).image, state_of(tab)
    for _ in range(10):
        tab.step()
    tab.scene.draw_now()
    reached = gaussian_map(tab.scene.frame.state)
    knob = plot.knob_viewport_position("first")
    QTest.qWait(50)  # at rest, so that the first move is drawn at once, and the next ones are not
    hand = Hand(plot)
    hand.press(knob)
    for step in (1, 2, 3, 4):
        hand.move(knob + step * QPointF(10, -7))
    hand.release(knob + QPointF(40, -28))
    assert tab.store is not None
    tab.store.undo()
    undone = gaussian_map(state_of(tab))
    np.testing.assert_allclose(undone.mean, reached.mean, rtol=1e-12)
    np.testing.assert_allclose(undone.factor, reached.factor, rtol=1e-12)
    tab.store.undo()
    assert state_of(tab) == start
    assert not tab.store.can_undo


def test_the_points_follow_within_the_drag(tab: ReparamTab) -> None:
    plot = planes(tab).image
    start = plot.knob_viewport_position("center")
    before = tab.scene.frame.z
    Hand(plot).press(start)
    Hand(plot).move(start + QPointF(50, 0))
    tab.scene.draw_now()
    (x_lo, x_hi), _ = plot.view_range
    unit = (x_hi - x_lo) / plot.view_box.rect().width()
    np.testing.assert_allclose(tab.scene.frame.z[:, 0] - before[:, 0], 50 * unit, atol=unit)
    Hand(plot).release(start + QPointF(50, 0))


def test_shift_moves_the_points_but_not_the_ellipse(make_tab: MakeTab) -> None:
    tab = make_tab(form="full", full=(1.2, 0.0, 0.9, 0.6), mean=(0.0, 0.0))
    plot, before = planes(tab).image, tab.scene.frame
    start = plot.knob_viewport_position("first")
    Hand(plot).drag(start, start + QPointF(-120, -60), SHIFT)
    tab.scene.draw_now()
    after = tab.scene.frame
    np.testing.assert_allclose(after.map.covariance, before.map.covariance, rtol=1e-9)
    assert np.abs(after.z - before.z).max() > 0.5


def test_axes_are_dragged_where_they_are_the_handles(make_tab: MakeTab) -> None:
    tab = make_tab(handles="axes")
    plot, before = planes(tab).image, tab.scene.frame
    assert before.shape is not None
    center, start = plot.knob_viewport_position("center"), plot.knob_viewport_position("first")
    Hand(plot).drag(start, start + (start - center) * 0.5)
    tab.scene.draw_now()
    after = tab.scene.frame.shape
    assert after is not None
    assert math.sqrt(after.eigenvalues[0]) == pytest.approx(
        1.5 * math.sqrt(before.shape.eigenvalues[0]), rel=0.03
    )
    assert after.eigenvalues[1] == pytest.approx(before.shape.eigenvalues[1], rel=1e-6)
    assert tab.scene.frame.map.factor[0, 1] == 0.0


def test_wheel_keys_and_tab(tab: ReparamTab) -> None:
    plot = planes(tab).image
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    before = state_of(tab)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert state_of(tab).mean[0] > before.mean[0]
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    QTest.keyClick(plot, Qt.Key.Key_Up, CONTROL)
    (x_lo, x_hi), _ = plot.view_range
    step = 10 * (x_hi - x_lo) / plot.view_box.rect().width()
    assert state_of(tab).off_diagonal == pytest.approx(0.7 + step)
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    assert plot.hasFocus()
    QTest.keyClick(plot, Qt.Key.Key_Up)
    assert state_of(tab).raw_diagonal[1] > before.raw_diagonal[1]
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    assert not plot.hasFocus()  # all handles were visited
    tab.scene.draw_now()
    det = np.linalg.det(tab.scene.frame.map.covariance)
    Hand(plot).wheel(plot.knob_viewport_position("center"), 1)
    tab.scene.draw_now()
    assert np.linalg.det(tab.scene.frame.map.covariance) == pytest.approx(det * 1.1**4)


def test_zoom_stays_in_the_state_and_a_double_click_shows_all(tab: ReparamTab) -> None:
    plot = planes(tab).image
    Hand(plot).wheel(plot.view_to_viewport(-3.0, -3.0), 3)
    assert state_of(tab).view.half_width < 5
    Hand(plot).double_click(plot.view_to_viewport(*plot.pixel_to_view(QPointF(20, 20))))
    (x_lo, x_hi), (y_lo, y_hi) = plot.view_range
    z = tab.scene.frame.z
    assert ((z[:, 0] > x_lo) & (z[:, 0] < x_hi) & (z[:, 1] > y_lo) & (z[:, 1] < y_hi)).mean() > 0.995
    unit_x, unit_y = (
        (x_hi - x_lo) / plot.view_box.rect().width(),
        (y_hi - y_lo) / plot.view_box.rect().height(),
    )
    assert unit_x == pytest.approx(unit_y, rel=1e-6)


def test_a_singular_sigma_is_a_segment(make_tab: MakeTab) -> None:
    tab = make_tab(activation="relu", raw_diagonal=(1.2, -0.4))
    outline = planes(tab).image._knobs.outline_px(planes(tab).image._map_shape.ellipse, 2.0)
    points = np.array([point.toTuple() for point in outline])
    assert np.linalg.svd(points - points.mean(axis=0), compute_uv=False)[1] < 1e-3
    np.testing.assert_allclose(np.corrcoef(tab.scene.frame.z.T)[0, 1], 1.0)


# -- drawing ----------------------------------------------------------------------------------------------


def test_equal_states_draw_nothing_anew(tab: ReparamTab) -> None:
    frame = tab.scene.frame
    tab.scene.editor.take_map(replace(state_of(tab)))
    tab.scene.draw_now()
    assert tab.scene.frame is frame
