"""What ``dgm-explorer evaluate`` says of a GMM-VAE."""

import math
from typing import TYPE_CHECKING, Any

from dgm_explorer.core.gmm_vae_config import TERM_MEANINGS, TERMS

if TYPE_CHECKING:
    from dgm_explorer.training.gmm_vae_evaluation import GmmVaeEvaluation, GmmVaeFigures


def as_fields(figures: "GmmVaeEvaluation") -> dict[str, Any]:
    """For JSON; numbers that cannot be had, such as accuracy without labels or a mixture, are null."""
    return _fields(figures.all) | {"held_out": _fields(figures.held_out)}


def _fields(split: "GmmVaeFigures") -> dict[str, Any]:
    numbers = {"accuracy": split.accuracy, "nmi": split.nmi, "ari": split.ari, "elbo": split.elbo}
    terms = dict(zip(TERMS, map(float, split.terms), strict=True))
    return {
        "n": split.n,
        **{name: or_none(value) for name, value in numbers.items()},
        "occupied": split.occupied,
        "elbo_terms": {name: or_none(value) for name, value in terms.items()},
    }


def or_none(value: float) -> float | None:
    """JSON has no NaN."""
    return value if math.isfinite(value) else None


def as_rows(figures: "GmmVaeEvaluation") -> list[tuple[str, str, str]]:
    """What, of all examples, of those held out; the bound and its terms are nats per example."""
    columns = (figures.all, figures.held_out)
    rows = [
        ("examples", *(str(split.n) for split in columns)),
        ("accuracy", *(_agreement(split, split.accuracy, ".2%") for split in columns)),
        ("NMI", *(_agreement(split, split.nmi, ".4f") for split in columns)),
        ("ARI", *(_agreement(split, split.ari, ".4f") for split in columns)),
        ("components in use", *(_count(split) for split in columns)),
        ("ELBO, nats/example", *(f"{split.elbo:.4f}" for split in columns)),
    ]
    for index, name in enumerate(TERMS):
        rows.append((f"({name}) {TERM_MEANINGS[name]}", *(f"{split.terms[index]:.4f}" for split in columns)))
    return rows  # type: ignore[return-value]


def _agreement(split: "GmmVaeFigures", value: float, form: str) -> str:
    """With the labels, or why there is none."""
    if math.isfinite(value):
        return f"{value:{form}}"
    return "no labels" if split.occupied is not None else "no mixture"


def _count(split: "GmmVaeFigures") -> str:
    return "no mixture" if split.occupied is None else str(split.occupied)
