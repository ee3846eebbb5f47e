"""How the KL tab words its numbers and findings; no Qt."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from dgm_explorer.core.kl_state import Direction, Units
from dgm_explorer.numerics.stationary import Kind, StationaryPoint

DIRECTION_NAME: Final[dict[Direction, str]] = {"forward": "KL(p‖q)", "reverse": "KL(q‖p)"}

KIND_NAME: Final[dict[Kind, str]] = {
    "global": "★ global minimum",
    "tied": "★★ tied global minimum",
    "local": "○ local minimum",
    "saddle": "× saddle",
    "maximum": "◆ maximum",
}


def in_units(nats: float, units: Units) -> float:
    """Nats to the unit that the user reads."""
    return nats / math.log(2) if units == "bits" else nats


def in_nats(value: float, units: Units) -> float:
    """What the user typed to nats."""
    return value * math.log(2) if units == "bits" else value


def divergence_text(nats: float, units: Units) -> str:
    """A divergence or entropy with six significant digits, without its unit."""
    value = in_units(nats, units)
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) < 5e-13:
        return "0"
    return f"{value:.6g}".replace("-", "−")


def parameter_text(value: float) -> str:
    """μ or σ for reading."""
    return "0" if abs(value) < 5e-10 else f"{value:.6g}".replace("-", "−")


def count_sentence(points: Sequence[StationaryPoint], *, is_searching: bool = False) -> str:
    """Such as “3 minima of KL(q‖p): 2 tied global, 1 local; 2 saddles”."""
    if is_searching:
        return "KL(q‖p): searching for its stationary points …"
    count = Counter(point.kind for point in points)
    minima = count["global"] + count["tied"] + count["local"]
    named = ((count["global"], "global"), (count["tied"], "tied global"), (count["local"], "local"))
    kinds = ", ".join(f"{number} {word}" for number, word in named if number)
    text = f"{_counted(minima, 'minimum', 'minima')} of KL(q‖p): {kinds}"
    others = ((count["saddle"], "saddle", "saddles"), (count["maximum"], "maximum", "maxima"))
    return text + "".join(f"; {_counted(*other)}" for other in others if other[0])


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
