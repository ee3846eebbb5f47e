"""The whole tab while a small model really trains: all views show one instant, and the hand is heard."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.status import read_status, write_status
from dgm_explorer.training.make_run import make_run
from dgm_explorer.ui.plots.latent_shapes import ComponentShape
from dgm_explorer.ui.tabs.gmm_vae.gmm_vae_tab import GmmVaeTab
from dgm_explorer.ui.tabs.gmm_vae.scene import GmmVaeScene
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.what_is_this.present import present_value
from tests.ui.tabs.training_tabs import FEW, SOON_MS, START_MS, assert_closes, shown, start, train_to_the_end

SMALL = GmmVaeConfig(
    hidden=(32,), pretrain_epochs=3, mixture_init="gmm", epochs=4, batch_size=32, n_components=4
)
LONG = replace(SMALL, pretrain_epochs=0, is_mixture_fitted=False, epochs=100_000)


@pytest.fixture
def tab(qtbot: QtBot) -> Iterator[GmmVaeTab]:
    """The tab in a window of its own, with a small model and few digits."""
    with shown(GmmVaeTab(make_run), SMALL, qtbot) as tab:
        yield tab


def pause(tab: GmmVaeTab, qtbot: QtBot) -> int:
    """Pause, wait until the run says in its folder where it rests, and until that is what is shown."""
    scene = tab.scene
    assert scene.desk.run.on_screen is not None
    reader = RunReader(scene.desk.run.on_screen.folder)
    tab.play_pause()

    def is_resting() -> bool:
        status = reader.poll().status
        at = None if status is None or status.state != "paused" else status.step
        return scene.snapshot is not None and scene.snapshot.step == at

    qtbot.waitUntil(is_resting, timeout=SOON_MS)
    assert scene.snapshot is not None
    return scene.snapshot.step


def test_one_press_trains_and_all_views_show_the_last_step(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    steps_per_epoch = 11  # 180 of 200 examples are trained on, 16 a step; the rest comes another time
    last = 7 * steps_per_epoch + 1
    assert scene.snapshot is not None
    assert scene.snapshot.step == last
    assert len(scene.latent.view.latent_scene.positions) == 200
    np.testing.assert_array_equal(scene.latent.view.latent_scene.positions, scene.snapshot.latent_means)
    assert scene.panels.components.bars.n_components == 4
    qtbot.waitUntil(lambda: scene.desk.history.steps("train")[-1:] == [last], timeout=SOON_MS)
    terms = sum(scene.desk.history.last("train", term) for term in "abcde")
    assert terms == pytest.approx(scene.desk.history.last("train", "elbo"), abs=1e-3)
    assert not tab.busy_sentence
    said = present_value(tab, "FormulaPanel", scene.elbo.formula_panel)
    assert "mean over training examples" in said, "the number above the chart is one of the last batches"


def test_nothing_is_left_of_a_run_that_is_put_away(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert scene.latent.note.text() == "200 dots"
    scene.put_run_away()
    assert not scene.latent.note.text()
    assert not len(scene.latent.view.latent_scene.positions)


def test_the_timeline_drives_all_views_and_live_returns(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert scene.snapshot is not None
    newest = scene.snapshot
    qtbot.waitUntil(lambda: len(scene.desk.source.marks) > 1, timeout=SOON_MS)
    first = scene.desk.source.marks[0].step
    scene.desk.timeline.track.setFocus()
    QTest.keyClick(scene.desk.timeline.track, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step == first, timeout=SOON_MS)
    np.testing.assert_array_equal(scene.latent.view.latent_scene.positions, scene.snapshot.latent_means)
    assert f"step {first}" in scene.desk.controls.age.text()
    QTest.mouseClick(scene.desk.timeline.live, Qt.MouseButton.LeftButton)
    assert scene.snapshot is newest


def test_a_branch_begins_at_the_nearest_checkpoint_of_the_old_run(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    old = scene.desk.run.on_screen
    assert old is not None
    *_, step, last = RunReader(old.folder).checkpoint_steps()
    said: list[str] = []
    tab.noticed.connect(said.append)
    assert last - step > 2
    scene.desk.timeline.branch_requested.emit(step + 1)
    qtbot.waitUntil(lambda: scene.desk.run.on_screen not in (None, old), timeout=START_MS)
    assert scene.desk.run.on_screen is not None
    branched_from = RunReader(scene.desk.run.on_screen.folder).info.branched_from
    assert branched_from is not None
    assert (Path(branched_from.folder), branched_from.step) == (old.folder, step)
    assert f"Branched from step {step:,} of run {old.folder.name[-4:]}." in said


def test_pausing_stops_at_a_step_and_one_step_is_one(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = start(tab, LONG, qtbot)
    step = pause(tab, qtbot)
    tab.step()
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step == step + 1, timeout=SOON_MS)
    qtbot.wait(100)
    assert scene.desk.run.readings.progress is not None
    assert scene.desk.run.readings.progress.step == step + 1


def test_a_dragged_mean_is_where_it_was_let_go_and_training_goes_on_from_there(
    tab: GmmVaeTab, qtbot: QtBot
) -> None:
    scene = start(tab, LONG, qtbot)
    pause(tab, qtbot)
    view = scene.latent.view
    view.set_view_range((-8.0, 8.0), (-8.0, 8.0))  # as a wheel would: no mean lies outside
    chosen = most_apart(view.latent_scene.components)
    begin = view.view_to_viewport(*chosen.mean.tolist())
    end = begin + QPointF(40, -25)
    goal = view.pixel_to_view(view._view_pixel(end))
    said: list[str] = []
    tab.noticed.connect(said.append)
    drag(view.viewport(), begin.toPoint(), end.toPoint())
    assert len(said) == 1
    assert "out of reach of Undo: drag it back, or branch from an earlier step" in said[0]
    one_pixel = (view.view_range[0][1] - view.view_range[0][0]) / view.view_box.rect().width()
    qtbot.waitUntil(
        lambda: (
            scene.snapshot is not None
            and np.allclose(scene.snapshot.component_means[chosen.index], goal, atol=2 * one_pixel)
        ),
        timeout=SOON_MS,
    )
    qtbot.waitUntil(lambda: any(event.name == "move_component" for event in events(scene)), timeout=SOON_MS)
    assert scene.snapshot is not None
    moved_at = scene.snapshot.step
    move_by_keys(scene, chosen.index, qtbot)
    tab.play_pause()
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step > moved_at, timeout=SOON_MS)


def move_by_keys(scene: GmmVaeScene, index: int, qtbot: QtBot) -> None:
    """Take a component, choose it, and move it by ten pixels: the same command reaches the run."""
    view = scene.latent.view
    before = scene.snapshot.component_means[index].copy()
    for _ in range(index + 1):
        QTest.keyClick(view, Qt.Key.Key_C)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert scene.state.component == index
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    per_px = (view.view_range[0][1] - view.view_range[0][0]) / view.view_box.rect().width()
    goal = before + np.array([10 * per_px, 0])
    qtbot.waitUntil(
        lambda: np.allclose(scene.snapshot.component_means[index], goal, atol=0.1 * per_px), timeout=SOON_MS
    )


def most_apart(shapes: tuple[ComponentShape, ...]) -> ComponentShape:
    """The component that no other one's handle covers."""
    means = np.array([shape.mean for shape in shapes])
    gaps = np.linalg.norm(means[:, None] - means, axis=2) + 1e9 * np.eye(len(means))
    return shapes[int(gaps.min(axis=1).argmax())]


