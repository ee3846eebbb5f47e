"""A tab that trains a model."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.lazy_tab import LazyTab
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.core.training import MakeRun
    from dgm_explorer.ui.tabs.training_scene import TrainingScene


class TrainingTab(LazyTab["TrainingScene"]):
    """Takes data and run folders too.

    Parameters
    ----------
    state, looks : as in `LazyTab`.
    make_run : sets up a run, in the training thread.
    """

    has_runs = True

    def __init__(
        self,
        state: Any,
        looks: tuple[str, ...],
        make_run: "MakeRun",
        theme: Theme = LIGHT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(state, looks, theme, parent)
        self._make_run = make_run

    def make_scene_in_parts(self, store: Store, theme: Theme) -> Generator[None, None, "TrainingScene"]:
        """Everything visible of the model's tab."""
        raise NotImplementedError

    def make_twin(self) -> "TrainingTab":
        """Another tab of the same kind in the same state, which trains nothing: for films."""
        twin = self._make_another()
        assert twin.store is not None
        assert self.store is not None
        twin.store.replace(self.store.state)
        return twin

    def _make_another(self) -> "TrainingTab":
        raise NotImplementedError

    @property
    def busy_sentence(self) -> str:
        return "" if self._scene is None else self._scene.desk.describe_work(self.title)

    @property
    def waiting_sentence(self) -> str:
        waiting = () if self._scene is None else self._scene.settings.pending
        names = ", ".join(waiting)
        return f"The run that is on keeps its own {names}; Restart begins one with these." if names else ""

    def controls_height_px(self) -> int:
        return 0 if self._scene is None else self._scene.desk.controls.geometry().bottom() + 1

    def open_path(self, path: Path) -> bool:
        return self.scene.open_path(path)

    def open_run(self, path: Path) -> bool:
        self._do(lambda: self.scene.open_run(path))
        return True

    def resume_run(self, path: Path) -> bool:
        self._do(lambda: self.scene.resume_run(path))
        return True

    def put_run_away(self) -> None:
        if self._scene is not None or self._kept:
            self._do(lambda: self.scene.put_run_away())
