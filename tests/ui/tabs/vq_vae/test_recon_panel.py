"""The panel of reconstructions, as the hand and the eye have it."""

import gc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QColor, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_inference import Encoded
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.export import ExportablePlot, export_csv, export_png
from dgm_explorer.ui.tabs.vq_vae.code_colors import code_color
from dgm_explorer.ui.tabs.vq_vae.reconstructions import asker as recon_asker
from dgm_explorer.ui.tabs.vq_vae.reconstructions.panel import N_SHUFFLED, ReconstructionPanel
from dgm_explorer.ui.tabs.vq_vae.reconstructions.places import use_words
from dgm_explorer.ui.tabs.vq_vae.reconstructions.requests import OWN
from dgm_explorer.ui.tabs.vq_vae.reconstructions.use import find_use
from dgm_explorer.ui.theme import LIGHT, THEMES
from tests.ui.settling import settle
from tests.ui.tabs.vq_vae import cases
from tests.ui.tabs.vq_vae.hands import click, drag, leave, move, painted, press

SIZE, WIDE = (540, 560), (1100, 900)
DATASET = cases.make_dataset()
SNAPSHOT = cases.make_snapshot()
PARTIAL = replace(SNAPSHOT, probe=np.arange(6, cases.N), codes=SNAPSHOT.codes[6:])
"""The first six images shown have no grids in it."""


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Callable[..., ReconstructionPanel]]:
    panels: list[ReconstructionPanel] = []

    def make(
        snapshot: VqVaeSnapshot = SNAPSHOT, size: tuple[int, int] = SIZE, make_inference: object = None
    ) -> ReconstructionPanel:
        panel = ReconstructionPanel(make_inference or cases.make_inference)  # type: ignore[arg-type]
        qtbot.addWidget(panel)
        panels.append(panel)
        panel.set_theme(LIGHT)
        panel.set_config(cases.CONFIG)
        panel.resize(*size)
        panel.show()
        panel.show_snapshot(snapshot, DATASET)
        qtbot.waitUntil(lambda: knows_focus(panel))
        return panel

    yield make
    for panel in panels:
        panel.finish()


@pytest.fixture
def panel(show: Callable[..., ReconstructionPanel]) -> ReconstructionPanel:
    return show()


def knows_focus(panel: ReconstructionPanel) -> bool:
    """Whether the network has answered for the image in focus."""
    return not panel.areas.focus.chart.cover.reason


def cell(panel: ReconstructionPanel, row: int, column: int) -> QPointF:
    return panel.areas.focus.view.grid.cell_rect(row, column).center()


def part_levels(panel: ReconstructionPanel, item: int, part: int) -> np.ndarray:
    """(8, 8) grey levels that are painted for a part of a row."""
    view = panel.areas.gallery.view
    rect, image = view.part_rect(item, part), view.grab().toImage()
    zoom = rect.width() / 8
    return np.array(
        [
            [
                image.pixelColor(
                    int(rect.left() + (x + 0.5) * zoom), int(rect.top() + (y + 0.5) * zoom)
                ).red()
                for x in range(8)
            ]
            for y in range(8)
        ]
    )


def levels(image: np.ndarray) -> np.ndarray:
    return np.rint(image.reshape(8, 8) * 255)


def emitted(signal: object) -> list[int]:
    values: list[int] = []
    signal.connect(values.append)  # type: ignore[attr-defined]
    return values


# -- rows -------------------------------------------------------------------------------------------------


def test_a_row_is_input_grid_and_reconstruction(panel: ReconstructionPanel) -> None:
    view = panel.areas.gallery.view
    assert view.n_shown >= 4
    for item in range(view.n_shown):
        np.testing.assert_allclose(part_levels(panel, item, 0), levels(DATASET.inputs[item]), atol=1)
        np.testing.assert_allclose(
            part_levels(panel, item, 2), levels(SNAPSHOT.reconstructions[item]), atol=1
        )
        for (row, column), code in np.ndenumerate(SNAPSHOT.codes[item]):
            middle = view.cell_rect(item, 1, row, column).center()
            assert painted(view, middle) == QColor(code_color(LIGHT, int(code)))


def test_captions_tell_each_error_and_that_of_the_set(panel: ReconstructionPanel) -> None:
    gallery = panel.areas.gallery
    assert gallery.view.table is not None
    mse = ((DATASET.inputs[3].astype(float) - SNAPSHOT.reconstructions[3]) ** 2).mean()
    assert gallery.view.table.captions[3] == f"3: {mse:.4f}"
    assert "MSE 0.0100, ÷ variance 0.080" in gallery.caption.text()
    assert gallery.view.table.tip is not None
    assert f"= {mse:.5f}, ÷ variance {mse / (0.01 / 0.08):.3f}" in gallery.view.table.tip(3)


