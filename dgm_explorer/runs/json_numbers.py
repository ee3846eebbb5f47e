"""Floats in JSON, which has no NaN and no infinity: these are written as texts."""

import math

NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def to_json_number(value: float) -> float | str:
    """``value``, or its name where it is not finite."""
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def from_json_number(value: object) -> float:
    """The float that `to_json_number` was given.

    Raises
    ------
    ValueError
        If ``value`` is neither a number nor one of the three names.
    """
    if isinstance(value, str) and value in NOT_FINITE:
        return NOT_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("too large a number") from error