def drag(widget, begin: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=begin)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(widget, begin + (QPointF(end - begin) * share).toPoint())
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)


def events(scene: GmmVaeScene):
    assert scene.desk.run.on_screen is not None
    return RunReader(scene.desk.run.on_screen.folder).poll().events


def test_components_come_and_go_while_it_trains(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = start(tab, LONG, qtbot)
    qtbot.waitUntil(scene.panels.components.add.isEnabled, timeout=SOON_MS)
    scene.panels.components.add.click()
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.n_components == 5, timeout=SOON_MS)
    scene.panels.components.component_chosen.emit(2)
    qtbot.waitUntil(scene.panels.components.remove.isEnabled, timeout=SOON_MS)
    scene.panels.components.remove.click()
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.n_components == 4, timeout=SOON_MS)
    names = {event.name for event in events(scene)}
    assert {"add_component", "remove_component"} <= names


def test_a_learning_rate_reaches_the_run_and_is_an_event(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = start(tab, LONG, qtbot)
    scene.editor.set_config(learning_rate=5e-4)

    def is_reached() -> bool:
        """At some step: from there it decays, and pictures come more seldom than steps."""
        return bool(np.isclose(scene.desk.history.column("train", "learning_rate"), 5e-4, rtol=1e-5).any())

    qtbot.waitUntil(is_reached, timeout=SOON_MS)
    assert any(event.name == "learning_rate" for event in events(scene))


def test_behind_the_last_step_there_is_nothing_to_restart_and_no_run_to_tell(
    tab: GmmVaeTab, qtbot: QtBot
) -> None:
    scene = train_to_the_end(tab, qtbot)
    said: list[str] = []
    scene.noticed.connect(said.append)
    assert not scene.settings.restart.isEnabled()
    rate = scene.settings.box("learning_rate")
    rate.setFocus()
    QTest.keyClick(rate, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(rate, "0.001")
    QTest.keyClick(rate, Qt.Key.Key_Return)
    assert tab.store is not None
    assert tab.store.state.config.learning_rate == 0.001, "it is the next run's"
    assert said == []


def test_clicking_a_dot_shows_its_five_terms_alone(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    view = scene.latent.view
    dot = view.view_to_viewport(*view.latent_scene.positions[17].tolist()).toPoint()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=dot)
    assert scene.latent.pinned_place is not None
    assert scene.elbo.bars.isVisibleTo(scene.elbo)
    assert scene.width() <= 1280, "the window must not grow under the hand"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not scene.elbo.bars.isVisibleTo(scene.elbo)


def test_two_runs_lie_side_by_side(tab: GmmVaeTab, qtbot: QtBot) -> None:
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
    assert scene.latent.second_view.isVisible()
    assert scene.snapshot is not None
    assert scene.desk.second.snapshot is not None
    shown = scene.latent.second_view.latent_scene.positions
    np.testing.assert_array_equal(shown, scene.desk.second.snapshot.latent_means)
    assert not np.array_equal(shown, scene.snapshot.latent_means)
    qtbot.waitUntil(lambda: scene.latent.second_view.height() > 100, timeout=SOON_MS)
    own, other = scene.latent.view.size(), scene.latent.second_view.size()
    assert abs(own.width() - other.width()) <= 2
    assert abs(own.height() - other.height()) <= 2
    scene.editor.apply(compare_folder="")
    assert not scene.latent.second_view.isVisible()


def test_opening_a_run_takes_its_settings_and_undo_brings_back_ones_own(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert tab.store is not None
    assert scene.desk.run.on_screen is not None
    folder = scene.desk.run.on_screen.folder
    own = tab.store.state
    tab.store.update(source=DataSource("moons"), config=LONG, run_folder="")
    told: list[str] = []
    tab.noticed.connect(told.append)
    tab.open_run(folder)
    qtbot.waitUntil(lambda: tab.store.state.run_folder == str(folder), timeout=SOON_MS)
    assert (tab.store.state.source, tab.store.state.config) == (own.source, own.config)
    assert any("Undo" in sentence for sentence in told)
    tab.store.undo()
    assert (tab.store.state.source, tab.store.state.config) == (DataSource("moons"), LONG)
    assert scene.desk.run.on_screen.folder == folder


def test_a_tab_first_shown_with_a_run_in_its_session_shows_that_run(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    assert scene.desk.run.on_screen is not None
    later = GmmVaeTab(make_run)
    qtbot.addWidget(later, before_close_func=Tab.finish)
    assert later.store is not None
    later.store.update(run_folder=str(scene.desk.run.on_screen.folder))  # before there is anything to see
    with qtbot.waitExposed(later):
        later.show()
    qtbot.waitUntil(lambda: later.scene.snapshot is not None, timeout=SOON_MS)
    assert scene.snapshot is not None
    assert later.scene.snapshot.step == scene.snapshot.step


def test_an_interrupted_run_is_resumed_from_its_checkpoint_with_its_own_settings(
    tab: GmmVaeTab, qtbot: QtBot
) -> None:
    scene = start(tab, LONG, qtbot)
    step = pause(tab, qtbot)
    assert scene.desk.run.on_screen is not None
    folder = scene.desk.run.on_screen.folder
    tab.finish()
    status = read_status(RunFolder(folder))
    assert status is not None
    assert status.step == step
    write_status(RunFolder(folder), replace(status, state="running"))  # as a killed process leaves it
    later = GmmVaeTab(make_run)
    qtbot.addWidget(later, before_close_func=Tab.finish)
    assert later.resume_run(folder)
    run = later.scene.desk.run
    qtbot.waitUntil(lambda: run.is_playing and run.readings.state == "running", timeout=START_MS)
    assert run.on_screen is not None
    assert run.on_screen.folder == folder
    assert run.on_screen.request.config == LONG
    qtbot.waitUntil(lambda: run.readings.progress.step > step, timeout=SOON_MS)
    assert later.store is not None
    assert (later.store.state.source, later.store.state.config) == (FEW, LONG)
    resumed = [event for event in RunReader(folder).poll().events if event.name == "resumed"]
    assert [event.step for event in resumed] == [step]
    later.finish()


def test_of_pin_and_component_the_one_chosen_last_has_its_terms_shown(tab: GmmVaeTab, qtbot: QtBot) -> None:
    scene = train_to_the_end(tab, qtbot)
    view, bars = scene.latent.view, scene.panels.components.bars
    shown = scene.elbo.bars
    row = bars.row_rect(1).center().toPoint()
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=row)
    assert "Component 2" in shown.toolTip()
    positions = view.latent_scene.positions
    means = np.array([shape.mean for shape in view.latent_scene.components])
    away = np.linalg.norm(positions[:, None] - means, axis=2).min(axis=1)
    dot = view.view_to_viewport(*positions[int(away.argmax())].tolist()).toPoint()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=dot)
    assert "Example" in shown.toolTip()
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.row_rect(2).center().toPoint())
    assert "Component 3" in shown.toolTip()
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.row_rect(2).center().toPoint())
    assert "Example" in shown.toolTip()


