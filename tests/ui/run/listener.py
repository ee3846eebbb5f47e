"""Keeps what a training thread says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from dgm_explorer.driver.in_child import MakeRunInChild
from dgm_explorer.driver.update import RunUpdate
from dgm_explorer.ui.process_thread import ProcessThread
from dgm_explorer.ui.training_thread import TrainingThread
from tests.driver.child_runs import request_of

Begin = Callable[..., "Listener"]
"""Starts a run in a process: folder, is_paused, make_run, and what `request_of` takes."""


class Listener(QObject):
    """Keeps every update of a thread.

    Attributes
    ----------
    is_deaf : leave what comes in the mailbox.
    """

    def __init__(self, thread: TrainingThread) -> None:
        super().__init__()
        self.training = thread
        self.updates: list[RunUpdate] = []
        self.is_deaf = False
        thread.mailbox.filled.connect(self.listen)

    @Slot()
    def listen(self) -> None:
        update = None if self.is_deaf else self.training.mailbox.take()
        if update is not None:
            self.updates.append(update)

    @property
    def states(self) -> list[str]:
        """In order, without repetitions."""
        states = [update.state for update in self.updates]
        return [state for i, state in enumerate(states) if i == 0 or states[i - 1] != state]

    @property
    def shown_step(self) -> int:
        """Of the newest picture; -1 before the first."""
        return max((u.snapshot.step for u in self.updates if u.snapshot is not None), default=-1)

    @property
    def steps(self) -> list[int]:
        """All steps whose metrics arrived."""
        return [
            int(step) for update in self.updates for table in update.tables for step in table.values[:, 0]
        ]


def wait_for_state(qtbot: QtBot, listener: Listener, state: str) -> None:
    qtbot.waitUntil(lambda: bool(listener.updates) and listener.updates[-1].state == state, timeout=10_000)


@contextmanager
def beginning(maker: MakeRunInChild, folder: Path) -> Iterator[Begin]:
    """Starts threads, by ``maker`` and in ``folder`` unless told otherwise, and stops them at the end."""
    listeners: list[Listener] = []

    def begin(
        folder: Path = folder, is_paused: bool = False, make_run: MakeRunInChild = maker, **plan: object
    ) -> Listener:
        thread = ProcessThread(make_run, request_of(folder, **plan), is_paused)
        listeners.append(Listener(thread))
        thread.begin()
        return listeners[-1]

    yield begin
    for listener in listeners:
        assert listener.training.stop(10_000)
