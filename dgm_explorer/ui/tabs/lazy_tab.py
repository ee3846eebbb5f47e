"""A tab that is built when first shown, so that the window opens without waiting for it."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import LIGHT, Theme

NOT_YET = "This tab is being prepared …"


class Player(Protocol):
    """What plays in a tab: a descent, or a run."""

    @property
    def is_playing(self) -> bool: ...

    def play_pause(self) -> None: ...

    def step(self) -> None: ...

    def reset(self) -> None: ...


class TabScene(QWidget):
    """Everything visible of a tab; its signals are the tab's.

    Attributes
    ----------
    player : what Space, full stop and R mean; made by a subclass.
    """

    message = Signal(str)
    message_over = Signal(str)
    noticed = Signal(str)
    frame_done = Signal(float)
    playing_changed = Signal()

    player: Player

    def set_controls_visible(self, is_visible: bool) -> None:
        """Show or hide what stands beside the pictures."""
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        """Colours and sizes."""
        raise NotImplementedError

    def plots(self) -> Sequence[ExportablePlot]:
        """What can be exported, the most important first."""
        return ()

    def python_script(self) -> str:
        """The present setting as a script; see `Tab.python_script`."""
        raise NotImplementedError

    def finish(self) -> None:
        """Stop whatever runs beside the window and wait for it."""


SceneT = TypeVar("SceneT", bound=TabScene)


class LazyTab(Tab, Generic[SceneT]):
    """Hands what the window asks to the scene, where there is one; a subclass makes it.

    While somebody else builds the tab part by part, what only a scene can do waits until there is one:
    see `keep_until_built`. Otherwise the scene is made at once.

    Parameters
    ----------
    state : the tab's first state.
    looks : fields of the state that say what is looked at: no steps of the history.
    """

    def __init__(
        self, state: Any, looks: tuple[str, ...], theme: Theme = LIGHT, parent: QWidget | None = None
    ) -> None:
        store = Store(state, looks=looks)
        super().__init__(store, parent)
        store.setParent(self)
        self.theme = theme
        self._own_store = store
        self._scene: SceneT | None = None
        self._has_controls = True
        self._is_dressed = True
        self._is_building_left = False
        self._parts: Generator[None, None, SceneT] | None = None
        self._not_yet: QLabel | None = None
        self._kept: deque[Callable[[], None]] = deque()
        self._is_catching_up = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(4, 2, 2, 2)

    def make_scene(self, store: Store, theme: Theme) -> SceneT:
        """Everything visible; what it needs is imported here."""
        raise NotImplementedError

    def make_scene_in_parts(self, store: Store, theme: Theme) -> Generator[None, None, SceneT]:
        """The same, with pauses in which the window can look after its events; a subclass has one of both."""
        yield
        return self.make_scene(store, theme)

    @property
    def scene(self) -> SceneT:
        """Everything visible, made when first wanted."""
        return self._scene if self._scene is not None else self._build()

    def _build(self) -> SceneT:
        while self._scene is None:
            self.prepare_a_part()
        return self._scene

    def prepare_a_part(self) -> bool:
        if self._scene is not None:
            return False
        if self._parts is None:
            self._parts = self.make_scene_in_parts(self._own_store, self.theme)
        try:
            next(self._parts)
        except StopIteration as end:
            self._take(end.value)
        except BaseException:
            self._parts = None  # the next try begins anew
            raise
        return self._scene is None

    def _take(self, scene: SceneT) -> None:
        """The scene is whole."""
        self._scene, self._parts = scene, None
        if self._not_yet is not None:
            self._not_yet.deleteLater()
            self._not_yet.hide()
        self._layout.addWidget(scene)
        scene.set_controls_visible(self._has_controls)
        scene.message.connect(self.message)
        scene.message_over.connect(self.message_over)
        scene.noticed.connect(self.noticed)
        scene.frame_done.connect(self.frame_done)
        scene.playing_changed.connect(self.playing_changed)
        self.destroyed.connect(scene.finish, Qt.ConnectionType.DirectConnection)
        if self._not_yet is not None and self.isVisible():
            self._show_scene()
        self._not_yet = None
        self._catch_up_soon()

    def _show_scene(self) -> None:
        """The tab is shown, and whole."""
        scene = self.scene
        if not self._is_dressed:
            self.set_theme(self.theme)
        scene.show()

    # -- what the window asks -----------------------------------------------------------------------------

    @property
    def can_play(self) -> bool:
        return True

    @property
    def is_playing(self) -> bool:
        return self._scene is not None and self._scene.player.is_playing

    def leave_building(self, is_left: bool) -> None:
        self._is_building_left = is_left
        if not is_left:
            self._catch_up_soon()

    def play_pause(self) -> None:
        self._do(lambda: self.scene.player.play_pause())

    def step(self) -> None:
        self._do(lambda: self.scene.player.step())

    def reset(self) -> None:
        self._do(lambda: self.scene.player.reset())

    def plots(self) -> Sequence[ExportablePlot]:
        return () if self._scene is None else self._scene.plots()

    def python_script(self) -> str:
        return self.scene.python_script()

    def set_controls_visible(self, is_visible: bool) -> None:
        self._has_controls = is_visible
        if self._scene is not None:
            self._scene.set_controls_visible(is_visible)

    def set_theme(self, theme: Theme) -> None:
        """At once where somebody sees it, else when it is shown next: four tabs take four times as long."""
        super().set_theme(theme)
        self._is_dressed = self._parts is None and (self._scene is None or self.isVisible())
        if self._scene is not None and self._is_dressed:
            self._scene.set_theme(theme)

    def finish(self) -> None:
        self._kept.clear()
        if self._scene is not None:
            self._scene.finish()

    # -- what waits for the scene -------------------------------------------------------------------------

    def keep_until_built(self, action: Callable[[], None]) -> bool:
        is_awaited = self._scene is None and self._is_building_left
        if self._is_catching_up or not (is_awaited or self._kept):
            return False
        self._kept.append(action)
        if is_awaited:
            self._ask_for_patience()
            self.wanted.emit()
        return True

    def _do(self, action: Callable[[], None]) -> None:
        """As soon as it can be done."""
        if not self.keep_until_built(action):
            action()

    def _catch_up_soon(self) -> None:
        """Not within the turn of whoever has built the tab: what fails shall not fail there."""
        if self._kept:
            QTimer.singleShot(0, self, self._catch_up)

    @Slot()
    def _catch_up(self) -> None:
        """Do the first of what was kept; if nobody builds the scene any more, that makes it."""
        if not self._kept:
            return
        action = self._kept.popleft()
        self._is_catching_up = True
        try:
            action()
        finally:
            self._is_catching_up = False
            self._catch_up_soon()

    # -- Qt -----------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._scene is None and self._is_building_left:
            self._ask_for_patience()
            self.wanted.emit()
        else:
            self._show_scene()

    def _ask_for_patience(self) -> None:
        if self._not_yet is None:
            self._not_yet = QLabel(NOT_YET)
            self._not_yet.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._layout.addWidget(self._not_yet)
