"""The Reparametrisation tab as a script: moments of z, and both gradients of E f(z)."""

from collections.abc import Sequence

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import QuantileLaw, ReparamState
from dgm_explorer.scripts.shown import Shown, comment_on, rows, vector

_MAP = '''"""z = μ + Lε, ε ~ N(0, I): its moments, and the gradient of E f(z), exact and estimated."""

import numpy as np

mu = np.array({mu})
L = np.array({factor})
# {made}
d, rng = len(mu), np.random.default_rng({seed})

# Moments: E z = μ, Σ = LLᵀ; those of N points with standard errors √(Σ_ii/N), √((Σ_ii Σ_jj + Σ_ij²)/(N − 1))
Sigma = L @ L.T
z = mu + rng.standard_normal(({n_points}, d)) @ L.T
{first_moments}
for i in range(d):
    error = np.sqrt(Sigma[i, i] / len(z))
    print(f"E z{{i + 1}} = {{z[:, i].mean():.8g}} +- {{error:.2g}} (exact {{mu[i]:.8g}})")
S = np.cov(z.T).reshape(d, d)
{second_moments}
for i in range(d):
    for j in range(i + 1):
        error = np.sqrt((Sigma[i, i] * Sigma[j, j] + Sigma[i, j] ** 2) / (len(z) - 1))
        print(f"Sigma{{i + 1}}{{j + 1}} = {{S[i, j]:.8g}} +- {{error:.2g}} (exact {{Sigma[i, j]:.8g}})")
'''

_LAW = '''"""z = μ + σ F⁻¹(Φ(ε)), ε ~ N(0, 1): mean and variance of the {law} law, exact and of points."""

from statistics import NormalDist

import numpy as np

mu, sigma, n = {mu}, {sigma}, {n_points}
epsilon = np.random.default_rng({seed}).standard_normal(n)
u = np.array([NormalDist().cdf(e) for e in epsilon])  # Φ(ε), uniform
z = mu + sigma * ({quantile})  # F⁻¹(u)
mean, variance, kurtosis = mu + sigma * {mean}, sigma**2 * {variance}, {kurtosis}  # of the law; excess
error = np.sqrt(variance / n)
print(f"E z = {{z.mean():.8g}} +- {{error:.2g}} (exact {{mean:.8g}})")  {first}
error = variance * np.sqrt(2 / (n - 1) + kurtosis / n)
print(f"Var z = {{z.var(ddof=1):.8g}} +- {{error:.2g}} (exact {{variance:.8g}})")  {second}
'''

_GRADIENT = '''
{objective}


def exact(n):
    """∇_μ E f = E ∇f(z) and ∇_L E f = E ∇f(z) εᵀ, by n Gauss–Hermite nodes along each axis of ε."""
    t, v = np.polynomial.hermite_e.hermegauss(n)
    e = np.stack(np.meshgrid(*[t] * d, indexing="ij"), -1).reshape(-1, d)
    weight = np.prod(np.stack(np.meshgrid(*[v / v.sum()] * d, indexing="ij"), -1).reshape(-1, d), -1)
    slope = weight[:, None] * grad_f(mu + e @ L.T)
    return np.concatenate([slope.sum(0), (slope.T @ e).ravel()])


# R estimates of N samples each, all from the same ε
R, N = {n_arrows}, {n_samples}
e = np.random.default_rng({seed}).standard_normal((R, N, d))
z = mu + e @ L.T
pathwise = np.concatenate([  # ∇f(z) and ∇f(z) εᵀ (Kingma & Welling 2014)
    grad_f(z).mean(1), (grad_f(z)[..., None] * e[..., None, :]).mean(1).reshape(R, -1)], axis=1)
estimates = {{"pathwise": pathwise}}
{score}
names = {names}
fine, coarse = exact({nodes}), exact({nodes} // 2)  # equal up to rounding for a polynomial f
for i, name in enumerate(names):
{skip}    print(f"exact d/d{{name}} = {{fine[i]:.8g}} +- {{abs(fine[i] - coarse[i]) + 1e-12:.1g}}")
    for method, estimate in estimates.items():  # mean of the R estimates ± its standard error
        mean, error = estimate[:, i].mean(), estimate[:, i].std(ddof=1) / np.sqrt(R)
        print(f"{{method}} d/d{{name}} = {{mean:.8g}} +- {{error:.2g}}")
{comments}
'''

