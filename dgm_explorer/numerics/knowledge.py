"""What can be evaluated and minimised when you know what about p, and by which estimator.

``densities``: p(x) can be evaluated, normalised, and sampled. ``samples``: only samples of p.
``unnormalised``: only p̃(x) = Z p(x) can be evaluated, Z unknown, no samples. q is always known and sampled.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dgm_explorer.core.kl_state import Direction, Estimator, Knowledge
from dgm_explorer.numerics.estimators import DIRECTIONS


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether something can be done, and the one sentence that says how or why not."""

    is_possible: bool
    reason: str


_VALUE: Mapping[tuple[Knowledge, Direction], Ability] = {
    ("densities", "forward"): Ability(True, "E_p[log p − log q] averages over samples of p."),
    ("densities", "reverse"): Ability(True, "E_q[log q − log p] averages over samples of q."),
    ("samples", "forward"): Ability(
        False, "Samples give the cross-entropy −E_p[log q]; the constant −H(p) that is missing needs log p."
    ),
    ("samples", "reverse"): Ability(False, "E_q[log q − log p] needs log p at samples of q."),
    ("unnormalised", "forward"): Ability(
        False, "E_p[log p − log q] needs samples of p and log Z, and neither is known."
    ),
    ("unnormalised", "reverse"): Ability(
        False, "E_q[log q − log p̃] is KL(q‖p) − log Z, the negative ELBO: known only up to log Z."
    ),
}

_MINIMUM: Mapping[tuple[Knowledge, Direction], Ability] = {
    ("densities", "forward"): Ability(True, "The gradient −E_p[s(x)] averages over samples of p."),
    ("densities", "reverse"): Ability(
        True, "The gradient of E_q[log q − log p] is pathwise or by the score function, with samples of q."
    ),
    ("samples", "forward"): Ability(
        True, "Maximum likelihood: −H(p) does not depend on q, and −E_p[log q] averages over the samples."
    ),
    ("samples", "reverse"): Ability(
        False,
        "log p is needed at samples of q; without it a density ratio would have to be learnt, as a GAN does.",
    ),
    ("unnormalised", "forward"): Ability(
        True,
        "Only by weighting samples of q with p̃/q: biased by O(1/N), and blind to modes that q misses.",
    ),
    ("unnormalised", "reverse"): Ability(
        True, "log Z is a constant: the gradient of E_q[log q − log p̃] does not see it."
    ),
}

_USABLE: Mapping[Knowledge, tuple[Estimator, ...]] = {
    "densities": ("exact", *DIRECTIONS),
    "samples": ("maximum_likelihood",),
    "unnormalised": ("snis", "reinforce", "reinforce_loo", "reparametrised", "sticking_the_landing"),
}

_HOW: Mapping[Estimator, str] = {
    "exact": "Quadrature over p's normalised density, without sampling error.",
    "maximum_likelihood": "Averages −s(x) over samples of p.",
    "snis": "Averages −s(x) over samples of q weighted by p̃/q; the weights are normalised, so Z cancels.",
    "reinforce": "Averages (log q − log p̃) s(x) over samples of q; Z only adds variance.",
    "reinforce_loo": "REINFORCE with the mean of the other samples as baseline, in which Z cancels.",
    "reparametrised": "Differentiates log p̃ along x = μ + σε; the entropy of q is exact and Z has no slope.",
    "sticking_the_landing": "Pathwise without q's own score, so the noise vanishes where q = p.",
}

_WHY_NOT: Mapping[tuple[Knowledge, Estimator], str] = {
    ("samples", "exact"): "Quadrature needs p(x) everywhere, and only samples of p are known.",
    ("samples", "snis"): "Its weights need p(x), and only samples of p are known.",
    ("samples", "reinforce"): "It needs log p(x), and only samples of p are known.",
    ("samples", "reinforce_loo"): "It needs log p(x), and only samples of p are known.",
    ("samples", "reparametrised"): "It needs d log p/dx, and only samples of p are known.",
    ("samples", "sticking_the_landing"): "It needs d log p/dx, and only samples of p are known.",
    ("unnormalised", "exact"): "The normalised density is not known, so this is the truth to compare with.",
    ("unnormalised", "maximum_likelihood"): "It needs samples of p, and only the density p̃ is known.",
}


def can_evaluate(knowledge: Knowledge, direction: Direction) -> Ability:
    """Whether the *value* of KL(p‖q) (forward) or KL(q‖p) (reverse) can be estimated."""
    return _VALUE[knowledge, direction]


def can_minimise(knowledge: Knowledge, direction: Direction) -> Ability:
    """Whether the divergence can be minimised over q."""
    return _MINIMUM[knowledge, direction]


def can_use(knowledge: Knowledge, estimator: Estimator) -> Ability:
    """Whether an estimator of the gradient can be computed from what is known."""
    if estimator in _USABLE[knowledge]:
        return Ability(True, _HOW[estimator])
    return Ability(False, _WHY_NOT[knowledge, estimator])


def admissible_estimators(knowledge: Knowledge, direction: Direction) -> tuple[Estimator, ...]:
    """The gradient estimators that may drive descent in a direction, best known first; () if none."""
    return tuple(
        estimator
        for estimator in _USABLE[knowledge]
        if estimator == "exact" or DIRECTIONS[estimator] == direction
    )


def nearest_estimator(knowledge: Knowledge, direction: Direction, wish: Estimator) -> Estimator | None:
    """``wish`` if it is admissible, else the first that is, else None."""
    admissible = admissible_estimators(knowledge, direction)
    if wish in admissible:
        return wish
    return admissible[0] if admissible else None
