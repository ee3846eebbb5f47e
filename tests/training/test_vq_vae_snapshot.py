"""What a snapshot shows of a VQ-VAE, held to plain loops, finite differences and the model itself."""

from collections.abc import Callable
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Command
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, IS_NORMALIZED, NamedArray, VqVaeSnapshot
from dgm_explorer.models.vq_networks import ReceptiveField
from dgm_explorer.runs.model_files import VQ_VAE
from dgm_explorer.runs.snapshot_file import read_snapshot, write_snapshot
from dgm_explorer.training.code_patches import PatchCutter, nearest_cells
from dgm_explorer.training.vq_inference import SnapshotInference, make_inference
from dgm_explorer.training.vq_vae_run import VqVaeModelRun
from dgm_explorer.training.vq_vae_snapshot import choose_arrows
from tests.training.cases import assert_same, finished
from tests.training.vq_vae_cases import SMALL, some_colours, some_digits

SHAPE = (8, 8, 1)


@pytest.fixture(scope="module")
def run() -> VqVaeModelRun:
    return finished(VqVaeModelRun(SMALL, some_digits()))


@pytest.fixture(scope="module")
def snapshot(run: VqVaeModelRun) -> VqVaeSnapshot:
    return run.snapshot()


def encoded(run: VqVaeModelRun, snapshot: VqVaeSnapshot) -> tuple[Float32Array, np.ndarray]:
    """z_e of the probe, (n, h, w, D), and the nearest codes by brute force, (n, h, w)."""
    run.model.eval()
    with torch.no_grad():
        z_e = run.model.encode(run.model.to_images(run.inputs[snapshot.probe]))
    run.model.train()
    z = z_e.movedim(1, -1).numpy()
    return z, np.square(z[..., None, :].astype(np.float64) - snapshot.codebook).sum(-1).argmin(-1)


def test_codes_and_what_is_counted_of_them(run: VqVaeModelRun, snapshot: VqVaeSnapshot) -> None:
    _, codes = encoded(run, snapshot)
    np.testing.assert_array_equal(snapshot.codes, codes)
    np.testing.assert_array_equal(snapshot.epoch_counts, np.bincount(codes.ravel(), minlength=16))
    positions, pairs = np.zeros((16, 4, 4)), np.zeros((16, 16))
    for grid in codes:
        for i in range(4):
            for j in range(4):
                positions[grid[i, j], i, j] += 1
                if j < 3:
                    pairs[grid[i, j], grid[i, j + 1]] += 1
                if i < 3:
                    pairs[grid[i, j], grid[i + 1, j]] += 1
    np.testing.assert_array_equal(snapshot.position_counts, positions)
    np.testing.assert_array_equal(snapshot.pair_counts, pairs)
    shares = snapshot.epoch_counts / snapshot.epoch_counts.sum()
    entropy = -sum(share * np.log(share) for share in shares if share)
    assert snapshot.epoch_perplexity == pytest.approx(np.exp(entropy), rel=1e-5)


def test_patches_and_exemplars_are_cut_where_the_cells_look(
    run: VqVaeModelRun, snapshot: VqVaeSnapshot
) -> None:
    z, codes = encoded(run, snapshot)
    size, stride, offset = run.model.receptive_field
    padded = np.pad(
        some_digits().inputs[snapshot.probe].reshape(-1, 8, 8), ((0, 0), (-offset, size), (-offset, size))
    )
    for code in range(16):
        cells = np.argwhere(codes == code)
        if not len(cells):
            assert np.isnan(snapshot.patches[code]).all()
            continue
        cut = np.array(
            [padded[n, i * stride : i * stride + size, j * stride : j * stride + size] for n, i, j in cells]
        )
        np.testing.assert_allclose(snapshot.patches[code, :, :, 0], cut.mean(0), atol=1e-5)
        distances = np.square(z[codes == code] - snapshot.codebook[code]).sum(-1)
        nearest = cut[np.argsort(distances, kind="stable")[:4]]
        np.testing.assert_allclose(snapshot.exemplars[code, : len(nearest), :, :, 0], nearest)
        assert np.isnan(snapshot.exemplars[code, len(nearest) :]).all()


