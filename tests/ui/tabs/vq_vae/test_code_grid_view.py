"""A grid of codes: what is painted, and what the hand does on it."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.tabs.vq_vae.cell_geometry import cells_between, fit_cells
from dgm_explorer.ui.tabs.vq_vae.code_colors import code_color, code_colors
from dgm_explorer.ui.tabs.vq_vae.code_grid_view import CodeGridView
from dgm_explorer.ui.theme import LIGHT, THEMES
from tests.ui.tabs.vq_vae.hands import click, drag, leave, move, painted, press, release

CODES = np.arange(12).reshape(3, 4)
N_CODES = 64
CORNER = QPointF(3, 3)
"""From a cell's corner to a place without a number and a frame."""


@pytest.fixture
def view(qtbot: QtBot) -> CodeGridView:
    widget = CodeGridView("Codes")
    qtbot.addWidget(widget)
    widget.set_theme(LIGHT)
    widget.resize(200, 160)
    widget.set_grid(CODES, N_CODES)
    widget.show()
    return widget


def center(view: CodeGridView, row: int, column: int) -> QPointF:
    return view.cell_rect(row, column).center()


def corner(view: CodeGridView, row: int, column: int) -> QPointF:
    return view.cell_rect(row, column).topLeft() + CORNER


def log(view: CodeGridView) -> list[tuple[str, int, int]]:
    """Every signal from now on."""
    told: list[tuple[str, int, int]] = []
    for name in ("hovered", "pressed", "dragged", "clicked"):
        signal = getattr(view, f"cell_{name}")
        signal.connect(lambda row, column, name=name: told.append((name, row, column)))
    return told


# -- painted ----------------------------------------------------------------------------------------------


def test_every_cell_has_the_colour_of_its_code(view: CodeGridView) -> None:
    for (row, column), code in np.ndenumerate(CODES):
        assert painted(view, corner(view, row, column)) == QColor(code_color(LIGHT, int(code)))


def test_numbers_stand_in_cells_that_have_room_for_them(view: CodeGridView) -> None:
    def n_colors() -> int:
        image, cell = view.grab().toImage(), view.cell_rect(1, 1).toRect()
        xs, ys = range(cell.left() + 1, cell.right()), range(cell.top() + 1, cell.bottom())
        return len({image.pixel(x, y) for x in xs for y in ys})

    assert n_colors() > 2
    view.resize(48, 36)
    assert n_colors() == 1


def test_cells_below_zero_are_empty(view: CodeGridView) -> None:
    view.set_grid(np.where(CODES == 5, -1, CODES), N_CODES)
    assert painted(view, corner(view, 1, 1)) == view.palette().window().color()
    assert view.code_at(1, 1) == -1
    assert view.code_at(1, 2) == 6
    assert view.code_at(3, 0) == -1


def test_seventy_codes_have_colours_of_their_own_in_every_theme() -> None:
    for theme in THEMES.values():
        assert len(set(code_colors(theme, 70).tolist())) == 70
        assert code_colors(theme, 8192)[71] == code_colors(theme, 8192)[1]
        assert QColor(int(code_colors(theme, 70)[33])) == QColor(code_color(theme, 33))


def test_one_code_lights_up_and_the_others_are_dimmed(view: CodeGridView) -> None:
    before = painted(view, corner(view, 0, 0))
    view.set_marked(5, -1)
    assert painted(view, corner(view, 1, 1)) == QColor(code_color(LIGHT, 5))
    assert painted(view, corner(view, 0, 0)).lightnessF() > before.lightnessF() + 0.1
    view.set_marked(-1, -1)
    assert painted(view, corner(view, 0, 0)) == before


def test_the_chosen_code_is_framed(view: CodeGridView) -> None:
    edge = view.cell_rect(1, 1).topLeft() + QPointF(0.5, 20)
    before = painted(view, edge)
    view.set_marked(-1, 5)
    assert painted(view, edge) != before
    assert painted(view, center(view, 0, 0) + QPointF(12, 12)) == QColor(code_color(LIGHT, 0))


def test_marking_paints_nothing_anew(view: CodeGridView) -> None:
    view.grab()
    picture = view._picture
    assert picture is not None
    view.set_marked(3, 4)
    view.set_cell(1, 1)
    view.grab()
    assert view._picture is picture


def test_an_image_lies_under_translucent_cells(view: CodeGridView) -> None:
    white = np.ones((6, 8, 1), np.float32)
    view.set_image(white, stride=2, tint=0.5)
    plain, seen = QColor(code_color(LIGHT, 0)), painted(view, corner(view, 0, 0))
    assert seen.red() == pytest.approx((plain.red() + 255) / 2, abs=2)
    assert seen.blue() == pytest.approx((plain.blue() + 255) / 2, abs=2)
    view.set_image(white, stride=2, tint=0.0)
    assert painted(view, corner(view, 0, 0)) == QColor("white")


def test_image_pixels_are_whole_and_where_the_cells_say(view: CodeGridView) -> None:
    image = np.random.default_rng(0).uniform(size=(6, 8, 3)).astype(np.float32)
    view.set_image(image, stride=2, tint=0.0)
    cell = view.cell_rect(0, 0)
    zoom = cell.width() / 2
    assert zoom == int(zoom)
    for y in range(6):
        for x in range(8):
            seen = painted(view, cell.topLeft() + QPointF(x + 0.5, y + 0.5) * zoom)
            expected = np.rint(image[y, x] * 255)
            np.testing.assert_allclose((seen.red(), seen.green(), seen.blue()), expected, atol=1)


