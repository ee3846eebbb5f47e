"""The bound of the GMM-VAE against Monte Carlo, exact integration, mpmath and a second implementation."""

import math

import mpmath
import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, kl_divergence

from dgm_explorer.core.gmm_vae_config import GmmVaeConfig, Likelihood
from dgm_explorer.core.gmm_vae_snapshot import Layer
from dgm_explorer.models.gmm_vae import ElboTerms, GmmVae
from dgm_explorer.models.mlp import linears_of
from dgm_explorer.numerics import gmm_elbo

N_INPUTS = 5
BOTH: tuple[Likelihood, ...] = ("bernoulli", "gaussian")


def make_model(latent_dim: int = 3, n_components: int = 4, likelihood: Likelihood = "bernoulli") -> GmmVae:
    """A small model in float64 whose every parameter is off its first value."""
    config = GmmVaeConfig(
        latent_dim=latent_dim, n_components=n_components, hidden=(16,), likelihood=likelihood
    )
    generator = torch.Generator().manual_seed(7)
    model = GmmVae(config, N_INPUTS, generator).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return model


def examples(n: int = 6) -> Tensor:
    return torch.rand(n, N_INPUTS, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def normal_noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


def total(terms: ElboTerms) -> Tensor:
    return torch.stack(terms).sum(0)


def components_of(model: GmmVae) -> Normal:
    return Normal(model.component_means, (0.5 * model.clamped_component_log_vars()).exp())


@torch.no_grad()
@pytest.mark.parametrize("likelihood", BOTH)
def test_terms_agree_with_the_implementation_without_torch(likelihood: Likelihood) -> None:
    model, x, noise = make_model(likelihood=likelihood), examples(), normal_noise(1, 3)
    posterior = model.encode(x)
    found = model.terms(x, noise[:, None].expand(1, len(x), 3))
    prior = gmm_elbo.MixturePrior(
        model.log_pi().numpy(), model.component_means.numpy(), model.clamped_component_log_vars().numpy()
    )
    layers = [
        Layer(one.weight.detach().numpy(), one.bias.detach().numpy()) for one in linears_of(model.decoder)
    ]
    decoder = gmm_elbo.Decoder(layers, likelihood, float(model.decoder_log_var))
    q = gmm_elbo.Posterior(posterior.mean.numpy(), posterior.log_var.numpy())
    expected = gmm_elbo.bound_terms(prior, decoder, q, x.numpy(), noise.numpy())
    # the layers come as float32 copies, which (a) alone sees
    np.testing.assert_allclose(found.a.numpy(), expected.a[0], rtol=1e-5)
    np.testing.assert_allclose(torch.stack(found[1:]).numpy(), expected.stacked()[1:, 0], rtol=1e-10)


@torch.no_grad()
@pytest.mark.parametrize("assigned", [False, True])
def test_closed_forms_agree_with_monte_carlo(assigned: bool) -> None:
    model, x = make_model(), examples()
    assignment = torch.tensor([0, 1, 2, 3, -1, 2]) if assigned else None
    noise = normal_noise(2, len(x), 3)
    terms, posterior = model.terms(x, noise, assignment), model.encode(x)
    q = Normal(posterior.mean, (0.5 * posterior.log_var).exp())
    z = q.mean + q.stddev * normal_noise(20_000, len(x), 3)
    gamma = model.log_responsibilities(q.mean + q.stddev * noise).exp().mean(0)
    if assignment is not None:
        pinned = torch.nn.functional.one_hot(assignment.clamp(min=0), 4).double()
        gamma = torch.where(assignment[:, None] < 0, gamma, pinned)
    drawn_b = (gamma * components_of(model).log_prob(z[:, :, None]).sum(-1)).sum(-1)
    drawn_d = -q.log_prob(z).sum(-1)
    for found, drawn in ((terms.b, drawn_b), (terms.d, drawn_d)):
        standard_error = drawn.std(0) / math.sqrt(len(drawn))
        assert ((found - drawn.mean(0)).abs() < 4 * standard_error).all()
    torch.testing.assert_close(terms.c, (gamma * model.log_pi()).sum(-1), rtol=0, atol=1e-12)
    torch.testing.assert_close(terms.e, torch.special.entr(gamma).sum(-1), rtol=0, atol=1e-12)


@torch.no_grad()
@pytest.mark.parametrize("likelihood", BOTH)
def test_reconstruction_term_is_the_log_density_of_torch(likelihood: Likelihood) -> None:
    model, x, z = make_model(likelihood=likelihood), examples().round(), normal_noise(2, 6, 3)
    output = model.decode(z)
    density: torch.distributions.Distribution = (
        torch.distributions.Bernoulli(logits=output)
        if likelihood == "bernoulli"
        else Normal(output, (0.5 * model.decoder_log_var).exp())
    )
    torch.testing.assert_close(model.log_likelihood(x, z), density.log_prob(x.expand_as(output)).sum(-1))


@torch.no_grad()
def test_prior_is_the_mixture_of_torch() -> None:
    model, z = make_model(), normal_noise(50, 3)
    mixture = MixtureSameFamily(Categorical(logits=model.pi_logits), Independent(components_of(model), 1))
    torch.testing.assert_close(model.log_joint(z).logsumexp(-1), mixture.log_prob(z))


@torch.no_grad()
def test_plain_prior_costs_the_divergence_from_the_standard_normal() -> None:
    model, x = make_model(), examples()
    terms, posterior = model.standard_terms(x, normal_noise(1, 6, 3)), model.encode(x)
    q = Normal(posterior.mean, (0.5 * posterior.log_var).exp())
    cost = kl_divergence(q, Normal(torch.zeros_like(q.mean), torch.ones_like(q.mean))).sum(-1)
    torch.testing.assert_close(terms.b + terms.d, -cost)
    torch.testing.assert_close(terms.c + terms.e, torch.zeros_like(cost))


class Plane:
    """A latent plane on a fine grid, where log p(x) and every divergence are sums."""

    def __init__(self, model: GmmVae, x: Tensor) -> None:
        """``x``: (D,)."""
        axis = torch.linspace(-12, 12, 241, dtype=torch.float64)
        self.z = torch.cartesian_prod(axis, axis)
        self.cell = float(axis[1] - axis[0]) ** 2
        log_joint = model.log_joint(self.z) + model.log_likelihood(x[None], self.z[:, None])
        self.log_p_x = float(log_joint.flatten().logsumexp(0)) + math.log(self.cell)
        self.log_posterior = log_joint - self.log_p_x  # (cells, K)
        posterior = model.encode(x[None])
        q = Normal(posterior.mean, (0.5 * posterior.log_var).exp())
        self.log_q = q.log_prob(self.z).sum(-1)

    def divergence(self, gamma: Tensor) -> float:
        """KL(q(z|x) γ ‖ p(z, c|x)) for γ (K,)."""
        log_gamma = gamma.log()
        excess = self.log_q[:, None] + log_gamma - self.log_posterior
        return float((self.log_q.exp()[:, None] * gamma * excess).sum()) * self.cell

    def divergence_of_z(self) -> float:
        """KL(q(z|x) ‖ p(z|x))."""
        excess = self.log_q - self.log_posterior.logsumexp(-1)
        return float((self.log_q.exp() * excess).sum()) * self.cell


@torch.no_grad()
@pytest.mark.parametrize("likelihood", BOTH)
def test_bound_lies_below_log_p_of_x_by_the_divergence_it_should(likelihood: Likelihood) -> None:
    model, n_samples = make_model(latent_dim=2, likelihood=likelihood), 20_000
    for row in examples(3):
        plane, noise = Plane(model, row), normal_noise(n_samples, 1, 2)
        terms, posterior = model.terms(row[None], noise), model.encode(row[None])
        z = posterior.mean + (0.5 * posterior.log_var).exp() * noise
        gamma = model.log_responsibilities(z).exp().mean(0)[0]
        drawn_a = model.log_likelihood(row[None], z)
        standard_error = float(drawn_a.std()) / math.sqrt(n_samples)
        gap = plane.log_p_x - float(total(terms))
        assert gap > 0
        assert abs(gap - plane.divergence(gamma)) < 4 * standard_error


@torch.no_grad()
def test_bounds_keep_their_order() -> None:
    model, n_samples = make_model(latent_dim=2), 4000
    for row in examples(3):
        plane, noise = Plane(model, row), normal_noise(n_samples, 1, 2)
        posterior = model.encode(row[None])
        one_sample = total(model.terms(row.expand(n_samples, -1), noise.transpose(0, 1))).mean()
        averaged = total(model.terms(row[None], noise))[0]
        best = (model.log_pi() + model.expected_log_component(posterior)).logsumexp(-1)[0]
        outside = model.terms(row[None], noise)
        mean_field = (outside.a + outside.d)[0] + best
        collapsed = plane.log_p_x - plane.divergence_of_z()
        assert one_sample < averaged < mean_field < collapsed < plane.log_p_x


def exact_responsibilities(model: GmmVae, z: Tensor) -> list[float]:
    """γ by 60-digit arithmetic, from densities as they are."""
    with mpmath.workdps(60):
        log_pi = [mpmath.mpf(float(p)) for p in model.pi_logits]
        densities = []
        for k in range(model.n_components):
            density = mpmath.exp(log_pi[k])
            rows = zip(z, model.component_means[k], model.clamped_component_log_vars()[k], strict=True)
            for zj, mean, log_var in rows:
                variance = mpmath.exp(mpmath.mpf(float(log_var)))
                squared = (mpmath.mpf(float(zj)) - mpmath.mpf(float(mean))) ** 2
                density *= mpmath.exp(-squared / (2 * variance)) / mpmath.sqrt(2 * mpmath.pi * variance)
            densities.append(density)
        return [float(density / sum(densities)) for density in densities]


@torch.no_grad()
@pytest.mark.parametrize("latent_dim", [10, 50])
def test_responsibilities_are_exact_where_densities_are_tiny_and_a_constant_would_ruin_them(
    latent_dim: int,
) -> None:
    config = GmmVaeConfig(latent_dim=latent_dim, n_components=5, hidden=(4,))
    model = GmmVae(config, N_INPUTS, torch.Generator().manual_seed(1))  # float32, as in training
    model.component_log_vars.fill_(1.5)  # spread as codes are after pre-training: log p(z) around -24
    model.component_means.mul_(3)
    z = model.component_means[2] + 2 * torch.randn(latent_dim, generator=torch.Generator().manual_seed(2))
    exact = exact_responsibilities(model, z)
    np.testing.assert_allclose(model.log_responsibilities(z).exp().numpy(), exact, atol=2e-5)
    assert max(exact) > 0.6
    densities = model.log_joint(z.double()).exp() + 1e-10
    spoilt = densities / densities.sum()
    assert float((spoilt - torch.tensor(exact)).abs().max()) > 0.1


@torch.no_grad()
def test_responsibilities_far_from_everything_stay_a_distribution() -> None:
    model = make_model().float()
    log_gamma = model.log_responsibilities(torch.full((1, 3), 1e4))
    assert torch.isfinite(log_gamma).all()
    assert float(log_gamma.exp().sum()) == pytest.approx(1)


@pytest.mark.parametrize("likelihood", BOTH)
def test_gradient_agrees_with_finite_differences(likelihood: Likelihood) -> None:
    model, x, noise = make_model(likelihood=likelihood), examples(3), normal_noise(2, 3, 3)
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    total(model.terms(x, noise)).sum().backward()
    generator = torch.Generator().manual_seed(9)
    for name, parameter in parameters.items():
        direction = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        step, values = 1e-5, []
        for sign in (1, -1):
            with torch.no_grad():
                parameter.add_(direction, alpha=sign * step)
                values.append(float(total(model.terms(x, noise)).sum()))
                parameter.add_(direction, alpha=-sign * step)
        assert parameter.grad is not None
        slope = float((parameter.grad * direction).sum())
        assert (values[0] - values[1]) / (2 * step) == pytest.approx(slope, rel=1e-5, abs=1e-6), name


def test_gradient_is_finite_where_responsibilities_underflow() -> None:
    model = make_model().float()
    with torch.no_grad():
        model.component_means.mul_(300)
    total(model.terms(examples().float(), normal_noise(1, 6, 3).float())).sum().backward()
    assert all(p.grad is None or bool(p.grad.isfinite().all()) for p in model.parameters())


def test_networks_depend_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    config = GmmVaeConfig(hidden=(8,))
    one, two = (GmmVae(config, N_INPUTS, torch.Generator().manual_seed(4)) for _ in range(2))
    assert all(torch.equal(p, q) for p, q in zip(one.parameters(), two.parameters(), strict=True))
    assert torch.equal(torch.get_rng_state(), before)