def test_reconstructions_follow_the_snapshots(panel: ReconstructionPanel) -> None:
    panel.show_snapshot(replace(SNAPSHOT, step=201, reconstructions=1 - SNAPSHOT.reconstructions), DATASET)
    np.testing.assert_allclose(part_levels(panel, 1, 2), levels(1 - SNAPSHOT.reconstructions[1]), atol=1)


def test_grids_that_the_snapshot_has_not_come_from_the_network(
    show: Callable[..., ReconstructionPanel],
) -> None:
    panel = show(PARTIAL)
    table = panel.areas.gallery.view.table
    assert table is not None
    encoded = cases.PlainInference().encode(DATASET.inputs[:4])
    np.testing.assert_array_equal(table.codes[:4], encoded.codes)
    np.testing.assert_array_equal(table.codes[6], SNAPSHOT.codes[6])


def test_errors_are_a_further_part(panel: ReconstructionPanel) -> None:
    panel.areas.gallery.error.click()
    expected = np.abs(DATASET.inputs[2] - SNAPSHOT.reconstructions[2])
    np.testing.assert_allclose(part_levels(panel, 2, 3), levels(expected), atol=1)
    assert panel.areas.gallery.caption.text().endswith("error")


def test_others_and_back(panel: ReconstructionPanel, qtbot: QtBot) -> None:
    tools, gallery = panel.areas.tools, panel.areas.gallery
    assert not gallery.reset.isVisible()
    tools.shuffle.click()
    first = gallery.rows_shown
    assert first == tuple(sorted(set(first)))
    tools.shuffle.click()
    assert gallery.view.table is not None
    assert len(gallery.view.table.images) == N_SHUFFLED
    qtbot.waitUntil(lambda: bool(np.isfinite(gallery.view.table.images[: gallery.view.n_shown]).all()))
    outputs = cases.PlainInference().encode(DATASET.inputs[list(gallery.rows_shown)]).reconstructions
    for item, row in enumerate(gallery.rows_shown):
        np.testing.assert_allclose(part_levels(panel, item, 0), levels(DATASET.inputs[row]), atol=1)
        if row >= 8:  # the snapshot has no reconstruction of it
            np.testing.assert_allclose(part_levels(panel, item, 2), levels(outputs[item]), atol=1)
    gallery.reset.click()
    assert gallery.rows_shown[:4] == (0, 1, 2, 3)


def test_more_rows_where_there_is_more_room(show: Callable[..., ReconstructionPanel]) -> None:
    assert show(size=WIDE).areas.gallery.view.n_shown == 8
    assert show(size=(400, 430)).areas.gallery.view.n_shown < 8


def test_rows_for_which_room_is_made_are_encoded(
    show: Callable[..., ReconstructionPanel], qtbot: QtBot
) -> None:
    """Without a newer snapshot: training may have ended."""
    panel = show(PARTIAL)
    view = panel.areas.gallery.view

    def is_known() -> bool:
        return view.table is not None and bool((view.table.codes[: view.n_shown] >= 0).all())

    panel.areas.gallery.error.click()
    panel.show_second(PARTIAL, "run b", "run a")
    n_shown = view.n_shown
    panel.resize(*WIDE)
    assert view.n_shown > n_shown
    qtbot.waitUntil(is_known)


# -- the image in focus -----------------------------------------------------------------------------------


def test_the_first_one_is_in_focus_until_another_is_chosen(panel: ReconstructionPanel, qtbot: QtBot) -> None:
    areas = panel.areas
    assert areas.focus.words.text().startswith("Label even, trained on: MSE ")
    gallery = areas.gallery.view
    click(gallery, gallery.part_rect(2, 0).center())
    assert areas.tools.number.value() == 2
    areas.tools.number.setValue(29)
    assert areas.focus.words.text().startswith("Label odd, held out")
    qtbot.waitUntil(lambda: knows_focus(panel))
    encoded = cases.PlainInference().encode(DATASET.inputs[29:30])
    np.testing.assert_array_equal(areas.focus.view.grid.codes, encoded.codes[0])
    mse = ((DATASET.inputs[29].astype(float) - encoded.reconstructions[0]) ** 2).mean()
    assert f"MSE {mse:.4f}, ÷ variance {mse / 0.125:.3f}" in areas.focus.words.text()


def test_all_views_have_one_size_and_place(panel: ReconstructionPanel) -> None:
    view = panel.areas.focus.view
    rects = [part.cell_rect(1, 2).getRect() for part in (view.pad, view.grid, view.output)]
    assert rects[0] == rects[1] == rects[2]
    zoom = view.grid.cell_rect(0, 0).width() / 2
    assert zoom == int(zoom)