def test_a_field_is_outlined_as_far_as_the_image_reaches(view: CodeGridView) -> None:
    view.resize(300, 200)
    view.set_image(np.zeros((6, 8, 1), np.float32), stride=2, tint=0.0)
    view.set_field(QRectF(-3, -3, 6, 6))
    zoom = view.cell_rect(0, 0).width() / 2
    origin = view.cell_rect(0, 0).topLeft()
    black = QColor("black")
    along = [painted(view, origin + QPointF(step, 3 * zoom)) for step in range(2, int(3 * zoom), 3)]
    assert any(seen != black for seen in along)
    assert painted(view, origin + QPointF(-8, 20)) == view.palette().window().color()


def test_words_stand_in_place_of_a_grid(view: CodeGridView) -> None:
    view.clear("Nothing yet.")
    assert view.words == "Nothing yet."
    assert view.cell_at(QPointF(100, 80)) == (-1, -1)
    view.grab()
    view.set_grid(CODES, N_CODES)
    assert view.words == ""


@pytest.mark.parametrize("shape", [(1, 1), (64, 64), (1, 40)])
def test_grids_of_any_size(view: CodeGridView, shape: tuple[int, int]) -> None:
    view.set_grid(np.random.default_rng(0).integers(0, 8192, shape), 8192)
    view.set_marked(17, 18)
    view.grab()
    assert QRectF(view.rect()).contains(view.cell_rect(shape[0] - 1, shape[1] - 1))


# -- the hand ---------------------------------------------------------------------------------------------


def test_the_mouse_is_over_one_cell_until_it_leaves(view: CodeGridView) -> None:
    told = log(view)
    move(view, center(view, 1, 2))
    move(view, center(view, 1, 2) + QPointF(2, 2))
    assert view.cell == (1, 2)
    move(view, QPointF(1, 1))
    move(view, center(view, 0, 0))
    leave(view)
    assert told == [("hovered", 1, 2), ("hovered", -1, -1), ("hovered", 0, 0), ("hovered", -1, -1)]


def test_a_click_presses_and_clicks(view: CodeGridView) -> None:
    told = log(view)
    click(view, center(view, 2, 3))
    assert told == [("hovered", 2, 3), ("pressed", 2, 3), ("clicked", 2, 3)]


def test_a_quick_drag_crosses_every_cell_and_is_no_click(view: CodeGridView) -> None:
    told = log(view)
    drag(view, center(view, 0, 0), center(view, 0, 3), steps=1)
    assert [cell for cell in told if cell[0] != "hovered"] == [
        ("pressed", 0, 0),
        ("dragged", 0, 1),
        ("dragged", 0, 2),
        ("dragged", 0, 3),
    ]
    told.clear()
    press(view, center(view, 0, 0))
    move(view, center(view, 0, 1), Qt.MouseButton.LeftButton)
    move(view, center(view, 0, 0), Qt.MouseButton.LeftButton)
    release(view, center(view, 0, 0))
    assert "clicked" not in {name for name, _, _ in told}
    told.clear()
    move(view, center(view, 2, 2))
    assert told == [("hovered", 2, 2)]


def test_the_other_button_does_nothing(view: CodeGridView) -> None:
    told = log(view)
    press(view, center(view, 0, 0), Qt.MouseButton.RightButton)
    release(view, center(view, 0, 0), Qt.MouseButton.RightButton)
    assert told == []


def test_arrow_keys_and_return(view: CodeGridView) -> None:
    told = log(view)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left):
        QTest.keyClick(view, key)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert [(row, column) for name, row, column in told if name == "hovered"] == [
        (0, 0),
        (0, 1),
        (1, 1),
        (1, 0),
    ]
    assert told[-2:] == [("pressed", 1, 0), ("clicked", 1, 0)]


def test_a_tip_of_the_cell(view: CodeGridView) -> None:
    view.tip = "cell {}, {}".format
    assert view.tip(*view.cell_at(center(view, 1, 3))) == "cell 1, 3"


def test_the_table_holds_every_cell(view: CodeGridView) -> None:
    table = view.export_table()
    assert table.header == ("row", "column", "code")
    rows, columns, codes = (np.asarray(column) for column in table.columns)
    np.testing.assert_array_equal(CODES[rows, columns], codes)
    assert len(codes) == 12


# -- geometry ---------------------------------------------------------------------------------------------


def test_strokes_have_no_gaps() -> None:
    for end in ((5, 2), (-3, 7), (0, 0), (4, 4), (2, -9)):
        cells = [(0, 0), *cells_between((0, 0), end)]
        assert cells[-1] == end
        steps = np.abs(np.diff(np.array(cells), axis=0)) if len(cells) > 1 else np.zeros((0, 2))
        assert (steps.max(axis=1, initial=1) == 1).all()
        assert len(cells) == max(map(abs, end)) + 1


def test_cells_are_as_large_as_whole_pixels_allow() -> None:
    geometry = fit_cells((7, 7), 4, (28, 28), (200, 150))
    assert (geometry.zoom, geometry.cell_px, geometry.size) == (5, 20, (140, 140))
    assert (geometry.left, geometry.top) == (30, 5)
    assert geometry.cell_at(30, 5) == (0, 0)
    assert geometry.cell_at(169.9, 144.9) == (6, 6)
    assert geometry.cell_at(170, 5) == (-1, -1)
    above_words = fit_cells((7, 7), 4, (28, 28), (200, 150), is_at_bottom=True)
    assert (above_words.left, above_words.top) == (geometry.left, 150 - 28 * geometry.zoom)
    small = fit_cells((64, 64), 4, (256, 256), (100, 100))
    assert small.zoom == pytest.approx(100 / 256)
    beyond = fit_cells((5, 4), 2, (9, 7), (100, 100))
    assert beyond.size == (80, 100)
