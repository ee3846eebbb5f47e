"""How the tab names, colours and writes its gradient estimators; no Qt."""

from typing import Final

from dgm_explorer.core.reparam_state import MapEstimator, MapOptimiser
from dgm_explorer.ui.theme import Theme

ESTIMATOR_NAME: Final[dict[MapEstimator, str]] = {
    "exact": "exact",
    "pathwise": "pathwise",
    "score": "score",
    "score_baseline": "score, baseline",
}
OPTIMISER_NAME: Final[dict[MapOptimiser, str]] = {"sgd": "SGD", "adam": "Adam"}

ESTIMATOR_TEX: Final[dict[MapEstimator, str]] = {
    "exact": r"\nabla_{\mu,L}\, \mathbb{E}_{\epsilon}\, f(\mu + L\epsilon)",
    "pathwise": (
        r"\frac{1}{N} \sum_n \nabla f(z_n), \quad \frac{1}{N} \sum_n \nabla f(z_n)\, \epsilon_n^{\top},"
        r" \quad z_n = \mu + L\epsilon_n"
    ),
    "score": (
        r"\frac{1}{N} \sum_n f(z_n)\, \nabla_{\mu,L} \log q(z_n),"
        r" \quad z_n \sim q = \mathcal{N}(\mu, LL^{\top})"
    ),
    "score_baseline": (
        r"\frac{1}{N} \sum_n \left( f(z_n) - \frac{1}{N-1} \sum_{m \neq n} f(z_m) \right)"
        r" \nabla_{\mu,L} \log q(z_n)"
    ),
}
OPTIMISER_TEX: Final[dict[MapOptimiser, str]] = {
    "sgd": r"\theta \leftarrow \theta - \eta\, \hat{g}",
    "adam": (
        r"\theta \leftarrow \theta - \eta\, \frac{\hat{m}}{\sqrt{\hat{v}} + 10^{-8}},"
        r" \quad \beta_1 = 0.9,\ \beta_2 = 0.999"
    ),
}

_COLOR_INDEX: Final[dict[MapEstimator, int]] = {"pathwise": 3, "score": 0, "score_baseline": 4}
"""Those of their like in the KL tab: reparametrised, REINFORCE, REINFORCE with baseline."""


def estimator_color(estimator: MapEstimator, theme: Theme) -> str:
    """The one colour of an estimator in arrows, curves and tables; the exact gradient has that of text."""
    return theme.text if estimator == "exact" else theme.component(_COLOR_INDEX[estimator])
