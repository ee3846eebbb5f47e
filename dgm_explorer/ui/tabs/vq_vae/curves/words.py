"""The curves of a run of the VQ-VAE: what they are called, mean, and how they are computed."""

from functools import partial

from dgm_explorer.core.vq_vae_config import LOSS_TERM_MEANINGS
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.plots.curve_chart import Curve

_three_digits = partial(tick_text, digits=3)


def _one_decimal(value: float) -> str:
    return f"{value:,.1f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


LOSS_CURVES = (
    Curve(
        "train",
        "loss",
        "loss",
        _three_digits,
        None,
        tex=r"L=\frac{\Vert x-\hat{x}\Vert^2}{\sigma_x^2}+\Vert\mathrm{sg}[z_e]-e\Vert^2"
        r"+\beta\,\Vert z_e-\mathrm{sg}[e]\Vert^2",
        meaning="what training lowers: the sum of the three terms, each a mean over numbers of the batch;\n"
        "where codes follow by moving averages the middle term is left out",
    ),
    Curve(
        "train",
        "reconstruction",
        "reconstruction",
        _three_digits,
        3,
        tex=r"\frac{\Vert x-\hat{x}\Vert^2}{\sigma_x^2}",
        meaning=f"{LOSS_TERM_MEANINGS['reconstruction']}, of each step's batch;\n"
        "1 for pictures no better than the mean grey",
    ),
    Curve(
        "held_out",
        "nmse",
        "held-out MSE ÷ variance",
        _three_digits,
        0,
        is_sparse=True,
        tex=r"\frac{\Vert x-\hat{x}\Vert^2}{\sigma_x^2}",
        meaning="the same of images that training never sees, measured after epochs and with snapshots;\n"
        "far above the batch's: the model has learnt its images by heart",
    ),
    Curve(
        "train",
        "commitment",
        "commitment",
        _three_digits,
        2,
        tex=r"\beta\,\Vert z_e-\mathrm{sg}[e]\Vert^2",
        meaning=f"{LOSS_TERM_MEANINGS['commitment']};\nif it keeps growing, outputs and codes drift apart",
    ),
    Curve(
        "train",
        "codebook",
        "codebook",
        _three_digits,
        1,
        tex=r"\Vert\mathrm{sg}[z_e]-e\Vert^2",
        meaning=LOSS_TERM_MEANINGS["codebook"],
    ),
)

_PERPLEXITY_TEX = r"\exp\left(-\sum_k p_k\log p_k\right),\quad p_k=\frac{n_k}{\sum_j n_j}"

PERPLEXITY_CURVES = (
    Curve(
        "train",
        "perplexity",
        "perplexity: batch",
        _one_decimal,
        1,
        tex=_PERPLEXITY_TEX,
        meaning="how many codes, all used alike, would be as mixed as those of this batch: 1 … K;\n"
        "a batch of few vectors cannot show more codes than it has vectors",
    ),
    Curve(
        "held_out",
        "perplexity",
        "held-out",
        _one_decimal,
        4,
        is_sparse=True,
        tex=_PERPLEXITY_TEX,
        meaning="the same of all held-out images together: less noisy, and free of the batch's size",
    ),
    Curve(
        "held_out",
        "used",
        "used by held-out",
        _whole,
        5,
        is_sparse=True,
        meaning="codes that any held-out image has, seldom or often; never fewer than the perplexity",
    ),
)

CODE_CURVES = (
    Curve(
        "train",
        "dead",
        "dead codes",
        _whole,
        9,
        meaning=f"codes that no batch has used for {DEAD_AGE} steps",
    ),
    Curve(
        "train",
        "revived",
        "revived in a step",
        _three_digits,
        0,
        tex=r"N_k<r\,\frac{1}{K}\sum_j N_j",
        meaning="codes put on a random output of the batch because their moving average of uses\n"
        "fell below the fraction r of the mean; curves show the mean over a block of steps",
    ),
)