_SCORE = """
value, inverse = f(z), np.linalg.inv(L)
{weights}
# weight × ∇ log q(z), with ∇_μ log q = L⁻ᵀε and ∇_L log q = L⁻ᵀ(εεᵀ − I) (Williams 1992)
score = np.concatenate([
    (weight[..., None] * (e @ inverse)).mean(1),
    (inverse.T @ ((weight[..., None, None] * (e[..., None] * e[..., None, :] - np.eye(d))).mean(1))
     ).reshape(R, -1)], axis=1)
estimates["score"] = score
"""
_BASELINE = "weight = (value - value.mean(1, keepdims=True)) * N / (N - 1)  # less the mean of the others"

_QUADRATIC = """target = np.array({target})


def f(z):  # ½ ‖z − t‖²
    return 0.5 * ((z - target) ** 2).sum(-1)


def grad_f(z):
    return z - target"""
_BANANA_LINE = """def f(z):  # ½ [(1 − z)² + 2 z⁴]
    return 0.5 * ((1 - z[..., 0]) ** 2 + 2 * z[..., 0] ** 4)


def grad_f(z):
    return z - 1 + 4 * z**3"""
_BANANA_PLANE = """def f(z):  # ½ [(1 − z₁)² + 2 (z₂ − z₁²)²]
    return 0.5 * ((1 - z[..., 0]) ** 2 + 2 * (z[..., 1] - z[..., 0] ** 2) ** 2)


def grad_f(z):
    off = 2 * (z[..., 1] - z[..., 0] ** 2)
    return np.stack([z[..., 0] - 1 - 2 * z[..., 0] * off, off], -1)"""
_TWO_WELLS = """a = 2.0


def f(z):  # (z₁² − a²)²/(8a²) + ½ z₂²
    return (z[..., 0] ** 2 - a**2) ** 2 / (8 * a**2) + 0.5 * (z[..., 1:] ** 2).sum(-1)


def grad_f(z):
    slope = z.copy()
    slope[..., 0] *= (z[..., 0] ** 2 - a**2) / (2 * a**2)
    return slope"""
_TARGET = """# f = −log p, p(z) = Σ_k w_k N(z; m_k, C_k)
weights, means = np.array({weights}) / np.sum({weights}), np.array({means})
covariances = np.array({covariances})


def log_terms(z):  # log w_k N(z; m_k, C_k), and −C_k⁻¹(z − m_k)
    offset = z[..., None, :] - means
    pull = np.einsum("kij,...kj->...ki", np.linalg.inv(covariances), offset)
    log_norm = 0.5 * np.linalg.slogdet(2 * np.pi * covariances)[1]
    return np.log(weights) - 0.5 * (offset * pull).sum(-1) - log_norm, -pull


def f(z):
    return -np.logaddexp.reduce(log_terms(z)[0], axis=-1)


def grad_f(z):
    terms, pull = log_terms(z)
    share = np.exp(terms - np.logaddexp.reduce(terms, axis=-1)[..., None])  # responsibilities
    return -(share[..., None] * pull).sum(-2)"""

_QUANTILES: dict[QuantileLaw, tuple[str, str, str, str]] = {
    "logistic": ("np.log(u / (1 - u))", "0", "np.pi**2 / 3", "1.2"),
    "laplace": ("-np.sign(u - 0.5) * np.log1p(-2 * np.abs(u - 0.5))", "0", "2", "3"),
    "exponential": ("-np.log1p(-u)", "1", "1", "6"),
}
"""F⁻¹(u); mean, variance and excess kurtosis of F⁻¹(u)."""
_NAMES_LINE = '["mu", "sigma"]'
_NAMES_PLANE = '["mu1", "mu2", "L11", "L12", "L21", "L22"]'
_EXACT_NODES, _MANY_NODES = 20, 160


