"""Pause, step, stop and commands: what the window asks and the training thread obeys between two steps."""

import threading
from collections import deque
from typing import Literal, TypeAlias

from dgm_explorer.core.training import Command

Turn: TypeAlias = Literal["step", "command", "stop", "rest"]
MAX_COMMANDS = 1000


class RunGate:
    """Asks whether there is a next step. The window's half never waits: the lock guards a few fields only.

    A paused gate lets through exactly as many steps as were asked for one by one.

    Parameters
    ----------
    is_paused : whether it starts closed.
    """

    def __init__(self, is_paused: bool = False) -> None:
        self._changed = threading.Condition()
        self._is_paused = is_paused
        self._is_stopping = False
        self._single_steps = 0
        self._commands: deque[Command] = deque(maxlen=MAX_COMMANDS)

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping

    def pause(self) -> None:
        """No step begins from now on; one that is under way ends. Single steps not yet made are dropped."""
        with self._changed:
            self._is_paused, self._single_steps = True, 0
            self._changed.notify()

    def resume(self) -> None:
        with self._changed:
            self._is_paused, self._single_steps = False, 0
            self._changed.notify()

    def step_once(self) -> None:
        """Pause, but let one step through (one more for every call)."""
        with self._changed:
            self._is_paused = True
            self._single_steps += 1
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._is_stopping = True
            self._changed.notify()

    def post(self, command: Command) -> None:
        """Have a command applied between two steps, also while paused."""
        with self._changed:
            self._commands.append(command)
            self._changed.notify()

    def next_turn(self) -> Turn:
        """What the training thread is to do now; ``step`` uses up one that was asked for."""
        with self._changed:
            if self._is_stopping:
                return "stop"
            if self._commands:
                return "command"
            if not self._is_paused:
                return "step"
            if self._single_steps:
                self._single_steps -= 1
                return "step"
            return "rest"

    def take_commands(self) -> tuple[Command, ...]:
        """All commands that wait, in the order in which they came."""
        with self._changed:
            commands = tuple(self._commands)
            self._commands.clear()
        return commands

    def wait_for_change(self, timeout_s: float) -> None:
        """In the training thread: sleep while there is nothing to do, but not for longer than this."""
        with self._changed:
            self._changed.wait_for(self._has_something_to_do, timeout_s)

    def _has_something_to_do(self) -> bool:
        return bool(self._is_stopping or self._commands or not self._is_paused or self._single_steps)
