"""An argument parser that takes negative values and complains in one line."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

from dgm_explorer.core.errors import InputError

_NEGATIVE_VALUE = re.compile(r"-(\d|\.\d|inf|nan)", re.IGNORECASE)
_LONGEST_MESSAGE = 400
T = TypeVar("T", int, float)


class OneLineParser(argparse.ArgumentParser):
    """Raises `InputError` in place of printing the usage, and never guesses abbreviations."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**{"allow_abbrev": False, **settings})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        brief = message if len(message) <= _LONGEST_MESSAGE else f"{message[: _LONGEST_MESSAGE - 1]}…"
        raise InputError(f"{brief}; see {self.prog} --help")


def path_name(text: str) -> Path:
    """The type of an option that names a file or folder: ``Path("")`` would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty; give one")
    return Path(text)


def require_ending(option: str, path: Path, ending: str) -> None:
    """Of the one kind of file that is written: under another name it would not be taken for that kind.

    Raises
    ------
    InputError
        If ``path`` ends otherwise; it names ``option``.
    """
    if path.suffix.lower() != ending:
        raise InputError(f"{option} {path}: what is written is {ending[1:]}; let the name end in {ending}.")


def join_negative_values(arguments: Sequence[str]) -> list[str]:
    """Write ``--q -2,0.5`` as ``--q=-2,0.5``, which argparse does not take for another option.

    No option of this program starts with a minus and a number, so nothing else can be meant.
    """
    joined: list[str] = []
    for argument in arguments:
        if argument.endswith("=--"):
            # WORKAROUND(argparse before Python 3.13): it would hand an empty list over for this value.
            raise InputError(f"{argument}: -- is not a value; give one.")
        if joined and _NEGATIVE_VALUE.match(argument) and re.fullmatch(r"--[a-z-]+", joined[-1]):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def parse_numbers(option: str, text: str, names: str) -> list[float]:
    """Read ``"1,2.5"`` as numbers that ``names`` counts and explains, e.g. ``"mu,sigma"``.

    Raises
    ------
    InputError
        If there are more or fewer, or one of them is not a number; it names ``option``.
    """
    parts = text.split(",")
    count = names.count(",") + 1
    try:
        values = [_to_number(part, float) for part in parts]
    except ValueError:
        values = []
    if len(values) != count:
        raise InputError(
            f"{option}: {text[:60]!r} is not {names}; write {count} numbers with commas between."
        )
    return values


def parse_within(option: str, text: str, kind: type[T], lo: T, hi: T) -> T:
    """Read one number that must lie between ``lo`` and ``hi``, both included.

    Raises
    ------
    InputError
        If it is none or lies outside; it names ``option``.
    """
    try:
        value = _to_number(text, kind)
    except ValueError:
        value = None
    if value is None or not lo <= value <= hi:
        what = "whole number" if kind is int else "number"
        raise InputError(f"{option}: {text[:60]!r} is not a {what} from {lo:.10g} to {hi:.10g}; give one.")
    return value


def _to_number(text: str, kind: type[T]) -> T:
    """Take what tables and calculators write, not ``1_000`` or digits of other scripts as Python does."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return kind(text)
