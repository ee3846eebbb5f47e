"""What ``dgm-explorer evaluate`` says of a VQ-VAE."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dgm_explorer.cli.gmm_vae_report import or_none
from dgm_explorer.core.vq_vae_config import LOSS_TERMS

if TYPE_CHECKING:
    from dgm_explorer.training.vq_vae_evaluation import VqVaeEvaluation, VqVaeFigures

PRIOR_WORDS = {
    "uniform": "all codes alike",
    "unigram": "by their use",
    "count_table": "P(code | left, up)",
    "pixel_cnn": "a small PixelCNN, shortly trained",
}


def as_fields(figures: "VqVaeEvaluation") -> dict[str, Any]:
    """For JSON; numbers that cannot be had are null."""
    bits = {name: or_none(value) for name, value in asdict(figures.bits_per_code).items()}
    return {
        **_fields(figures.all),
        "codebook_size": figures.n_codes,
        "bits_per_code": bits,
        "held_out": _fields(figures.held_out),
    }


def _fields(split: "VqVaeFigures") -> dict[str, Any]:
    numbers = {"mse": split.mse, "nmse": split.nmse, "perplexity": split.perplexity}
    terms = dict(zip(LOSS_TERMS, map(float, split.loss_terms), strict=True))
    return {
        "n": split.n,
        **{name: or_none(value) for name, value in numbers.items()},
        "codes_used": split.codes_used,
        "loss_terms": {name: or_none(value) for name, value in terms.items()},
    }


def as_rows(figures: "VqVaeEvaluation") -> list[tuple[str, str, str]]:
    """What, of all examples, of those held out."""
    columns = (figures.all, figures.held_out)
    used = f"codes used, of {figures.n_codes}"
    rows = [
        ("examples", *(str(split.n) for split in columns)),
        ("MSE per pixel", *(f"{split.mse:.5f}" for split in columns)),
        ("MSE ÷ pixel variance", *(f"{split.nmse:.4f}" for split in columns)),
        ("perplexity of all their codes", *(f"{split.perplexity:.1f}" for split in columns)),
        (used, *(f"{split.codes_used} ({split.codes_used / figures.n_codes:.0%})" for split in columns)),
    ]
    for index, name in enumerate(LOSS_TERMS):
        rows.append((f"loss: {name}", *(f"{split.loss_terms[index]:.4f}" for split in columns)))
    for name, bits in asdict(figures.bits_per_code).items():
        rows.append((f"bits per code, {PRIOR_WORDS[name]}", "", f"{bits:.3f}"))
    return rows  # type: ignore[return-value]
