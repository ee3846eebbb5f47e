"""The landscape under the hand."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.plots.arrows import ArrowCloud
from dgm_explorer.ui.plots.landscape_view import LandscapeView
from dgm_explorer.ui.plots.markers import Marker
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR

MU = np.linspace(-8.0, 8.0, 64)
SIGMA = np.geomspace(0.05, 10.0, 64)
VALUES = 0.5 * (MU / 4) ** 2 + np.log(SIGMA)[:, None] ** 2


def shown(view: LandscapeView, qtbot: QtBot) -> LandscapeView:
    qtbot.addWidget(view)
    view.resize(520, 360)
    view.set_view(-8.0, 8.0, 0.05, 10.0)
    view.set_home(-8.0, 8.0, 0.05, 10.0)
    view.set_values(VALUES, MU, SIGMA)
    with qtbot.waitExposed(view):
        view.show()
    return view


@pytest.fixture
def view(qtbot: QtBot) -> LandscapeView:
    view = shown(LandscapeView("Reverse KL(q‖p)", "reverse"), qtbot)
    view.set_q(1.0, 0.5)
    return view


def at(view: LandscapeView, mu: float, sigma: float) -> QPointF:
    return view.view_to_viewport(mu, math.log(sigma))


def pixels(image: QImage) -> np.ndarray:
    """(height, width) as 0xffrrggbb."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def is_bluish(color: QColor) -> bool:
    return color.blue() > 150 and color.red() < 60


def test_the_minimum_is_dark_and_the_far_corner_bright(view, hand_of) -> None:
    hand = hand_of(view)
    assert hand.color_at(at(view, 0.3, 1.1)).lightnessF() < 0.25
    assert hand.color_at(at(view, -7.9, 0.055)).lightnessF() > 0.45


def test_q_is_painted_in_the_colour_of_its_direction(view, hand_of) -> None:
    assert hand_of(view).color_at(at(view, 1.0, 0.5)) == QColor(LIGHT.reverse)
    view.set_theme(DARK)
    assert hand_of(view).color_at(at(view, 1.0, 0.5)) == QColor(DARK.reverse)
    assert hand_of(view).color_at(QPointF(2, 2)) == QColor(DARK.plot_background)


def test_dragging_q_moves_it_and_tells_every_place(view, hand_of) -> None:
    events: list[object] = []
    view.drag_started.connect(lambda: events.append("started"))
    view.q_moved.connect(lambda mu, sigma: events.append((mu, sigma)))
    view.drag_finished.connect(lambda: events.append("finished"))
    hand = hand_of(view)
    hand.drag(at(view, 1.0, 0.5), at(view, -3.0, 4.0))
    assert events[0] == "started"
    assert events[-1] == "finished"
    assert len(events) == 7
    mu, sigma = events[-2]  # type: ignore[misc]
    assert mu == pytest.approx(-3.0, abs=0.05)
    assert sigma == pytest.approx(4.0, rel=0.03)
    assert is_bluish(hand.color_at(at(view, -3.0, 4.0)))
    assert not is_bluish(hand.color_at(at(view, 1.0, 0.5)))


def test_pressing_beside_q_does_not_make_it_jump(view, hand_of) -> None:
    moves: list[tuple[float, float]] = []
    view.q_moved.connect(lambda mu, sigma: moves.append((mu, sigma)))
    beside = at(view, 1.0, 0.5) + QPointF(11, -9)
    hand = hand_of(view)
    hand.press(beside)
    assert not moves
    hand.move(beside + QPointF(50, 0))
    hand.release(beside + QPointF(50, 0))
    per_px = 16.0 / view.view_box.rect().width()
    assert moves[-1] == (pytest.approx(1.0 + 50 * per_px, abs=per_px), pytest.approx(0.5, rel=0.02))


def test_q_outside_the_view_waits_at_the_border(view, hand_of) -> None:
    view.set_q(30.0, 0.5)
    border = view.view_to_viewport(8.0, math.log(0.5)) - QPointF(4, 0)
    moves: list[tuple[float, float]] = []
    view.q_moved.connect(lambda mu, sigma: moves.append((mu, sigma)))
    hand_of(view).drag(border, border - QPointF(80, 0))
    assert 4.0 < moves[-1][0] < 8.0


def test_dragging_the_background_pans_and_tells_the_new_view(view, hand_of) -> None:
    views: list[tuple[float, ...]] = []
    view.view_changed.connect(lambda *edges: views.append(edges))
    moves: list[object] = []
    view.q_moved.connect(lambda *q: moves.append(q))
    hand_of(view).drag(at(view, -5.0, 3.0), at(view, -3.0, 3.0))
    assert not moves
    mu_lo, mu_hi, sigma_lo, sigma_hi = views[-1]
    assert mu_lo == pytest.approx(-10.0, abs=0.3)
    assert mu_hi - mu_lo == pytest.approx(16.0)
    assert (sigma_lo, sigma_hi) == (pytest.approx(0.05, rel=0.1), pytest.approx(10.0, rel=0.1))


