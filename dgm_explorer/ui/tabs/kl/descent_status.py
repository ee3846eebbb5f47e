"""How far both descents have come, in words."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dgm_explorer.ui.tabs.kl.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.kl.descent_run import DIRECTIONS
from dgm_explorer.ui.tabs.kl.wording import DIRECTION_NAME
from dgm_explorer.ui.widgets.number_words import number_text

if TYPE_CHECKING:
    from dgm_explorer.ui.tabs.kl.plane_descent import PlaneDescent

AT_START: Final = "Starts at q."


@dataclass(frozen=True, slots=True)
class DescentStatus:
    """What a player has to say of itself; ``achieved_rate`` in steps per second, 0 when not known."""

    is_playing: bool
    achieved_rate: float
    text: str


def line_status(player: DescentPlayer) -> DescentStatus:
    """Where both descents on the line stand."""
    parts = []
    for direction in DIRECTIONS:
        trail = player.trail(direction)
        if trail is not None:
            verb = "converged" if trail.is_converged else "step"
            place = f"μ {_mean_text(trail.q.mu, trail.q.sigma)}, σ {number_text(trail.q.sigma, 4)}"
            parts.append(f"{DIRECTION_NAME[direction]}: {verb} {trail.count}, {place}")
    return DescentStatus(player.is_playing, player.achieved_rate, "\n".join(parts) or AT_START)


def plane_status(descent: "PlaneDescent") -> DescentStatus:
    """Where both descents in the plane stand."""
    parts = []
    for direction in DIRECTIONS:
        path = descent.path(direction)
        if path:
            q = path[-1]
            x, y = (_mean_text(q.mean[i], math.sqrt(q.cov[2 * i])) for i in (0, 1))
            parts.append(f"{DIRECTION_NAME[direction]}: step {len(path) - 1}, mean ({x}, {y})")
    return DescentStatus(descent.is_playing, 0.0, "\n".join(parts) or AT_START)


def _mean_text(mean: float, sigma: float) -> str:
    """0 for what is left of it in a place that differs by less than 1/10,000 of σ."""
    return number_text(0.0 if abs(mean) < 1e-4 * sigma else mean, 4)
