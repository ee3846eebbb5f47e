"""The KL tab as a script: both divergences, by quadrature on the line and in the plane."""

from collections.abc import Sequence

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.scripts.shown import Shown, comment_on, rows, vector

FORWARD, REVERSE, ENTROPY = "KL(p‖q)", "KL(q‖p)", "H(p)"
CROSS_ENTROPY, NEGATIVE_ELBO = "−E_p[log q]", "−ELBO"

_LINE = '''"""KL(p‖q) and KL(q‖p) of a mixture p and a Gaussian q on the line, by quadrature."""

import numpy as np

# p(x) = Σ_k w_k N(x; μ_k, σ_k²), one row (w_k, μ_k, σ_k) each, and q(x) = N(x; μ, σ²){held}
w, mu, sigma = np.array({p}).T
w = w / w.sum()
q_mu, q_sigma = {q}


def log_normal(x, m, s):
    return -0.5 * ((x - m) / s) ** 2 - np.log(s) - 0.5 * np.log(2 * np.pi)


def log_p(x):  # log of a sum of exponentials, safe where every density underflows
    return np.logaddexp.reduce(np.log(w) + log_normal(x[..., None], mu, sigma), axis=-1)


def log_q(x):
    return log_normal(x, q_mu, q_sigma)


# Edges of intervals: every σ around each mean, and ever closer around the places where two components
# are equal, w_i N_i(x) = w_j N_j(x): there log p may bend sharply
centres, widths = np.append(mu, q_mu), np.append(sigma, q_sigma)
knots = [(centres[:, None] + widths[:, None] * np.arange(-40, 41)).ravel()]
A, B = -0.5 / sigma**2, mu / sigma**2  # log w_k N_k(x) = A x² + B x + C
C = np.log(w / sigma) - 0.5 * (mu / sigma) ** 2
for i in range(len(w)):
    for j in range(i):
        roots = np.roots([A[i] - A[j], B[i] - B[j], C[i] - C[j]])
        closer = 2.0 ** -np.arange(50) * max(widths)
        knots += [x + s * closer for x in roots[np.isreal(roots)].real for s in (-1, 1)]
knots = np.unique(np.concatenate(knots))


def integral(f):
    """∫ f dx by Gauss–Legendre, 20 nodes in each interval; all are halved until the sum stays as it is."""
    t, v = np.polynomial.legendre.leggauss(20)
    edges, old = knots, np.inf
    for _ in range(8):
        middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
        new = np.sum(half[:, None] * v * f(middle[:, None] + half[:, None] * t))
        change, old = abs(new - old), new
        if change <= 1e-11 * abs(new):
            break
        edges = np.union1d(edges, middle)
    return new, change + 1e-12 * (1 + abs(new))


per_nat = {per_nat}  # the unit is {units}
for name, f in (
    ("H(p)", lambda x: -np.exp(log_p(x)) * log_p(x)),  # −∫ p log p dx  {entropy}
    ("KL(p||q)", lambda x: np.exp(log_p(x)) * (log_p(x) - log_q(x))),  # ∫ p log(p/q) dx  {forward}
    ("KL(q||p)", lambda x: np.exp(log_q(x)) * (log_q(x) - log_p(x))),  # ∫ q log(q/p) dx  {reverse}
):
    value, error = integral(f)
    print(f"{{name}} = {{value * per_nat:.10g}} +- {{error * per_nat:.1g}} {units}")
'''

_PLANE = '''"""KL(p‖q) and KL(q‖p) of a mixture p and a Gaussian q in the plane, by quadrature."""

import numpy as np

# p(x) = Σ_k w_k N(x; m_k, C_k), one row (w, m_x, m_y, C_xx, C_xy, C_yy) each, and q(x) = N(x; m, C)
table = np.array({p})
q = np.array({q})
w, normals = table[:, 0] / table[:, 0].sum(), table[:, 1:]


def log_normal(x, row):
    C = np.array([[row[2], row[3]], [row[3], row[4]]])
    e = np.linalg.solve(np.linalg.cholesky(C), (x - row[:2]).reshape(-1, 2).T)  # ε = L⁻¹(x − m), C = LLᵀ
    return (-0.5 * (e**2).sum(0) - 0.5 * np.linalg.slogdet(2 * np.pi * C)[1]).reshape(x.shape[:-1])


def log_p(x):
    return np.logaddexp.reduce([np.log(v) + log_normal(x, row) for v, row in zip(w, normals)])


def expectation(f, row):
    """E f(m + Lε), ε ~ N(0, I): Gauss–Legendre in cells of |ε| ≤ 9, halved until the mean stays as it is."""
    t, v = np.polynomial.legendre.leggauss(12)
    L, old = np.linalg.cholesky([[row[2], row[3]], [row[3], row[4]]]), np.inf
    for cells in (9, 19, 39, 79, 159):
        h = 9 / cells
        e = (np.linspace(-9 + h, 9 - h, cells)[:, None] + h * t).ravel()
        density = np.tile(h * v, cells) * np.exp(-0.5 * e**2) / np.sqrt(2 * np.pi)
        new = density @ f(row[:2] + np.stack(np.meshgrid(e, e, indexing="ij"), -1) @ L.T) @ density
        change, old = abs(new - old), new
        if change <= 1e-9 * (1 + abs(new)):
            break
    return np.array([new, change + 1e-12 * (1 + abs(new))])


def mean_under_p(f):  # Σ_k w_k E_k f
    return sum(v * expectation(f, row) for v, row in zip(w, normals))


entropy = mean_under_p(lambda x: -log_p(x))  # −E_p log p  {entropy}
forward = mean_under_p(lambda x: log_p(x) - log_normal(x, q))  # E_p log(p/q)  {forward}
reverse = expectation(lambda x: log_normal(x, q) - log_p(x), q)  # E_q log(q/p)  {reverse}
per_nat = {per_nat}  # the unit is {units}
for name, (value, error) in (("H(p)", entropy), ("KL(p||q)", forward), ("KL(q||p)", reverse)):
    print(f"{{name}} = {{value * per_nat:.10g}} +- {{error * per_nat:.1g}} {units}")
'''