def test_a_cell_under_the_mouse_tells_its_code_and_distances(panel: ReconstructionPanel) -> None:
    hovered = emitted(panel.code_hovered)
    focus = panel.areas.focus
    encoded = cases.PlainInference().encode(DATASET.inputs[:1])
    code = int(encoded.codes[0, 2, 3])
    move(focus.view.grid, cell(panel, 2, 3))
    assert hovered == [code]
    assert panel.hovered_code == code
    shown = focus.chart.shown
    assert (shown.row, shown.column, shown.code) == (2, 3, code)
    level = DATASET.inputs[0].reshape(8, 8)[4:6, 6:8].mean()
    np.testing.assert_allclose(shown.values, np.abs(level - np.arange(cases.K) / cases.K), atol=1e-6)
    assert shown.order[0] == code
    first = f"Row 3, column 4: code {code}"  # counted from 1, as on every page
    assert focus.cell_words.text().startswith(f"{first} at {shown.values[code]:.3g}")
    tip = focus.view.grid.tip
    assert tip is not None
    assert tip(2, 3).startswith(first)
    assert f"‖z_e − e_{code}‖² = {shown.values[code] ** 2:.4g}" in tip(2, 3)
    for view in (focus.view.pad, focus.view.grid, focus.view.output):
        assert view.cell == (2, 3)
    leave(focus.view.grid)
    assert hovered == [code, -1]
    assert focus.view.output.cell == (2, 3)  # stays in hand


@pytest.mark.parametrize("name", ["pad", "output"])
def test_cells_are_hovered_in_input_and_reconstruction_too(panel: ReconstructionPanel, name: str) -> None:
    hovered = emitted(panel.code_hovered)
    view = getattr(panel.areas.focus.view, name)
    move(view, view.cell_rect(1, 1).center())
    assert hovered == [panel.areas.focus.view.grid.code_at(1, 1)]
    assert panel.areas.focus.chart.shown.row == 1


def test_the_receptive_field_is_outlined(panel: ReconstructionPanel) -> None:
    output = panel.areas.focus.view.output
    move(panel.areas.focus.view.grid, cell(panel, 1, 1))
    zoom = output.cell_rect(0, 0).width() / 2
    first = output.cell_rect(0, 0).topLeft()  # a field of 4 pixels at a stride of 2 begins one pixel earlier
    seen = [painted(output, first + QPointF(1, 1) * zoom + QPointF(step, 0)) for step in range(4, 30)]
    accent = QColor(LIGHT.accent)
    assert accent in seen or any(
        abs(at.green() - accent.green()) < 20 > abs(at.red() - accent.red()) for at in seen
    )


def test_a_click_chooses_a_code_and_a_second_one_lets_go(panel: ReconstructionPanel) -> None:
    chosen = emitted(panel.code_chosen)
    code = panel.areas.focus.view.grid.code_at(1, 0)
    click(panel.areas.focus.view.grid, cell(panel, 1, 0))
    panel.set_code(code)
    click(panel.areas.focus.view.grid, cell(panel, 1, 0))
    assert chosen == [code, -1]


def test_the_bars_are_codes_too(panel: ReconstructionPanel) -> None:
    hovered, chosen = emitted(panel.code_hovered), emitted(panel.code_chosen)
    chart = panel.areas.focus.chart
    order = chart.shown.order
    for place in (0, 4):
        move(chart.viewport(), chart.view_to_viewport(place, 0.001) - QPointF(0, 3))
    press(chart.viewport(), chart.view_to_viewport(4, 0.001) - QPointF(0, 3))
    assert hovered == [order[0], order[4]]
    assert chosen == [order[4]]
    box = panel.areas.focus.order
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert chart.code_at(chart._view_pixel(chart.view_to_viewport(4, 0.001) - QPointF(0, 3))) == 4
    np.testing.assert_array_equal(np.asarray(chart.export_table().columns[0]), np.arange(cases.K))


def test_grids_of_the_rows_are_hovered(panel: ReconstructionPanel) -> None:
    hovered = emitted(panel.code_hovered)
    view = panel.areas.gallery.view
    for part in (0, 1, 2):
        move(view, view.cell_rect(1, part, 3, 2).center())
    move(view, view.part_rect(1, 0).bottomLeft() + QPointF(3, 6))  # its caption
    leave(view)
    assert hovered == [SNAPSHOT.codes[1, 3, 2], -1]


def test_keys_go_through_the_rows(panel: ReconstructionPanel) -> None:
    view = panel.areas.gallery.view
    view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(view, key)
    assert panel.areas.tools.number.value() == 1


def test_in_a_low_window_the_pictures_have_the_room_of_the_bars(panel: ReconstructionPanel) -> None:
    holder = QWidget()
    holder.resize(1000, 1000)
    panel.setParent(holder)
    holder.show()
    for height in (SIZE[1], 380):
        panel.resize(SIZE[0], height)
        panel.show()
        settle()
        assert panel.areas.focus.view.grid.height() > 90
        assert panel.areas.focus.chart.isVisible() == (height == SIZE[1])
    panel.setParent(None)


# -- codes from elsewhere ---------------------------------------------------------------------------------


