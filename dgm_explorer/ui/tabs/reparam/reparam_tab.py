"""The Reparametrisation tab: built when first shown, so that the window opens without waiting for it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.ui.tabs.reparam.scene import ReparamScene

LOOKS = ("panel", "handles", "chosen")


class ReparamTab(Tab):
    """z = μ + Lε under the hand.

    Parameters
    ----------
    kl_state : the present state of the KL tab, whose p the objective −log p takes.
    """

    key = "reparam"
    title = "Reparametrisation"
    notes_name = "reparam"

    def __init__(
        self,
        kl_state: Callable[[], KLState] = KLState,
        theme: Theme = LIGHT,
        parent: QWidget | None = None,
    ) -> None:
        store = Store(ReparamState(), looks=LOOKS)
        super().__init__(store, parent)
        store.setParent(self)
        self.theme = theme
        self._own_store = store
        self._kl_state = kl_state
        self._scene: ReparamScene | None = None
        self._has_controls = True
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(4, 4, 2, 2)

    @property
    def scene(self) -> "ReparamScene":
        """Everything visible, made when first wanted."""
        if self._scene is None:
            from dgm_explorer.ui.tabs.reparam.scene import ReparamScene

            scene = self._scene = ReparamScene(self._own_store, self._kl_state, self.theme)
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
        return self._scene is not None and self._scene.player.is_playing

    def play_pause(self) -> None:
        self.scene.player.play_pause()

    def step(self) -> None:
        self.scene.player.step()

    def reset(self) -> None:
        self.scene.player.reset()

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
        self.scene.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._scene is not None:
            self._scene.player.pause()
