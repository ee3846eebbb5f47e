"""What the tests of a whole tab share while a small model really trains in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.ui.tabs.tab import Tab

FEW = DataSource("digits", limit=200)
START_MS = 60_000
"""torch is imported by the first run."""
SOON_MS = 20_000
"""A busy machine is no failure."""

T = TypeVar("T", bound=Tab)


@contextmanager
def shown(tab: T, config: object, qtbot: QtBot) -> Iterator[T]:
    """A tab in a window of its own, with a small model and few digits."""
    assert tab.store is not None
    tab.store.update(source=FEW, config=config, snapshot_every_s=0.05)
    qtbot.addWidget(tab, before_close_func=Tab.finish)
    tab.resize(1280, 700)
    with qtbot.waitExposed(tab):
        tab.show()
    yield tab
    tab.finish()


def train_to_the_end(tab: Any, qtbot: QtBot) -> Any:
    """Play, and wait for the end; the tab's scene."""
    tab.play_pause()
    qtbot.waitUntil(lambda: tab.scene.desk.run.state == "finished", timeout=START_MS)
    qtbot.waitUntil(lambda: tab.scene.dataset is not None, timeout=START_MS)
    return tab.scene


def start(tab: Any, config: object, qtbot: QtBot) -> Any:
    """Play a run that has no end, and wait for its pictures; the tab's scene."""
    tab.store.update(config=config)
    tab.play_pause()
    scene = tab.scene
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.step > 3, timeout=START_MS)
    qtbot.waitUntil(lambda: scene.dataset is not None, timeout=START_MS)
    return scene


def assert_closes(tab: Any) -> None:
    """The run that trains stops at a checkpoint, and nothing keeps the tab busy."""
    assert "step" in tab.busy_sentence
    reader = RunReader(tab.scene.desk.run.on_screen.folder)
    tab.finish()
    assert not tab.busy_sentence
    status = reader.poll().status
    assert status is not None
    assert status.state == "stopped"
    assert reader.checkpoint_steps()[-1] == status.step