def test_the_pixels_beyond_a_patch_do_not_matter_to_its_code(run: VqVaeModelRun) -> None:
    field, grid = run.model.receptive_field, run.model.grid_shape
    x = torch.rand(1, 1, 8, 8, requires_grad=True)
    z_e = run.model.encoder(x)
    seen = torch.autograd.grad(z_e[0, :, 2, 1].sum(), x)[0][0, 0] != 0
    mask = torch.zeros(1, 1, 8, 8)
    rows = torch.arange(8)
    cutter = PatchCutter(field, grid)
    marked = cutter.cut((rows[:, None] * 8 + rows + 1.0)[None, None])[0, 2, 1, :, :, 0]
    mask.view(-1)[marked[marked > 0].long() - 1] = 1
    assert not seen[mask[0, 0] == 0].any()
    assert seen.any()


def test_constant_grids_and_changes_are_what_the_decoder_makes(snapshot: VqVaeSnapshot) -> None:
    inference = make_inference(snapshot, SMALL, SHAPE)
    constant = inference.decode(np.tile(np.arange(16)[:, None, None], (1, 4, 4)))
    np.testing.assert_allclose(snapshot.constant_images, constant, atol=1e-5)
    modal = snapshot.position_counts.argmax(0)
    changed = np.tile(modal, (16, 1, 1))
    changed[:, 2, 2] = np.arange(16)
    difference = inference.decode(changed) - inference.decode(modal[None])
    np.testing.assert_allclose(snapshot.background_changes, difference, atol=1e-5)


