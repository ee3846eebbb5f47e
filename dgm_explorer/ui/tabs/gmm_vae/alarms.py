"""What has gone wrong in a run, told by its numbers, each with a sentence of advice."""

from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.ui.tabs.alarm import Alarm

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

UNUSED_KL_NATS = 0.01
"""A latent dimension below this tells the decoder nothing (Burda et al. 2016 speak of inactive units)."""
EMPTY_SHARE = 0.01
FEW_DISTINCT = 0.3
"""A mixture that separates fewer than this share of its components has fallen together. On the digits a
healthy run in two dimensions separates half of them, one without pre-training a tenth."""
LEAST_DISTINCT = 1.5
LEAST_DISTINCT_SHARE = 0.6
"""Of few components as many as make `LEAST_DISTINCT` are expected, of two no more than this share: on the
moons a run that tells six of seven examples rightly has 1.35, one whose components coincide has 1."""


def find_alarms(snapshot: GmmVaeSnapshot, history: "MetricsHistory") -> tuple[Alarm, ...]:
    """Everything that is wrong at this instant, the gravest first.

    Before joint training the mixture is not in use yet and a weak KL term is intended, so that only
    numbers that are not finite count.
    """
    broken = _not_finite(snapshot, history)
    if broken:
        return broken
    if snapshot.phase != "joint":
        return ()
    return tuple(
        alarm for alarm in (_merged(snapshot), _posterior_collapse(snapshot), _empty(snapshot)) if alarm
    )


def distinct_components(responsibilities: np.ndarray) -> float:
    """exp of the mutual information between example and component, 1 … K: how many are told apart.

    H(mean γ) − mean H(γ): mean γ alone stays even when all components lie on top of one another.
    """
    gamma = np.asarray(responsibilities, dtype=np.float64)
    return float(np.exp(_entropy(gamma.mean(axis=0)) - _entropy(gamma).mean()))


def empty_components(occupancy: np.ndarray) -> np.ndarray:
    """Indices of the components that hold less than 1 % of the examples, or than a tenth of an even share."""
    return np.flatnonzero(occupancy < min(EMPTY_SHARE, 0.1 / len(occupancy)))


def _entropy(p: np.ndarray) -> np.ndarray:
    """−Σ p log p over the last axis; 0 log 0 = 0."""
    total: np.ndarray = -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=-1)
    return total


def _not_finite(snapshot: GmmVaeSnapshot, history: "MetricsHistory") -> tuple[Alarm, ...]:
    terms = {term: history.column("train", term) for term in TERMS}
    bad = [f"({term})" for term, column in terms.items() if len(column) and not np.isfinite(column[-1])]
    parameters = (
        snapshot.component_means,
        snapshot.component_log_vars,
        snapshot.log_pi,
        snapshot.latent_means,
    )
    if not bad and all(not np.isnan(values).any() for values in parameters):
        return ()
    where = f"the terms {', '.join(bad)} are" if bad else "parameters of the mixture or codes are"
    return (
        Alarm(
            "not_finite",
            f"NaN: {where} no longer finite numbers; go back to an earlier snapshot and branch there with "
            "a smaller learning rate.",
        ),
    )


def _merged(snapshot: GmmVaeSnapshot) -> Alarm | None:
    k = snapshot.n_components
    n_distinct = distinct_components(snapshot.responsibilities)
    if k < 2 or n_distinct >= max(FEW_DISTINCT * k, min(LEAST_DISTINCT, LEAST_DISTINCT_SHARE * k)):
        return None
    return Alarm(
        "merged_components",
        f"Collapse of components: {k} components separate the data into only {n_distinct:.1f} clusters; "
        "start again with pre-training and the mixture fit, or with a smaller β in pre-training.",
    )


def _empty(snapshot: GmmVaeSnapshot) -> Alarm | None:
    k, empty = snapshot.n_components, empty_components(snapshot.occupancy)
    if not len(empty):
        return None
    is_grave = k - len(empty) < k / 2
    names = ", ".join(str(i + 1) for i in empty[:8]) + (" …" if len(empty) > 8 else "")
    advice = (
        "they will not come back by themselves: start again with pre-training or another seed, or use fewer"
        if is_grave
        else "they rarely come back by themselves: move one to where codes crowd, or remove it"
    )
    verb = "holds" if len(empty) == 1 else "hold"
    return Alarm(
        "empty_components",
        f"{len(empty)} of {k} components ({names}) {verb} less than "
        f"{100 * min(EMPTY_SHARE, 0.1 / k):.2g} % of the examples; {advice}.",
        is_grave,
    )


def _posterior_collapse(snapshot: GmmVaeSnapshot) -> Alarm | None:
    unused = np.flatnonzero(snapshot.kl_per_dim < UNUSED_KL_NATS)
    dimension = snapshot.latent_dim
    if not len(unused):
        return None
    is_grave = len(unused) == dimension
    names = ", ".join(f"z{i + 1}" for i in unused[:8]) + (" …" if len(unused) > 8 else "")
    what = (
        "every latent dimension" if is_grave else f"{len(unused)} of {dimension} latent dimensions ({names})"
    )
    verb = "carries" if is_grave or len(unused) == 1 else "carry"
    advice = (
        "lower β, or pre-train longer with a weaker KL term"
        if is_grave
        else "a smaller latent space would do"
    )
    return Alarm(
        "posterior_collapse",
        f"Posterior collapse: {what} {verb} less than {UNUSED_KL_NATS:g} nats about the input; {advice}.",
        is_grave,
    )