def test_a_code_hovered_elsewhere_lights_up_and_nothing_is_painted_anew(
    panel: ReconstructionPanel, qtbot: QtBot
) -> None:
    panel.areas.tools.number.setValue(3)
    qtbot.waitUntil(lambda: knows_focus(panel))
    hovered = emitted(panel.code_hovered)
    views = (panel.areas.focus.view.grid, panel.areas.focus.view.output, panel.areas.gallery.view)
    before = [view.grab().toImage() for view in views]
    pictures = [view._picture for view in views]
    panel.set_hovered_code(panel.areas.focus.view.grid.code_at(0, 0))
    assert all(view.grab().toImage() != old for view, old in zip(views, before, strict=True))
    assert all(view._picture is old for view, old in zip(views, pictures, strict=True))
    panel.set_hovered_code(-1)
    assert [view.grab().toImage() for view in views] == before
    assert hovered == []


def test_a_single_cell_is_one() -> None:
    use = find_use(np.array([[[3, 0]], [[0, 0]]]), 3, most_images=9, most_cells=9)
    assert use_words(use, 3) == "Code 3: 1 cell in 1 of 2 images (50 %)"


def test_where_a_code_is_used(panel: ReconstructionPanel) -> None:
    chosen = emitted(panel.code_chosen)
    places = panel.areas.places
    panel.set_code(3)
    assert places.isVisible()
    assert not panel.areas.gallery.isVisible()
    assert panel.areas.tabs.tabText(1) == "Where code 3 is used"
    n_cells, n_images = (SNAPSHOT.codes == 3).sum(), (SNAPSHOT.codes == 3).any(axis=(1, 2)).sum()
    share = 100 * n_images / cases.N
    assert places.caption.text() == f"Code 3: {n_cells} cells in {n_images} of 40 images ({share:.0f} %)"
    counts = (SNAPSHOT.codes == 3).sum(axis=(1, 2))
    assert places.view.table is not None
    assert places.view.table.captions[0] == f"{counts.max()} ×"
    most = int(counts.argmax())
    np.testing.assert_array_equal(places.view.table.images[0, 0].ravel(), DATASET.inputs[most])
    assert chosen == []
    panel.set_code(-1)
    assert panel.areas.gallery.isVisible()


def test_cells_of_the_code_are_marked_and_others_are_not(panel: ReconstructionPanel) -> None:
    panel.set_code(3)
    view = panel.areas.places.view
    assert view.table is not None
    for row, column in np.ndindex(cases.GRID):
        rect = view.cell_rect(0, 0, row, column)
        corner = painted(view, rect.topLeft() + QPointF(1, 1))
        assert (corner.red() != corner.blue()) == (view.table.codes[0, row, column] == 3)


def test_patches_are_what_its_cells_see(panel: ReconstructionPanel) -> None:
    panel.set_code(2)
    places = panel.areas.places
    assert places.use is not None
    assert places.patches.table is not None
    for patch, (image, row, column) in zip(places.patches.table.images, places.use.cells, strict=True):
        padded = np.pad(DATASET.inputs[image].reshape(8, 8), 1)  # one pixel beyond a cell of two on each side
        np.testing.assert_array_equal(
            patch[..., 0], padded[2 * row : 2 * row + 4, 2 * column : 2 * column + 4]
        )


def test_an_image_of_the_places_comes_to_the_front(panel: ReconstructionPanel) -> None:
    panel.set_code(3)
    view = panel.areas.places.view
    assert panel.areas.places.use is not None
    click(view, view.part_rect(1, 0).center())
    assert panel.areas.tools.number.value() == panel.areas.places.use.places[1]
    patches = panel.areas.places.patches
    click(patches, patches.tile_rect(2).center())
    assert panel.areas.tools.number.value() == panel.areas.places.use.cells[2, 0]


def test_a_code_without_use_says_so(panel: ReconstructionPanel) -> None:
    panel.set_code(cases.DEAD_CODE)
    assert "none of the 40 analysed images" in panel.areas.places.view.words
    panel.set_code(4000)  # of a session with more codes
    assert "Choose a code" in panel.areas.places.view.words


def test_smaller_data_behind_the_places_of_a_code(panel: ReconstructionPanel, qtbot: QtBot) -> None:
    """What the hidden gallery has shown last are images of other data."""
    panel.areas.tools.shuffle.click()
    assert max(panel.areas.gallery.rows_shown) >= 12
    panel.set_code(3)
    assert not panel.areas.gallery.isVisible()
    few = replace(
        DATASET, inputs=DATASET.inputs[:12], labels=None, is_held_out=np.arange(12) >= 9, fingerprint="1"
    )
    snapshot = replace(SNAPSHOT, probe=np.arange(12), codes=SNAPSHOT.codes[:12], shown=np.arange(6))
    panel.show_snapshot(replace(snapshot, reconstructions=SNAPSHOT.reconstructions[:6]), few)
    qtbot.waitUntil(lambda: knows_focus(panel))
    panel.set_code(-1)
    assert panel.areas.gallery.rows_shown == tuple(range(panel.areas.gallery.view.n_shown))


