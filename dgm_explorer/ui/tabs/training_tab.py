"""A tab that trains a model: built when first shown, so that the window opens without waiting for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.core.training import MakeRun
    from dgm_explorer.ui.tabs.training_scene import TrainingScene


class TrainingTab(Tab):
    """Hands what the window asks to the scene, where there is one; a subclass makes it.

    Parameters
    ----------
    state : the tab's first state.
    looks : fields of the state that say what is looked at: no steps of the history.
    make_run : sets up a run, in the training thread.
    """

    def __init__(
        self,
        state: Any,
        looks: tuple[str, ...],
        make_run: "MakeRun",
        theme: Theme = LIGHT,
        parent: QWidget | None = None,
    ) -> None:
        store = Store(state, looks=looks)
        super().__init__(store, parent)
        store.setParent(self)
        self.theme = theme
        self._own_store = store
        self._make_run = make_run
        self._scene: TrainingScene | None = None
        self._has_controls = True
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(4, 2, 2, 2)

    def make_scene(self, store: Store, make_run: "MakeRun", theme: Theme) -> "TrainingScene":
        """Everything visible; what it needs is imported here."""
        raise NotImplementedError

    @property
    def scene(self) -> "TrainingScene":
        """Everything visible, made when first wanted."""
        if self._scene is None:
            scene = self._scene = self.make_scene(self._own_store, self._make_run, self.theme)
            self._layout.addWidget(scene)
            scene.set_controls_visible(self._has_controls)
            scene.message.connect(self.message)
            scene.noticed.connect(self.noticed)
            scene.frame_done.connect(self.frame_done)
            scene.playing_changed.connect(self.playing_changed)
            self.destroyed.connect(scene.finish, Qt.ConnectionType.DirectConnection)
        return self._scene

    # -- what the window asks -----------------------------------------------------------------------------

    @property
    def can_play(self) -> bool:
        return True

    @property
    def is_playing(self) -> bool:
        return self._scene is not None and self._scene.desk.run.is_playing

    @property
    def busy_sentence(self) -> str:
        return "" if self._scene is None else self._scene.desk.describe_work(self.title)

    def play_pause(self) -> None:
        self.scene.desk.run.play_pause()

    def step(self) -> None:
        self.scene.desk.run.step()

    def reset(self) -> None:
        self.scene.desk.run.reset()

    def open_path(self, path: Path) -> bool:
        return self.scene.open_path(path)

    def open_run(self, path: Path) -> bool:
        self.scene.open_run(path)
        return True

    def put_run_away(self) -> None:
        if self._scene is not None:
            self._scene.put_run_away()

    def plots(self) -> Sequence[ExportablePlot]:
        return () if self._scene is None else self._scene.plots()

    def set_controls_visible(self, is_visible: bool) -> None:
        self._has_controls = is_visible
        if self._scene is not None:
            self._scene.set_controls_visible(is_visible)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        if self._scene is not None:
            self._scene.set_theme(theme)

    def finish(self) -> None:
        if self._scene is not None:
            self._scene.finish()

    # -- Qt -----------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.scene.show()