def test_gradients_are_the_slope_of_the_error(run: VqVaeModelRun, snapshot: VqVaeSnapshot) -> None:
    """By central differences in float64, at the first cell of the first image that has arrows."""
    model = VqVaeModelRun(SMALL, some_digits()).model
    model.load_state_dict(run.model.state_dict())
    model = model.double().eval()
    x = torch.tensor(some_digits().inputs[snapshot.probe[:1]]).double()

    def error(first: np.ndarray) -> float:
        with torch.no_grad():
            z_q = model.quantizer.lookup(torch.tensor(snapshot.codes[:1]))
            z_q[0, :, 0, 0] = torch.tensor(first)
            difference = model.to_images(x) - model.decode(z_q)
            return float(difference.square().mean() / run.model.pixel_variance)

    code = snapshot.codebook[snapshot.arrow_codes[0]].astype(np.float64)
    slope = [(error(code + step) - error(code - step)) / 2e-4 for step in np.eye(3) * 1e-4]
    np.testing.assert_allclose(snapshot.arrow_gradients[0], slope, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(snapshot.arrow_starts[0], encoded(run, snapshot)[0][0, 0, 0], rtol=1e-6)


def test_held_out_numbers_are_those_of_the_reconstructions(
    run: VqVaeModelRun, snapshot: VqVaeSnapshot
) -> None:
    held_out = some_digits().inputs[some_digits().is_held_out]
    reconstructions = make_inference(snapshot, SMALL, SHAPE).encode(held_out).reconstructions
    assert snapshot.mse == pytest.approx(np.square(reconstructions - held_out).mean(), rel=1e-4)
    assert snapshot.nmse == pytest.approx(snapshot.mse / run.model.pixel_variance, rel=1e-6)
    shown = some_digits().inputs[snapshot.shown]
    encoded_shown = make_inference(snapshot, SMALL, SHAPE).encode(shown)
    np.testing.assert_allclose(snapshot.reconstructions, encoded_shown.reconstructions, atol=1e-5)


def test_taking_one_changes_nothing_and_each_is_a_copy() -> None:
    watched, alone = (VqVaeModelRun(SMALL, some_digits()) for _ in range(2))
    first = watched.snapshot()
    before = first.codebook.copy()
    for _ in watched.steps():
        watched.snapshot()
    assert_same(watched.state(), finished(alone).state())
    np.testing.assert_array_equal(first.codebook, before)
    assert not any(
        array.flags.writeable
        for array in (getattr(first, field.name) for field in fields(first))
        if isinstance(array, np.ndarray) and array is not first.probe and array is not first.shown
    )


def test_drift_is_the_way_of_the_codes_since_the_snapshot_before() -> None:
    run = VqVaeModelRun(SMALL, some_digits())
    first = run.snapshot()
    list(islice(run.steps(), 5))
    second = run.snapshot()
    way = np.linalg.norm(second.codebook - first.codebook, axis=1).mean()
    assert first.drift == 0
    assert second.drift == pytest.approx(way / np.linalg.norm(second.codebook, axis=1).mean(), rel=1e-5)


def test_codes_without_use_grow_old_and_die() -> None:
    run = VqVaeModelRun(replace(SMALL, revival_fraction=0, codebook_start="uniform"), some_digits())
    with torch.no_grad():
        run.model.quantizer.codebook.vectors[3] = 1e6
        run.model.quantizer.codebook.sums[3] = 1e6
    steps = run.steps()
    for age in range(1, DEAD_AGE + 1):
        next(steps)
        assert not run.snapshot().is_dead[3] or age == DEAD_AGE
        assert run.snapshot().ages[3] == age
    assert run.snapshot().is_dead[3]
    run.apply(Command("revival", (0.9,)))
    next(steps)
    assert run.snapshot().revived_at[3] == DEAD_AGE + 1


def test_it_comes_back_from_the_disk_as_it_was(snapshot: VqVaeSnapshot, tmp_path: Path) -> None:
    write_snapshot(tmp_path / "a", snapshot)
    again = read_snapshot(tmp_path / "a", VQ_VAE)
    for field in fields(VqVaeSnapshot):
        if field.name != "weights":
            np.testing.assert_array_equal(getattr(again, field.name), getattr(snapshot, field.name))
    ours, theirs = ({named.name: named.values for named in one.weights} for one in (snapshot, again))
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name])


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("codes", lambda array: array + 16),
        ("point_codes", lambda array: array - 99),
        ("revived_at", lambda array: array - 2),
        ("ages", lambda array: array[:-1]),
        ("pair_counts", lambda array: array[:, :3]),
        ("exemplars", lambda array: array[..., :-1, :]),
    ],
)
def test_a_strange_file_is_refused_by_the_name_of_the_array(
    snapshot: VqVaeSnapshot, tmp_path: Path, name: str, spoil: Callable[[np.ndarray], np.ndarray]
) -> None:
    write_snapshot(tmp_path / "a", replace(snapshot, **{name: spoil(getattr(snapshot, name))}))
    with pytest.raises(InputError, match=name):
        read_snapshot(tmp_path / "a", VQ_VAE)


def test_thousands_of_arrays_among_the_weights_are_refused(snapshot: VqVaeSnapshot, tmp_path: Path) -> None:
    many = tuple(NamedArray(f"a{i}", np.zeros(1, dtype=np.float32)) for i in range(2000))
    write_snapshot(tmp_path / "a", replace(snapshot, weights=many))
    with pytest.raises(InputError, match="weights"):
        read_snapshot(tmp_path / "a", VQ_VAE)


CASES = [
    SMALL,
    replace(SMALL, is_batch_normalized=False),
    replace(SMALL, quantizer="fsq", fsq_levels=(3, 4)),
    replace(SMALL, network="residual", width=8),
    replace(SMALL, network="local", stride=4),
]


