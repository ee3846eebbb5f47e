"""The VQ-VAE tab under a real mouse, while a small model trains: what a hand does is shown and stored."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.tabs.vq_vae.scene import VqVaeScene
from tests.x11.mouse import Mouse, turn_event_loop
from tests.x11.training_window import SOON_MS, START_MS, train_to_the_end, training_scene

pytestmark = pytest.mark.x11

SMALL = VqVaeConfig(codebook_size=12, code_dim=4, epochs=6, batch_size=32)
ENDLESS = replace(SMALL, epochs=100_000)
OUT_OF_THE_WAY = QPoint(640, 10)
RING_PX = 3
"""From the frame of a tile to the middle of the ring around it."""


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[VqVaeScene]:
    """The tab in the program's own window, with few digits and a small codebook."""
    with training_scene("vq-vae", SMALL, qtbot) as scene:
        yield scene


def on_screen(widget: QWidget, at: QPointF) -> QPoint:
    return widget.mapToGlobal(at.toPoint())


def tile(scene: VqVaeScene, code: int) -> QPoint:
    """Screen pixel of the middle of a code's tile."""
    view = scene.mosaic.view
    return on_screen(view, view.tile_rect(code).center())


def ring_rgb(scene: VqVaeScene, code: int) -> str:
    """Colour painted just outside a code's tile."""
    view = scene.mosaic.view
    rect = view.tile_rect(code)
    picture = view.grab().toImage()
    return picture.pixelColor(int(rect.left()) - RING_PX, int(rect.center().y())).name()


def test_one_press_of_space_trains_and_the_mosaic_fills(
    scene: VqVaeScene, mouse: Mouse, qtbot: QtBot
) -> None:
    scene.editor.apply(config=ENDLESS)
    mouse.move(OUT_OF_THE_WAY)
    mouse.key("space")
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.dataset is not None, timeout=START_MS)
    qtbot.waitUntil(lambda: "12 in use" in scene.mosaic.note.text(), timeout=SOON_MS)
    view = scene.mosaic.view
    picture = view.grab().toImage()
    for code in range(12):
        inside = view.tile_rect(code).toRect().adjusted(6, 6, -6, -6)
        greys = {
            picture.pixel(x, y)
            for x in range(inside.left(), inside.right(), 3)
            for y in range(inside.top(), inside.bottom(), 3)
        }
        assert len(greys) > 3, f"tile {code} is a patch, not a blank"
    mouse.key("space")
    qtbot.waitUntil(lambda: not scene.desk.run.is_playing, timeout=SOON_MS)


def test_a_code_clicked_in_the_mosaic_is_chosen_everywhere(
    scene: VqVaeScene, mouse: Mouse, qtbot: QtBot
) -> None:
    mouse.move(OUT_OF_THE_WAY)
    train_to_the_end(scene, mouse, qtbot)
    theme = scene.theme
    mouse.click(tile(scene, 5))
    assert scene.state.code == 5
    assert {panel.code for panel in scene.panels.of_codes} == {5}
    mouse.move(OUT_OF_THE_WAY)
    assert ring_rgb(scene, 5) == theme.marker
    titles = scene.panels.reconstructions.areas.tabs
    assert "code 5" in titles.tabText(titles.currentIndex())
    mouse.click(tile(scene, 5))
    assert scene.state.code == -1


def test_a_stroke_paints_and_undo_takes_it_back(scene: VqVaeScene, mouse: Mouse, qtbot: QtBot) -> None:
    mouse.move(OUT_OF_THE_WAY)
    train_to_the_end(scene, mouse, qtbot)
    bar = scene.panels.tabBar()
    mouse.click(on_screen(bar, QPointF(bar.tabRect(3).center())))
    assert scene.state.panel == "paint"
    grid, output = scene.panels.paint.canvas.grid, scene.panels.paint.canvas.result
    qtbot.waitUntil(lambda: grid.codes.shape == (4, 4), timeout=SOON_MS)
    turn_event_loop(300)
    before = grid.codes.copy()
    code = int(np.argmin(np.bincount(before[1], minlength=12)))  # one that the row does not have
    mouse.click(tile(scene, code))
    decoded = output.grab().toImage()
    mouse.drag(on_screen(grid, grid.cell_rect(1, 0).center()), on_screen(grid, grid.cell_rect(1, 3).center()))
    mouse.move(OUT_OF_THE_WAY)
    assert grid.codes[1].tolist() == [code] * 4
    assert (np.delete(grid.codes, 1, axis=0) == np.delete(before, 1, axis=0)).all()
    qtbot.waitUntil(lambda: output.grab().toImage() != decoded, timeout=SOON_MS)
    mouse.key("ctrl+z")
    assert (grid.codes == before).all()
    mouse.key("ctrl+shift+z")
    assert grid.codes[1].tolist() == [code] * 4


def test_a_cell_of_the_grid_lights_its_code_in_the_mosaic(
    scene: VqVaeScene, mouse: Mouse, qtbot: QtBot
) -> None:
    mouse.move(OUT_OF_THE_WAY)
    train_to_the_end(scene, mouse, qtbot)
    grid = scene.panels.reconstructions.areas.focus.view.grid
    qtbot.waitUntil(lambda: grid.codes.shape == (4, 4) and grid.codes.min() >= 0, timeout=SOON_MS)
    code, accent = int(grid.codes[1, 2]), scene.theme.accent
    assert ring_rgb(scene, code) != accent
    mouse.move(on_screen(grid, grid.cell_rect(1, 2).center()))
    assert ring_rgb(scene, code) == accent
    mouse.move(OUT_OF_THE_WAY)
    assert ring_rgb(scene, code) != accent


def test_an_image_of_ones_own_is_encoded_and_a_bad_file_is_said(
    scene: VqVaeScene, mouse: Mouse, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mouse.move(OUT_OF_THE_WAY)
    train_to_the_end(scene, mouse, qtbot)
    scene.panels.set_panel("reconstructions")
    panel = scene.panels.reconstructions
    image, bad = tmp_path / "mine.png", tmp_path / "note.txt"
    Image.fromarray(np.full((40, 60, 3), (255, 128, 0), np.uint8)).save(image)
    bad.write_text("no image")
    said: list[str] = []
    scene.message.connect(said.append)
    for path in (image, bad):
        monkeypatch.setattr(file_dialogs, "ask_image_file", lambda *_, path=path: path)
        button = panel.areas.tools.open
        mouse.click(on_screen(button, QPointF(button.rect().center())))
        qtbot.waitUntil(lambda path=path: bool(said) or path == image, timeout=SOON_MS)
        qtbot.waitUntil(lambda: "Your image: MSE" in panel.areas.focus.words.text(), timeout=SOON_MS)
    assert [sentence.startswith(f"{bad}: ") for sentence in said] == [True]
