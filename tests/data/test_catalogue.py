"""Data sets by name: what they hold, what is held out, and that nothing of it ever changes."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from dgm_explorer.core.dataset import TOYS, DataSource
from dgm_explorer.core.errors import Cancelled, InputError
from dgm_explorer.data.catalogue import NAMES, describe_sources, load_dataset, parse_source
from tests.data.builders import write_idx_set


@pytest.fixture(autouse=True)
def _nothing_local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DGM_EXPLORER_DATA", raising=False)
    monkeypatch.setattr("dgm_explorer.data.download.cache_dir", lambda: tmp_path / "cache")


def test_digits_are_those_of_scikit_learn() -> None:
    reference = load_digits()
    digits = load_dataset(DataSource("digits"))
    np.testing.assert_array_equal(digits.inputs, (reference.data / 16).astype(np.float32))
    np.testing.assert_array_equal(digits.labels, reference.target)
    assert digits.image_shape == (8, 8, 1)
    assert digits.class_names == tuple("0123456789")
    assert digits.inputs.dtype == np.float32
    assert (digits.inputs.min(), digits.inputs.max()) == (0, 1)


def test_a_tenth_of_the_digits_is_held_out_and_it_holds_every_class() -> None:
    digits = load_dataset(DataSource("digits"))
    assert digits.labels is not None
    assert digits.is_held_out.sum() == 180
    assert np.bincount(digits.labels[digits.is_held_out], minlength=10).min() >= 5


def test_digits_load_without_importing_scikit_learn() -> None:
    code = (
        "import sys; from dgm_explorer.data.catalogue import load_dataset; "
        "from dgm_explorer.core.dataset import DataSource; load_dataset(DataSource()); "
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'PIL', 'pooch', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("name", ["digits", *TOYS])
def test_every_load_gives_the_same_and_it_cannot_be_written_to(name: str) -> None:
    first, second = load_dataset(DataSource(name)), load_dataset(DataSource(name))
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(first.is_held_out, second.is_held_out)
    assert first.labels is not None
    for array in (first.inputs, first.labels, first.is_held_out):
        assert not array.flags.writeable


def test_the_fingerprint_is_that_of_inputs_and_split() -> None:
    toy = load_dataset(DataSource("moons"))
    expected = hashlib.sha256(b"(2000, 2)" + toy.inputs.tobytes() + toy.is_held_out.tobytes()).hexdigest()
    assert toy.fingerprint == expected
    names = [load_dataset(DataSource(name)).fingerprint for name in TOYS]
    assert len(set(names)) == len(TOYS)


@pytest.mark.parametrize(("name", "n_classes"), [("pinwheel", 5), ("moons", 2), ("rings", 3), ("grid", 9)])
def test_toys_are_standardised_points_with_classes_of_one_size(name: str, n_classes: int) -> None:
    toy = load_dataset(DataSource(name))
    assert toy.image_shape is None
    assert toy.labels is not None
    np.testing.assert_allclose(toy.inputs.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(toy.inputs.std(axis=0), 1, atol=1e-5)
    assert len(toy.class_names) == n_classes
    assert np.ptp(np.bincount(toy.labels, minlength=n_classes)) <= 1


@pytest.mark.parametrize("name", TOYS)
def test_a_toys_classes_are_what_the_eye_sees(name: str) -> None:
    """The nearest other point almost always belongs to the same class."""
    from scipy.spatial import cKDTree

    toy = load_dataset(DataSource(name))
    assert toy.labels is not None
    _, neighbours = cKDTree(toy.inputs).query(toy.inputs, k=2)
    assert (toy.labels[neighbours[:, 1]] == toy.labels).mean() > 0.97


def test_grid_cells_are_centred_on_a_grid() -> None:
    toy = load_dataset(DataSource("grid"))
    assert toy.labels is not None
    centres = np.array([toy.inputs[toy.labels == cell].mean(axis=0) for cell in range(9)]).reshape(3, 3, 2)
    steps = np.concatenate(
        (np.diff(centres[..., 0], axis=1).ravel(), np.diff(centres[..., 1], axis=0).ravel())
    )
    assert np.ptp(steps) < 0.15
    assert steps.min() > 1


@pytest.mark.parametrize("limit", [2, 10, 100, 179, 180, 1796])
def test_a_limit_takes_examples_from_everywhere(limit: int) -> None:
    whole, some = load_dataset(DataSource("digits")), load_dataset(DataSource("digits", limit=limit))
    assert len(some) == limit
    row_of = {row.tobytes(): index for index, row in enumerate(whole.inputs)}
    rows = np.array([row_of[row.tobytes()] for row in some.inputs])
    assert (np.diff(rows) > 0).all()
    assert np.diff(rows, prepend=0, append=len(whole)).max() <= 2 * -(-len(whole) // limit)
    assert 1 <= some.is_held_out.sum() <= max(1, round(0.1 * limit))
    assert some.fingerprint != whole.fingerprint


def test_a_limit_does_not_drop_classes_that_come_in_turns() -> None:
    """Every tenth of the digits 0, 1, …, 9, 0, 1, … would be the same digit."""
    some = load_dataset(DataSource("digits", limit=180))
    assert some.labels is not None
    assert np.bincount(some.labels, minlength=10).min() >= 8


def test_a_limit_beyond_the_end_changes_nothing() -> None:
    assert (
        load_dataset(DataSource("rings", limit=10_000)).fingerprint
        == load_dataset(DataSource("rings")).fingerprint
    )


def test_painted_points_stay_where_they_are() -> None:
    painted = tuple((0.5 * k, -3.0 + k) for k in range(20))
    data = load_dataset(DataSource("painted", painted=painted))
    np.testing.assert_array_equal(data.inputs, np.array(painted, dtype=np.float32))
    assert data.labels is None
    assert data.class_names == ()
    assert data.is_held_out.sum() == 2


@pytest.mark.parametrize("far", [1e300, -1e30, float("nan"), float("inf")])
def test_a_painted_point_that_no_model_can_take_is_refused(far: float) -> None:
    with pytest.raises(InputError, match="painted point"):
        DataSource("painted", painted=((0.0, 0.0), (1.0, far)))


@pytest.mark.parametrize(("painted", "message"), [((), "no painted points"), (((0.0, 0.0),), "too few")])
def test_too_few_painted_points_are_refused(painted: tuple[tuple[float, float], ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_dataset(DataSource("painted", painted=painted))


def test_the_names_are_described() -> None:
    sources = describe_sources()
    assert tuple(info.name for info in sources) == NAMES
    for info in sources:
        assert info.is_local == (info.name not in ("mnist", "fashion-mnist", "kmnist"))
        if info.is_local:
            data = load_dataset(DataSource(info.name))
            assert len(data) == info.n
            assert (data.image_shape or (2,)) == info.shape


def test_a_name_wins_over_a_path_and_a_wrong_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    (tmp_path / "mine").mkdir()
    assert parse_source("digits", limit=7) == DataSource("digits", limit=7)
    assert parse_source("mine") == DataSource("path", path=str(Path("mine").absolute()))
    for wrong in ("minst", "", "a\0b", "x" * 5000, "painted", "path"):
        with pytest.raises(InputError, match="fashion-mnist") as caught:
            parse_source(wrong)
        assert "\n" not in str(caught.value)


def test_a_known_set_is_looked_for_in_the_users_folder_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_idx_set(tmp_path / "fashion-mnist")
    monkeypatch.setenv("DGM_EXPLORER_DATA", str(tmp_path))
    assert {info.name: info.place for info in describe_sources()}["fashion-mnist"] == "own folder"
    data = load_dataset(DataSource("fashion-mnist"))
    assert len(data) == 16
    assert data.name == "fashion-mnist"
    np.testing.assert_array_equal(data.is_held_out, np.arange(16) >= 12)


def test_a_limited_set_keeps_both_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx_set(tmp_path / "mnist", n_train=60, n_test=20)
    monkeypatch.setenv("DGM_EXPLORER_DATA", str(tmp_path))
    assert load_dataset(DataSource("mnist", limit=40)).is_held_out.sum() == 10
    few = load_dataset(DataSource("mnist", limit=2)).is_held_out
    assert few.sum() == 1


def test_the_real_mnist_has_seventy_thousand_images(
    shared_reference: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shared_reference.parent / "data"
    if not (folder / "mnist").is_dir():
        pytest.skip(f"no MNIST at {folder}")
    monkeypatch.setenv("DGM_EXPLORER_DATA", str(folder))
    data = load_dataset(DataSource("mnist"))
    assert data.inputs.shape == (70_000, 784)
    assert data.image_shape == (28, 28, 1)
    assert data.labels is not None
    # Published counts of the ten digits in the test part (LeCun et al.)
    counts = np.bincount(data.labels[data.is_held_out])
    np.testing.assert_array_equal(counts, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    assert (data.inputs.min(), data.inputs.max()) == (0, 1)


def test_no_cancels(tmp_path: Path) -> None:
    for source in (DataSource("digits"), DataSource("path", path=str(tmp_path))):
        with pytest.raises(Cancelled):
            load_dataset(source, lambda words, share: False)  # noqa: ARG005


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "no-such-file", "a\0b", "x" * 5000])
def test_what_is_no_file_or_folder_is_refused_at_once(path: str) -> None:
    with pytest.raises(InputError) as caught:
        load_dataset(DataSource("path", path=path))
    assert "\n" not in str(caught.value)
