"""What the ``kl`` command computes, and how it is printed and stored."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dgm_explorer.cli.kl_task import KLTask
from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.kl_state import Units
from dgm_explorer.numerics.divergence import forward_kl, reverse_kl
from dgm_explorer.numerics.landscape import Grid1D, ReverseLandscape, forward_landscape
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.stationary import (
    StationaryPoint,
    find_reverse_stationary,
    find_reverse_stationary_fixed_sigma,
    forward_minimum,
    forward_minimum_fixed_sigma,
)

PER_NAT = {"nats": 1.0, "bits": 1.0 / math.log(2.0)}
MINIMUM_KINDS = ("global", "tied", "local")


@dataclass(frozen=True)
class Minimum:
    """The minimum of KL(p‖q) over q; ``kl`` in the units of the answer."""

    mu: float
    sigma: float
    kl: float


@dataclass(frozen=True)
class TypedMinimum(Minimum):
    """A minimum of KL(q‖p) over q; ``type`` is global, tied (with another one) or local."""

    type: str


@dataclass(frozen=True)
class KLAnswer:
    """What the command prints: the field names are those of its JSON and are stable."""

    entropy_p: float
    kl_forward: float
    kl_reverse: float
    forward_minimum: Minimum
    reverse_minima: tuple[TypedMinimum, ...]
    units: Units


def compute(task: KLTask) -> KLAnswer:
    """Compute entropy, divergences at q and all minima.

    Raises
    ------
    InputError
        If the numbers asked for are too far apart for floating point.
    """
    p = Mixture1D(task.p)
    scale = PER_NAT[task.units]
    with np.errstate(all="ignore"):
        best, stationary = _find_optima(p, task.fixed_sigma)
        minima = [point for point in stationary if point.kind in MINIMUM_KINDS]
        answer = KLAnswer(
            entropy_p=scale * p.entropy(),
            kl_forward=scale * forward_kl(p, task.q),
            kl_reverse=scale * reverse_kl(p, task.q),
            forward_minimum=Minimum(best.mu, best.sigma, scale * best.kl),
            reverse_minima=tuple(
                TypedMinimum(point.mu, point.sigma, scale * point.kl, point.kind) for point in minima
            ),
            units=task.units,
        )
    values = [answer.entropy_p, answer.kl_forward, answer.kl_reverse, best.kl]
    values += [point.kl for point in minima]
    if not all(map(math.isfinite, values)) or not minima:
        raise InputError("p and q lie too far apart to compute with; use means and sigmas of like size.")
    return answer


def _find_optima(
    p: Mixture1D, fixed_sigma: float | None
) -> tuple[StationaryPoint, tuple[StationaryPoint, ...]]:
    if fixed_sigma is None:
        return forward_minimum(p), find_reverse_stationary(p, with_saddles=False)
    return forward_minimum_fixed_sigma(p, fixed_sigma), find_reverse_stationary_fixed_sigma(p, fixed_sigma)


def as_json(answer: KLAnswer) -> str:
    """Format an answer as one JSON object."""
    return json.dumps(asdict(answer), indent=2, allow_nan=False)


def as_text(answer: KLAnswer) -> str:
    """Format an answer for reading."""
    best = answer.forward_minimum
    lines = [
        f"H(p)      {answer.entropy_p: .12g} {answer.units}",
        f"KL(p‖q)   {answer.kl_forward: .12g} {answer.units}",
        f"KL(q‖p)   {answer.kl_reverse: .12g} {answer.units}",
        "",
        f"{'minimum of':<12}{'mu':>18}{'sigma':>18}{'kl':>18}  type",
        f"{'KL(p‖q)':<12}{_mean(best):18.12g}{best.sigma:18.12g}{best.kl:18.12g}  global",
    ]
    lines += [
        f"{'KL(q‖p)':<12}{_mean(point):18.12g}{point.sigma:18.12g}{point.kl:18.12g}  {point.type}"
        for point in answer.reverse_minima
    ]
    return "\n".join(lines)


def _mean(optimum: Minimum) -> float:
    """The mean for reading: what is zero but for rounding is zero."""
    return 0.0 if abs(optimum.mu) < 1e-14 * optimum.sigma else optimum.mu


def write_landscapes(path: Path, task: KLTask) -> None:
    """Write ``mu`` (n), ``sigma`` (m), ``forward`` and ``reverse`` (m, n) to a NumPy archive.

    With σ of q held, ``sigma`` has this one value and the fields one row.

    Raises
    ------
    InputError
        If the place cannot be written to; what stood there before stays.
    """
    p = Mixture1D(task.p)
    grid = Grid1D.of(task.view, task.n_grid, task.n_grid)
    if task.fixed_sigma is not None:
        grid = Grid1D(grid.mu, np.array([task.fixed_sigma]))
    scale = PER_NAT[task.units]
    forward = scale * forward_landscape(p, grid)
    reverse = scale * ReverseLandscape(grid).evaluate(p)
    with open_atomically(path) as file:
        np.savez(file, mu=grid.mu, sigma=grid.sigma, forward=forward, reverse=reverse)