def test_data_that_cannot_be_read_are_one_sentence_and_the_tab_lives(
    tab: GmmVaeTab, qtbot: QtBot, tmp_path: Path
) -> None:
    assert tab.store is not None
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 nothing")
    tab.store.update(source=DataSource("path", path=str(tmp_path / "broken.npz")))
    with qtbot.waitSignal(tab.message, timeout=START_MS) as said:
        tab.play_pause()
    assert "broken.npz" in said.args[0]
    assert tab.scene.desk.run.state == "failed"
    tab.store.update(source=FEW)
    train_to_the_end(tab, qtbot)


def test_numbers_are_refused_by_the_names_on_the_screen(tab: GmmVaeTab) -> None:
    said, over = list[str](), list[str]()
    tab.message.connect(said.append)
    tab.message_over.connect(over.append)
    for change, sentence in (
        (lambda editor: editor.set_config(latent_dim=0), "J = 0 must lie between 1 and 512."),
        (lambda editor: editor.set_limit(-1), "data: most examples = -1 must lie between 0 (all)"),
        (lambda editor: editor.apply(snapshot_every_s=0.0), "seconds between snapshots = 0 must lie"),
    ):
        change(tab.scene.editor)
        assert said[-1].startswith(sentence)
    assert over == said


def test_closing_the_tab_stops_the_run_and_saves_it(tab: GmmVaeTab, qtbot: QtBot) -> None:
    start(tab, LONG, qtbot)
    assert_closes(tab)
