"""A GMM-VAE in training: its phases, what it measures and shows, and changes while it runs."""

import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import Command
from dgm_explorer.numerics.mlp import forward
from dgm_explorer.training.device_rows import CAPACITY
from dgm_explorer.training.gmm_vae_log import MetricsLog, TrainStep
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from tests.training.cases import assert_same, column, finished, some_points
from tests.training.gmm_vae_cases import BATCH, PER_EPOCH, SMALL, some_digits


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return some_digits()


@pytest.fixture(scope="module")
def planar() -> Dataset:
    return some_points()


def test_goes_through_the_phases_one_step_at_a_time(dataset: Dataset) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    assert run.progress.n_steps == 2 * PER_EPOCH + 1 + 3 * PER_EPOCH
    seen = list(run.steps())
    assert [item.step for item in seen] == list(range(1, 62))
    assert {item.n_steps for item in seen} == {61}
    assert [item.phase for item in seen].index("mixture_fit") == 2 * PER_EPOCH - 1  # what comes next
    assert seen[2 * PER_EPOCH].phase == "joint"
    assert seen[-1].epoch == 5
    assert seen[-1].n_images == 5 * PER_EPOCH * BATCH


@pytest.mark.parametrize(
    ("changes", "first_phase", "n_steps"),
    [
        ({"pretrain_epochs": 0}, "mixture_fit", 1 + 3 * PER_EPOCH),
        ({"pretrain_epochs": 0, "is_mixture_fitted": False}, "joint", 3 * PER_EPOCH),
        ({"epochs": 0}, "pretrain", 2 * PER_EPOCH + 1),
        ({"pretrain_epochs": 0, "is_mixture_fitted": False, "epochs": 0}, "joint", 0),
    ],
)
def test_phases_of_no_length_are_left_out(
    dataset: Dataset, changes: dict[str, int], first_phase: str, n_steps: int
) -> None:
    run = GmmVaeModelRun(replace(SMALL, **changes), dataset)
    assert run.progress.phase == first_phase
    assert len(list(run.steps())) == n_steps == run.progress.n_steps


def test_skipping_phases_leads_to_joint_training_and_no_further(dataset: Dataset) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    list(islice(run.steps(), 2))
    run.apply(Command("skip_phase"))
    assert run.progress.phase == "mixture_fit"
    run.apply(Command("skip_phase"))
    assert run.progress.phase == "joint"
    with pytest.raises(InputError, match="last phase"):
        run.apply(Command("skip_phase"))
    assert len(list(run.steps())) == 3 * PER_EPOCH
    assert (run.assignment == -1).all()


def test_metrics_of_every_step_add_up_to_the_bound(dataset: Dataset) -> None:
    run = finished(GmmVaeModelRun(replace(SMALL, pretrain_beta=0.5), dataset))
    tables = run.take_metrics()
    steps = column(tables, "train", "step")
    np.testing.assert_array_equal(steps, [*range(1, 25), *range(26, 62)])  # step 25 was the fit
    for split in ("train", "held_out"):
        terms = [column(tables, split, name) for name in "abcde"]
        np.testing.assert_allclose(np.sum(terms, axis=0), column(tables, split, "elbo"), atol=1e-5)
    a, elbo = column(tables, "train", "a"), column(tables, "train", "elbo")
    weight = column(tables, "train", "beta")
    np.testing.assert_array_equal(weight, [0.5] * 24 + [1.0] * 36)
    np.testing.assert_allclose(column(tables, "train", "loss"), -(a + weight * (elbo - a)), rtol=1e-5)
    np.testing.assert_array_equal(column(tables, "train", "phase"), [0] * 24 + [2] * 36)
    assert column(tables, "quality", "step")[-1] == 61
    assert run.take_metrics() == ()
    run.snapshot()  # the last step is measured already
    assert run.take_metrics() == ()


