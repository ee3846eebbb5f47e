"""``--set key=value``: any field of a configuration, read according to its type."""

import re
import typing
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Literal

from dgm_explorer.core.errors import InputError

YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "yes or no",
    tuple: "whole numbers with commas between",
}


def parse_settings(config: type[Any], texts: Sequence[str]) -> dict[str, Any]:
    """Values by field, as ``config`` takes them.

    Raises
    ------
    InputError
        If a text is not ``key=value``, the key is no field, or the value is not of its type.
    """
    types = typing.get_type_hints(config)
    keys = [field.name for field in fields(config)]
    values: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or key not in keys:
            raise InputError(f"--set {text[:60]!r}: write key=value with one of {', '.join(keys)}.")
        values[key] = _parse(key, value.strip(), types[key])
    return values


def _parse(key: str, text: str, kind: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is Literal:
        choices = typing.get_args(kind)
        if text not in choices:
            raise InputError(f"--set {key}={text[:60]}: give one of {', '.join(choices)}.")
        return text
    try:
        if origin is tuple:
            return tuple(_to_int(part) for part in text.removesuffix(",").split(","))
        return PARSERS[kind](text)
    except (ValueError, KeyError):
        what = KINDS[origin or kind]
        raise InputError(f"--set {key}={text[:60]}: this is not {what}; give {what}.") from None


def _to_int(text: str) -> int:
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text):
        raise ValueError(text)
    return int(text)


def _to_float(text: str) -> float:
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return float(text)


def _to_bool(text: str) -> bool:
    return YES_NO[text.lower()]


PARSERS: dict[Any, Callable[[str], Any]] = {int: _to_int, float: _to_float, bool: _to_bool}
