"""A VQ-VAE run: what it measures, what it refuses, and that it goes on exactly where it was."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.run_notes import NotingRun
from dgm_explorer.core.training import Command, RunFailed
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.vq_vae import VqVae
from dgm_explorer.runs import snapshot_file
from dgm_explorer.training.guarded_adam import GuardedAdam
from dgm_explorer.training.vq_vae_facts import (
    count_multiplications,
    image_shape_of,
    pixel_variance,
    require_images,
)
from dgm_explorer.training.vq_vae_run import MOST_REFUSED, RATE_STEPS, VqVaeModelRun
from tests.training.cases import assert_same, column, finished, some_points
from tests.training.vq_vae_cases import BATCH, PER_EPOCH, SMALL, some_colours, some_digits


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return some_digits()


def edits(step: int) -> Iterator[Command]:
    """Every ingredient is switched once."""
    if step == 3:
        yield Command("learning_rate", (1e-3,))
        yield Command("beta", (0.5,))
        yield Command("decay", (0.8,))
    if step == 6:
        yield Command("batch_norm", (0,))
        yield Command("revival", (0.5,))
    if step == 10:
        yield Command("codebook_update", (1,))
        yield Command("estimator", (1,))
    if step == 20:
        yield Command("codebook_update", (0,))
        yield Command("batch_norm", (1,))


def go_on(run: VqVaeModelRun) -> Iterator[int]:
    for progress in run.steps():
        for command in edits(progress.step):
            run.apply(command)
        yield progress.step


@pytest.mark.parametrize(
    "config",
    [replace(SMALL, codebook_start="kmeans"), replace(SMALL, codebook_update="codebook_loss")],
    ids=["kmeans", "codebook_loss"],
)
def test_resumes_bit_for_bit_while_ingredients_are_switched(dataset: Dataset, config: object) -> None:
    whole = VqVaeModelRun(config, dataset)
    states = [whole.state()]
    for _ in go_on(whole):
        states.append(whole.state())
    for step in (0, 1, 5, 11, PER_EPOCH, 25):
        resumed = VqVaeModelRun(config, dataset)
        resumed.load_state(states[step])
        assert resumed.progress.step == step
        assert sum(1 for _ in go_on(resumed)) == 3 * PER_EPOCH - step
        assert_same(resumed.state(), states[-1])


def test_finite_scalar_quantisation_trains_and_resumes(dataset: Dataset) -> None:
    config = replace(SMALL, quantizer="fsq", fsq_levels=(4, 5))
    run = VqVaeModelRun(config, dataset)
    list(islice(run.steps(), 5))
    state = run.state()
    resumed = VqVaeModelRun(config, dataset)
    resumed.load_state(state)
    assert_same(finished(resumed).state(), finished(run).state())
    with pytest.raises(InputError, match="finite scalar"):
        run.apply(Command("revival", (0.1,)))


def test_the_first_row_is_the_loss_of_the_first_batch_by_brute_force(dataset: Dataset) -> None:
    run = VqVaeModelRun(SMALL, dataset)
    before = VqVae(SMALL, (8, 8, 1), 1.0, torch.Generator().manual_seed(0))
    before.load_state_dict(run.model.state_dict())
    next(run.steps())
    x = dataset.inputs[run.batches.order[:BATCH].numpy()].astype(np.float64)
    with torch.no_grad():
        z_e = before.encode(before.to_images(torch.tensor(x).float())).double().numpy()
        codebook = before.quantizer.codebook.vectors.double().numpy()
        z = np.moveaxis(z_e, 1, -1).reshape(-1, 3)
        distances = np.square(z[:, None] - codebook).sum(-1)
        codes = distances.argmin(1)
        images = before.decode_codes(torch.tensor(codes).view(BATCH, 4, 4))[:, 0].double().numpy()
    mse = np.square(images.reshape(BATCH, 64) - x).mean()
    variance = dataset.inputs[~dataset.is_held_out].astype(np.float64).var()
    shares = np.bincount(codes, minlength=16) / len(codes)
    entropy = -sum(share * np.log(share) for share in shares if share)
    tables = run.take_metrics()
    assert column(tables, "train", "reconstruction")[0] == pytest.approx(mse / variance, rel=1e-5)
    commitment = SMALL.commitment * distances.min(1).mean() / 3
    assert column(tables, "train", "commitment")[0] == pytest.approx(commitment, rel=1e-5)
    assert column(tables, "train", "loss")[0] == pytest.approx(mse / variance + commitment, rel=1e-5)
    assert column(tables, "train", "perplexity")[0] == pytest.approx(np.exp(entropy), rel=1e-5)
    assert column(tables, "train", "codebook")[0] == 0


def test_it_learns_and_uses_its_codes(dataset: Dataset) -> None:
    config = replace(SMALL, codebook_size=32, code_dim=8, width=16, epochs=12, learning_rate=5e-3)
    run = finished(VqVaeModelRun(config, dataset))
    tables = run.take_metrics()
    steps = column(tables, "train", "step")
    np.testing.assert_array_equal(steps, np.arange(1, 12 * PER_EPOCH + 1))
    nmse = column(tables, "held_out", "nmse")
    assert nmse[-1] < 0.25
    np.testing.assert_allclose(nmse * run.model.pixel_variance, column(tables, "held_out", "mse"), rtol=1e-5)
    assert column(tables, "held_out", "used")[-1] >= 30
    run.snapshot()  # the last step is measured already
    assert run.take_metrics() == ()
    assert column(tables, "train", "perplexity")[-1] > 20
    assert column(tables, "train", "dead")[-1] == 0


def with_nan(dataset: Dataset, row: int) -> Dataset:
    inputs = dataset.inputs.copy()
    inputs[row, 5] = np.nan
    return replace(dataset, inputs=inputs)


@pytest.mark.parametrize("is_batch_normalized", [True, False])
def test_a_batch_with_nan_is_refused_and_training_goes_on(
    dataset: Dataset, is_batch_normalized: bool
) -> None:
    config = replace(SMALL, is_batch_normalized=is_batch_normalized)
    clean, spoilt = VqVaeModelRun(config, dataset), VqVaeModelRun(config, with_nan(dataset, 11))
    assert spoilt.model.pixel_variance == pytest.approx(clean.model.pixel_variance, rel=0.1)
    assert isinstance(spoilt, NotingRun)
    taken = []
    before = spoilt.state()
    for progress in islice(spoilt.steps(), PER_EPOCH):
        next(clean.steps())
        has_nan = bool((spoilt.batches.order[(progress.step - 1) * BATCH :][:BATCH] == 11).any())
        after = spoilt.state()
        if has_nan:
            taken.append(progress.step)
            assert_untouched(before, after)
        before = after
    assert len(taken) == 1
    assert spoilt.is_finite()
    (train,) = [table for table in spoilt.take_metrics() if table.split == "train"]
    assert np.isfinite(train.values).all()
    assert set(range(1, PER_EPOCH + 1)) - set(train.values[:, 0]) == set(taken)
    (note,) = spoilt.take_notes()
    assert (note.name, note.step) == ("refused batch", taken[0])
    assert spoilt.take_notes() == []


def assert_untouched(before: CheckpointState, after: CheckpointState) -> None:
    changing = {"batches.order", "generator", "quantizer.generator"}
    for name in before.arrays.keys() - changing:
        np.testing.assert_array_equal(before.arrays[name], after.arrays[name], err_msg=name)


def test_a_run_whose_every_batch_is_refused_has_failed(dataset: Dataset) -> None:
    spoilt = replace(dataset, inputs=np.full_like(dataset.inputs, np.nan))
    run = VqVaeModelRun(replace(SMALL, epochs=9), spoilt)
    list(islice(run.steps(), MOST_REFUSED - 1))
    run.take_metrics()
    next(run.steps())
    with pytest.raises(RunFailed, match=f"last {MOST_REFUSED} batches"):
        run.take_metrics()


def test_the_learning_rate_falls_and_falls_on_from_what_it_is_set_to(dataset: Dataset) -> None:
    run = VqVaeModelRun(replace(SMALL, epochs=20), dataset)
    steps = run.steps()
    list(islice(steps, 100))
    run.apply(Command("learning_rate", (2e-3,)))
    list(islice(steps, 50))
    rates = column(run.take_metrics(), "train", "learning_rate")
    assert rates[0] == SMALL.learning_rate
    assert rates[99] == pytest.approx(SMALL.learning_rate / np.sqrt(1 + 99 / RATE_STEPS))
    assert rates[100] == pytest.approx(2e-3)
    assert rates[149] == pytest.approx(2e-3 * np.sqrt((RATE_STEPS + 100) / (RATE_STEPS + 149)))


def test_the_fields_of_the_configuration_are_commands_too(dataset: Dataset) -> None:
    run = VqVaeModelRun(SMALL, dataset)
    run.apply(Command("is_batch_normalized", (0,)))
    run.apply(Command("revival_fraction", (0.3,)))
    assert not run.model.is_normalized
    assert run.model.quantizer.revival_fraction == 0.3


def test_weights_that_are_not_finite_are_seen(dataset: Dataset) -> None:
    run = VqVaeModelRun(SMALL, dataset)
    assert run.is_finite()
    with torch.no_grad():
        next(run.model.decoder.parameters())[0] = torch.nan
    assert not run.is_finite()


def test_switching_all_help_off_collapses_and_revival_recovers(dataset: Dataset) -> None:
    config = replace(SMALL, codebook_size=64, is_batch_normalized=False, revival_fraction=0, decay=0.99)
    config = replace(config, codebook_start="uniform", epochs=6)
    run = VqVaeModelRun(config, dataset)
    list(islice(run.steps(), 3 * PER_EPOCH))
    for name, value in (("batch_norm", 1), ("revival", 0.1), ("decay", 0.9)):
        run.apply(Command(name, (value,)))
    finished(run)
    tables = run.take_metrics()
    perplexity = column(tables, "train", "perplexity")
    assert perplexity[3 * PER_EPOCH - 1] < 20
    assert perplexity[-1] > 1.5 * perplexity[3 * PER_EPOCH - 1]
    assert column(tables, "train", "revived").sum() > 0
    assert (run.use.revived_at.max() > 3 * PER_EPOCH).item()


@pytest.mark.parametrize(
    "command",
    [
        Command("learning_rate", (0.0,)),
        Command("beta", (-1.0,)),
        Command("decay", (1.0,)),
        Command("revival", (float("nan"),)),
        Command("batch_norm", (2.0,)),
        Command("estimator", (0.5,)),
        Command("codebook_update", ()),
        Command("skip_phase"),
        Command("add_component", (1.0,)),
    ],
)
def test_commands_without_sense_change_nothing(dataset: Dataset, command: Command) -> None:
    run = VqVaeModelRun(SMALL, dataset)
    before = run.state()
    with pytest.raises(InputError):
        run.apply(command)
    assert_same(run.state(), before)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("model.quantizer.codebook.vectors", np.zeros((17, 3), dtype=np.float32)),
        ("model.norm.mean", None),
        ("adam.encoder.0.bias.exp_avg", None),
        ("use.ages", np.zeros(16, dtype=np.float32)),
        ("batches.order", np.full(270, 10**6)),
        ("generator", np.zeros(7, dtype=np.uint8)),
        ("quantizer.generator", np.zeros(7, dtype=np.uint8)),
    ],
)
def test_a_damaged_checkpoint_is_named_and_changes_nothing(
    dataset: Dataset, name: str, array: np.ndarray | None
) -> None:
    run = VqVaeModelRun(SMALL, dataset)
    list(islice(run.steps(), 3))
    state = run.state()
    next(run.steps())
    before = run.state()
    arrays = {key: value for key, value in state.arrays.items() if key != name}
    spoilt = CheckpointState(arrays if array is None else arrays | {name: array}, state.meta)
    with pytest.raises(InputError, match=r"checkpoint: .*(generator|" + name.replace(".", r"\.") + ")"):
        run.load_state(spoilt)
    assert_same(run.state(), before)


@pytest.mark.parametrize("meta", [{"step": -1}, {"decay": 2.0}, {"estimator": 9}, {"format": 0}])
def test_strange_plain_values_are_refused(dataset: Dataset, meta: dict[str, object]) -> None:
    run = VqVaeModelRun(SMALL, dataset)
    state = run.state()
    with pytest.raises(InputError, match=next(iter(meta))):
        run.load_state(CheckpointState(state.arrays, {**state.meta, **meta}))


def test_colours_of_odd_sizes_train_without_a_held_out_part() -> None:
    run = finished(VqVaeModelRun(replace(SMALL, epochs=1, network="residual", width=8), some_colours()))
    assert run.is_finite()
    assert np.isnan(column(run.take_metrics(), "held_out", "mse")).all()


def test_the_common_random_stream_is_left_alone(dataset: Dataset) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    run = VqVaeModelRun(SMALL, dataset)
    next(run.steps())
    run.snapshot()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("n_codes", "side", "fits"), [(512, 256, True), (1024, 256, False), (8192, 64, True)]
)
def test_more_codes_than_their_pictures_have_room_for_are_refused(
    n_codes: int, side: int, fits: bool
) -> None:
    config = VqVaeConfig(codebook_size=n_codes)
    inputs = np.zeros((2, side * side * 3), dtype=np.float32)
    images = Dataset("photographs", inputs, None, (), (side, side, 3), np.zeros(2, dtype=np.bool_), "")
    assert (2 * n_codes * images.dimension * 4 < snapshot_file.MAX_BYTES) == fits  # two pictures of each code
    if fits:
        require_images(config, images)
    else:
        with pytest.raises(InputError, match=r"photographs: .* codebook_size"):
            require_images(config, images)


def test_points_in_the_plane_are_refused() -> None:
    with pytest.raises(InputError, match="points in the plane"):
        image_shape_of(some_points())


def test_the_variance_is_that_of_all_training_pixels(dataset: Dataset) -> None:
    expected = dataset.inputs[~dataset.is_held_out].astype(np.float64).var()
    assert pixel_variance(dataset) == pytest.approx(expected, rel=1e-6)
    assert pixel_variance(replace(dataset, inputs=np.ones_like(dataset.inputs))) > 0


@pytest.mark.parametrize("network", ["light", "residual", "local"])
def test_multiplications_are_estimated_within_a_third(network: str) -> None:
    config = replace(SMALL, network=network, width=0, code_dim=16)
    dataset = replace(some_digits(), image_shape=(28, 28, 1), inputs=np.zeros((300, 784), dtype=np.float32))
    model = VqVae(config, (28, 28, 1), 1.0, torch.Generator())
    counted = 0

    def count(module: torch.nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        nonlocal counted
        is_down = isinstance(module, torch.nn.Conv2d)
        cells = (output if is_down else inputs[0])[0, 0].numel()
        counted += next(module.parameters()).numel() * cells

    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.ConvTranspose2d)):
            module.register_forward_hook(count)
    model(torch.zeros(1, 1, 28, 28))
    assert count_multiplications(config, dataset) / config.batch_size == pytest.approx(counted, rel=0.34)


def test_guarded_adam_is_torchs_adam_over_the_accepted_steps() -> None:
    ours = torch.nn.Linear(3, 2)
    theirs = torch.nn.Linear(3, 2)
    theirs.load_state_dict(ours.state_dict())
    guarded, plain = GuardedAdam(ours, 0.1), torch.optim.Adam(theirs.parameters(), lr=0.1)
    for step in range(6):
        x = torch.randn(4, 3, generator=torch.Generator().manual_seed(step))
        is_accepted = step % 3 != 1
        guarded.clear_gradients()
        (ours(x).square().sum() * (1.0 if is_accepted else torch.nan)).backward()
        guarded.step(0.1, guarded.norm().isfinite())
        if is_accepted:
            plain.zero_grad()
            theirs(x).square().sum().backward()
            plain.step()
    torch.testing.assert_close(ours.weight, theirs.weight)
    assert guarded.state()["weight.step"] == 4


def test_a_run_says_what_of_its_configuration_has_been_switched(dataset: Dataset) -> None:
    run = VqVaeModelRun(SMALL, dataset)
    assert run.present_config == SMALL
    for name, value in (
        ("decay", 0.5), ("commitment", 2.0), ("revival_fraction", 0.0), ("is_batch_normalized", 0.0),
        ("estimator", 1.0), ("codebook_update", 1.0), ("learning_rate", 0.1),
    ):  # fmt: skip
        run.apply(Command(name, (value,)))
    switched = replace(
        SMALL, decay=0.5, commitment=2.0, revival_fraction=0.0, is_batch_normalized=False,
        estimator="rotation", codebook_update="codebook_loss",
    )  # fmt: skip
    assert run.present_config == switched
    resumed = VqVaeModelRun(SMALL, dataset)
    resumed.load_state(run.state())
    assert resumed.present_config == switched