def test_the_wheel_zooms_and_a_double_click_goes_home(view, hand_of) -> None:
    views: list[tuple[float, ...]] = []
    view.view_changed.connect(lambda *edges: views.append(edges))
    hand = hand_of(view)
    hand.wheel(at(view, 4.0, 3.0), 3)
    mu_lo, mu_hi, sigma_lo, sigma_hi = views[-1]
    assert -8.0 < mu_lo < 4.0 < mu_hi < 8.0
    assert 0.05 < sigma_lo < 3.0 < sigma_hi < 10.0
    hand.double_click(at(view, 4.0, 3.0))
    assert views[-1] == pytest.approx((-8.0, 8.0, 0.05, 10.0))


def test_setters_do_not_answer_back(view) -> None:
    answers: list[object] = []
    for signal in (view.view_changed, view.q_moved, view.drag_started, view.drag_finished):
        signal.connect(lambda *values: answers.append(values))
    view.set_view(-4.0, 4.0, 0.1, 5.0)
    view.set_q(2.0, 2.0)
    view.set_values(VALUES * 2, MU, SIGMA)
    assert not answers


def test_arrow_keys_move_q_by_a_pixel(view) -> None:
    moves: list[tuple[float, float]] = []
    view.q_moved.connect(lambda mu, sigma: moves.append((mu, sigma)))
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert moves[-1][0] - 1.0 == pytest.approx(16.0 / view.view_box.rect().width())
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert moves[-1][1] > 0.5


@pytest.mark.parametrize("kind", ["global", "tied", "local", "saddle"])
def test_a_stationary_point_is_painted_light_on_dark(view, kind) -> None:
    where = at(view, -4.0, 2.0)
    before = view.viewport().grab().toImage()
    view.set_markers([Marker(-4.0, 2.0, kind)])
    after = view.viewport().grab().toImage()
    box = [where.toPoint() + QPointF(dx, dy).toPoint() for dx in range(-8, 9) for dy in range(-8, 9)]
    white = sum(after.pixelColor(p) == QColor("#ffffff") for p in box)
    assert white > 12 > sum(before.pixelColor(p) == QColor("#ffffff") for p in box)
    is_filled = after.pixelColor(where.toPoint()) == QColor("#ffffff")
    assert is_filled == (kind != "local")


def test_a_point_outside_the_view_is_an_arrow_at_the_border(view) -> None:
    before = view.viewport().grab().toImage()
    view.set_markers([Marker(20.0, 1.0, "local", "far away")])
    after = view.viewport().grab().toImage()
    border = view.view_to_viewport(8.0, 0.0)
    y, x = np.nonzero(pixels(before) != pixels(after))
    assert len(x) > 20
    assert np.all((border.x() - 24 < x) & (x <= border.x()) & (abs(y - border.y()) < 16))


def value_read(view: LandscapeView) -> float:
    return float(view.read_out_text.split()[-2].replace("−", "-"))


@pytest.mark.parametrize(("mu", "sigma"), [(MU[20], SIGMA[40]), (-2.9, 0.61), (5.3, 0.07), (-7.99, 9.9)])
def test_hovering_reads_the_value_of_the_place_and_not_of_a_cell_beside_it(
    view: LandscapeView, hand_of, mu: float, sigma: float
) -> None:
    hand_of(view).move(at(view, mu, sigma), is_down=False)
    mu, log_sigma = view.pixel_to_view(view._mouse_px)
    assert value_read(view) == pytest.approx(0.5 * (mu / 4) ** 2 + log_sigma**2, rel=2e-3, abs=2e-3)
    assert view.value_at(99.0, 1.0) is None


def test_a_mouse_at_rest_reads_what_is_there_now(view, hand_of) -> None:
    hand_of(view).move(at(view, -2.9, 0.61), is_down=False)
    before = value_read(view)
    view.set_values(2 * VALUES, MU, SIGMA)
    view.set_disabled_reason(None)
    assert value_read(view) == pytest.approx(2 * before, rel=1e-3)
    view.set_units("bits")
    assert value_read(view) == pytest.approx(2 * before / math.log(2), rel=1e-3)
    end = at(view, -2.9, 2.0).toPoint()
    hand_of(view).drag(at(view, -2.9, 0.61), QPointF(end))
    view.set_values(VALUES, MU, SIGMA)
    mu, log_sigma = view.pixel_to_view(view._view_pixel(QPointF(end)))
    bits = (0.5 * (mu / 4) ** 2 + log_sigma**2) / math.log(2)
    assert value_read(view) == pytest.approx(bits, rel=1e-2)
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    view.set_values(VALUES, MU, SIGMA)
    assert view.read_out_text == ""


def test_beside_a_hatched_region_the_nearest_cell_is_read(view) -> None:
    values = VALUES.copy()
    values[:32] = math.inf
    view.set_values(values, MU, SIGMA)
    step = math.log(SIGMA[1] / SIGMA[0])
    assert view.value_at(MU[5], SIGMA[31] * math.exp(0.3 * step)) == math.inf
    assert view.value_at(MU[5], SIGMA[31] * math.exp(0.7 * step)) == VALUES[32, 5]


