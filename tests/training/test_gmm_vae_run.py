"""A GMM-VAE in training: phases, metrics, snapshots, commands, and going on exactly where it was."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from threading import Barrier

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import Command, MetricsTable
from dgm_explorer.numerics.graph_clustering import count_pieces
from dgm_explorer.numerics.mlp import forward
from dgm_explorer.training import gmm_vae_mixture_fit
from dgm_explorer.training.gmm_vae_log import CAPACITY, MetricsLog, TrainStep
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from dgm_explorer.training.shard import Shard

SMALL = GmmVaeConfig(
    hidden=(16,), pretrain_epochs=2, epochs=3, guided_epochs=1, batch_size=100, n_components=4
)
BATCH, PER_EPOCH = 37, 12  # of 450 training examples, where batches of 100 would leave too few steps


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """500 digits, every tenth held out."""
    digits = load_digits()
    inputs = (digits.data[:500] / 16).astype(np.float32)
    inputs.setflags(write=False)
    labels, held_out = digits.target[:500].astype(np.int64), np.arange(500) % 10 == 0
    return Dataset("digits", inputs, labels, tuple("0123456789"), (8, 8, 1), held_out, "none")


@pytest.fixture(scope="module")
def planar() -> Dataset:
    """Points without labels, nothing held out."""
    points = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    return Dataset("painted", points, None, (), None, np.zeros(60, dtype=bool), "none")


def finished(run: GmmVaeModelRun) -> GmmVaeModelRun:
    for _ in run.steps():
        pass
    return run


def column(tables: Sequence[MetricsTable], split: str, name: str) -> np.ndarray:
    table = next(table for table in tables if table.split == split)
    return table.values[:, table.names.index(name)]


def assert_same(one: CheckpointState, two: CheckpointState) -> None:
    assert one.meta == two.meta
    assert one.arrays.keys() == two.arrays.keys()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, two.arrays[name], err_msg=name)


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


def test_log_keeps_more_steps_than_its_first_buffer_holds() -> None:
    log, n = MetricsLog(torch.device("cpu")), 2 * CAPACITY + 3
    for step in range(n):
        log.add_train(TrainStep(step, 0.0, 0, 1e-3, 1.0), torch.full((6,), float(step)))
    np.testing.assert_array_equal(column(log.take(), "train", "loss"), np.arange(n))


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


def edits(step: int) -> Iterator[Command]:
    """Commands at fixed steps, in every phase and of every kind."""
    if step == 3:
        yield Command("learning_rate", (1e-3,))
    if step == 30:
        yield Command("add_component", (0.5, -0.5))
        yield Command("beta", (0.5,))
    if step == 45:
        yield Command("remove_component", (1,))
        yield Command("move_component", (0, 1.0, 1.0))


def go_on(run: GmmVaeModelRun) -> Iterator[int]:
    for progress in run.steps():
        for command in edits(progress.step):
            run.apply(command)
        yield progress.step


@pytest.mark.parametrize("mixture_init", ["gmm", "graph"])
def test_resumes_bit_for_bit_from_every_step(dataset: Dataset, mixture_init: str) -> None:
    config = replace(SMALL, mixture_init=mixture_init, n_z_samples=2)
    whole = GmmVaeModelRun(config, dataset)
    states = [whole.state()]
    for _ in go_on(whole):
        states.append(whole.state())
    for step in (0, 5, 24, 25, 30, 50):
        resumed = GmmVaeModelRun(config, dataset)
        resumed.load_state(states[step])
        assert resumed.progress.step == step
        for _ in go_on(resumed):
            pass
        assert_same(resumed.state(), states[-1])


def test_states_are_copies(dataset: Dataset) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    state = run.state()
    before = {name: array.copy() for name, array in state.arrays.items()}
    finished(run)
    run.load_state(state)
    finished(run)
    for name, array in state.arrays.items():
        np.testing.assert_array_equal(array, before[name])


def test_training_leaves_the_global_random_numbers_alone(dataset: Dataset) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    finished(GmmVaeModelRun(SMALL, dataset))
    assert torch.equal(torch.get_rng_state(), before)


def spoilt(state: CheckpointState, name: str, array: np.ndarray | None) -> CheckpointState:
    arrays = {key: value for key, value in state.arrays.items() if key != name}
    return CheckpointState(arrays if array is None else arrays | {name: array}, state.meta)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("model.encoder.0.weight", None),
        ("model.encoder.0.weight", np.zeros((3, 3), dtype=np.float32)),
        ("model.encoder.0.weight", np.zeros((16, 64))),
        ("adam.encoder.0.bias.exp_avg", None),
        ("batches.order", np.full(450, 10**6)),
        ("assignment", np.full(500, 99)),
        ("generator", np.zeros(7, dtype=np.uint8)),
    ],
)
def test_a_damaged_checkpoint_is_named_and_changes_nothing(
    dataset: Dataset, name: str, array: np.ndarray | None
) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    list(islice(run.steps(), 3))
    state, before = run.state(), run.state()
    next(run.steps())
    before = run.state()
    with pytest.raises(InputError, match=name):
        run.load_state(spoilt(state, name, array))
    assert_same(run.state(), before)


@pytest.mark.parametrize(
    "changes", [{"phase": "dream"}, {"n_updates": -1}, {"format": 9}, {"n_components": 0}, {"position": 1.5}]
)
def test_damaged_positions_are_refused(dataset: Dataset, changes: dict[str, object]) -> None:
    run = GmmVaeModelRun(SMALL, dataset)
    state = run.state()
    with pytest.raises(InputError, match=next(iter(changes))):
        run.load_state(CheckpointState(state.arrays, {**state.meta, **changes}))


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


class OneOfTwo(Shard):
    """Half of every batch, added up with that of another thread."""

    world = 2

    def __init__(self, rank: int, meeting: Barrier, table: list[list[torch.Tensor]]) -> None:
        self.rank = rank
        self._meeting = meeting
        self._table = table

    def add_up(self, tensors: Sequence[torch.Tensor]) -> None:
        self._table[self.rank] = [tensor.clone() for tensor in tensors]
        self._meeting.wait()
        for tensor, *parts in zip(tensors, *self._table, strict=True):
            tensor.copy_(parts[0] + parts[1])
        self._meeting.wait()

    def share(self, tensors: Sequence[torch.Tensor]) -> None:
        self._table[self.rank] = [tensor.detach().clone() for tensor in tensors]
        self._meeting.wait()
        with torch.no_grad():
            for tensor, first in zip(tensors, self._table[0], strict=True):
                tensor.copy_(first)
        self._meeting.wait()


def test_two_halves_of_every_batch_train_the_same_model_as_one_whole(dataset: Dataset) -> None:
    meeting = Barrier(2, timeout=30)
    table: list[list[torch.Tensor]] = [[], []]

    def train(rank: int) -> CheckpointState:
        return finished(GmmVaeModelRun(SMALL, dataset, shard=OneOfTwo(rank, meeting, table))).state()

    with ThreadPoolExecutor(2) as threads:
        halves = list(threads.map(train, range(2)))
    whole = finished(GmmVaeModelRun(SMALL, dataset)).state()
    assert_same(*halves)
    for name, array in whole.arrays.items():
        np.testing.assert_allclose(halves[0].arrays[name], array, rtol=1e-3, atol=1e-4, err_msg=name)


def test_a_fit_in_pieces_can_stop_between_them_and_starts_anew(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = finished(GmmVaeModelRun(SMALL, dataset)).state()
    monkeypatch.setattr(gmm_vae_mixture_fit, "ROWS_PER_PIECE", 100)
    run = GmmVaeModelRun(SMALL, dataset)
    n_pieces = count_pieces(450)
    assert run.progress.n_steps == 5 * PER_EPOCH + n_pieces
    list(islice(run.steps(), 2 * PER_EPOCH + 3))
    half_way = run.state()
    resumed = GmmVaeModelRun(SMALL, dataset)
    resumed.load_state(half_way)
    assert resumed.progress.step == 2 * PER_EPOCH
    for state in (finished(run).state(), finished(resumed).state()):
        assert state.meta["n_fits"] == n_pieces
        for name, array in whole.arrays.items():
            np.testing.assert_array_equal(state.arrays[name], array, err_msg=name)


def test_components_may_go_while_the_mixture_is_fitted(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gmm_vae_mixture_fit, "ROWS_PER_PIECE", 100)
    run = GmmVaeModelRun(SMALL, dataset)
    list(islice(run.steps(), 2 * PER_EPOCH + 3))
    run.apply(Command("remove_component", (0,)))
    assert finished(run).snapshot().n_components == 3


def test_without_the_first_two_phases_components_collapse(dataset: Dataset) -> None:
    config = GmmVaeConfig(latent_dim=10, hidden=(64, 64), pretrain_epochs=10, epochs=30, guided_epochs=25)
    skipped = finished(GmmVaeModelRun(replace(config, pretrain_epochs=0, is_mixture_fitted=False), dataset))
    full = finished(GmmVaeModelRun(config, dataset))
    occupied = [column(run.take_metrics(), "quality", "occupied")[-1] for run in (skipped, full)]
    assert occupied[0] <= 3
    assert occupied[1] >= 9
    assert full.snapshot().accuracy > skipped.snapshot().accuracy + 0.3
