"""How the estimator microscope names, colours and words its estimators; no Qt."""

import math
from typing import Final

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import Estimator
from dgm_explorer.numerics.estimators import DIRECTIONS
from dgm_explorer.numerics.microscope import Summary
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.theme import Theme

SIGNIFICANT_Z: Final = 4.0
ROUNDING: Final = 1e-10

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


def number_text(value: float, digits: int = 3) -> str:
    """A number for a narrow column: – where there is none, 0 for what rounding leaves of it."""
    if abs(value) < ROUNDING:
        return "0"
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) < 1e4:
        return tick_text(value, digits)
    return f"{value:.{digits - 1}e}".replace("e+0", "e").replace("e+", "e").replace("-", "−")


def plus_minus(value: float, error: float) -> str:
    """``value`` rounded where its standard error is: −0.15 ± 0.05; an error of 1… keeps a second digit."""
    if not (math.isfinite(error) and error > ROUNDING):
        return f"{number_text(value)} ± {number_text(error)}"
    exponent = math.floor(math.log10(error))
    decimals = -exponent + (error < 2 * 10.0**exponent)
    if decimals > 4 or max(abs(value), error) >= 1e4:
        return f"{number_text(value, 2)} ± {number_text(error, 1)}"
    shown = max(0, decimals)
    value = round(value, decimals) or 0.0  # no −0.00
    return f"{value:.{shown}f} ± {round(error, decimals):.{shown}f}".replace("-", "−")


def pair_text(values: FloatArray, is_sigma_fixed: bool) -> str:
    """Both components of a statistic, or the one of μ where σ is fixed."""
    first = number_text(float(values[0]), 2)
    return first if is_sigma_fixed else f"{first},  {number_text(float(values[1]), 2)}"


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
