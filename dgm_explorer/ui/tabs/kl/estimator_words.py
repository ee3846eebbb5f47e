"""How the estimator microscope names, colours and words its estimators; no Qt."""

from typing import Final

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import Estimator
from dgm_explorer.numerics.estimators import DIRECTIONS
from dgm_explorer.numerics.microscope import Summary
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.number_words import number_text

SIGNIFICANT_Z: Final = 4.0

ESTIMATOR_NAME: Final[dict[Estimator, str]] = {
    "maximum_likelihood": "maximum likelihood",
    "snis": "SNIS",
    "reinforce": "REINFORCE",
    "reinforce_loo": "REINFORCE, baseline",
    "reparametrised": "reparametrised",
    "sticking_the_landing": "sticking the landing",
}

ESTIMATOR_FORMULA: Final[dict[Estimator, str]] = {
    "maximum_likelihood": "−1/N Σ s(xᵢ),  xᵢ ~ p",
    "snis": "−Σ wᵢ s(xᵢ),  xᵢ ~ q,  wᵢ ∝ p̃(xᵢ)/q(xᵢ),  Σ wᵢ = 1",
    "reinforce": "1/N Σ aᵢ s(xᵢ),  aᵢ = log q(xᵢ) − log p̃(xᵢ),  xᵢ ~ q",
    "reinforce_loo": "1/N Σ (aᵢ − mean of the other a) s(xᵢ),  aᵢ = log q(xᵢ) − log p̃(xᵢ),  xᵢ ~ q",
    "reparametrised": "−1/N Σ f′(xᵢ) ∂xᵢ/∂θ − ∂H(q)/∂θ,  f = log p̃,  xᵢ = μ + σεᵢ",
    "sticking_the_landing": "1/N Σ d/dx [log q − log p̃](xᵢ) ∂xᵢ/∂θ,  xᵢ = μ + σεᵢ",
}
SCORE_FORMULA: Final = "s(x) = ∇θ log q(x) = (z/σ, z² − 1),  z = (x − μ)/σ,  θ = (μ, log σ)"

_COLOR_INDEX: Final[dict[Estimator, int]] = {
    "maximum_likelihood": 1,
    "snis": 2,
    "reinforce": 0,
    "reinforce_loo": 4,
    "reparametrised": 3,
    "sticking_the_landing": 5,
}


def estimator_color(estimator: Estimator, theme: Theme) -> str:
    """The one colour of an estimator in plots, arrows and the table."""
    return theme.component(_COLOR_INDEX[estimator])


def direction_color(estimator: Estimator, theme: Theme) -> str:
    """The colour of the divergence whose gradient it estimates."""
    return theme.forward if DIRECTIONS[estimator] == "forward" else theme.reverse


def pair_text(values: FloatArray, is_sigma_fixed: bool) -> str:
    """Both components of a statistic, or the one of μ where σ is fixed."""
    first = number_text(float(values[0]), 2)
    return first if is_sigma_fixed else f"{first}, {number_text(float(values[1]), 2)}"


def is_biased(summary: Summary, component: int) -> bool:
    """Whether the bias cannot be an accident."""
    return bool(abs(summary.bias[component]) > significant_z(summary) * summary.bias_se[component])


def significant_z(summary: Summary) -> float:
    """Standard errors beyond which chance is as unlikely as `SIGNIFICANT_Z` sigmas of a normal.

    A standard error from R estimates makes that Student's t with R − 1 degrees of freedom, here by the first
    term of its Cornish–Fisher expansion.
    """
    freedom = max(1, summary.repeats - 1)
    return SIGNIFICANT_Z * (1 + (SIGNIFICANT_Z**2 + 1) / (4 * freedom))
