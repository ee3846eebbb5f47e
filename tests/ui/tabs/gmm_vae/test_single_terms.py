"""The terms of one example or component, against the sums they are meant to be."""

import numpy as np
import pytest
import scipy.special
import scipy.stats

from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.numerics.mlp import forward
from dgm_explorer.ui.tabs.gmm_vae.single_terms import component_terms, point_terms
from tests.ui.tabs.gmm_vae.bound_cases import make_dataset, make_snapshot


def sampled_terms(snapshot: GmmVaeSnapshot, i: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard errors of (a) … (e) for row ``i`` by scipy and fresh samples."""
    rng = np.random.default_rng(99)
    x = make_dataset().inputs[snapshot.probe[i]].astype(float)
    m, v = snapshot.latent_means[i].astype(float), np.exp(snapshot.latent_log_vars[i].astype(float))
    z = m + np.sqrt(v) * rng.normal(size=(n, 2))
    p = scipy.special.expit(forward(snapshot.decoder, z))
    a = scipy.stats.bernoulli.logpmf(1, p) * x + scipy.stats.bernoulli.logpmf(0, p) * (1 - x)
    joint = np.stack([scipy.stats.norm(mu, 1.0).logpdf(z).sum(axis=1) for mu in snapshot.component_means], 1)
    joint += snapshot.log_pi
    log_gamma = scipy.special.log_softmax(joint, axis=1)
    gamma = np.exp(log_gamma)
    expected = [(scipy.stats.norm(mu, 1.0).logpdf(m) - 0.5 * v).sum() for mu in snapshot.component_means]
    samples = np.stack(
        [a.sum(axis=1), gamma @ np.array(expected), gamma @ snapshot.log_pi, -(gamma * log_gamma).sum(axis=1)]
    )
    entropy = scipy.stats.norm(0, np.sqrt(v)).entropy().sum()
    means, errors = samples.mean(axis=1), samples.std(axis=1) / np.sqrt(n)
    return np.insert(means, 3, entropy), np.insert(errors, 3, 0.0)


@pytest.mark.parametrize("i", [0, 7, 31])
def test_point_terms_agree_with_fresh_samples(i: int) -> None:
    snapshot = make_snapshot()
    single = point_terms(snapshot, make_dataset(), i)
    expected, errors = sampled_terms(snapshot, i, 20_000)
    assert (np.abs(single.values - expected) <= 4 * np.hypot(single.standard_errors, errors) + 1e-5).all()
    assert single.standard_errors[3] == 0.0


def test_the_fixed_noise_is_unlucky_for_hardly_any_example() -> None:
    """All examples share it: 64 ε drawn at random were more than two standard errors off for half of them."""
    snapshot, data = make_snapshot(), make_dataset()
    is_within = []
    for i in range(len(snapshot.probe)):
        single = point_terms(snapshot, data, i)
        expected, errors = sampled_terms(snapshot, i, 20_000)
        is_within.append(
            np.abs(single.values - expected) <= 2 * np.hypot(single.standard_errors, errors) + 1e-5
        )
    assert np.mean(is_within, axis=0).min() > 0.95


def test_component_terms_are_the_weighted_mean_of_its_examples() -> None:
    snapshot, data = make_snapshot(), make_dataset()
    single = component_terms(snapshot, data, 1)
    points = np.array([point_terms(snapshot, data, i).values for i in range(60)])
    weights = snapshot.responsibilities[:, 1] / snapshot.responsibilities[:, 1].sum()
    assert (np.abs(single.values - weights @ points) < 4 * single.standard_errors + 0.02).all()
    assert (single.standard_errors[[0, 1, 2, 4]] > 0).all()


def test_before_the_mixture_the_bound_is_that_of_a_vae() -> None:
    snapshot = make_snapshot("pretrain")
    single = point_terms(snapshot, make_dataset(), 3)
    m, v = snapshot.latent_means[3].astype(float), np.exp(snapshot.latent_log_vars[3].astype(float))
    log_prior = (scipy.stats.norm(0, 1).logpdf(m) - 0.5 * v).sum()
    assert single.values[1] == pytest.approx(log_prior, rel=1e-6)
    assert single.values[[2, 4]].tolist() == [0.0, 0.0]


def test_titles_speak_of_the_row_of_the_data() -> None:
    """The probe is in reverse order; example 50 is held out and compared with its like."""
    snapshot, data = make_snapshot(), make_dataset()
    single = point_terms(snapshot, data, 0)
    assert single.title.startswith("Example 59, class cat, γ = ")
    assert single.average.tolist() == pytest.approx([-20.0, -3.0, -1.0, 2.0, 0.5])
    held_out = point_terms(snapshot, data, 9)
    assert "held out" in held_out.title
    assert held_out.average[0] == -21.0


def test_the_same_click_gives_the_same_bars() -> None:
    snapshot, data = make_snapshot(), make_dataset()
    np.testing.assert_array_equal(
        point_terms(snapshot, data, 5).values, point_terms(snapshot, data, 5).values
    )