@pytest.mark.parametrize("config", CASES, ids=["light", "no norm", "fsq", "residual", "local"])
def test_the_copy_for_the_mouse_is_the_model(config: VqVaeConfig) -> None:
    run = VqVaeModelRun(config, some_digits())
    list(islice(run.steps(), 4))
    snapshot = run.snapshot()
    inference: SnapshotInference = make_inference(snapshot, config, SHAPE)
    images = some_digits().inputs[snapshot.probe]
    answer = inference.encode(images)
    np.testing.assert_array_equal(answer.codes, snapshot.codes)
    np.testing.assert_array_equal(answer.distances.argmin(-1), answer.codes)
    np.testing.assert_allclose(inference.decode(answer.codes), answer.reconstructions, atol=1e-5)
    assert answer.distances.shape == (*answer.codes.shape, config.n_codes)


def test_the_copy_knows_whether_normalisation_was_switched() -> None:
    run = VqVaeModelRun(SMALL, some_digits())
    list(islice(run.steps(), 3))
    run.apply(Command("batch_norm", (0,)))
    snapshot = run.snapshot()
    assert {named.name: named.values for named in snapshot.weights}[IS_NORMALIZED] == 0
    images = some_digits().inputs[snapshot.probe]
    np.testing.assert_array_equal(make_inference(snapshot, SMALL, SHAPE).encode(images).codes, snapshot.codes)


def test_what_the_copy_cannot_use_is_refused(snapshot: VqVaeSnapshot) -> None:
    inference = make_inference(snapshot, SMALL, SHAPE)
    for images in (np.zeros((1, 63)), np.zeros((0, 64)), np.full((1, 64), np.nan)):
        with pytest.raises(InputError, match="images"):
            inference.encode(images.astype(np.float32))
    for codes in (np.zeros((1, 4, 5)), np.full((1, 4, 4), 16), np.full((1, 4, 4), -1)):
        with pytest.raises(InputError, match="codes"):
            inference.decode(codes.astype(np.int64))
    with pytest.raises(InputError, match="encoder"):
        make_inference(snapshot, replace(SMALL, width=5), SHAPE)
    with pytest.raises(InputError, match="codebook"):
        make_inference(snapshot, replace(SMALL, codebook_size=17), SHAPE)
    with pytest.raises(InputError, match="missing"):
        make_inference(replace(snapshot, weights=snapshot.weights[1:]), SMALL, SHAPE)


def test_colours_and_odd_sizes_have_patches_too() -> None:
    run = VqVaeModelRun(replace(SMALL, epochs=1), some_colours())
    next(run.steps())
    snapshot = run.snapshot()
    assert snapshot.codes.shape == (30, 4, 5)
    assert snapshot.patches.shape[-1] == 3
    assert snapshot.reconstructions.shape[1] == 7 * 9 * 3
    assert np.isnan(snapshot.mse)


def test_nearest_cells_of_a_few() -> None:
    codes, distances = torch.tensor([2, 0, 2, 2]), torch.tensor([3.0, 1.0, 2.0, 5.0])
    found = nearest_cells(codes, distances, 3, 2)
    assert found.tolist() == [[1, -1], [-1, -1], [2, 0]]


def test_cutting_with_a_field_of_one_pixel_is_the_image() -> None:
    images = torch.rand(2, 3, 4, 5)
    cut = PatchCutter(ReceptiveField(1, 1, 0), (4, 5)).cut(images)
    torch.testing.assert_close(cut[:, :, :, 0, 0].movedim(-1, 1), images)


@pytest.mark.parametrize(("n_codes", "per_code"), [(16, 3), (1000, 1)])
def test_every_code_with_points_has_arrows(n_codes: int, per_code: int) -> None:
    codes = np.random.default_rng(0).integers(0, n_codes, 3000)
    rows = choose_arrows(torch.from_numpy(codes), n_codes).numpy()
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert set(range(0, 3000, 30)) <= set(rows.tolist())
    expected = {row for code in range(n_codes) for row in np.flatnonzero(codes == code)[:per_code]}
    assert set(rows.tolist()) == expected | set(range(0, 3000, 30))