def test_the_colour_bar_counts_in_the_unit_chosen(view) -> None:
    view.set_units("nats")
    nats = view.color_bar.tick_texts
    view.set_units("bits")
    assert view.color_bar.tick_texts != nats


def test_long_numbers_beside_the_colours_of_a_flat_landscape_end_inside(view) -> None:
    view.set_values(0.7743 + 1e-5 * VALUES, MU, SIGMA)
    assert max(map(len, view.color_bar.tick_texts)) > 6
    bar = view.mapFromScene(view.color_bar.sceneBoundingRect()).boundingRect()
    image = view.viewport().grab(bar).toImage()
    border = {image.pixelColor(image.width() - 1, y).name() for y in range(image.height())}
    assert len(border) == 1  # nothing is cut by it


def test_a_disabled_view_says_why_and_does_not_move_q(view, hand_of) -> None:
    moves: list[object] = []
    view.q_moved.connect(lambda *q: moves.append(q))
    bright = hand_of(view).color_at(at(view, 6.0, 3.0))
    view.set_disabled_reason("Only samples of p are known.")
    hand_of(view).drag(at(view, 1.0, 0.5), at(view, 3.0, 0.5))
    assert not moves
    assert hand_of(view).color_at(at(view, 6.0, 3.0)) != bright
    view.set_disabled_reason(None)
    assert hand_of(view).color_at(at(view, 6.0, 3.0)) == bright
    hand_of(view).drag(at(view, 1.0, 0.5), at(view, 3.0, 0.5))
    assert moves


def test_infinite_regions_are_grey(view, hand_of) -> None:
    values = VALUES.copy()
    values[SIGMA < 0.3] = np.inf
    view.set_values(values, MU, SIGMA)
    assert hand_of(view).color_at(at(view, -5.0, 0.1)).saturation() < 16
    assert hand_of(view).color_at(at(view, -5.0, 3.0)).saturation() > 60


def test_basins_tint_and_clear(view, hand_of) -> None:
    plain = hand_of(view).color_at(at(view, -6.0, 5.0))
    view.set_basins(np.where(MU < 0, 0, 1) * np.ones((64, 1), int), "basins: natural gradient")
    assert hand_of(view).color_at(at(view, -6.0, 5.0)) != plain
    view.set_basins(None)
    assert hand_of(view).color_at(at(view, -6.0, 5.0)) == plain


def test_trail_and_arrows_are_painted_and_cleared(view) -> None:
    plain = view.viewport().grab().toImage()
    view.set_trail(np.linspace(1, -4, 20), np.linspace(0.5, 3, 20))
    with_trail = view.viewport().grab().toImage()
    assert with_trail != plain
    view.set_trail(np.empty(0), np.empty(0))
    assert view.viewport().grab().toImage() == plain
    cloud = ArrowCloud(np.random.default_rng(0).normal(size=(30, 2)), "#E69F00")
    view.set_arrows((1.0, 0.5), [cloud], np.array([1.0, 0.5]))
    assert view.viewport().grab().toImage() != plain
    view.set_arrows((1.0, 0.5))
    assert view.viewport().grab().toImage() == plain


def test_the_table_has_a_row_per_cell(view) -> None:
    table = view.export_table()
    assert table.header == ("mu", "sigma", "kl_nats")
    mu, sigma, kl = table.columns
    assert len(kl) == 64 * 64
    np.testing.assert_array_equal(np.asarray(kl), VALUES.ravel())
    assert (mu[65], sigma[65]) == (MU[1], SIGMA[1])


def test_a_plane_has_equal_units_on_both_axes(qtbot: QtBot, hand_of) -> None:
    view = LandscapeView("KL", "forward", names=("x", "y"), y_scale="linear", is_equal_aspect=True)
    qtbot.addWidget(view)
    view.resize(520, 360)
    with qtbot.waitExposed(view):
        view.show()
    view.set_view(-5.0, 5.0, -5.0, 5.0)
    grid = np.linspace(-5, 5, 64)
    view.set_values(grid**2 + grid[:, None] ** 2, grid, grid)
    view.set_q(1.0, -2.0)
    moves: list[tuple[float, float]] = []
    view.q_moved.connect(lambda x, y: moves.append((x, y)))
    hand_of(view).drag(view.view_to_viewport(1, -2), view.view_to_viewport(-3, 4))
    assert moves[-1] == pytest.approx((-3.0, 4.0), abs=0.1)
    right = view.view_to_viewport(1, 0) - view.view_to_viewport(0, 0)
    up = view.view_to_viewport(0, 0) - view.view_to_viewport(0, 1)
    assert right.x() == pytest.approx(up.y(), rel=1e-6)


def test_title_and_colour_bar_stay_in_a_narrow_view(qtbot: QtBot) -> None:
    view = shown(LandscapeView("KL(p‖q) covers modes", "forward"), qtbot)
    view.set_theme(PROJECTOR)
    view.resize(260, 200)
    qtbot.wait(1)
    for item in (view.plotItem.titleLabel.item, view.color_bar):
        assert view.rect().contains(view.mapFromScene(item.sceneBoundingRect()).boundingRect())
