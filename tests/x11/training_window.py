"""What the tests share that train a small model under a real mouse."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytestqt.qtbot import QtBot

from dgm_explorer.app import WindowOptions, make_application, make_window
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.ui.main_window import MainWindow
from tests.x11.mouse import Mouse, turn_event_loop

START_MS = 60_000
"""torch is imported by the first run."""
SOON_MS = 20_000


@contextmanager
def training_scene(key: str, config: object, qtbot: QtBot) -> Iterator[Any]:
    """The scene of a tab in the program's own window, with few digits and a small model."""
    make_application()
    window = make_window(WindowOptions(theme="light", size=(1280, 800)))
    window.show_tab(key)
    tab: Any = window.current_tab
    tab.store.update(source=DataSource("digits", limit=200), config=config, snapshot_every_s=0.05)
    qtbot.addWidget(window, before_close_func=MainWindow.close_silently)
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    turn_event_loop(400)
    scene = tab.scene
    yield scene
    scene.finish()


def train_to_the_end(scene: Any, mouse: Mouse, qtbot: QtBot) -> None:
    """Press the space bar, and wait for the end."""
    mouse.key("space")
    qtbot.waitUntil(lambda: scene.desk.run.state == "finished", timeout=START_MS)
    qtbot.waitUntil(lambda: scene.dataset is not None, timeout=START_MS)
    turn_event_loop(300)