def test_clusters_are_measured_from_the_mixture_fit_on(dataset: Dataset) -> None:
    """Before it the prior is N(0, I), which has no components: their terms (c) and (e) are 0."""
    run = GmmVaeModelRun(SMALL, dataset)
    before = [run.snapshot()]
    steps = run.steps()
    list(islice(steps, 2 * PER_EPOCH))
    before.append(run.snapshot())
    assert [taken.phase for taken in before] == ["pretrain", "mixture_fit"]
    for taken in before:
        assert math.isnan(taken.accuracy)
        assert taken.confusion.shape == (0, 0)
        assert taken.held_out_terms[[2, 4]].tolist() == [0, 0]
    list(steps)
    tables = run.take_metrics()
    is_fitted = column(tables, "quality", "step") > 2 * PER_EPOCH
    np.testing.assert_array_equal(np.isfinite(column(tables, "quality", "accuracy")), is_fitted)
    early = column(tables, "held_out", "step") <= 2 * PER_EPOCH
    assert early.any()
    assert not column(tables, "held_out", "c")[early].any()


def test_log_keeps_more_steps_than_its_first_buffer_holds() -> None:
    log, n = MetricsLog(torch.device("cpu")), 2 * CAPACITY + 3
    for step in range(n):
        log.add_train(TrainStep(step, 0.0, 0, 1e-3, 1.0), torch.full((6,), float(step)))
    np.testing.assert_array_equal(column(log.take(), "train", "loss"), np.arange(n))


def test_guided_epochs_may_weigh_the_latent_terms_more(dataset: Dataset) -> None:
    run = finished(GmmVaeModelRun(replace(SMALL, pretrain_epochs=0, guided_emphasis=5.0, beta=0.5), dataset))
    weight = column(run.take_metrics(), "train", "beta")
    np.testing.assert_array_equal(weight, [2.5] * PER_EPOCH + [0.5] * 2 * PER_EPOCH)


def test_learning_rate_decays_by_epochs_of_joint_training_to_the_floor(dataset: Dataset) -> None:
    config = replace(SMALL, decay=0.1, decay_epochs=1, learning_rate=1e-2, learning_rate_floor=5e-4)
    tables = finished(GmmVaeModelRun(config, dataset)).take_metrics()
    expected = [1e-2] * 36 + [1e-3] * 12 + [5e-4] * 12
    np.testing.assert_allclose(column(tables, "train", "learning_rate"), expected)


def test_guided_epochs_keep_q_of_c_at_the_clusters_of_the_graph(dataset: Dataset) -> None:
    tables = finished(GmmVaeModelRun(SMALL, dataset)).take_metrics()
    entropy = column(tables, "train", "e")
    np.testing.assert_allclose(entropy[24 : 24 + PER_EPOCH], 0, atol=1e-6)
    assert (entropy[24 + PER_EPOCH :] > 1e-4).all()


