"""The options of the ``kl`` command, checked and gathered."""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

from dgm_explorer.cli.parser import parse_numbers, parse_within
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D, Gaussian1D, require_mixture
from dgm_explorer.core.kl_state import KLState, Units, View1D

P = ParamSpec("P")
R = TypeVar("R")

DEFAULT_Q = Gaussian1D(0.0, 1.0)
SMALLEST_GRID, LARGEST_GRID = 2, 4096


@dataclass(frozen=True)
class KLTask:
    """One checked request.

    Attributes
    ----------
    p, q : target and approximation.
    fixed_sigma : σ of q where only its mean is free, else None.
    view, n_grid : the window of the landscapes and the points along each of its sides.
    units : unit of every divergence and of the entropy.
    """

    p: tuple[Component1D, ...]
    q: Gaussian1D
    fixed_sigma: float | None
    view: View1D
    n_grid: int
    units: Units


def read_task(options: argparse.Namespace) -> KLTask:
    """Check the options and gather them.

    Raises
    ------
    InputError
        If one of them cannot be used; it names the option and the remedy.
    """
    state = _read_state(options)
    q = state.q
    fixed_sigma = q.sigma if state.is_sigma_fixed else None
    if options.fixed_sigma is not None:
        (fixed_sigma,) = parse_numbers("--fixed-sigma", options.fixed_sigma, "sigma")
        q = _named("--fixed-sigma", Gaussian1D, q.mu, fixed_sigma)
    if options.q is not None:
        q = _named("--q", Gaussian1D, *parse_numbers("--q", options.q, "mu,sigma"))
    return KLTask(
        p=state.p,
        q=q,
        fixed_sigma=fixed_sigma,
        view=_read_view(options, state.view),
        n_grid=parse_within("--grid", options.grid, int, SMALLEST_GRID, LARGEST_GRID),
        units=options.units or state.units,
    )


def _read_state(options: argparse.Namespace) -> KLState:
    if options.p is not None:
        return KLState(p=parse_mixture(options.p), q=DEFAULT_Q)

    from dgm_explorer.session import read_preset, read_session

    if options.preset is not None:
        source, session = f"--preset {options.preset}", read_preset(options.preset)
    else:
        source, session = f"--session {options.session}", read_session(options.session)
    if session.kl is None:
        raise InputError(f"{source} says nothing of the KL tab; name one that does.")
    if session.kl.dimension != 1:
        raise InputError(f"{source} is two-dimensional, this command is for the line; open it in the window.")
    return session.kl


def parse_mixture(text: str) -> tuple[Component1D, ...]:
    """Read ``"weight,mu,sigma;weight,mu,sigma;…"``.

    Raises
    ------
    InputError
        If a component is not three numbers that make one, or no density can be made of them.
    """
    parts = text.removesuffix(";").split(";")
    components = []
    for number, part in enumerate(parts, start=1):
        where = f"--p, component {number}"
        components.append(_named(where, Component1D, *parse_numbers(where, part, "weight,mu,sigma")))
    _named("--p", require_mixture, components)
    return tuple(components)


def _read_view(options: argparse.Namespace, view: View1D) -> View1D:
    if options.mu_range is not None:
        lo, hi = parse_numbers("--mu-range", options.mu_range, "lo,hi")
        view = _named("--mu-range", replace, view, mu_lo=lo, mu_hi=hi)
    if options.sigma_range is not None:
        lo, hi = parse_numbers("--sigma-range", options.sigma_range, "lo,hi")
        view = _named("--sigma-range", replace, view, sigma_lo=lo, sigma_hi=hi)
    return view


def _named(option: str, make: Callable[P, R], *values: P.args, **named_values: P.kwargs) -> R:
    """Call ``make``; a complaint of it says which option it is about, in place of what would be made."""
    try:
        return make(*values, **named_values)
    except InputError as error:
        said = re.sub("^(component|Gaussian|mixture|view): ", "", str(error))
        raise InputError(f"{option}: {said}") from error
