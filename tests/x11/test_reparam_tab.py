"""The Reparametrisation tab under a real mouse: what the hand does to the map is in the state and painted."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.reparam import gaussian_map
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.plots.handle_geometry import Part
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from dgm_explorer.ui.tabs.reparam.scene import ReparamScene
from tests.x11.mouse import Mouse, turn_event_loop

pytestmark = pytest.mark.x11

FRAME_MS = 200
PLAY_MS = 600
PIXEL = 1.5
"""A hand cannot do better than the pixel that the pointer is on, and its own rounding."""


@pytest.fixture
def scene(window: MainWindow) -> ReparamScene:
    """The tab in front, in its first state."""
    window.show_tab("reparam")
    turn_event_loop(FRAME_MS)
    tab = window.current_tab
    assert isinstance(tab, ReparamTab)
    return tab.scene


def state_of(scene: ReparamScene) -> ReparamState:
    return scene.editor.state


def knob(scene: ReparamScene, part: Part) -> QPoint:
    """Screen pixel of a handle of the map."""
    image = scene.planes.image
    return image.viewport().mapToGlobal(image.knob_viewport_position(part).toPoint())


def dot(plot: Plot, place: np.ndarray) -> QPoint:
    """Screen pixel of a place of a plot."""
    return plot.viewport().mapToGlobal(plot.view_to_viewport(*place.tolist()).toPoint())


def units_per_pixel(plot: Plot) -> float:
    (lo, hi), _ = plot.view_range
    return float(hi - lo) / float(plot.view_box.width())


def test_mu_follows_the_pointer_and_all_points_with_it(scene: ReparamScene, mouse: Mouse) -> None:
    before, z = state_of(scene), scene.frame.z
    start, way = knob(scene, "center"), QPoint(-60, 45)
    scale = units_per_pixel(scene.planes.image)
    mouse.drag(start, start + way)
    after = state_of(scene)
    moved = np.subtract(after.mean, before.mean)
    assert moved == pytest.approx(np.array([-60, -45]) * scale, abs=PIXEL * scale)
    assert scene.frame.z - z == pytest.approx(np.broadcast_to(moved, z.shape), abs=1e-9)
    assert gaussian_map(after).factor == pytest.approx(gaussian_map(before).factor)
    mouse.key("ctrl+z")
    assert state_of(scene).mean == before.mean


def test_a_column_of_l_moves_the_numbers_and_the_other_plane_only(scene: ReparamScene, mouse: Mouse) -> None:
    numbers, noise, image = scene.controls.numbers, scene.planes.noise, scene.planes.image
    before, words = state_of(scene), numbers.text("Σ")
    noise_before, image_before = (plot.viewport().grab().toImage() for plot in (noise, image))
    start = knob(scene, "first")
    mouse.drag(start, start + QPoint(30, 70))
    mouse.move(scene.mapToGlobal(QPoint(scene.width() - 30, scene.height() - 30)))
    after = state_of(scene)
    assert after.mean == before.mean
    assert after.raw_diagonal[0] > before.raw_diagonal[0]
    assert after.raw_diagonal[1] == before.raw_diagonal[1]
    assert after.off_diagonal < before.off_diagonal
    assert numbers.text("Σ") != words
    assert noise.viewport().grab().toImage() == noise_before
    assert image.viewport().grab().toImage() != image_before


@pytest.mark.parametrize("side", ["noise", "image"])
def test_a_point_under_the_mouse_and_its_twin_light_up(scene: ReparamScene, mouse: Mouse, side: str) -> None:
    epsilon, z = scene.frame.epsilon, scene.frame.z
    lone = int(np.argmax(np.where(np.abs(epsilon).max(axis=1) < 3, epsilon[:, 1], -9)))
    plot, dots = (scene.planes.noise, epsilon) if side == "noise" else (scene.planes.image, z)
    mouse.move(dot(plot, dots[lone]))
    line = next(line for line in scene.planes.twins.lines if line.is_strong)
    ends = [scene.planes.mapToGlobal(place.toPoint()) for place in (line.places[0], line.places[-1])]
    places = (dot(scene.planes.noise, epsilon[lone]), dot(scene.planes.image, z[lone]))
    for end, place in zip(ends, places, strict=True):
        assert (end - place).manhattanLength() <= 2
    assert scene.planes.noise.caption.text.startswith(f"point {lone}:")


def test_space_descends_and_r_goes_back(scene: ReparamScene, mouse: Mouse) -> None:
    mouse.click(dot(scene.planes.image, np.array([-4.0, 4.0])))
    start = scene.frame.state.mean
    mouse.key("space")
    turn_event_loop(PLAY_MS)
    assert scene.player.is_playing
    mouse.key("space")
    assert not scene.player.is_playing
    target = state_of(scene).target
    assert np.linalg.norm(np.subtract(scene.frame.state.mean, target)) < np.linalg.norm(
        np.subtract(start, target)
    )
    mouse.key("r")
    turn_event_loop(FRAME_MS)
    assert scene.frame.state.mean == start
    assert state_of(scene).mean == start
