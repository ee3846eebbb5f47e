"""Point files: every honest spelling is read, every hostile one is refused in one sentence."""

import random
from pathlib import Path

import numpy as np
import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.data import points as points_module
from dgm_explorer.data.points import read_points


def written(tmp_path: Path, content: str | bytes, name: str = "points.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def npy_with_shape(shape: str) -> bytes:
    """A .npy file of float64 whose header promises ``shape``, with one number in it."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(8)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1\n2.5\n-3e1\n", [1, 2.5, -30]),
        ("x\n1\n2\n", [1, 2]),
        ("﻿height\r\n1\r\n2", [1, 2]),
        ("# a comment\n\n1\n\n# another\n2\n", [1, 2]),
        ('"x"\n"1"\n"2"\n', [1, 2]),
        ("1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("x, y\n1, 2\n3, 4\n", [[1, 2], [3, 4]]),
        ("x;y\n1,5;2,5\n3;4\n", [[1.5, 2.5], [3, 4]]),
        ("1.5;2.5\n3;4\n", [[1.5, 2.5], [3, 4]]),
        ("1\t2\n3\t4\n", [[1, 2], [3, 4]]),
        ("1 2\n 3   4\n", [[1, 2], [3, 4]]),
        ("7", [7]),
    ],
)
def test_reads_text(tmp_path: Path, content: str, expected: list[object]) -> None:
    np.testing.assert_array_equal(read_points(written(tmp_path, content)), expected)


@pytest.mark.parametrize(
    "array",
    [
        np.array([1.5, -2.0]),
        np.array([1, 2, 3], dtype=np.int16),
        np.array([1.5, 2.5], dtype=">f4"),
        np.array([[1.0], [2.0]]),
        np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        np.asfortranarray([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    ],
)
def test_reads_npy(tmp_path: Path, array: np.ndarray) -> None:
    path = tmp_path / "points.npy"
    np.save(path, array)
    read = read_points(path)
    assert read.dtype == np.float64
    np.testing.assert_array_equal(read, array[:, 0] if array.shape[1:] == (1,) else array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "there are no points"),
        ("x\n", "there are no points"),
        ("x\n1\nnan\n", "row 3 holds NaN"),
        ("1,2\n3,inf\n", "row 2 holds NaN or infinity"),
        ("1\n2\nthree\n", "'three' in line 3"),
        ("1\n1_000\n", "'1_000' in line 2"),
        ("1,2\n3\n", "line 2 has fewer columns"),
        ("x,y\n1 2\n", "'1 2' in line 2"),
        ("1,234.5;2\n", "'1.234.5' in line 1"),
        ("1\n2,3\n", "line 2 has more columns"),
        ("1,2,3\n", "line 1 has more than 2 columns"),
        (b"\xff\xfe\x00\x01", "byte 1 is not text"),
        (b"\x93NUMPY", "header is damaged"),
        (npy_with_shape("(2.0,)"), "header is damaged"),
        (npy_with_shape("(True,)") + bytes(8), r"shape \(1,\) of float64 does not fit"),
        (npy_with_shape("(10**12,)"), "header is damaged"),
        (npy_with_shape("(1000000000000,)"), "does not fit"),
        (npy_with_shape("(-1, -2)"), "one or two columns"),
        (b"\x93NUMPY\x09\x00" + b"\x00" * 80, "header is damaged"),
    ],
)
def test_refuses_bad_content(tmp_path: Path, content: str | bytes, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError, match=message) as caught:
        read_points(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 3)), "one or two columns"),
        (np.zeros((2, 1, 1)), "one or two columns"),
        (np.array(1.0), "one or two columns"),
        (np.zeros(0), "there are no points"),
        (np.array([1.0, np.nan]), "row 2"),
        (np.array(["a"]), "plain numbers"),
        (np.array([1 + 2j]), "plain numbers"),
        (np.array([(1.0,)], dtype=[("x", float)]), "plain numbers"),
    ],
)
def test_refuses_bad_arrays(tmp_path: Path, array: np.ndarray, message: str) -> None:
    path = tmp_path / "points.npy"
    np.save(path, array)
    with pytest.raises(InputError, match=message):
        read_points(path)


def test_never_unpickles(tmp_path: Path) -> None:
    path = tmp_path / "points.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="plain numbers"):
        read_points(path)


def test_a_shape_that_promises_too_much_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "points.npy"
    np.save(path, np.zeros(4))
    path.write_bytes(path.read_bytes().replace(b"(4,), }      ", b"(9999999999,)}", 1)[: 128 + 32])
    with pytest.raises(InputError, match="does not fit"):
        read_points(path)


def test_torn_and_garbled_npy_files_are_refused_or_read(tmp_path: Path) -> None:
    path = tmp_path / "points.npy"
    np.save(path, np.arange(6.0))
    whole, rng = path.read_bytes(), random.Random(0)
    for _ in range(300):
        garbled = bytearray(whole[: rng.randrange(7, len(whole) + 1)])
        garbled[rng.randrange(6, len(garbled))] = rng.randrange(256)
        path.write_bytes(garbled)
        try:
            points = read_points(path)
        except InputError:
            continue
        assert np.isfinite(points).all()


def test_size_and_length_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points_module, "MAX_POINTS", 3)
    assert read_points(written(tmp_path, "x\n1\n2\n3\n")).shape == (3,)
    with pytest.raises(InputError, match="more than 3 rows"):
        read_points(written(tmp_path, "1\n2\n3\n4\n"))
    with pytest.raises(InputError, match="more than 3 rows"):
        read_points(written(tmp_path, "1\n" * 1000))
    monkeypatch.setattr(points_module, "MAX_BYTES", 2**20)
    with pytest.raises(InputError, match="more than 1 MB"):
        read_points(written(tmp_path, "1\n" * 2**20))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(InputError, match="no such file"):
            read_points(path)
