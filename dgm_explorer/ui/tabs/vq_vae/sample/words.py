"""What the panel of samples says about its four priors."""

import math
from typing import Final, NamedTuple

import numpy as np

from dgm_explorer.core.run_words import describe_duration
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.numerics.code_priors import STRENGTH
from dgm_explorer.ui.tabs.vq_vae.sample.priors import CodeGrids, Prior
from dgm_explorer.ui.tabs.vq_vae.sample.thread import SamplerNews

_COST: Final = r"\qquad -\frac{1}{h w} \sum_i \log_2 P"


class PriorWords(NamedTuple):
    """Name, one line of what it is, formula, and more for the tool tip."""

    name: str
    line: str
    tex: str
    more: str


WORDS: Final[dict[Prior, PriorWords]] = {
    "uniform": PriorWords(
        "Uniform",
        "every code alike",
        r"P(k) = \frac{1}{K},\qquad -\frac{1}{h w} \sum_i \log_2 P = \log_2 K",
        "Every cell is drawn by itself, every code is as likely as any other.",
    ),
    "unigram": PriorWords(
        "Unigram",
        "P(k): as often as each code is used",
        r"P(k) = \frac{n_k + s / K}{N + s}," + _COST,
        f"Every cell is drawn by itself, a code as often as the images use it; s = {STRENGTH:g}.",
    ),
    "count_table": PriorWords(
        "Count table",
        "P(k | left, up): given two neighbours",
        r"P(k \mid l, u) = \frac{n_{k l u} + \frac{s}{2} (P(k \mid l) + P(k \mid u))}{n_{l u} + s}," + _COST,
        "Counts of every code beside its left and upper neighbour, smoothed by those beside one of them,\n"
        f"and these by the unigram; s = {STRENGTH:g}.",
    ),
    "pixel_cnn": PriorWords(
        "PixelCNN",
        "given all codes before, by a network",
        r"P(k_1 \dots k_{h w}) = \prod_i P(k_i \mid k_1 \dots k_{i - 1})," + _COST,
        "A small network of masked convolutions (van den Oord et al. 2016, arXiv 1601.06759), trained\n"
        "on the code grids, beside the window and only when asked to.",
    ),
}


def describe_cost(prior: Prior, bits: float, grids: CodeGrids | None) -> str:
    """The text under a prior's formula; ``grids`` are those that it was learnt from and measured on."""
    more = WORDS[prior].more
    if grids is None:
        return more
    if math.isnan(bits):
        return f"{more}\nNo held-out images to measure it on."
    return (
        f"{more}\n{bits:.3f} bits per code of {len(grids.held_out):,} held-out grids, learnt from "
        f"{len(grids.trained):,}; log₂ K = {math.log2(grids.n_codes):.3f}"
    )


def describe_chart(grids: CodeGrids, step: int) -> str:
    """The line above the bars."""
    if not len(grids.held_out):
        return f"Step {step:,}: no images are held out to measure with"
    return f"Step {step:,}: bits per held-out code; dashed: log₂ K = {math.log2(grids.n_codes):.2f}"


def describe_progress(news: SamplerNews) -> str:
    """The text in the progress bar."""
    if news.progress is None:
        return "preparing"
    left = "" if math.isnan(news.seconds_left) else f" · {describe_duration(news.seconds_left)} left"
    return f"step {news.progress.step} of {news.progress.n_steps}{left}"


def describe_learning(news: SamplerNews, learnt: VqVaeSnapshot, shown: VqVaeSnapshot | None) -> str:
    """The line below the buttons: how far the PixelCNN is, and whether its codes are still those shown."""
    if news.state == "failed":
        return news.words
    if news.state == "preparing":
        return f"Preparing to learn the codes of step {learnt.step:,}"
    if news.progress is None:
        return ""
    if news.state == "learning":
        limit = f"log₂ K = {math.log2(learnt.n_codes):.2f}"
        best = f"at best {news.progress.bits_per_code:.2f} bits per code so far"
        return f"Learning the codes of step {learnt.step:,}: {best}, {limit}"
    return f"PixelCNN learnt at step {learnt.step:,}{_describe_age(learnt, shown)}"


def _describe_age(learnt: VqVaeSnapshot, shown: VqVaeSnapshot | None) -> str:
    """Whether the network has changed between two snapshots."""
    if shown is None or shown.step == learnt.step:
        return ""
    if shown.step < learnt.step:
        return f"; the others are of step {shown.step:,}"
    is_moved = not np.array_equal(learnt.codebook, shown.codebook)
    return f"; the {'codebook has moved' if is_moved else 'encoder has changed'} since"
