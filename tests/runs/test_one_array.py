"""One array out of a file, and what is not one."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.one_array import read_one_array


@pytest.fixture
def file(tmp_path: Path) -> Path:
    arrays = {
        "large": np.zeros((1000, 100), np.float32),
        "counts": np.arange(6, dtype=np.float32).reshape(2, 3),
        "whole": np.array([-1, 2**40], np.int64),
        "empty": np.zeros((0, 3), np.float32),
    }
    path = tmp_path / "step-00000001.safetensors"
    save_file(arrays, path, {"values": "{}"})
    return path


def test_arrays_come_back_with_shape_and_type(file: Path) -> None:
    np.testing.assert_array_equal(read_one_array(file, "counts", 1000), [[0, 1, 2], [3, 4, 5]])
    whole = read_one_array(file, "whole", 1000)
    assert whole.dtype == np.int64
    assert whole.tolist() == [-1, 2**40]
    assert read_one_array(file, "empty", 1000).shape == (0, 3)


def test_one_that_is_missing_or_too_large_is_refused_by_name(file: Path) -> None:
    with pytest.raises(InputError, match="'nothing' is missing"):
        read_one_array(file, "nothing", 1000)
    with pytest.raises(InputError, match="'large'"):
        read_one_array(file, "large", 1000)
    with pytest.raises(InputError, match="cannot be read"):
        read_one_array(file.with_name("gone"), "counts", 1000)


@pytest.mark.parametrize("length", [0, 4, 60, -20])
def test_a_torn_file_is_refused(file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])
    name = "large" if length < 0 else "counts"
    with pytest.raises(InputError):
        read_one_array(file, name, 10**9)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1 << 62, 8], "data_offsets": [0, 4]},
        {"dtype": "code", "shape": [1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]},
        {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0, 1 << 50]},
        {"dtype": "F32", "shape": [1], "data_offsets": ["0", "4"]},
        {"dtype": "F32", "shape": [1], "data_offsets": 4},
        {"dtype": "F32", "shape": [1]},
        [],
        7,
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, entry: object) -> None:
    header = json.dumps({"counts": entry}).encode()
    path = tmp_path / "lie"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)
    with pytest.raises(InputError, match="missing or damaged"):
        read_one_array(path, "counts", 1 << 60)


@pytest.mark.parametrize("header", [b"[" * 100_000, b"{", b"\xff\xfe", b"[]", b'{"counts"'])
def test_what_is_no_header_is_refused(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "lie"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(InputError):
        read_one_array(path, "counts", 1000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_neither_a_pipe_nor_a_folder_is_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(InputError):
            read_one_array(path, "counts", 1000)
