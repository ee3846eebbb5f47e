"""idx files, alone and in sets: honest ones are read, damaged ones are refused in one sentence."""

import gzip
import tracemalloc
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.catalogue import load_dataset
from dgm_explorer.data.idx import is_idx, read_idx
from tests.data.builders import IDX_CODES, idx_bytes, load_or_refuse, mutations, write_idx_set
from tests.one_sentence import refusal_of


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def load(path: Path) -> Dataset:
    return load_dataset(DataSource("path", path=str(path)))


refusal = partial(refusal_of, load)


@pytest.mark.parametrize("name", IDX_CODES)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (2, 3, 4, 3)])
@pytest.mark.parametrize("is_packed", [True, False])
def test_reads_every_type_and_rank(
    tmp_path: Path, name: str, shape: tuple[int, ...], is_packed: bool
) -> None:
    array = (np.arange(np.prod(shape)).reshape(shape) - (0 if name == "uint8" else 3)).astype(name)
    content = idx_bytes(array)
    path = written(tmp_path / "a", gzip.compress(content) if is_packed else content)
    assert is_idx(path)
    np.testing.assert_array_equal(read_idx(path), array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no idx file"),
        (b"\0\0\x08", "no idx file"),
        (b"\0\0\x07\x01\0\0\0\1\0", "no idx file"),
        (b"\0\0\x08\x00", "no idx file"),
        (b"\0\0\x08\x09" + b"\0\0\0\1" * 9 + b"\0", "no idx file"),
        (b"\0\0\x08\x03\0\0\0\1", "promises"),
        (b"\0\0\x08\x01\0\0\0\0", "promises"),
        (b"\0\0\x08\x01\0\0\0\2\0", "promises"),
        (b"\0\0\x08\x01\0\0\0\2\0\0\0", "there are more"),
        (b"\0\0\x0e\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0", "promises"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\2\0", mtime=0), "only 1"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\2\0\0", mtime=0)[:-9], "gzip stream is damaged"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\2\0\0", mtime=0)[:-5] + b"\0\0\0\0\0", "gzip stream is damaged"),
        (b"\x1f\x8b\x08\x00", "gzip stream is damaged"),
        (b"\x1f\x8b\xff\xff\xff", "gzip stream is damaged"),
    ],
)
def test_refuses_bad_content(tmp_path: Path, content: bytes, message: str) -> None:
    path = written(tmp_path / "a", content)
    with pytest.raises(InputError, match=message) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


def test_a_gzip_bomb_and_false_promises_take_no_memory(tmp_path: Path) -> None:
    bomb = written(
        tmp_path / "bomb", gzip.compress(b"\0\0\x08\x01\0\0\0\x10" + bytes(64 << 20), compresslevel=1)
    )
    promise = written(tmp_path / "promise", gzip.compress(b"\0\0\x0e\x02\0\0\xff\xff\0\0\x08\0"))
    tracemalloc.start()
    try:
        for path in (bomb, promise):
            with pytest.raises(InputError):
                read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_folder_holds_a_training_and_a_test_part(tmp_path: Path, is_packed: bool) -> None:
    write_idx_set(tmp_path / "set", is_packed=is_packed)
    data = load(tmp_path / "set")
    assert data.image_shape == (4, 5, 1)
    assert data.name == "set"
    assert data.class_names == ("0", "1", "2")
    np.testing.assert_allclose(data.inputs[:, 0] * 255, [*range(12), *range(4)], atol=1e-5)
    np.testing.assert_array_equal(data.labels, [*(np.arange(12) % 3), *(np.arange(4) % 3)])
    np.testing.assert_array_equal(data.is_held_out, np.arange(16) >= 12)


def test_one_images_file_takes_the_labels_beside_it(tmp_path: Path) -> None:
    write_idx_set(tmp_path, n_train=20)
    data = load(tmp_path / "train-images-idx3-ubyte.gz")
    np.testing.assert_array_equal(data.labels, np.arange(20) % 3)
    assert data.is_held_out.sum() == 2
    (tmp_path / "train-labels-idx1-ubyte.gz").unlink()
    assert load(tmp_path / "train-images-idx3-ubyte.gz").labels is None


def test_labels_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    write_idx_set(tmp_path)
    labels = tmp_path / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(idx_bytes(np.zeros(5, dtype=np.uint8)))
    assert "labels of shape (5,) do not fit 12 images" in refusal(tmp_path)
    labels.write_bytes(idx_bytes(np.zeros(12, dtype=np.float32)))
    assert "do not fit" in refusal(tmp_path)
    labels.unlink()
    assert "only one of its two parts has labels" in refusal(tmp_path)


def test_parts_that_differ_are_refused(tmp_path: Path) -> None:
    write_idx_set(tmp_path)
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(idx_bytes(np.zeros((4, 4, 4), dtype=np.uint8)))
    assert str(path) in refusal(tmp_path)


def test_files_that_are_no_images_are_refused(tmp_path: Path) -> None:
    write_idx_set(tmp_path)
    assert "choose the images file" in refusal(tmp_path / "train-labels-idx1-ubyte.gz")
    nan = np.full((3, 2, 2), np.nan, dtype=np.float32)
    assert "example 1 holds NaN" in refusal(written(tmp_path / "nan", idx_bytes(nan)))
    wide = np.zeros((2, 600, 600), dtype=np.uint8)
    assert "600×600 numbers in one example" in refusal(written(tmp_path / "wide", idx_bytes(wide)))


def test_damaged_files_are_refused_or_read(tmp_path: Path) -> None:
    images = np.arange(6 * 3 * 3, dtype=np.uint8).reshape(6, 3, 3)
    for whole in (idx_bytes(images), gzip.compress(idx_bytes(images)), idx_bytes(images.astype(np.float32))):
        for index, content in enumerate(mutations(whole, 150)):
            path = written(tmp_path / f"{index % 7}", content)
            data = load_or_refuse(path)
            assert data is None or np.isfinite(data.inputs).all()
