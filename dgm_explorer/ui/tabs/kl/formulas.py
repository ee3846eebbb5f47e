"""LaTeX of the formulas behind the controls."""

from typing import Final

from dgm_explorer.core.kl_state import Direction, Estimator, Metric, Optimiser

LINE_DENSITY: Final = r"q(x) = \frac{1}{\sigma\sqrt{2\pi}} \, e^{-(x-\mu)^2 / 2\sigma^2}"
PLANE_DENSITY: Final = (
    r"q(x) = \frac{1}{2\pi\sqrt{|\Sigma|}} \, e^{-\frac{1}{2}(x-\mu)^\top \Sigma^{-1} (x-\mu)}"
)
OPTIMISER_FORMULA: Final[dict[Optimiser, str]] = {
    "gradient": (
        r"\theta \leftarrow \theta - \eta \, \nabla_\theta \mathrm{KL},"
        r" \quad \theta = (\mu, \log\sigma)"
    ),
    "adam": r"\theta \leftarrow \theta - \eta \, \hat m / (\sqrt{\hat v} + \varepsilon)",
    "natural": (
        r"\theta \leftarrow \theta - \eta \, F^{-1} \nabla_\theta \mathrm{KL},"
        r" \quad F = \mathrm{diag}(1/\sigma^2, 2)"
    ),
}
ESTIMATOR_FORMULA: Final[dict[tuple[Direction, Estimator], str]] = {
    ("forward", "exact"): (r"\nabla_\theta \mathrm{KL}(p\|q) = -\int p(x) \, \nabla_\theta \log q(x) \, dx"),
    ("reverse", "exact"): r"\nabla_\theta \mathrm{KL}(q\|p) = \nabla_\theta \int q \log (q/p) \, dx",
    ("forward", "maximum_likelihood"): (r"-\frac{1}{N} \sum_i \nabla_\theta \log q(x_i), \quad x_i \sim p"),
    ("forward", "snis"): (
        r"-\sum_i \bar w_i \nabla_\theta \log q(x_i), \quad \bar w_i \propto \tilde p(x_i) / q(x_i)"
    ),
    ("reverse", "reinforce"): (
        r"\frac{1}{N} \sum_i \log \frac{q(x_i)}{\tilde p(x_i)} \, \nabla_\theta \log q(x_i)"
    ),
    ("reverse", "reinforce_loo"): (
        r"\frac{1}{N} \sum_i (a_i - \bar a_{-i}) \nabla_\theta \log q(x_i), \quad a = \log q / \tilde p"
    ),
    ("reverse", "reparametrised"): (
        r"-\nabla_\theta \log\sigma - \frac{1}{N} \sum_i"
        r" \nabla_\theta \log \tilde p(\mu + \sigma\varepsilon_i)"
    ),
    ("reverse", "sticking_the_landing"): (
        r"\frac{1}{N} \sum_i \frac{d}{dx} \log \frac{q}{\tilde p}(x_i)"
        r" \, \nabla_\theta (\mu + \sigma\varepsilon_i)"
    ),
}
FLOW_FORMULA: Final[dict[Metric, str]] = {
    "euclidean": (r"\dot\theta = -\nabla_\theta \mathrm{KL}(q\|p), \quad \theta = (\mu, \log\sigma)"),
    "natural": (
        r"\dot\theta = -F^{-1} \nabla_\theta \mathrm{KL}(q\|p), \quad F = \mathrm{diag}(1/\sigma^2, 2)"
    ),
}
