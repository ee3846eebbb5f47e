"""The five terms of the bound as the window speaks of them: formulas, colours, what makes them grow."""

from dataclasses import dataclass

from dgm_explorer.core.gmm_vae_config import TERM_MEANINGS, TERMS
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.theme import Theme

ELBO = "elbo"
"""Key of the sum beside the five letters."""

_COLOR_INDEX = {"a": 3, "b": 1, "c": 2, "d": 0, "e": 5}
"""In the theme's cycle; neighbours in a stack are as different as can be."""


@dataclass(frozen=True, slots=True)
class TermWords:
    """How one term is written and explained.

    Attributes
    ----------
    tex : its short form, for the formula in the window.
    full_tex : how it is computed, for the tool tip.
    meaning : in a few words.
    growth : what makes it larger.
    """

    tex: str
    full_tex: str
    meaning: str
    growth: str


WORDS: dict[str, TermWords] = {
    ELBO: TermWords(
        r"\mathrm{ELBO}",
        r"\mathcal{L}=\mathbb{E}_{q(z,c|x)}\left[\log p(x,z,c)-\log q(z,c|x)\right]\leq\log p(x)",
        "evidence lower bound: the sum of (a) … (e), nats per example",
        "It grows as the model explains the data better or as q comes closer to p(z, c | x).",
    ),
    "a": TermWords(
        r"\mathbb{E}\log p(x|z)",
        r"\mathbb{E}_{q(z|x)}\log p(x|z)",
        TERM_MEANINGS["a"],
        "It grows as pictures decoded from z look more like the input: wider networks, more latent "
        "dimensions, a smaller variance of q(z|x).",
    ),
    "b": TermWords(
        r"\mathbb{E}\log p(z|c)",
        r"\sum_c\gamma_c\sum_j\left[-\frac{1}{2}\log 2\pi\sigma_{cj}^2"
        r"-\frac{\tilde\sigma_j^2+(\tilde\mu_j-\mu_{cj})^2}{2\sigma_{cj}^2}\right]",
        TERM_MEANINGS["b"],
        "It grows as codes move to the centre of their component and components become narrow.",
    ),
    "c": TermWords(
        r"\mathbb{E}\log p(c)",
        r"\sum_c\gamma_c\log\pi_c",
        TERM_MEANINGS["c"],
        "It grows as codes go to the components with the largest weight; log(1/K) where all weigh the same.",
    ),
    "d": TermWords(
        r"-\mathbb{E}\log q(z|x)",
        r"\frac{1}{2}\sum_j\left(1+\log 2\pi\tilde\sigma_j^2\right)",
        TERM_MEANINGS["d"],
        "It grows as q(z|x) becomes wide; below 0 where it is narrower than σ̃ = 0.24 in each dimension.",
    ),
    "e": TermWords(
        r"-\mathbb{E}\log q(c|x)",
        r"-\sum_c\gamma_c\log\gamma_c",
        TERM_MEANINGS["e"],
        "It grows as an example is shared by several components: 0 when it is sure, log K at most.",
    ),
}


def term_color(term: str, theme: Theme) -> str:
    """The same colour in formula, curves and bars; the sum takes the colour of the text."""
    return theme.text if term == ELBO else theme.component(_COLOR_INDEX[term])


def term_name(term: str) -> str:
    """``(a)``, or ELBO."""
    return "ELBO" if term == ELBO else f"({term})"


def nats_text(value: float) -> str:
    """Two decimals, fewer from a hundred on, with a true minus; a dash where nothing was measured."""
    if value != value:
        return "–"
    if abs(value) >= 1e5:
        return tick_text(value, 2)
    n_decimals = 2 if abs(value) < 100 else 1 if abs(value) < 1000 else 0
    return f"{value:.{n_decimals}f}".replace("-", "−")


assert tuple(_COLOR_INDEX) == TERMS