def write_reparam_script(
    state: ReparamState,
    kl: KLState,
    mean: FloatArray,
    factor: FloatArray,
    law: QuantileLaw,
    shown: Sequence[Shown],
) -> str:
    """The present setting as a script.

    Parameters
    ----------
    kl : whose p is meant by the objective ``kl_target``.
    mean, factor : (d,) and (d, d) of the map on the screen.
    law : of z on the line.
    shown : numbers of the window: moments by the names ``E z₁``, ``Σ₂₁``, …, gradients by ``∂μ₁``, ….
    """
    if law != "gaussian":
        return _write_law(state, float(mean[0]), float(factor[0, 0]), law, shown)
    moments = [number for number in shown if not number.name.startswith("∂")]
    first = [number for number in moments if number.name.startswith("E")]
    second = [number for number in moments if not number.name.startswith("E")]
    text = _MAP.format(
        mu=vector(mean.tolist()),
        factor=f"[{', '.join(vector(row) for row in factor.tolist())}]",
        made=_words_of_factor(state),
        seed=state.seed,
        n_points=max(state.n_points, 2),
        first_moments=_listed(first),
        second_moments=_listed(second),
    )
    stretches = np.linalg.svd(factor, compute_uv=False)
    is_singular = bool(stretches[-1] <= 1e-12 * stretches[0])
    is_triangle = state.dimension == 2 and state.form == "lower"
    return text + _GRADIENT.format(
        objective=_objective(state, kl),
        n_arrows=max(state.n_arrows, 2),
        n_samples=state.n_samples,
        seed=state.seed,
        score=_score(state, is_singular),
        names=_NAMES_LINE if state.dimension == 1 else _NAMES_PLANE,
        nodes=_MANY_NODES if state.objective == "kl_target" else _EXACT_NODES,
        skip='    if name == "L12":\n        continue  # L is a triangle\n' if is_triangle else "",
        comments="\n".join(f"# the window shows {n.name}: {n.text}" for n in shown if n.name.startswith("∂")),
    )


def _listed(numbers: Sequence[Shown]) -> str:
    if not numbers:
        return "# the window does not show them at present"
    return "# the window shows " + ", ".join(f"{n.name}: {n.text}" for n in numbers)


def _words_of_factor(state: ReparamState) -> str:
    if state.dimension == 2 and state.form == "full":
        return "every entry is free"
    raw = state.raw_diagonal[: state.dimension]
    return f"on the diagonal {state.activation}(raw), raw = {', '.join(f'{r:g}' for r in raw)} to begin with"


def _score(state: ReparamState, is_singular: bool) -> str:
    if is_singular:
        return "# Σ is singular: z has no density, and no score function\n"
    has_baseline = state.has_baseline and state.n_samples > 1
    return _SCORE.format(weights=_BASELINE if has_baseline else "weight = value")


def _objective(state: ReparamState, kl: KLState) -> str:
    if state.objective == "quadratic":
        return _QUADRATIC.format(target=vector(state.target[: state.dimension]))
    if state.objective == "banana":
        return _BANANA_LINE if state.dimension == 1 else _BANANA_PLANE
    if state.objective == "two_wells":
        return _TWO_WELLS
    if state.dimension == 1:
        line = [c for c in kl.p if c.weight > 0]
        weights, means = [c.weight for c in line], [[c.mu] for c in line]
        covariances = [[[c.sigma**2]] for c in line]
    else:
        plane = [c for c in kl.p2 if c.weight > 0]
        weights, means = [c.weight for c in plane], [list(c.mean) for c in plane]
        covariances = [[[c.cov[0], c.cov[1]], [c.cov[1], c.cov[2]]] for c in plane]
    return _TARGET.format(weights=vector(weights), means=rows(means), covariances=repr(covariances))


def _write_law(state: ReparamState, mu: float, sigma: float, law: QuantileLaw, shown: Sequence[Shown]) -> str:
    quantile, mean, variance, kurtosis = _QUANTILES[law]
    return _LAW.format(
        law=law,
        mu=repr(mu),
        sigma=repr(sigma),
        n_points=max(state.n_points, 2),
        seed=state.seed,
        quantile=quantile,
        mean=mean,
        variance=variance,
        kurtosis=kurtosis,
        first=comment_on(shown, "E z"),
        second=comment_on(shown, "Var z"),
    )
