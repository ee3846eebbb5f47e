"""The GMM-VAE tab under a real mouse, while a small model trains: what a hand does is shown and stored."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.ui.tabs.gmm_vae.scene import GmmVaeScene
from tests.x11.mouse import Mouse, turn_event_loop
from tests.x11.training_window import SOON_MS, START_MS, train_to_the_end, training_scene

pytestmark = pytest.mark.x11

SMALL = GmmVaeConfig(
    hidden=(32,), pretrain_epochs=3, mixture_init="gmm", epochs=4, batch_size=32, n_components=4
)
ENDLESS = replace(SMALL, pretrain_epochs=0, is_mixture_fitted=False, epochs=100_000)


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[GmmVaeScene]:
    """The tab in the program's own window, with few digits and a small model that is soon trained."""
    with training_scene("gmm-vae", SMALL, qtbot) as scene:
        yield scene


def train_endlessly(scene: GmmVaeScene, mouse: Mouse, qtbot: QtBot) -> None:
    scene.editor.apply(config=ENDLESS)
    mouse.key("space")
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step > 3, timeout=START_MS)
    qtbot.waitUntil(lambda: scene.dataset is not None, timeout=START_MS)


def on_screen(widget: QWidget, at: QPointF | QPoint) -> QPoint:
    return widget.mapToGlobal(at.toPoint() if isinstance(at, QPointF) else at)


def place_of(scene: GmmVaeScene, x: float, y: float) -> QPoint:
    """Screen pixel of a place in the latent view."""
    view = scene.latent.view
    return on_screen(view.viewport(), view.view_to_viewport(x, y))


def lonely_dot(scene: GmmVaeScene) -> int:
    """A dot far from all handles and other dots."""
    picture = scene.latent.view.latent_scene
    positions = picture.positions.astype(float)
    means = np.array([shape.mean for shape in picture.components])
    between = np.linalg.norm(positions[:, None] - positions, axis=2) + 1e9 * np.eye(len(positions))
    from_means = np.linalg.norm(positions[:, None] - means, axis=2).min(axis=1)
    return int(np.argmax(np.minimum(between.min(axis=1), from_means)))


def test_one_press_of_space_shows_clusters_on_digits(scene: GmmVaeScene, mouse: Mouse, qtbot: QtBot) -> None:
    train_to_the_end(scene, mouse, qtbot)
    picture = scene.latent.view.latent_scene
    assert len(picture.positions) == 200
    assert len(picture.components) == 4
    assert scene.panels.components.bars.n_components == 4


def test_the_mouse_decodes_what_is_under_it_and_a_click_pins_it(
    scene: GmmVaeScene, mouse: Mouse, qtbot: QtBot
) -> None:
    train_to_the_end(scene, mouse, qtbot)
    dot = lonely_dot(scene)
    at = place_of(scene, *scene.latent.view.latent_scene.positions[dot].tolist())
    mouse.move(at - QPoint(3, 0))
    mouse.move(at)
    card = scene.latent.picker.card
    assert card.isVisible()
    assert not QRect(on_screen(card, QPoint(0, 0)), card.size()).contains(at)
    assert card.content is not None
    assert card.content.decoded is not None
    mouse.click(at)
    assert scene.latent.pinned_place == dot
    assert scene.elbo.bars.isVisible()
    mouse.key("Escape")
    assert scene.latent.pinned_place is None


def test_a_lasso_shows_its_examples(scene: GmmVaeScene, mouse: Mouse, qtbot: QtBot) -> None:
    train_to_the_end(scene, mouse, qtbot)
    view = scene.latent.view
    rect = view.view_box.sceneBoundingRect().adjusted(4, 4, -4, -4)
    corners = (rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft(), rect.topLeft())
    path = [on_screen(view.viewport(), view.viewportTransform().map(corner)) for corner in corners]
    mouse.hold("shift")
    mouse.move(path[0])
    mouse.press()
    for begin, end in itertools.pairwise(path):
        mouse.move_along(begin, end)
    mouse.release()
    mouse.let_go("shift")
    assert len(scene.latent.picker.selected_rows) > 150
    assert scene.panels.currentWidget() is scene.panels.selection
    mouse.key("Escape")
    assert not len(scene.latent.picker.selected_rows)


def test_a_mean_is_dragged_during_a_pause_and_the_model_goes_on_from_there(
    scene: GmmVaeScene, mouse: Mouse, qtbot: QtBot
) -> None:
    train_endlessly(scene, mouse, qtbot)
    mouse.key("space")
    qtbot.waitUntil(lambda: not scene.desk.run.is_playing, timeout=SOON_MS)
    turn_event_loop(500)
    view = scene.latent.view
    view.set_view_range((-8.0, 8.0), (-8.0, 8.0))  # as a wheel would: no mean lies outside
    shapes = view.latent_scene.components
    gaps = [min(np.linalg.norm(a.mean - b.mean) for b in shapes if b is not a) for a in shapes]
    shape = shapes[int(np.argmax(gaps))]
    goal = shape.mean + np.array([2.0, 1.5])
    mouse.drag(place_of(scene, *shape.mean.tolist()), place_of(scene, *goal.tolist()))
    (x_lo, x_hi), _ = view.view_range
    pixel = (x_hi - x_lo) / view.view_box.rect().width()

    def is_moved() -> bool:
        assert scene.snapshot is not None
        return np.allclose(scene.snapshot.component_means[shape.index], goal, atol=3 * pixel)

    qtbot.waitUntil(is_moved, timeout=SOON_MS)
    assert scene.snapshot is not None
    at_rest = scene.snapshot.step
    mouse.key("space")
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step > at_rest, timeout=SOON_MS)


def test_the_slider_leads_back_while_it_trains_and_live_returns(
    scene: GmmVaeScene, mouse: Mouse, qtbot: QtBot
) -> None:
    train_endlessly(scene, mouse, qtbot)
    qtbot.waitUntil(lambda: (scene.desk.timeline.track.last_step or 0) > 20, timeout=SOON_MS)
    track = scene.desk.timeline.track
    mouse.click(on_screen(track, QPoint(6, track.height() // 2)))
    qtbot.waitUntil(lambda: not scene.desk.is_live, timeout=SOON_MS)
    turn_event_loop(300)
    assert scene.snapshot is not None
    looked_at = scene.snapshot.step
    turn_event_loop(500)
    assert scene.snapshot.step == looked_at
    mouse.click(on_screen(scene.desk.timeline.live, scene.desk.timeline.live.rect().center()))
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step > looked_at, timeout=SOON_MS)
