"""Problem 4, A to C: the nearest code, chosen without chance, and the gradient that passes by copy."""

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy import special, stats
from scipy.spatial import KDTree
from torch import Tensor

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.nearest_code import nearest_codes
from dgm_explorer.models.quantizer import straight_through
from dgm_explorer.models.vq_vae import VqVae
from dgm_explorer.theory.result import CheckResult, agrees, refutes

_N_PASSES = 20


def _make_model() -> tuple[VqVae, Tensor]:
    """A small network with random weights, and four random images (4, 1, 8, 8)."""
    generator = torch.Generator().manual_seed(15)
    config = VqVaeConfig(codebook_size=16, code_dim=4)
    model = VqVae(config, (8, 8, 1), 0.1, generator).eval()
    return model, torch.rand(4, 1, 8, 8, generator=generator)


def nearest(model: VqVae, x: Tensor) -> IntArray:
    """The codes of images, (B, h, w)."""
    return np.asarray(model.encode_codes(x).numpy())


def check_deterministic(encode: Callable[[VqVae, Tensor], IntArray] = nearest) -> CheckResult:
    """4A: the same image has the same codes every time; q(k|x) is one-hot."""
    model, x = _make_model()
    passes = np.stack([encode(model, x) for _ in range(_N_PASSES)]).reshape(_N_PASSES, -1)
    shares = np.stack([(passes == k).mean(axis=0) for k in range(16)])
    entropy = np.asarray(special.entr(shares)).sum(axis=0)
    if_stochastic = _entropy_if_stochastic(model, x)
    to_uniform = stats.entropy(shares, np.full((16, shares.shape[1]), 1 / 16), axis=0)
    findings = (
        agrees("entropy of q(k|x), nats", 0.0, entropy.max(), 1e-12),
        refutes("the same, were k drawn by softmax(−‖z_e − e‖²)", if_stochastic, entropy.mean(), 0.1),
        agrees("places that changed their code in 20 passes", 0, (passes != passes[0]).sum(), 0),
        agrees("KL(q(k|x) ‖ uniform) = log K", math.log(16), float(np.mean(to_uniform)), 1e-12),
        agrees("codes that are not the nearest", 0, (passes[0] != _brute_force(model, x)).sum(), 0),
    )
    return CheckResult("20 passes of four images through a network with random weights, K = 16", findings)


def _distances(model: VqVae, x: Tensor) -> FloatArray:
    """Squared distances of every place to every code, (n, K), term by term in float64."""
    with torch.no_grad():
        z = model.encode(x).movedim(1, -1).reshape(-1, 4).double().numpy()
        codes = model.quantizer.lookup(torch.arange(16)[None, None])[0, :, 0].T.double().numpy()
    return np.asarray(((z[:, None] - codes[None]) ** 2).sum(axis=-1))


def _brute_force(model: VqVae, x: Tensor) -> IntArray:
    return np.asarray(_distances(model, x).argmin(axis=1))


def _entropy_if_stochastic(model: VqVae, x: Tensor) -> float:
    shares = special.softmax(-_distances(model, x), axis=1)
    return float(special.entr(shares).sum(axis=1).mean())


def check_nearest(choose: Callable[[Tensor, Tensor], Tensor] = nearest_codes) -> CheckResult:
    """4B: the code chosen is the nearest one, also far from the origin where products drown differences."""
    rng = np.random.default_rng(16)
    codes = rng.standard_normal((64, 8))
    z = 1.5 * rng.standard_normal((5000, 8))
    found = choose(torch.tensor(z), torch.tensor(codes)).numpy()
    distance, owner = KDTree(codes).query(z)
    chosen = np.linalg.norm(z - codes[found], axis=1)
    far_codes = (100 + 0.01 * codes).astype(np.float32)
    far_z = (100 + 0.01 * z).astype(np.float32)
    far = choose(torch.tensor(far_z), torch.tensor(far_codes)).numpy()
    offsets = far_z[:, None].astype(np.float64) - far_codes[None].astype(np.float64)
    far_distances = (offsets**2).sum(axis=-1)
    largest_product = (z @ codes.T).argmax(axis=1)
    findings = (
        agrees("mean ‖z_e − z_q‖", float(np.mean(distance)), chosen.mean(), 1e-12),
        agrees("vectors of 5000 not sent to the nearest code", 0, (found != owner).sum(), 0),
        agrees("the same count at 100 ± 0.01 in float32", 0, (far != far_distances.argmin(axis=1)).sum(), 0),
        refutes("that count, were it the largest product z·e", 0, (largest_product != owner).sum(), 100),
    )
    return CheckResult("a k-d tree of scipy, and all distances term by term in float64", findings)


def check_straight_through(passed: Callable[[Tensor, Tensor], Tensor] = straight_through) -> CheckResult:
    """4C: forward z_q to the last bit, backward the identity; the true derivative is zero."""
    rng = np.random.default_rng(17)
    codes = torch.tensor(rng.standard_normal((5, 3)))
    z = torch.tensor(rng.standard_normal((4, 3)), requires_grad=True)

    def quantised(vectors: Tensor) -> Tensor:
        return passed(vectors, codes[torch.cdist(vectors.detach(), codes).argmin(1)])

    jacobian = torch.autograd.functional.jacobian(quantised, z).reshape(12, 12)  # type: ignore[no-untyped-call]
    upstream, received = _gradients(quantised, z)
    forward = (quantised(z) - codes[torch.cdist(z, codes).argmin(1)]).abs().max()
    findings = (
        agrees("|Jacobian − identity|", 0.0, float((jacobian - torch.eye(12)).abs().max()), 0),
        agrees("|∂L/∂z_e − ∂L/∂z_q|", 0.0, float((received - upstream).abs().max()), 0),
        agrees("|value passed on − z_q|", 0.0, float(forward.detach()), 0),
        agrees("true ∂z_q/∂z_e, by differences", 0.0, _true_slope(codes, z.detach()), 0),
    )
    return CheckResult("Jacobian by autograd, derivative of the quantiser by central differences", findings)


def _gradients(quantised: Callable[[Tensor], Tensor], z: Tensor) -> tuple[Tensor, Tensor]:
    """∂L/∂z_q and ∂L/∂z_e of a loss that is not linear."""
    z_q = quantised(z)
    z_q.retain_grad()
    (z_q.sin().sum() + z_q.square().prod(1).sum()).backward()  # type: ignore[no-untyped-call]
    assert z_q.grad is not None
    assert z.grad is not None
    return z_q.grad, z.grad


def _true_slope(codes: Tensor, z: Tensor) -> float:
    """Largest change of z_q for a step of 1e-6 either way, over the step."""
    worst = 0.0
    for i in range(z.shape[1]):
        step = torch.zeros_like(z)
        step[:, i] = 1e-6
        ends = [codes[torch.cdist(z + sign * step, codes).argmin(1)] for sign in (1, -1)]
        worst = max(worst, float((ends[0] - ends[1]).abs().max()) / 2e-6)
    return worst
