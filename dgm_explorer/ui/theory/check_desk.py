"""Checks of claims, one after the other beside the window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from dgm_explorer.theory.result import CheckResult
from dgm_explorer.ui.newest_worker import NewestWorker

RunCheck: TypeAlias = Callable[[str], CheckResult]
"""Carries out the check of that key; called in a thread of its own."""


@dataclass(frozen=True, slots=True)
class _Broken:
    """A check that could not be carried out to its end."""

    reason: str


class CheckDesk(QObject):
    """Keeps what is waiting, what runs and what was found; lives in the window's thread."""

    changed = Signal()
    """Something was asked for, begun, found or given up."""

    broken = Signal(str)
    """A check ended in an error: one sentence. Those that wait go on."""

    def __init__(self, run_check: RunCheck, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.results: dict[str, CheckResult] = {}
        self.n_asked = 0
        self._waiting: list[str] = []
        self._running = ""

        def run_guarded(key: str) -> CheckResult | _Broken:
            try:
                return run_check(key)
            except Exception as error:  # said in the window; the next check may well succeed
                return _Broken(f"{type(error).__name__}: {error}")

        self._worker = NewestWorker(run_guarded, self)
        self._worker.finished.connect(self._receive)

    @property
    def is_busy(self) -> bool:
        return bool(self._running)

    @property
    def n_done(self) -> int:
        """Of the `n_asked` since the desk was last idle."""
        return self.n_asked - len(self._waiting) - self.is_busy

    def is_due(self, key: str) -> bool:
        """Whether that check runs or waits."""
        return key == self._running or key in self._waiting

    def ask(self, keys: Sequence[str]) -> None:
        """Carry out these checks, anew where they were done before; none twice at a time."""
        if not self.is_busy:
            self.n_asked = 0
        new = [key for key in dict.fromkeys(keys) if not self.is_due(key)]
        self._waiting += new
        self.n_asked += len(new)
        self._go_on()

    def cancel(self) -> None:
        """Drop what waits; the one that runs, a second or two, comes to its end."""
        self.n_asked -= len(self._waiting)
        self._waiting.clear()
        self.changed.emit()

    def close(self) -> None:
        """Wait for the check that runs, so that no thread outlives the window."""
        self._waiting.clear()
        self._worker.close()

    def _go_on(self) -> None:
        if not self.is_busy and self._waiting:
            self._running = self._waiting.pop(0)
            self._worker.ask(self._running)
        self.changed.emit()

    @Slot(object, object)
    def _receive(self, key: str, found: CheckResult | _Broken) -> None:
        self._running = ""
        if isinstance(found, _Broken):
            self.results.pop(key, None)
            self.broken.emit(f"The check {key} could not be carried out ({found.reason}).")
        else:
            self.results[key] = found
        self._go_on()