def test_snapshot_is_what_the_model_makes_of_the_probe(dataset: Dataset) -> None:
    run = finished(GmmVaeModelRun(SMALL, dataset, n_points=120))
    taken = run.snapshot()
    assert taken.probe.shape == (120,)
    with torch.no_grad():
        posterior = run.model.encode(torch.tensor(dataset.inputs[taken.probe]))
        gamma = run.model.log_responsibilities(posterior.mean).exp().numpy()
    np.testing.assert_allclose(taken.latent_means, posterior.mean.numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(taken.responsibilities, gamma, atol=1e-5)
    np.testing.assert_allclose(taken.occupancy, gamma.mean(0), atol=1e-5)
    assert np.exp(taken.log_pi).sum() == pytest.approx(1)
    logits = forward(taken.decoder, taken.component_means)
    np.testing.assert_allclose(taken.component_images, 1 / (1 + np.exp(-logits)), atol=1e-5)
    z = taken.component_means[:, None] + np.exp(0.5 * taken.component_log_vars)[:, None] * taken.sample_noise
    np.testing.assert_allclose(taken.samples, 1 / (1 + np.exp(-forward(taken.decoder, z))), atol=1e-5)
    assert taken.confusion.sum() == 120
    assert 0.1 < taken.accuracy <= 1
    assert not taken.latent_means.flags.writeable


def test_snapshots_are_copies_and_change_nothing(dataset: Dataset) -> None:
    watched, alone = GmmVaeModelRun(SMALL, dataset), GmmVaeModelRun(SMALL, dataset)
    first = watched.snapshot()
    before = first.latent_means.copy()
    for _ in watched.steps():
        watched.snapshot()
    np.testing.assert_array_equal(first.latent_means, before)
    assert_same(watched.state(), finished(alone).state())


def test_used_dimensions_carry_information_and_idle_ones_none(dataset: Dataset) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    with torch.no_grad():
        for head in (run.model.mean_head, run.model.log_var_head):
            head.weight[1], head.bias[1] = 0, 0
    first, second = run.snapshot().kl_per_dim
    assert first > 1e-3
    assert second == pytest.approx(0, abs=1e-6)


def test_points_without_labels_and_a_gaussian_decoder(planar: Dataset) -> None:
    run = finished(GmmVaeModelRun(replace(SMALL, likelihood="gaussian"), planar))
    taken = run.snapshot()
    assert math.isnan(taken.accuracy)
    assert taken.confusion.shape == (0, 0)
    assert taken.decoder_log_var != 0
    assert np.isnan(taken.held_out_terms).all()
    assert np.isfinite(taken.train_terms).all()
    assert column(run.take_metrics(), "quality", "occupied")[-1] >= 1


@pytest.mark.parametrize("mixture_init", ["gmm", "graph"])
def test_fewer_examples_than_components_train_all_the_same(planar: Dataset, mixture_init: str) -> None:
    few = replace(planar, inputs=planar.inputs[:3], is_held_out=planar.is_held_out[:3])
    config = replace(SMALL, n_components=10, likelihood="gaussian", mixture_init=mixture_init)
    assert finished(GmmVaeModelRun(config, few)).is_finite()


def test_components_come_move_and_go(dataset: Dataset) -> None:
    run = finished(GmmVaeModelRun(SMALL, dataset))
    before = run.snapshot()
    run.apply(Command("add_component", (2.0, 3.0)))
    grown = run.snapshot()
    np.testing.assert_allclose(grown.component_means[-1], [2, 3])
    assert np.exp(grown.log_pi[-1]) == pytest.approx(0.2)
    np.testing.assert_allclose(np.exp(grown.log_pi[:4] - before.log_pi), 0.8, rtol=1e-5)
    run.apply(Command("move_component", (0, -1.0, 1.0)))
    np.testing.assert_allclose(run.snapshot().component_means[0], [-1, 1])
    run.apply(Command("remove_component", (4,)))
    np.testing.assert_allclose(run.snapshot().log_pi, before.log_pi, atol=1e-5)


@pytest.mark.parametrize(
    "command",
    [
        Command("learning_rate", (-1.0,)),
        Command("learning_rate", (math.nan,)),
        Command("learning_rate"),
        Command("beta", (1.0, 2.0)),
        Command("move_component", (4, 0.0, 0.0)),
        Command("move_component", (0.5, 0.0, 0.0)),
        Command("move_component", (0, 0.0)),
        Command("add_component", (math.inf, 0.0)),
        Command("remove_component", (math.nan,)),
        Command("make_coffee"),
    ],
)
def test_commands_that_make_no_sense_change_nothing(dataset: Dataset, command: Command) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    before = run.state()
    with pytest.raises(InputError, match=command.name):
        run.apply(command)
    assert_same(run.state(), before)


def test_the_only_component_stays(dataset: Dataset) -> None:
    run = GmmVaeModelRun(replace(SMALL, n_components=1), dataset)
    with pytest.raises(InputError, match="only component"):
        run.apply(Command("remove_component", (0,)))


def test_numbers_that_are_not_finite_are_noticed(dataset: Dataset) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    assert run.is_finite()
    with torch.no_grad():
        run.model.decoder[0].weight[0, 0] = math.inf
    assert not run.is_finite()


def test_too_few_examples_to_train_on_are_refused(dataset: Dataset) -> None:
    with pytest.raises(InputError, match="no example"):
        GmmVaeModelRun(SMALL, replace(dataset, is_held_out=np.ones(500, dtype=bool)))


def test_without_the_first_two_phases_components_collapse(dataset: Dataset) -> None:
    config = GmmVaeConfig(latent_dim=10, hidden=(64, 64), pretrain_epochs=10, epochs=30, guided_epochs=25)
    skipped = finished(GmmVaeModelRun(replace(config, pretrain_epochs=0, is_mixture_fitted=False), dataset))
    full = finished(GmmVaeModelRun(config, dataset))
    occupied = [column(run.take_metrics(), "quality", "occupied")[-1] for run in (skipped, full)]
    assert occupied[0] <= 3
    assert occupied[1] >= 9
    assert full.snapshot().accuracy > skipped.snapshot().accuracy + 0.3