def test_wide_windows_show_both(show: Callable[..., ReconstructionPanel]) -> None:
    panel = show(size=WIDE)
    assert not panel.areas.places.isVisible()
    panel.set_code(1)
    assert panel.areas.places.isVisible()
    assert panel.areas.gallery.isVisible()
    assert not panel.areas.tabs.isVisible()
    panel.resize(*SIZE)
    assert not panel.areas.gallery.isVisible()
    QTest.mouseClick(panel.areas.tabs, Qt.MouseButton.LeftButton, pos=panel.areas.tabs.tabRect(0).center())
    assert panel.areas.gallery.isVisible()
    assert panel.areas.gallery.view.table is not None


# -- the user's own image ---------------------------------------------------------------------------------


def drop(panel: ReconstructionPanel, *paths: Path) -> bool:
    """Drag files over the panel and let go; whether it takes them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, key, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(50, 50), copy, mime, button, key)
    QApplication.sendEvent(panel, enter)
    if enter.isAccepted():
        QApplication.sendEvent(panel, QDropEvent(QPointF(50, 50), copy, mime, button, key))
    return enter.isAccepted()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.png"
    Image.fromarray(np.full((16, 16, 3), 102, np.uint8)).save(path)
    return path


def has_own(panel: ReconstructionPanel) -> bool:
    return panel.areas.gallery.rows_shown[:1] == (OWN,) and knows_focus(panel)


def test_a_dropped_image_is_encoded(panel: ReconstructionPanel, qtbot: QtBot, file: Path) -> None:
    assert drop(panel, file)
    qtbot.waitUntil(lambda: has_own(panel))
    assert panel.areas.focus.words.text().startswith("Your image: MSE")
    assert (panel.areas.focus.view.grid.codes == 2).all()  # 0.4 lies nearest to 2 of 6
    np.testing.assert_allclose(part_levels(panel, 0, 0), 102, atol=1)
    np.testing.assert_allclose(part_levels(panel, 0, 2), 85, atol=1)


def write_images(folder: Path) -> dict[str, Path]:
    """Files that people have: none of them of the size of the data, all of level 102 of 255."""
    paths = {
        name: folder / name
        for name in ("grey.png", "rgb.png", "deep.png", "clear.png", "turned.jpg", "moving.gif", "tiny.bmp")
    }
    level = np.full((33, 20), 102, np.uint8)
    rgb = np.repeat(level[:, :, None], 3, axis=2)
    Image.fromarray(level).save(paths["grey.png"])
    Image.fromarray(np.repeat(np.repeat(rgb, 30, axis=0), 50, axis=1)).save(paths["rgb.png"])
    Image.fromarray(level.astype(np.uint16) * 257).save(paths["deep.png"])
    Image.fromarray(np.dstack([rgb, np.full_like(level, 255)])).save(paths["clear.png"])
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(rgb).save(paths["turned.jpg"], exif=turned)
    frames = [Image.fromarray(np.full((9, 9), shade, np.uint8)) for shade in (102, 200)]
    frames[0].save(paths["moving.gif"], save_all=True, append_images=frames[1:])
    Image.fromarray(level[:1, :1]).save(paths["tiny.bmp"])
    return paths


def test_whatever_image_is_dropped_is_encoded(
    panel: ReconstructionPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    told: list[str] = []
    panel.message.connect(told.append)
    for name, path in write_images(tmp_path).items():
        panel.areas.own_tools.discard.click()
        assert drop(panel, path), name
        qtbot.waitUntil(lambda: has_own(panel))
        np.testing.assert_allclose(part_levels(panel, 0, 0), 102, atol=2, err_msg=name)
        np.testing.assert_allclose(part_levels(panel, 0, 2), 85, atol=1, err_msg=name)
    assert not told


@pytest.mark.parametrize(
    ("name", "content"), [("cut.png", None), ("note.txt", b"moons and boots\n"), ("empty.jpg", b"")]
)
def test_no_image_is_one_sentence_and_leaves_the_own_one(
    panel: ReconstructionPanel, qtbot: QtBot, tmp_path: Path, file: Path, name: str, content: bytes | None
) -> None:
    drop(panel, file)
    qtbot.waitUntil(lambda: has_own(panel))
    bad = tmp_path / name
    whole = (write_images(tmp_path)["rgb.png"]).read_bytes()
    bad.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with qtbot.waitSignal(panel.message) as told:
        assert drop(panel, bad)
    (sentence,) = told.args or ("",)
    assert sentence.startswith(f"{bad}: ")
    assert "\n" not in sentence
    assert panel.own.values is not None


def test_the_own_image_stays_while_training_goes_on(
    panel: ReconstructionPanel, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(panel, file)
    qtbot.waitUntil(lambda: has_own(panel))
    monkeypatch.setattr(recon_asker, "LEAST_PAUSE_MS", 20)
    newer = cases.later(SNAPSHOT, 77)
    panel.show_snapshot(newer, DATASET)
    assert "step 200" in panel.areas.focus.words.text()  # what is late says so
    qtbot.waitUntil(lambda: "step" not in panel.areas.focus.words.text())
    assert panel.areas.gallery.rows_shown[0] == OWN
    gallery = panel.areas.gallery.view
    click(gallery, gallery.part_rect(1, 0).center())
    assert not panel.areas.own_tools.isVisible()
    click(gallery, gallery.part_rect(0, 0).center())
    assert panel.areas.own_tools.isVisible()


def test_invert_clear_and_discard(panel: ReconstructionPanel, qtbot: QtBot, file: Path) -> None:
    drop(panel, file)
    qtbot.waitUntil(lambda: has_own(panel))
    panel.areas.own_tools.invert.click()
    assert panel.own.values is not None
    np.testing.assert_allclose(panel.own.values, 0.6, atol=1e-6)
    panel.areas.own_tools.wipe.click()
    assert (panel.own.values == 0).all()
    panel.areas.own_tools.discard.click()
    assert panel.own.values is None
    assert panel.areas.gallery.rows_shown[0] == 0
    assert not panel.areas.own_tools.isVisible()


def test_an_image_that_was_discarded_comes_back_by_drawing_and_undo(panel: ReconstructionPanel) -> None:
    panel.areas.tools.draw.click()
    pad = panel.areas.focus.view.pad
    drag(pad, pad.cell_rect(1, 1).center(), pad.cell_rect(1, 2).center())
    assert panel.own.values is not None
    drawn = panel.own.values.copy()
    panel.areas.own_tools.discard.click()
    panel.areas.tools.draw.click()
    assert panel.own.values.max() == 0
    QTest.keyClick(pad, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(panel.own.values, drawn)


def test_a_bad_file_gives_one_sentence(panel: ReconstructionPanel, qtbot: QtBot, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    with qtbot.waitSignal(panel.message) as told:
        drop(panel, bad)
    (sentence,) = told.args or ("",)
    assert sentence.startswith(f"{bad}: it is damaged or no PNG")
    assert panel.own.values is None


def test_what_is_for_the_window_is_left_to_it(panel: ReconstructionPanel, tmp_path: Path, file: Path) -> None:
    session = tmp_path / "a.dgm.json"
    session.write_text("{}")
    assert not drop(panel, session)
    assert not drop(panel, tmp_path)
    assert not drop(panel, file, file)
    panel.clear("Nothing yet.")
    assert not drop(panel, file)


def test_open_asks_for_a_file(
    panel: ReconstructionPanel, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_dialogs, "ask_image_file", lambda *_: file)
    panel.areas.tools.open.click()
    qtbot.waitUntil(lambda: has_own(panel))
    assert panel.own.values is not None
    np.testing.assert_allclose(panel.own.values, 0.4, atol=1e-6)


def test_what_is_drawn_is_encoded_as_one_draws(panel: ReconstructionPanel, qtbot: QtBot) -> None:
    panel.areas.tools.draw.click()
    pad, grid = panel.areas.focus.view.pad, panel.areas.focus.view.grid
    qtbot.waitUntil(lambda: has_own(panel))
    assert (grid.codes == 0).all()
    press(pad, pad.cell_rect(1, 1).center())
    assert panel.own.values is not None
    assert panel.own.values.sum() > 0
    move(pad, pad.cell_rect(1, 2).center(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: int(grid.codes[1, 2]) > 0)
    assert pad.is_in_stroke  # the button is still down
    drag(pad, pad.cell_rect(1, 1).center(), pad.cell_rect(1, 2).center())
    qtbot.waitUntil(lambda: bool((part_levels(panel, 0, 0) == levels(panel.own.values)).all()))
    panel.areas.tools.number.setValue(5)
    assert not panel.areas.tools.draw.isChecked()


def test_undo_takes_back_a_stroke_and_not_what_else_was_done_in_the_window(
    panel: ReconstructionPanel, qtbot: QtBot
) -> None:
    others: list[bool] = []
    undo = QAction("Undo", panel)
    undo.triggered.connect(lambda: others.append(True))
    undo.setShortcut(QKeySequence("Ctrl+Z"))
    panel.addAction(undo)
    with qtbot.waitActive(panel):
        panel.activateWindow()
    window = panel.windowHandle()
    panel.areas.tools.draw.click()
    pad = panel.areas.focus.view.pad
    drag(pad, pad.cell_rect(1, 1).center(), pad.cell_rect(1, 2).center())
    assert panel.own.values is not None
    first = panel.own.values.copy()
    drag(pad, pad.cell_rect(0, 0).center(), pad.cell_rect(2, 0).center())
    panel.areas.own_tools.invert_requested.emit()
    both = 1 - panel.own.values
    for expected in (both, first, np.zeros_like(first), np.zeros_like(first)):
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        np.testing.assert_allclose(panel.own.values, expected, atol=1e-6)
    assert others == []
    panel.areas.tools.draw.click()
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(others) == 1, "behind the drawing it is the window's again"


def test_the_brush_has_the_width_of_its_slider(panel: ReconstructionPanel) -> None:
    panel.areas.tools.draw.click()
    slider, pad = panel.areas.own_tools.brush, panel.areas.focus.view.pad
    widths = []
    for value in (slider.minimum(), slider.maximum()):
        slider.setValue(value)
        widths.append(pad.brush_px)
    assert widths == [1.0, pytest.approx(0.35 * 8)]


# -- a second run -----------------------------------------------------------------------------------------


def test_a_second_run_shows_its_reconstructions_of_the_same_images(panel: ReconstructionPanel) -> None:
    order = np.array([2, 0, 30])
    second = replace(SNAPSHOT, shown=order, reconstructions=1 - SNAPSHOT.reconstructions[:3])
    panel.show_second(second, "run b", "run a")
    for item, place in ((0, 1), (2, 0)):
        np.testing.assert_allclose(part_levels(panel, item, 3), levels(second.reconstructions[place]), atol=1)
    assert panel.areas.gallery.caption.text().endswith("input | codes | run a | run b")
    focus = panel.areas.focus.view
    assert [title.text() for title in focus.titles] == ["input", "codes", "run a", "run b"]
    rect = focus.second.cell_rect(0, 0)
    seen = painted(focus.second, rect.topLeft() + QPointF(rect.width(), rect.height()) / 4)
    assert seen.red() == pytest.approx(float(second.reconstructions[1, 0]) * 255, abs=1)
    gallery = panel.areas.gallery.view
    click(gallery, gallery.part_rect(1, 0).center())
    assert focus.second.words == "not recorded", "instead of an empty place"
    tip = panel.areas.gallery.view.table.tip  # type: ignore[union-attr]
    assert tip is not None
    assert "run b: has not recorded this image" in tip(1)
    panel.show_second(None, "", "")
    assert not focus.second.isVisible()
    assert panel.areas.gallery.caption.text().endswith("input | codes | reconstruction")


def test_a_second_run_on_other_data_shows_nothing(panel: ReconstructionPanel) -> None:
    other = replace(SNAPSHOT, reconstructions=np.zeros((8, 9), np.float32))
    panel.show_second(other, "run b", "run a")
    table = panel.areas.gallery.view.table
    assert table is not None
    assert np.isnan(table.images[:, 2]).all()
    panel.grab()


# -- when nothing or something else is shown --------------------------------------------------------------


def test_words_before_the_first_snapshot(panel: ReconstructionPanel) -> None:
    panel.clear("Press space to train.")
    assert panel._words.text() == "Press space to train."
    panel.set_code(2)
    panel.set_hovered_code(1)
    panel.areas.tools.shuffle.click()
    panel.show_snapshot(SNAPSHOT, DATASET)
    assert panel.areas.isVisible()


def test_points_in_the_plane_have_no_grids(panel: ReconstructionPanel) -> None:
    points = replace(DATASET, image_shape=None)
    panel.show_snapshot(SNAPSHOT, points)
    assert "points in the plane" in panel._words.text()


@pytest.mark.parametrize("code", [-1, 0])
def test_a_cleared_panel_lets_go_of_the_data(panel: ReconstructionPanel, qtbot: QtBot, code: int) -> None:
    """Whoever keeps an image of a large data set as a view keeps all of it, as do tips that read in it."""
    other = replace(DATASET, inputs=DATASET.inputs.copy(), fingerprint="1")
    inputs = weakref.ref(other.inputs)
    panel.show_snapshot(cases.later(SNAPSHOT), other)
    qtbot.waitUntil(lambda: knows_focus(panel))
    panel.set_code(code)
    for index in (1, 0):
        panel.areas.tabs.setCurrentIndex(index)
    assert panel.areas.places.patches.isVisibleTo(panel.areas.places) == (code >= 0)
    del other
    panel.clear("nothing yet")
    gc.collect()
    assert inputs() is None


def test_a_hidden_panel_asks_nothing(show: Callable[..., ReconstructionPanel]) -> None:
    made: list[VqVaeSnapshot] = []

    def make_inference(snapshot: VqVaeSnapshot, *_: object) -> cases.PlainInference:
        made.append(snapshot)
        return cases.PlainInference()

    panel = show(make_inference=make_inference)
    panel.hide()
    n = len(made)
    newer = cases.later(SNAPSHOT)
    panel.show_snapshot(newer, DATASET)
    QTest.qWait(300)
    assert len(made) == n
    panel.show()
    panel.finish()
    assert made[-1] is newer


def test_many_snapshots_ask_few_times(show: Callable[..., ReconstructionPanel], qtbot: QtBot) -> None:
    made: list[int] = []

    def make_inference(snapshot: VqVaeSnapshot, *_: object) -> cases.PlainInference:
        made.append(snapshot.step)
        return cases.PlainInference()

    panel = show(make_inference=make_inference)
    for step in range(30):
        panel.show_snapshot(replace(SNAPSHOT, step=300 + step), DATASET)
        QTest.qWait(10)
    qtbot.waitUntil(lambda: made[-1] == 329)
    assert len(made) <= 5


def test_what_another_run_asked_for_is_dropped(panel: ReconstructionPanel, qtbot: QtBot) -> None:
    answered: list[object] = []
    panel._asker.answered.connect(answered.append)
    panel.areas.tools.number.setValue(11)
    panel.set_config(replace(cases.CONFIG, seed=5))
    QTest.qWait(100)
    assert answered == []
    panel.show_snapshot(SNAPSHOT, DATASET)
    qtbot.waitUntil(lambda: len(answered) == 1)


def test_why_the_network_does_not_answer_is_told_once(qtbot: QtBot) -> None:
    def refuse(*_: object) -> cases.PlainInference:
        raise InputError("snapshot: encoder.0.weight is missing; choose another step.")

    panel = ReconstructionPanel(refuse)
    qtbot.addWidget(panel)
    told: list[str] = []
    panel.message.connect(told.append)
    panel.set_config(cases.CONFIG)
    panel.show()
    for row in (0, 5, 6):
        panel.show_snapshot(SNAPSHOT, DATASET)
        panel.areas.tools.number.setValue(row)
        QTest.qWait(30)
    assert told == ["snapshot: encoder.0.weight is missing; choose another step."]
    assert "MSE" in panel.areas.focus.words.text()  # the snapshot's own reconstruction is there
    panel.finish()


class OddInference:
    """Distances to K codes for grids of any size, every number NaN where asked."""

    def __init__(self, snapshot: VqVaeSnapshot, level: float) -> None:
        self._snapshot, self._level = snapshot, level

    def encode(self, images: np.ndarray) -> Encoded:
        codes = np.zeros((len(images), *self._snapshot.codes.shape[1:]), np.int64)
        distances = np.full((*codes.shape, self._snapshot.n_codes), self._level, np.float32)
        return Encoded(codes, distances, images * self._level)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("shape", "stride", "n_codes", "level"),
    [
        ((8, 8, 1), 8, 2, 1.0),
        ((9, 7, 3), 2, 3, np.nan),
        ((64, 64, 1), 1, 256, 0.5),
        ((16, 16, 3), 4, 8192, 0.5),
        ((1, 40, 1), 2, 16, 0.0),
    ],
)
@pytest.mark.parametrize("size", [SIZE, WIDE])
def test_any_images_grids_and_codebooks(
    qtbot: QtBot,
    shape: tuple[int, int, int],
    stride: int,
    n_codes: int,
    level: float,
    size: tuple[int, int],
) -> None:
    rng = np.random.default_rng(0)
    n = 5
    inputs = rng.uniform(size=(n, int(np.prod(shape)))).astype(np.float32)
    dataset = Dataset("odd", inputs, None, (), shape, np.zeros(n, np.bool_), "odd")
    grid = -(-shape[0] // stride), -(-shape[1] // stride)
    snapshot = replace(
        SNAPSHOT,
        codebook=np.zeros((n_codes, 1), np.float32),
        patches=np.full((n_codes, stride + 2, stride + 2, shape[2]), np.nan, np.float32),
        probe=np.arange(n),
        codes=rng.integers(0, n_codes, (n, *grid)),
        shown=np.arange(3),
        reconstructions=np.full_like(inputs[:3], level),
        mse=np.nan,
        nmse=np.nan,
    )
    panel = ReconstructionPanel(lambda *_: OddInference(snapshot, level))
    qtbot.addWidget(panel)
    panel.set_config(VqVaeConfig(codebook_size=n_codes, code_dim=1, stride=stride))
    panel.resize(*size)
    panel.show()
    panel.show_snapshot(snapshot, dataset)
    qtbot.waitUntil(lambda: knows_focus(panel))
    for theme in THEMES.values():
        panel.set_theme(theme)
        for code in (-1, int(snapshot.codes[0, 0, 0]), n_codes - 1):
            panel.set_code(code)
            panel.set_hovered_code(0)
            panel.grab()
    move(panel.areas.focus.view.grid, cell(panel, 0, 0))
    panel.areas.tools.shuffle.click()
    panel.areas.tools.draw.click()
    for plot in panel.plots():
        plot.export_table()
    panel.finish()


def test_what_is_shown_can_be_exported(show: Callable[..., ReconstructionPanel], tmp_path: Path) -> None:
    panel = show(size=WIDE)
    panel.set_code(2)
    plots = panel.plots()
    assert len({plot.export_name for plot in plots}) == 4
    for plot in plots:
        assert isinstance(plot, ExportablePlot)
        export_csv(plot.export_table(), tmp_path / f"{plot.export_name}.csv")
        export_png(plot, tmp_path / f"{plot.export_name}.png")  # type: ignore[arg-type]
    table = panel.export_table()
    assert table.header == ("image", "part", "y", "x", "channel", "level")
    assert len(table.columns[0]) == 8 * 2 * 64
