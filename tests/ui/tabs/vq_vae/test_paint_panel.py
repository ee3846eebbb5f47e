"""The Paint panel under a hand: what is painted on the screen, told and stored."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_inference import VqInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_painting import CellEdit, Painting, Remap
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.ui.export import export_png
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.vq_vae.code_grid_view import CodeGridView
from dgm_explorer.ui.tabs.vq_vae.paint.panel import PaintPanel
from dgm_explorer.ui.tabs.vq_vae.paint.tiles import CodeTiles
from dgm_explorer.ui.tabs.vq_vae.paint.words import NO_CODE
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR, THEMES, apply_theme
from tests.ui.tabs.vq_vae.cases import (
    CONFIG,
    DEAD_CODE,
    GRID,
    IMAGE_SHAPE,
    K,
    N,
    PlainInference,
    later,
    make_dataset,
    make_inference,
    make_snapshot,
)

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier
BRUSH = 3


class Told:
    """Everything that a panel has emitted."""

    def __init__(self, panel: PaintPanel) -> None:
        self.paintings: list[Painting] = []
        self.codes: list[int] = []
        self.hovered: list[int] = []
        self.strokes: list[str] = []
        panel.painting_changed.connect(self.paintings.append)
        panel.code_chosen.connect(self.codes.append)
        panel.code_hovered.connect(self.hovered.append)
        panel.stroke_began.connect(lambda: self.strokes.append("began"))
        panel.stroke_ended.connect(lambda: self.strokes.append("ended"))


MakePanel = Callable[..., PaintPanel]


@pytest.fixture
def make_panel(qtbot: QtBot) -> Iterator[MakePanel]:
    panels: list[PaintPanel] = []

    def make(inference: Any = make_inference, size: tuple[int, int] = (560, 620)) -> PaintPanel:
        panel = PaintPanel(inference)
        panels.append(panel)
        qtbot.addWidget(panel)
        panel.set_theme(LIGHT)
        panel.set_config(CONFIG)
        panel.resize(*size)
        panel.show()
        return panel

    yield make
    for panel in panels:
        panel.finish()


@pytest.fixture
def panel(qtbot: QtBot, make_panel: MakePanel) -> PaintPanel:
    """With image 3 on the grid and code `BRUSH` on the brush."""
    panel = make_panel()
    panel.set_code(BRUSH)
    panel.set_painting(Painting("example", 3))
    panel.show_snapshot(make_snapshot(), make_dataset())
    settle(qtbot, panel)
    return panel


def settle(qtbot: QtBot, panel: PaintPanel) -> None:
    """Until all that was asked for is decoded and painted."""
    decoder = panel._decoder

    def is_done() -> bool:
        return not decoder.is_busy and decoder._picture is None and not any(decoder._parts.values())

    qtbot.waitUntil(is_done, timeout=5000)
    qtbot.wait(1)


def at(view: CodeGridView, row: int, column: int) -> QPoint:
    return view.cell_rect(row, column).center().toPoint()


def at_tile(tiles: CodeTiles, code: int) -> QPoint:
    return tiles.tile_rect(tiles.tile_of(code)).center().toPoint()


def press(widget: QAbstractButton) -> None:
    QTest.mouseClick(widget, LEFT)


def drag(view: CodeGridView, *cells: tuple[int, int], key: Qt.KeyboardModifier = NO_KEY) -> None:
    QTest.mousePress(view, LEFT, key, at(view, *cells[0]))
    for cell in cells[1:]:
        QTest.mouseMove(view, at(view, *cell))
    QTest.mouseRelease(view, LEFT, key, at(view, *cells[-1]))


def grey_at(widget: QWidget, place: QPoint) -> int:
    """Level of a painted pixel, 0 … 255."""
    return QColor(widget.grab().toImage().pixel(place)).red()


def image_of(codes: IntArray) -> Float32Array:
    """What `PlainInference` makes of one grid, as an image."""
    image: Float32Array = PlainInference().decode(codes[None])[0].reshape(IMAGE_SHAPE)
    return image


# -- the brush --------------------------------------------------------------------------------------------


def test_a_drag_over_the_grid_lays_the_code_and_paints_the_decode(qtbot: QtBot, panel: PaintPanel) -> None:
    told = Told(panel)
    drag(panel.canvas.grid, (0, 0), (0, 1), (1, 1))
    settle(qtbot, panel)
    expected = make_snapshot().codes[3].copy()
    expected[[0, 0, 1], [0, 1, 1]] = BRUSH
    np.testing.assert_array_equal(panel.canvas.grid.codes, expected)
    assert told.paintings[-1] == Painting("example", 3).with_cells([(0, 0), (0, 1), (1, 1)], BRUSH)
    assert told.strokes == ["began", "ended"]
    level = round(255 * BRUSH / K)
    for cell in ((0, 0), (0, 1), (1, 1)):
        assert grey_at(panel.canvas.result, at(panel.canvas.result, *cell)) == pytest.approx(level, abs=1)
    other = round(255 * expected[3, 3] / K)
    assert grey_at(panel.canvas.result, at(panel.canvas.result, 3, 3)) == pytest.approx(other, abs=1)


def test_the_brush_works_on_the_decode_too_and_a_quick_one_leaves_no_gaps(
    qtbot: QtBot, panel: PaintPanel
) -> None:
    told = Told(panel)
    drag(panel.canvas.result, (2, 0), (2, 3))
    settle(qtbot, panel)
    assert (panel.canvas.grid.codes[2] == BRUSH).all()
    assert told.strokes == ["began", "ended"]


def test_a_wide_brush_covers_its_neighbours(qtbot: QtBot, panel: PaintPanel) -> None:
    panel.bar.brush.set_key("3")
    drag(panel.canvas.grid, (0, 0))
    settle(qtbot, panel)
    assert (panel.canvas.grid.codes[:2, :2] == BRUSH).all()
    assert len(panel._easel.painting.edits) == 4


def test_a_stroke_is_one_step_of_the_history(qtbot: QtBot, panel: PaintPanel) -> None:
    store = Store(VqVaeState(painting=Painting("example", 3)))
    panel.painting_changed.connect(lambda painting: store.update(painting=painting))
    panel.stroke_began.connect(store.begin_gesture)
    panel.stroke_ended.connect(store.end_gesture)
    store.changed.connect(lambda _old, new: panel.set_painting(new.painting))
    before = panel.canvas.grid.codes.copy()
    drag(panel.canvas.grid, (0, 0), (1, 0), (2, 0), (3, 0))
    drag(panel.canvas.grid, (0, 3))
    settle(qtbot, panel)
    store.undo()
    settle(qtbot, panel)
    assert (panel.canvas.grid.codes[:, 0] == BRUSH).all()
    assert panel.canvas.grid.codes[0, 3] == before[0, 3]
    store.undo()
    settle(qtbot, panel)
    np.testing.assert_array_equal(panel.canvas.grid.codes, before)
    assert not store.can_undo
    store.redo()
    settle(qtbot, panel)
    assert (panel.canvas.grid.codes[:, 0] == BRUSH).all()


def test_shift_takes_back_what_was_laid(qtbot: QtBot, panel: PaintPanel) -> None:
    before = panel.canvas.grid.codes.copy()
    drag(panel.canvas.grid, (0, 0), (0, 3))
    drag(panel.canvas.grid, (0, 0), (0, 1), key=Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, panel)
    np.testing.assert_array_equal(panel.canvas.grid.codes[0, :2], before[0, :2])
    assert (panel.canvas.grid.codes[0, 2:] == BRUSH).all()


@pytest.mark.parametrize(("button", "key"), [(RIGHT, NO_KEY), (LEFT, Qt.KeyboardModifier.AltModifier)])
def test_a_code_is_taken_up_from_a_cell(
    panel: PaintPanel, button: Qt.MouseButton, key: Qt.KeyboardModifier
) -> None:
    told = Told(panel)
    QTest.mouseClick(panel.canvas.grid, button, key, at(panel.canvas.grid, 2, 1))
    assert told.codes == [make_snapshot().codes[3, 2, 1]]
    assert panel.code == told.codes[0]
    assert not told.paintings
    assert not told.strokes


def test_the_base_image_gives_its_codes_back(panel: PaintPanel) -> None:
    drag(panel.canvas.grid, (1, 1))
    told = Told(panel)
    QTest.mouseClick(panel.canvas.base, LEFT, NO_KEY, at(panel.canvas.base, 1, 1))
    assert told.codes == [make_snapshot().codes[3, 1, 1]]


def test_arrows_go_and_keys_lay_take_back_and_take_up(qtbot: QtBot, panel: PaintPanel) -> None:
    grid, own = panel.canvas.grid, make_snapshot().codes[3]
    grid.setFocus()
    told = Told(panel)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space):
        QTest.keyClick(grid, key)
    settle(qtbot, panel)
    assert panel._easel.painting.edits == (CellEdit(1, 1, BRUSH),)
    assert told.strokes == ["began", "ended"]
    QTest.keyClick(grid, Qt.Key.Key_Down)
    QTest.keyClick(grid, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert told.codes == [own[2, 1]]
    QTest.keyClick(grid, Qt.Key.Key_Up)
    QTest.keyClick(grid, Qt.Key.Key_Delete)
    settle(qtbot, panel)
    assert panel._easel.painting.is_plain


def test_space_stays_the_windows_after_the_mouse(panel: PaintPanel) -> None:
    told = Told(panel)
    QTest.mouseMove(panel.canvas.grid, at(panel.canvas.grid, 1, 1))
    QTest.keyClick(panel.canvas.grid, Qt.Key.Key_Space)
    assert not told.paintings


def test_without_a_code_the_panel_says_what_to_do(panel: PaintPanel) -> None:
    panel.set_code(-1)
    told = Told(panel)
    drag(panel.canvas.grid, (1, 1))
    assert not told.paintings
    assert "Choose a code" in panel.words.text()


def test_words_on_the_brush_follow_the_code_at_once(panel: PaintPanel, make_panel: MakePanel) -> None:
    panel.set_code(-1)
    drag(panel.canvas.grid, (1, 1))
    QTest.mouseClick(panel.code_palette, LEFT, NO_KEY, at_tile(panel.code_palette, 1))
    assert panel.words.text().startswith("brush: code 1 ")
    panel.set_code(-1)
    QTest.mousePress(panel.canvas.grid, LEFT, NO_KEY, at(panel.canvas.grid, 1, 1))
    assert panel.words.text().startswith(NO_CODE)
    panel.set_code(2)  # from the mosaic, the button still down
    assert panel.words.text().startswith("brush: code 2 ")
    QTest.mouseRelease(panel.canvas.grid, LEFT, NO_KEY, at(panel.canvas.grid, 1, 1))
    early = make_panel()
    early.show_snapshot(make_snapshot(), make_dataset())
    early.set_code(4)  # nothing is decoded yet
    assert early.words.text() == "brush: code 4"


@pytest.mark.parametrize("name", THEMES)
def test_what_to_do_without_a_code_is_not_cut(qtbot: QtBot, make_panel: MakePanel, name: str) -> None:
    application = QApplication.instance()
    apply_theme(application, THEMES[name])
    panel = make_panel(size=(540, 560))
    panel.set_theme(THEMES[name])
    panel.show_snapshot(make_snapshot(), make_dataset())
    settle(qtbot, panel)
    panel.grab()
    assert panel.words.shown_text.startswith(NO_CODE)
    assert "right button" in panel.words.toolTip()


@pytest.mark.parametrize(("size", "least_px"), [((540, 560), 20), ((900, 900), 32)])
def test_tiles_of_the_palette_grow_with_the_room(
    qtbot: QtBot, make_panel: MakePanel, size: tuple[int, int], least_px: int
) -> None:
    panel = make_panel(size=size)
    snapshot, dataset = wide_case((2, 2), 512)
    panel.show_snapshot(snapshot, dataset)
    settle(qtbot, panel)
    palette = panel.code_palette
    side_px = palette.tile_rect(0).height()
    assert least_px <= side_px < 2 * least_px
    rows = [palette.tile_rect(tile).bottom() for tile in range(len(palette.codes))]
    assert sum(bottom <= palette.area.height() for bottom in rows) >= 3 * size[0] // (2 * least_px + 2) - 3
    panel.resize(560, 560)
    assert palette.tile_rect(0).height() < 1.5 * 20


def test_the_palette_puts_a_code_on_the_brush(panel: PaintPanel) -> None:
    told = Told(panel)
    QTest.mouseMove(panel.code_palette, at_tile(panel.code_palette, 1))
    QTest.mouseClick(panel.code_palette, LEFT, NO_KEY, at_tile(panel.code_palette, 1))
    assert told.hovered[-1] == 1
    assert told.codes == [1]
    assert panel.code_palette.marked[0] == 1


def test_the_mouse_over_a_cell_lights_its_code_up_elsewhere(qtbot: QtBot, panel: PaintPanel) -> None:
    told = Told(panel)
    QTest.mouseMove(panel.canvas.grid, at(panel.canvas.grid, 0, 2))
    assert told.hovered == [make_snapshot().codes[3, 0, 2]]
    drag(panel.canvas.grid, (0, 2), (0, 1))
    settle(qtbot, panel)
    assert told.hovered[1:] == [BRUSH]  # once, behind the stroke
    QTest.mouseMove(panel.canvas.grid, QPoint(-5, -5))
    assert told.hovered[-1] == -1


def test_setters_are_silent(qtbot: QtBot, panel: PaintPanel) -> None:
    told = Told(panel)
    panel.set_painting(Painting("modal").with_cells([(0, 0)], 2).with_remap("swap", 0, 1))
    panel.set_code(4)
    panel.set_hovered_code(2)
    settle(qtbot, panel)
    assert panel.words.text().startswith("brush: code 4")
    assert [*told.paintings, *told.codes, *told.hovered, *told.strokes] == []
    assert panel.canvas.grid.codes[0, 0] == 2


# -- the base ---------------------------------------------------------------------------------------------


def test_any_image_of_the_data_is_encoded_when_it_is_not_analysed(qtbot: QtBot, panel: PaintPanel) -> None:
    snapshot = make_snapshot()
    few = replace(snapshot, probe=np.arange(4), codes=snapshot.codes[:4])
    panel.show_snapshot(few, make_dataset())
    told = Told(panel)
    panel.bar.number.setValue(30)
    settle(qtbot, panel)
    assert told.paintings == [Painting("example", 30)]
    expected = PlainInference().encode(make_dataset().inputs[30:31]).codes[0]
    np.testing.assert_array_equal(panel.canvas.grid.codes, expected)
    shown = panel._easel.shown
    assert shown is not None
    np.testing.assert_allclose(shown.picture.image.reshape(IMAGE_SHAPE), image_of(expected), atol=1e-6)


def test_one_code_everywhere_and_the_usual_codes(qtbot: QtBot, panel: PaintPanel) -> None:
    told = Told(panel)
    choose(panel.bar.base, "code")
    settle(qtbot, panel)
    assert told.paintings[-1] == Painting("code", BRUSH)
    assert (panel.canvas.grid.codes == BRUSH).all()
    assert panel.canvas.beside.key == "base"  # there is no image to show
    choose(panel.bar.base, "modal")
    settle(qtbot, panel)
    np.testing.assert_array_equal(panel.canvas.grid.codes, make_snapshot().position_counts.argmax(0))
    assert not panel.bar.number.isVisible()
    choose(panel.bar.base, "example")
    assert told.paintings[-1] == Painting("example", 3)


def choose(box: Any, key: str) -> None:
    """As the user does it."""
    box.setFocus()
    while box.key != key:
        QTest.keyClick(box, Qt.Key.Key_Down if box.findData(key) > box.currentIndex() else Qt.Key.Key_Up)


def test_reset_goes_back_to_the_base(qtbot: QtBot, panel: PaintPanel) -> None:
    assert not panel.bar.reset.isEnabled()
    drag(panel.canvas.grid, (0, 0), (3, 3))
    told = Told(panel)
    press(panel.bar.reset)
    settle(qtbot, panel)
    assert told.paintings == [Painting("example", 3)]
    np.testing.assert_array_equal(panel.canvas.grid.codes, make_snapshot().codes[3])


def test_the_difference_is_blue_where_it_got_darker(qtbot: QtBot, panel: PaintPanel) -> None:
    panel.set_painting(Painting("code", 4))
    panel.set_code(0)
    settle(qtbot, panel)
    choose(panel.canvas.beside, "difference")
    drag(panel.canvas.grid, (1, 2))
    settle(qtbot, panel)
    picture = panel.canvas.base.grab().toImage()
    painted = QColor(picture.pixel(at(panel.canvas.base, 1, 2)))
    untouched = QColor(picture.pixel(at(panel.canvas.base, 3, 0)))
    assert painted.blue() > painted.red() + 50
    assert untouched.name() == LIGHT.plot_background
    assert f"±{4 / K:.3g}" in panel.canvas.beside.toolTip()


# -- alternatives -----------------------------------------------------------------------------------------


def test_every_code_is_tried_in_the_cell_at_hand(qtbot: QtBot, panel: PaintPanel) -> None:
    told = Told(panel)
    drag(panel.canvas.grid, (2, 1))
    settle(qtbot, panel)
    tiles = panel.alternatives.tiles
    assert tiles.table is not None
    assert tiles.codes.tolist() == list(range(K))
    for code in range(K):
        grid = panel.canvas.grid.codes.copy()
        grid[2, 1] = code
        np.testing.assert_allclose(tiles.table.images[code], image_of(grid), atol=1e-6)
    assert tiles.marked[0] == BRUSH
    n_told = len(told.paintings)
    QTest.mouseMove(tiles, at_tile(tiles, 5))
    settle(qtbot, panel)
    assert len(told.paintings) == n_told  # only tried
    assert panel.canvas.grid.codes[2, 1] == 5
    assert told.hovered[-1] == 5
    panel.show_snapshot(later(make_snapshot()), make_dataset())  # training goes on under the mouse
    settle(qtbot, panel)
    assert panel.canvas.grid.codes[2, 1] == 5
    QTest.mouseMove(tiles, QPoint(1, 1))
    settle(qtbot, panel)
    assert panel.canvas.grid.codes[2, 1] == BRUSH
    QTest.mouseClick(tiles, LEFT, NO_KEY, at_tile(tiles, 4))
    settle(qtbot, panel)
    assert told.paintings[-1] == Painting("example", 3).with_cells([(2, 1)], 4)
    assert tiles.marked[0] == 4
    assert panel.code == BRUSH


def test_the_cell_at_hand_is_outlined_on_the_grid_only(qtbot: QtBot, panel: PaintPanel) -> None:
    QTest.mouseClick(panel.canvas.grid, RIGHT, NO_KEY, at(panel.canvas.grid, 2, 1))
    QTest.mouseMove(panel.canvas.grid, QPoint(-5, -5))
    settle(qtbot, panel)
    for view, is_outlined in ((panel.canvas.grid, True), (panel.canvas.result, False)):
        picture = view.grab(view.cell_rect(2, 1).toAlignedRect().adjusted(-1, -1, 1, 1)).toImage()
        pixels = [picture.pixelColor(x, 1).name() for x in range(picture.width())]
        assert (LIGHT.accent in pixels) == is_outlined


def test_a_close_up_shows_what_is_around_the_cell(qtbot: QtBot, make_panel: MakePanel) -> None:
    panel = make_panel(size=(560, 620))
    snapshot, dataset = wide_case((10, 10), 20)
    panel.set_painting(Painting("modal"))
    panel.show_snapshot(snapshot, dataset)
    settle(qtbot, panel)
    QTest.mouseClick(panel.canvas.grid, RIGHT, NO_KEY, at(panel.canvas.grid, 0, 5))
    press_check(panel.alternatives.close_up)
    settle(qtbot, panel)
    table = panel.alternatives.tiles.table
    assert table is not None
    assert table.images.shape == (20, 10, 10, 1)  # five cells of two pixels each, shifted inwards at the top


def press_check(box: QAbstractButton) -> None:
    QTest.mouseClick(box, LEFT, NO_KEY, QPoint(8, box.height() // 2))


# -- exchanges --------------------------------------------------------------------------------------------


def test_two_codes_are_swapped_and_merged_everywhere(qtbot: QtBot, panel: PaintPanel) -> None:
    panel.set_code(0)
    panel.pages.setCurrentWidget(panel.exchange)
    QTest.mouseClick(
        panel.code_palette, LEFT, Qt.KeyboardModifier.ControlModifier, at_tile(panel.code_palette, 2)
    )
    assert panel.exchange.swap.text() == "0 ↔ 2"
    told = Told(panel)
    press(panel.exchange.swap)
    settle(qtbot, panel)
    codes = make_snapshot().codes
    expected = np.array([2, 1, 0, 3, 4, 5])[codes]
    assert told.paintings[-1] == Painting("example", 3, (), (Remap("swap", 0, 2),))
    np.testing.assert_array_equal(panel.canvas.grid.codes, expected[3])
    n_cells = int(np.isin(codes, (0, 2)).sum())
    n_images = int(np.isin(codes, (0, 2)).any(axis=(1, 2)).sum())
    words = f"{n_cells} of {codes.size} cells in {n_images} of {N} images"
    assert panel.exchange.counts.text().startswith(words)
    inputs = make_dataset().inputs
    errors = [
        np.square(PlainInference().decode(grids) - inputs).mean() / 0.125 for grids in (codes, expected)
    ]
    change = f"{errors[0]:.4f} → {errors[1]:.4f} ({errors[1] - errors[0]:+.4f})"
    assert f"MSE/variance {change}" in panel.exchange.error.text()
    pictures = panel.exchange.pictures.table
    assert pictures is not None
    plan = panel.exchange._plan
    assert plan is not None
    first = plan.shown[0]
    three = [inputs[first].reshape(IMAGE_SHAPE), image_of(codes[first]), image_of(expected[first])]
    for place, image in zip((0, 9, 18), three, strict=True):
        np.testing.assert_allclose(pictures.images[0][:, place : place + 8], image, atol=1e-6)
    press(panel.exchange.merge)
    settle(qtbot, panel)
    assert (panel.canvas.grid.codes != 0).all()
    press(panel.exchange.take_back)
    settle(qtbot, panel)
    assert told.paintings[-1] == Painting("example", 3)
    assert not panel.exchange.take_back.isEnabled()


def test_a_swap_that_takes_another_back_says_that_nothing_changes(qtbot: QtBot, panel: PaintPanel) -> None:
    panel.set_code(0)
    panel.pages.setCurrentWidget(panel.exchange)
    press(panel.exchange.swap)
    press(panel.exchange.swap)
    settle(qtbot, panel)
    assert panel.exchange.counts.text().startswith("0 of ")
    words = panel.exchange.pictures.accessibleDescription()
    assert words == "What is exchanged changes none of the analysed images."


def test_an_exchange_needs_two_codes(panel: PaintPanel) -> None:
    panel.pages.setCurrentWidget(panel.exchange)
    assert panel.exchange.swap.isEnabled()
    panel.exchange.other.setValue(BRUSH)
    assert not panel.exchange.merge.isEnabled()
    panel.set_code(-1)
    assert not panel.exchange.swap.isEnabled()
    panel.set_code(2)  # whose nearest neighbour offers itself
    assert panel.exchange.other.value() in (1, 3)


# -- instants and runs ------------------------------------------------------------------------------------


class SteppedInference(PlainInference):
    """The same grey levels, fainter with every step of the training."""

    def __init__(self, step: int) -> None:
        self._share = 200 / step

    def decode(self, codes: IntArray) -> Float32Array:
        return super().decode(codes) * np.float32(self._share)


def stepped(snapshot: VqVaeSnapshot, _config: VqVaeConfig, _shape: object) -> VqInference:
    return SteppedInference(snapshot.step)


def test_the_decode_follows_the_training_unless_an_instant_is_held(
    qtbot: QtBot, make_panel: MakePanel
) -> None:
    panel = make_panel(stepped)
    panel.set_painting(Painting("code", 4))
    snapshot, dataset = make_snapshot(), make_dataset()
    level = 255 * 4 / K

    def shown() -> int:
        settle(qtbot, panel)
        return grey_at(panel.canvas.result, at(panel.canvas.result, 1, 1))

    panel.show_snapshot(snapshot, dataset)
    assert shown() == pytest.approx(level, abs=1)
    panel.show_snapshot(later(snapshot, 200), dataset)
    assert shown() == pytest.approx(level / 2, abs=1)
    press_check(panel.hold)
    panel.show_snapshot(later(snapshot, 600), dataset)
    panel.set_code(5)
    drag(panel.canvas.grid, (0, 0))
    assert shown() == pytest.approx(level / 2, abs=1)
    assert panel.canvas.result_title.text() == "held · step 400"
    press_check(panel.hold)
    assert shown() == pytest.approx(level / 4, abs=1)
    assert panel.canvas.result_title.text() == "decode · step 800"


def test_another_run_leaves_out_what_does_not_fit(qtbot: QtBot, panel: PaintPanel) -> None:
    painting = Painting("example", 35).with_cells([(3, 3), (0, 0)], 5).with_cells([(1, 1)], 1)
    panel.set_painting(painting.with_remap("swap", 0, 5))
    settle(qtbot, panel)
    panel.clear("Press Space")
    assert panel.canvas.grid.words == "Press Space"
    snapshot, dataset = wide_case((2, 2), 3)
    panel.show_snapshot(snapshot, dataset)
    settle(qtbot, panel)
    assert panel.canvas.grid.codes.shape == (2, 2)
    assert panel.canvas.grid.codes[1, 1] == 1
    assert panel.canvas.grid.codes.max() < 3
    assert "left out" in panel.words.text()
    assert panel.bar.number.value() == len(dataset) - 1
    drag(panel.canvas.grid, (0, 0))  # the code chosen is one of the old run
    assert "Choose a code" in panel.words.text()


class SizedInference:
    """Any grid, any shape: the number of its codes is all that it shows."""

    def __init__(self, snapshot: VqVaeSnapshot, shape: tuple[int, int, int]) -> None:
        self._n_codes, self._grid = snapshot.n_codes, snapshot.position_counts.shape[1:]
        self._dimension = shape[0] * shape[1] * shape[2]

    def encode(self, images: Float32Array) -> Any:
        raise InputError(f"images: {images.shape} are not for this test; take analysed ones.")

    def decode(self, codes: IntArray) -> Float32Array:
        assert codes.shape[1:] == self._grid
        assert codes.min() >= 0
        assert codes.max() < self._n_codes
        means = codes.reshape(len(codes), -1).mean(axis=1, keepdims=True) / self._n_codes
        return np.repeat(means, self._dimension, axis=1).astype(np.float32)


def sized(snapshot: VqVaeSnapshot, _config: VqVaeConfig, shape: tuple[int, int, int]) -> VqInference:
    return SizedInference(snapshot, shape)


def wide_case(
    grid: tuple[int, int], n_codes: int, channels: int = 1, code_dim: int = 2
) -> tuple[VqVaeSnapshot, Dataset]:
    """Five random images of 2 pixels per cell and a snapshot that fits."""
    rng = np.random.default_rng(0)
    shape = (2 * grid[0], 2 * grid[1], channels)
    images = rng.uniform(size=(5, shape[0] * shape[1] * channels)).astype(np.float32)
    dataset = Dataset("wide", images, None, (), shape, np.zeros(5, bool), "1")
    snapshot = replace(
        make_snapshot(),
        codebook=rng.normal(size=(n_codes, code_dim)).astype(np.float32),
        epoch_counts=rng.uniform(size=n_codes).astype(np.float32),
        ages=np.zeros(n_codes, np.int64),
        patches=rng.uniform(size=(n_codes, 10, 10, channels)).astype(np.float32),
        position_counts=rng.uniform(size=(n_codes, *grid)).astype(np.float32),
        probe=np.arange(5),
        codes=rng.integers(0, n_codes, (5, *grid)),
        shown=np.arange(5),
    )
    return snapshot, dataset


@pytest.mark.parametrize(
    ("grid", "n_codes", "channels", "code_dim"),
    [((1, 1), 2, 1, 1), ((64, 64), 16, 1, 3), ((3, 5), 8192, 3, 4), ((7, 7), 512, 1, 16)],
)
def test_odd_sizes(
    qtbot: QtBot, make_panel: MakePanel, grid: tuple[int, int], n_codes: int, channels: int, code_dim: int
) -> None:
    panel = make_panel(sized)
    snapshot, dataset = wide_case(grid, n_codes, channels, code_dim)
    snapshot = replace(snapshot, ages=np.full(n_codes, 500), patches=np.full_like(snapshot.patches, np.nan))
    panel.set_code(1)
    panel.show_snapshot(snapshot, dataset)
    settle(qtbot, panel)
    drag(panel.canvas.grid, (0, 0), (grid[0] - 1, grid[1] - 1))
    settle(qtbot, panel)
    assert panel.canvas.grid.codes[-1, -1] == 1
    tiles = panel.alternatives.tiles.table
    assert tiles is not None
    assert len(tiles.images) == min(n_codes, 1024)
    panel.pages.setCurrentWidget(panel.exchange)
    press(panel.exchange.merge)
    settle(qtbot, panel)
    assert "cells in" in panel.exchange.counts.text()
    for theme in (DARK, PROJECTOR):
        panel.set_theme(theme)
        panel.grab()


def test_a_refused_image_is_said_in_place_of_the_picture(qtbot: QtBot, make_panel: MakePanel) -> None:
    panel = make_panel(sized)
    snapshot, dataset = wide_case((4, 4), 6)
    few = replace(snapshot, probe=np.arange(2), codes=snapshot.codes[:2])
    panel.set_painting(Painting("example", 4))
    panel.show_snapshot(few, dataset)
    qtbot.waitUntil(lambda: "not for this test" in panel.canvas.grid.words, timeout=3000)
    panel.set_painting(Painting("modal"))
    settle(qtbot, panel)
    assert panel.canvas.grid.words == ""


def test_points_in_the_plane_cannot_be_painted(panel: PaintPanel) -> None:
    points = np.zeros((4, 2), np.float32)
    panel.show_snapshot(make_snapshot(), Dataset("points", points, None, (), None, np.zeros(4, bool), "2"))
    assert "images" in panel.canvas.grid.words


def test_hidden_the_panel_works_on_nothing(qtbot: QtBot, make_panel: MakePanel) -> None:
    panel = make_panel()
    panel.hide()
    panel.show_snapshot(make_snapshot(), make_dataset())
    panel.set_painting(Painting("modal"))
    panel.set_hovered_code(2)
    assert not panel._decoder.is_busy
    panel.show()
    settle(qtbot, panel)
    assert panel.canvas.grid.codes.shape == GRID


def test_a_code_without_a_patch_is_an_empty_frame_in_the_palette(panel: PaintPanel) -> None:
    palette = panel.code_palette
    picture = palette.grab().toImage()
    centre = QColor(picture.pixel(at_tile(palette, DEAD_CODE)))
    assert abs(centre.red() - QColor(LIGHT.window).red()) <= 3


# -- export -----------------------------------------------------------------------------------------------


def test_the_painted_image_and_its_grid_are_exported(qtbot: QtBot, panel: PaintPanel, tmp_path: Path) -> None:
    drag(panel.canvas.grid, (1, 2))
    settle(qtbot, panel)
    image, grid, *_ = panel.plots()
    assert isinstance(image, QWidget)
    assert image.export_name == "painted-image"
    export_png(image, tmp_path / "a.png")
    picture = QImage(str(tmp_path / "a.png"))
    place = at(panel.canvas.result, 1, 2)
    level = QColor(picture.pixel(2 * place.x(), 2 * place.y())).red()
    assert level == pytest.approx(255 * BRUSH / K, abs=1)
    for table in (image.export_table(), grid.export_table(), panel.export_table()):
        assert table.header == ("row", "column", "code", "code_before")
        columns = [np.asarray(column) for column in table.columns]
        cell = np.flatnonzero((columns[0] == 1) & (columns[1] == 2))[0]
        assert (columns[2][cell], columns[3][cell]) == (BRUSH, make_snapshot().codes[3, 1, 2])


def test_pages_below_go_where_there_is_no_room_for_them(panel: PaintPanel) -> None:
    layout = panel.layout()
    assert layout is not None
    panel.resize(panel.width(), layout.minimumSize().height() + 20)
    assert panel.pages.isHidden()
    assert panel.minimumSizeHint().height() <= panel.height()
    panel.resize(panel.width(), panel.height() + panel.pages.minimumSizeHint().height())
    assert not panel.pages.isHidden()