_SAMPLED = """
# Of p only {known} {is_are} known in the window: it estimates from N = {n} samples, and this from the same.
rng = np.random.default_rng({seed})
{draw}
value, error = per_nat * terms.mean(), per_nat * terms.std(ddof=1) / np.sqrt(len(terms))
print(f"{name} = {{value:.6g}} +- {{error:.2g}} {units}")  {comment}
"""
_MOST_SAMPLES = 10_000
"""The window takes no more either."""


def write_kl_script(state: KLState, shown: Sequence[Shown]) -> str:
    """The present setting as a script.

    Parameters
    ----------
    shown : numbers of the window, by the names `ENTROPY`, `FORWARD`, `REVERSE` and the surrogates'.
    """
    is_line = state.dimension == 1
    held = "; σ is held, only μ is free" if is_line and state.is_sigma_fixed else ""
    script = (_LINE if is_line else _PLANE).format(
        p=rows(_components(state)),
        q=f"{state.q.mu!r}, {state.q.sigma!r}" if is_line else vector([*state.q2.mean, *state.q2.cov]),
        held=held,
        per_nat="1.0" if state.units == "nats" else "1 / np.log(2)",
        units=state.units,
        entropy=comment_on(shown, ENTROPY),
        forward=comment_on(shown, FORWARD),
        reverse=comment_on(shown, REVERSE),
    )
    return script if state.knowledge == "densities" else script + _surrogate(state, shown)


def _components(state: KLState) -> list[list[float]]:
    """Those with any weight."""
    if state.dimension == 1:
        return [[c.weight, c.mu, c.sigma] for c in state.p if c.weight > 0]
    return [[c.weight, *c.mean, *c.cov] for c in state.p2 if c.weight > 0]


def _surrogate(state: KLState, shown: Sequence[Shown]) -> str:
    is_line, has_samples = state.dimension == 1, state.knowledge == "samples"
    n = min(state.n_samples, _MOST_SAMPLES)
    name = CROSS_ENTROPY if has_samples else NEGATIVE_ELBO
    return _SAMPLED.format(
        known="samples" if has_samples else f"log p̃ = log p + {state.log_z!r}",
        is_are="are" if has_samples else "is",
        n=n,
        seed=state.seed,
        draw=_draw(is_line, has_samples).format(n=max(n, 2), log_z=repr(state.log_z)),
        name="-E_p[log q]" if has_samples else "-ELBO",
        units=state.units,
        comment=comment_on(shown, name),
    )


def _draw(is_line: bool, has_samples: bool) -> str:
    if is_line:
        if has_samples:
            return (
                "noise, u = rng.standard_normal({n}), rng.random({n})\n"
                'k = np.searchsorted(np.cumsum(w)[:-1], u, side="right")\n'
                "terms = -log_q(mu[k] + sigma[k] * noise)  # x from p"
            )
        return "x = rng.normal(q_mu, q_sigma, {n})  # from q\nterms = log_q(x) - log_p(x) - {log_z}"
    if has_samples:
        return (
            "k = rng.choice(len(w), {n}, p=w)\n"
            "L = np.linalg.cholesky(normals[k][:, [2, 3, 3, 4]].reshape(-1, 2, 2))\n"
            "x = normals[k, :2] + (L @ rng.standard_normal(({n}, 2, 1)))[..., 0]  # from p\n"
            "terms = -log_normal(x, q)"
        )
    return (
        "L = np.linalg.cholesky([[q[2], q[3]], [q[3], q[4]]])\n"
        "x = q[:2] + rng.standard_normal(({n}, 2)) @ L.T  # from q\n"
        "terms = log_normal(x, q) - log_p(x) - {log_z}"
    )
