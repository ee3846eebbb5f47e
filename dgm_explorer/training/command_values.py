"""Values of commands, checked before anything is touched."""

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Command


def number_of(command: Command, lo: float, hi: float) -> float:
    """The one number of ``command``, within its limits.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if len(command.value) != 1 or not lo <= command.value[0] <= hi:
        raise InputError(f"{command.name} = {value_words(command)} must be one number from {lo:g} to {hi:g}.")
    return float(command.value[0])


def choice_of(command: Command, n: int) -> int:
    """The one whole number of ``command``, 0 … n - 1; raises as `number_of`."""
    if len(command.value) != 1 or command.value[0] not in range(n):
        raise InputError(f"{command.name} = {value_words(command)} must be a whole number from 0 to {n - 1}.")
    return int(command.value[0])


def value_words(command: Command) -> str:
    """Its numbers, shortened."""
    return ", ".join(f"{value:g}" for value in command.value[:8]) or "nothing"
