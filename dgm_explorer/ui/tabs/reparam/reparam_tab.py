"""The Reparametrisation tab."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QSplitter, QWidget

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.lazy_tab import LazyTab
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.ui.tabs.reparam.scene import ReparamScene

LOOKS = ("panel", "handles", "chosen")


class ReparamTab(LazyTab["ReparamScene"]):
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
        super().__init__(ReparamState(), LOOKS, theme, parent)
        self._kl_state = kl_state

    def make_scene(self, store: Store, theme: Theme) -> "ReparamScene":
        from dgm_explorer.ui.tabs.reparam.scene import ReparamScene

        return ReparamScene(store, self._kl_state, theme)

    def heights(self) -> QSplitter:
        return self.scene.splitter

    def _show_scene(self) -> None:
        super()._show_scene()
        self.scene.refresh()

    # -- Qt -----------------------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._scene is not None or self._kept:
            self._do(lambda: self.scene.player.pause())
