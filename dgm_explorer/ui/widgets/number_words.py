"""Numbers with the digits that mean something; no Qt."""

import math
from typing import Final

from dgm_explorer.ui.plots.axis import tick_text

ROUNDING: Final = 1e-10


def number_text(value: float, digits: int = 3) -> str:
    """A number for a narrow column: – where there is none, 0 for what rounding leaves of it."""
    if abs(value) < ROUNDING:
        return "0"
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) < 1e4:
        return tick_text(value, digits)
    return f"{value:.{digits - 1}e}".replace("e+0", "e").replace("e+", "e").replace("-", "−")


def counted(count: int, one: str) -> str:
    """A count with its noun: 1 example, 1,234 examples."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def plus_minus(value: float, error: float) -> str:
    """``value`` rounded where its standard error is: −0.15 ± 0.05; an error of 1… keeps a second digit."""
    if not (math.isfinite(error) and error > ROUNDING):
        return f"{number_text(value)} ± {number_text(error)}"
    exponent = math.floor(math.log10(error))
    decimals = -exponent + (error < 2 * 10.0**exponent)
    if decimals > 4 or max(abs(value), error) >= 1e4:
        return f"{number_text(value, 2)} ± {number_text(error, 1)}"
    shown = max(0, decimals)
    value = round(value, decimals) or 0.0  # no −0.00
    return f"{value:.{shown}f} ± {round(error, decimals):.{shown}f}".replace("-", "−")
