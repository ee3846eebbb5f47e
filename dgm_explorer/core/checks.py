"""Checks of a configuration's numbers, each named in its refusal."""

import math

from dgm_explorer.core.errors import InputError


def require_int(name: str, value: int, lo: int, hi: int) -> None:
    """Refuse a number outside ``lo`` … ``hi``.

    Raises
    ------
    InputError
        It names the number and its limits.
    """
    if not lo <= value <= hi:
        raise InputError(f"{name} = {value} must lie between {lo} and {hi}.")


def require_float(name: str, value: float, lo: float, hi: float) -> None:
    """As `require_int`; refuses NaN and infinity as well."""
    if not (math.isfinite(value) and lo <= value <= hi):
        raise InputError(f"{name} = {value:g} must lie between {lo:g} and {hi:g}.")
