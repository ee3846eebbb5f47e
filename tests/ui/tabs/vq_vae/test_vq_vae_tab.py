"""The whole tab while a small model really trains: all panels show one instant, one code lights up in all."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_painting import CellEdit
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.training.make_run import make_run
from dgm_explorer.training.pixel_cnn_run import make_code_sampler
from dgm_explorer.training.vq_inference import make_inference
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.tabs.vq_vae.scene import VqVaeScene
from dgm_explorer.ui.tabs.vq_vae.vq_vae_tab import VqVaeTab
from tests.ui.tabs.training_tabs import FEW, SOON_MS, START_MS, assert_closes, shown, start, train_to_the_end

SMALL = VqVaeConfig(codebook_size=8, code_dim=2, epochs=6, batch_size=32)
LONG = replace(SMALL, epochs=100_000)


@pytest.fixture
def tab(qtbot: QtBot) -> Iterator[VqVaeTab]:
    """The tab in a window of its own, with a small codebook and few digits."""
    with shown(VqVaeTab(make_run, make_inference, make_code_sampler), SMALL, qtbot) as tab:
        yield tab


def click_code(scene: VqVaeScene, code: int) -> None:
    view = scene.mosaic.view
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.tile_rect(code).center().toPoint())


def test_one_press_trains_and_all_panels_show_the_last_step(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    steps_per_epoch = 11  # 180 of 200 examples are trained on, 16 a step; the rest comes another time
    last = 6 * steps_per_epoch
    assert scene.snapshot is not None
    assert scene.snapshot.step == last
    assert scene.mosaic.view.tiles is not None
    assert len(scene.mosaic.view.tiles.codes) == 8
    qtbot.waitUntil(lambda: scene.desk.history.steps("train")[-1:] == [last], timeout=SOON_MS)
    for panel in scene.panels.of_codes:
        scene.panels.setCurrentWidget(panel)
        assert panel.isVisible()
        assert panel.plots()
    assert not tab.busy_sentence


def test_a_run_that_is_over_goes_on_with_more_epochs(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    run = scene.desk.run
    assert run.on_screen is not None
    folder = run.on_screen.folder
    scene.editor.set_config(epochs=8)
    tab.play_pause()
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step == 88, timeout=START_MS)
    qtbot.waitUntil(lambda: run.state == "finished", timeout=START_MS)
    assert run.on_screen.folder == folder
    qtbot.waitUntil(lambda: len(scene.desk.history.steps("train")) == 88, timeout=SOON_MS)
    assert list(scene.desk.history.steps("train")) == list(range(1, 89))


def test_a_code_clicked_in_the_mosaic_is_chosen_in_all_panels(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert tab.store is not None
    click_code(scene, 5)
    assert tab.store.state.code == 5
    assert {panel.code for panel in scene.panels.of_codes} == {5}
    assert not tab.store.can_undo or tab.store.state.code == 5, "what is looked at is no step of the history"
    click_code(scene, 5)
    assert tab.store.state.code == -1


def test_a_code_under_the_mouse_lights_up_everywhere_and_goes_out(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    view = scene.mosaic.view
    QTest.mouseMove(view, view.tile_rect(3).center().toPoint())
    qtbot.waitUntil(lambda: {panel.hovered_code for panel in scene.panels.of_codes} == {3}, timeout=SOON_MS)
    QTest.mouseMove(view, QPoint(1, 1))
    qtbot.waitUntil(lambda: {panel.hovered_code for panel in scene.panels.of_codes} == {-1}, timeout=SOON_MS)


def test_a_stroke_of_the_brush_is_one_step_of_the_history(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert tab.store is not None
    scene.panels.setCurrentWidget(scene.panels.paint)
    assert tab.store.state.panel == "paint"
    click_code(scene, 2)
    grid = scene.panels.paint.canvas.grid
    qtbot.waitUntil(lambda: grid.codes.shape == (4, 4), timeout=SOON_MS)
    began = grid.cell_rect(0, 0).center().toPoint()
    ended = grid.cell_rect(0, 3).center().toPoint()
    QTest.mousePress(grid, Qt.MouseButton.LeftButton, pos=began)
    for column in range(1, 4):
        QTest.mouseMove(grid, grid.cell_rect(0, column).center().toPoint())
    QTest.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=ended)
    assert set(tab.store.state.painting.edits) == {CellEdit(0, column, 2) for column in range(4)}
    qtbot.waitUntil(lambda: (grid.codes[0] == 2).all(), timeout=SOON_MS)
    tab.store.undo()
    assert tab.store.state.painting.is_plain
    tab.store.redo()
    assert len(tab.store.state.painting.edits) == 4


def test_an_ingredient_switched_off_reaches_the_run_and_is_an_event(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = start(tab, LONG, qtbot)
    scene.editor.set_config(is_batch_normalized=False)
    assert scene.desk.run.on_screen is not None
    folder = scene.desk.run.on_screen.folder
    qtbot.waitUntil(
        lambda: any(event.name == "is_batch_normalized" for event in RunReader(folder).poll().events),
        timeout=SOON_MS,
    )
    qtbot.waitUntil(lambda: scene.snapshot is not None and not scene.snapshot.is_normalized, timeout=SOON_MS)


def test_the_timeline_drives_all_panels_and_live_returns(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    newest = scene.snapshot
    qtbot.waitUntil(lambda: len(scene.desk.source.marks) > 1, timeout=SOON_MS)
    first = scene.desk.source.marks[0].step
    scene.desk.timeline.track.setFocus()
    QTest.keyClick(scene.desk.timeline.track, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step == first, timeout=SOON_MS)
    QTest.mouseClick(scene.desk.timeline.live, Qt.MouseButton.LeftButton)
    assert scene.snapshot is newest


def test_two_runs_lie_side_by_side(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    first = scene.desk.run.on_screen
    assert first is not None
    scene.editor.set_config(seed=1)
    tab.play_pause()
    qtbot.waitUntil(
        lambda: scene.desk.run.on_screen not in (None, first) and scene.desk.run.state == "finished",
        timeout=START_MS,
    )
    scene.editor.apply(compare_folder=str(first.folder))
    qtbot.waitUntil(lambda: scene.desk.second.snapshot is not None, timeout=SOON_MS)
    assert "✓" in scene.mosaic.compare.text()
    scene.editor.apply(compare_folder="")
    assert "✓" not in scene.mosaic.compare.text()


def test_points_in_the_plane_are_one_sentence_and_the_tab_lives(tab: VqVaeTab, qtbot: QtBot) -> None:
    assert tab.store is not None
    tab.store.update(source=DataSource("moons"))
    with qtbot.waitSignal(tab.message, timeout=START_MS) as said:
        tab.play_pause()
    assert "images" in said.args[0]
    assert tab.scene.desk.run.state == "failed"
    tab.store.update(source=FEW)
    train_to_the_end(tab, qtbot)


def test_closing_the_tab_stops_the_run_and_saves_it(tab: VqVaeTab, qtbot: QtBot) -> None:
    start(tab, LONG, qtbot)
    assert_closes(tab)


def test_a_later_window_shows_the_run_of_its_session(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert scene.desk.run.on_screen is not None
    later = VqVaeTab(make_run, make_inference, make_code_sampler)
    qtbot.addWidget(later, before_close_func=Tab.finish)
    assert later.store is not None
    later.store.update(run_folder=str(scene.desk.run.on_screen.folder))
    with qtbot.waitExposed(later):
        later.show()
    qtbot.waitUntil(lambda: later.scene.snapshot is not None, timeout=SOON_MS)
    assert scene.snapshot is not None
    np.testing.assert_array_equal(later.scene.snapshot.codebook, scene.snapshot.codebook)


def test_choices_reach_the_run_while_it_trains(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = start(tab, LONG, qtbot)
    assert scene.desk.run.on_screen is not None
    reader = RunReader(scene.desk.run.on_screen.folder)
    scene.editor.set_config(codebook_update="codebook_loss", estimator="rotation")
    told: set[str] = set()

    def are_told() -> bool:
        told.update(event.name for event in reader.poll().events)
        return {"codebook_update", "estimator"} <= told

    qtbot.waitUntil(are_told, timeout=SOON_MS)
    qtbot.waitUntil(lambda: scene.desk.history.last("train", "codebook") > 0, timeout=SOON_MS)


def test_a_branch_shows_the_ingredients_of_its_step_and_undo_switches_them_back(
    tab: VqVaeTab, qtbot: QtBot
) -> None:
    scene = start(tab, LONG, qtbot)
    assert tab.store is not None
    first = scene.desk.name
    told = len(scene.desk.history.steps("train"))
    scene.editor.set_config(is_batch_normalized=False)
    qtbot.waitUntil(lambda: len(scene.desk.history.steps("train")) > told + 5, timeout=SOON_MS)
    qtbot.waitUntil(
        scene.desk.timeline.branch.isEnabled, timeout=SOON_MS
    )  # snapshots are listed now and then
    scene.desk.timeline.track.moved.emit(0)
    qtbot.waitUntil(lambda: not scene.desk.is_live, timeout=SOON_MS)
    QTest.mouseClick(scene.desk.timeline.branch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: scene.desk.name not in ("", first), timeout=START_MS)
    assert tab.store.state.config.is_batch_normalized, "as at step 0, where it goes on"
    assert scene.desk.timeline.position is None
    assert scene.desk.timeline.live.isChecked()
    qtbot.waitUntil(lambda: scene.snapshot is not None, timeout=SOON_MS)
    assert scene.snapshot is not None
    assert scene.snapshot.is_normalized
    tab.store.undo()
    qtbot.waitUntil(lambda: not scene.snapshot.is_normalized, timeout=SOON_MS)


def test_a_stopped_run_goes_on_with_what_was_switched_and_with_the_code_chosen(
    tab: VqVaeTab, qtbot: QtBot
) -> None:
    scene = start(tab, LONG, qtbot)
    assert tab.store is not None
    name = scene.desk.name
    scene.editor.set_config(is_batch_normalized=False)
    assert scene.snapshot is not None
    qtbot.waitUntil(lambda: not scene.snapshot.is_normalized, timeout=SOON_MS)
    scene.editor.apply(code=3)
    scene.desk.controls.stop_requested.emit()
    qtbot.waitUntil(lambda: scene.desk.run.state == "stopped", timeout=SOON_MS)
    tab.play_pause()
    qtbot.waitUntil(lambda: scene.desk.run.state == "running", timeout=SOON_MS)
    assert scene.desk.name == name
    assert tab.store.state.code == 3
    assert not tab.store.state.config.is_batch_normalized
    qtbot.waitUntil(lambda: scene.snapshot is not None, timeout=SOON_MS)
    assert not scene.snapshot.is_normalized


def test_an_alarm_moves_nothing_that_a_hand_may_reach_for(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = tab.scene
    qtbot.waitUntil(scene.mosaic.compare.isVisible, timeout=SOON_MS)
    reached = (scene.mosaic.compare, scene.panels.tabBar(), scene.desk.timeline.live, scene.settings.restart)
    before = [widget.mapToGlobal(QPoint(0, 0)) for widget in reached]
    scene.alarms.show_sentences(["Collapse of the codebook"])
    qtbot.waitUntil(lambda: scene.alarms.height() > 10, timeout=SOON_MS)
    QTest.qWait(50)
    assert [widget.mapToGlobal(QPoint(0, 0)) for widget in reached] == before


def test_escape_chooses_no_code_wherever_the_keys_are(tab: VqVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert tab.store is not None
    click_code(scene, 5)
    scene.panels.tabBar().setFocus()
    QTest.keyClick(scene.panels.tabBar(), Qt.Key.Key_Escape)
    assert tab.store.state.code == -1


def test_a_run_that_is_being_opened_asks_for_no_training(
    tab: VqVaeTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert scene.desk.run.on_screen is not None
    folder = scene.desk.run.on_screen.folder
    said: list[str] = []
    monkeypatch.setattr(scene, "show_words", said.append)
    scene.open_run(folder)
    qtbot.waitUntil(lambda: bool(said) and scene.snapshot is not None, timeout=SOON_MS)
    assert not [words for words in said if "train" in words]
