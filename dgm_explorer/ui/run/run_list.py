"""Menus of runs, filled from a disk that may be slow."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu
from shiboken6 import isValid

from dgm_explorer.runs.listing import RunSummary
from dgm_explorer.ui.newest_worker import NewestWorker

Fill: TypeAlias = Callable[[QMenu, Sequence[RunSummary]], None]


class RunList(QObject):
    """Looks for runs beside the window: a menu opens at once with what was known, and is put right soon.

    Lives in the GUI thread.

    Parameters
    ----------
    look : finds the runs; called in a worker's thread.
    """

    def __init__(self, look: Callable[[], Sequence[RunSummary]], parent: QObject) -> None:
        super().__init__(parent)
        self._known: tuple[RunSummary, ...] | None = None
        self._menu: QMenu | None = None
        self._fill: Fill | None = None
        self._worker = NewestWorker(lambda _request: tuple(look()), self)
        self._worker.finished.connect(self._receive)

    def fill(self, menu: QMenu, fill: Fill) -> None:
        """Fill a menu that opens, and again when something else is found than was known."""
        self._menu, self._fill = menu, fill
        if self._known is None:
            menu.clear()
            menu.addAction("Looking for runs…").setEnabled(False)
        else:
            fill(menu, self._known)
        self._worker.ask(self)

    def close(self) -> None:
        """Wait for a look under way."""
        self._worker.close()

    @Slot(object, object)
    def _receive(self, _request: Any, runs: tuple[RunSummary, ...]) -> None:
        is_new = runs != self._known
        self._known = runs
        if is_new and self._menu is not None and self._fill is not None and isValid(self._menu):
            self._fill(self._menu, runs)
