"""The KL tab as one frozen value: everything that a session file keeps and undo restores."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import (
    Component1D,
    Component2D,
    Gaussian1D,
    Gaussian2D,
    require_mixture,
    require_range,
)

Direction: TypeAlias = Literal["forward", "reverse"]
Units: TypeAlias = Literal["nats", "bits"]
Knowledge: TypeAlias = Literal["densities", "samples", "unnormalised"]
Optimiser: TypeAlias = Literal["gradient", "adam", "natural"]
Estimator: TypeAlias = Literal[
    "exact",
    "maximum_likelihood",
    "snis",
    "reinforce",
    "reinforce_loo",
    "reparametrised",
    "sticking_the_landing",
]
Panel: TypeAlias = Literal["stationary", "integrand", "sweep", "family", "estimators"]
Family: TypeAlias = Literal["alpha", "jensen_shannon", "chi2"]
Metric: TypeAlias = Literal["euclidean", "natural"]


@dataclass(frozen=True, slots=True)
class View1D:
    """The window on (μ, σ) that the landscapes show; σ is drawn on a log scale."""

    mu_lo: float = -8.0
    mu_hi: float = 8.0
    sigma_lo: float = 0.05
    sigma_hi: float = 10.0

    def __post_init__(self) -> None:
        require_range("view: mu range", self.mu_lo, self.mu_hi)
        if not 1e-6 <= self.sigma_lo < self.sigma_hi <= 1e6:
            raise InputError(
                f"view: sigma range {self.sigma_lo:g} … {self.sigma_hi:g} must have 1e-6 ≤ lo < hi ≤ 1e6."
            )


@dataclass(frozen=True, slots=True)
class View2D:
    """The square window on the plane."""

    center: tuple[float, float] = (0.0, 0.0)
    half_width: float = 5.0

    def __post_init__(self) -> None:
        if not 1e-3 <= self.half_width <= 1e5:
            raise InputError(f"view: half_width = {self.half_width:g} must lie between 0.001 and 100000.")
        for middle in self.center:
            require_range("view: range", middle - self.half_width, middle + self.half_width)


@dataclass(frozen=True, slots=True)
class KLState:
    """Target p, approximation q and everything that decides what the KL tab shows.

    Attributes
    ----------
    dimension : 1 on the line, 2 in the plane; both keep their own p and q.
    p, q, view : the one-dimensional target, approximation and landscape window.
    p2, q2, view2 : the same in the plane.
    is_sigma_fixed : the homework's setting: σ of q is given, only μ is unknown.
    units : unit of every divergence shown.
    knowledge : what is known about p, which decides what can be evaluated or minimised.
    log_z : log normaliser, in nats, hidden in the unnormalised density p̃ = Z p.
    optimiser, learning_rate, steps_per_second : how descent runs.
    forward_estimator, reverse_estimator : which gradient drives each descent.
    n_samples, seed : Monte Carlo sample size and its random seed.
    panel : which lower panel is in front.
    family, alpha : the third landscape; α = 0 is reverse KL, α = 1 forward KL.
    are_basins_shown, metric : basins of attraction and the metric of their gradient flow.
    """

    dimension: Literal[1, 2] = 1
    p: tuple[Component1D, ...] = (Component1D(0.5, -3.0, 1.0), Component1D(0.5, 3.0, 1.0))
    q: Gaussian1D = Gaussian1D(1.6, 1.0)
    view: View1D = View1D()
    p2: tuple[Component2D, ...] = (
        Component2D(0.5, (-1.7, -1.7), (0.5, 0.25, 1.0)),
        Component2D(0.5, (1.7, 1.7), (0.5, -0.25, 1.0)),
    )
    q2: Gaussian2D = Gaussian2D((0.3, 1.2), (0.25, 0.0, 0.25))
    view2: View2D = View2D()
    is_sigma_fixed: bool = False
    units: Units = "nats"
    knowledge: Knowledge = "densities"
    log_z: float = 2.0
    optimiser: Optimiser = "gradient"
    learning_rate: float = 0.05
    steps_per_second: float = 60.0
    forward_estimator: Estimator = "exact"
    reverse_estimator: Estimator = "exact"
    n_samples: int = 100
    seed: int = 0
    panel: Panel = "stationary"
    family: Family = "alpha"
    alpha: float = 0.5
    are_basins_shown: bool = False
    metric: Metric = "euclidean"

    def __post_init__(self) -> None:
        require_mixture(self.p)
        require_mixture(self.p2)
        if not (math.isfinite(self.learning_rate) and 0 < self.learning_rate <= 10):
            raise InputError(f"learning_rate = {self.learning_rate:g} must lie in (0, 10].")
        if not (math.isfinite(self.steps_per_second) and 0.1 <= self.steps_per_second <= 1e5):
            raise InputError(f"steps_per_second = {self.steps_per_second:g} must lie between 0.1 and 100000.")
        if not 1 <= self.n_samples <= 100_000:
            raise InputError(f"n_samples = {self.n_samples} must lie between 1 and 100000.")
        if not 0 <= self.seed < 2**32:
            raise InputError(f"seed = {self.seed} must lie between 0 and 4294967295.")
        if not 0 <= self.alpha <= 1:
            raise InputError(f"alpha = {self.alpha:g} must lie between 0 (reverse) and 1 (forward).")
        if not abs(self.log_z) <= 50:
            raise InputError(f"log_z = {self.log_z:g} nats must lie between -50 and 50.")
