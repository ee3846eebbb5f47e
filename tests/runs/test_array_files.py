"""Snapshots and checkpoints on the disk: what is written comes back, nothing else is believed."""

import dataclasses
import json
import os
import random
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.runs.array_file import read_arrays
from dgm_explorer.runs.checkpoint_file import read_checkpoint, read_latest_checkpoint, write_checkpoint
from dgm_explorer.runs.folder import RunFolder, create_run_folder
from dgm_explorer.runs.model_files import GMM_VAE
from dgm_explorer.runs.snapshot_file import read_snapshot, write_snapshot
from tests.one_sentence import refusal_of
from tests.runs.examples import D, J, checkpoint, snapshot
from tests.runs.full_disk import files_end_at, needs_limits


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_snapshot(tmp_path / "a.safetensors", snapshot())
    return tmp_path / "a.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return create_run_folder(tmp_path, "gmm-vae", "digits")


def read(path: Path) -> GmmVaeSnapshot:
    back = read_snapshot(path, GMM_VAE)
    assert isinstance(back, GmmVaeSnapshot)
    return back


def rewrite(path: Path, change: Callable[[dict[str, Any]], object] = len, **texts: str) -> None:
    """Change a file by safetensors itself."""
    arrays = load_file(path)
    with safe_open(path, framework="np") as file:
        before = file.metadata()
    change(arrays)
    path.unlink()
    save_file(arrays, path, metadata=before | texts)


refusal = partial(refusal_of, read)


def assert_equal(one: object, other: object) -> None:
    """Field by field, NaN equal to NaN, types included."""
    assert type(one) is type(other)
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            assert_equal(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        assert isinstance(other, tuple)
        for a, b in zip(one, other, strict=True):
            assert_equal(a, b)
    else:
        np.testing.assert_array_equal(one, other, strict=True)


def test_a_snapshot_comes_back_equal_and_read_only(path: Path) -> None:
    back = read(path)
    assert_equal(back, snapshot())
    assert not back.latent_means.flags.writeable
    assert not back.decoder[1].bias.flags.writeable


def test_without_labels_and_with_strided_arrays_too(tmp_path: Path) -> None:
    wide = np.arange(6 * 7, dtype=np.float32).reshape(3, 14)[:, ::7].copy(order="F")
    wrote = dataclasses.replace(
        snapshot(), component_means=wide, confusion=np.zeros((0, 0), dtype=np.int64), accuracy=float("-inf")
    )
    write_snapshot(tmp_path / "a", wrote)
    assert_equal(read(tmp_path / "a"), dataclasses.replace(wrote, component_means=np.ascontiguousarray(wide)))


def test_the_file_is_plain_safetensors(path: Path) -> None:
    arrays = load_file(path)
    assert arrays["decoder.0.weight"].shape == (9, J)
    assert arrays["decoder.1.weight"].shape == (D, 9)
    np.testing.assert_array_equal(arrays["log_pi"], snapshot().log_pi)


ARRAYS = (*GMM_VAE.shapes, "decoder.0.weight", "decoder.0.bias", "decoder.1.weight", "decoder.1.bias")


@pytest.mark.parametrize("name", ARRAYS)
def test_each_array_is_checked_by_name(path: Path, name: str) -> None:
    good = path.read_bytes()
    array = load_file(path)[name]
    for axis in range(array.ndim):
        rewrite(path, lambda arrays, axis=axis: arrays.update({name: np.concatenate([array] * 2, axis=axis)}))
        if not (name == "confusion" and axis == 1):  # any number of classes is one
            assert "shape" in refusal(path)
        path.write_bytes(good)
    rewrite(path, lambda arrays: arrays.update({name: array[None]}))
    assert repr(name) in refusal(path)
    path.write_bytes(good)
    rewrite(path, lambda arrays: arrays.update({name: array.astype(np.float64)}))
    assert f"{name!r} holds float64 instead of" in refusal(path)
    path.write_bytes(good)
    rewrite(path, lambda arrays: arrays.pop(name))
    assert name.split(".")[0] in refusal(path)


def test_a_wrong_shape_is_told_with_what_it_was_held_against(path: Path) -> None:
    rewrite(path, lambda arrays: arrays.update(component_means=np.zeros((3, 5), dtype=np.float32)))
    message = refusal(path)
    assert "'component_means' has the shape (3, 5)" in message
    assert "J = 2 by the array 'latent_means'" in message


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"format": "dgm-explorer-snapshot 9"}, "'dgm-explorer-snapshot 9' instead of"),
        ({"values": "{"}, "values are damaged"),
        ({"values": "[" * 100_000}, "values are damaged"),
        ({"values": "[]"}, "values are damaged"),
        ({"values": "{}"}, "the value 'step'"),
    ],
)
def test_texts_are_checked(path: Path, texts: dict[str, str], words: str) -> None:
    rewrite(path, **texts)
    assert words in refusal(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("step", -1), ("step", 1.5), ("step", "3"), ("step", 2**70), ("step", None), ("epoch", "soon"),
        ("phase", 7), ("phase", "x" * 1000), ("likelihood", "poisson"), ("accuracy", True), ("nmi", [1]),
    ],
)  # fmt: skip
def test_values_are_checked_by_name(path: Path, name: str, value: object) -> None:
    with safe_open(path, framework="np") as file:
        values = json.loads(file.metadata()["values"])
    rewrite(path, values=json.dumps(values | {name: value}))
    assert repr(name) in refusal(path)


def test_strange_arrays_and_negative_rows_are_refused(path: Path) -> None:
    good = path.read_bytes()
    rewrite(path, lambda arrays: arrays.update(extra=np.zeros(3)))
    assert "'extra' is not known" in refusal(path)
    path.write_bytes(good)
    rewrite(path, lambda arrays: arrays.update(probe=-np.arange(7)))
    assert "'probe' holds negative numbers" in refusal(path)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e20])
def test_what_cannot_be_painted_is_refused(path: Path, value: float) -> None:
    rewrite(path, lambda arrays: arrays["latent_means"].fill(value))
    assert "'latent_means' holds numbers that are not finite" in refusal(path)


def test_terms_without_examples_are_gaps(path: Path) -> None:
    rewrite(path, lambda arrays: arrays["held_out_terms"].fill(np.nan))
    assert np.isnan(read_snapshot(path, GMM_VAE).held_out_terms).all()


def test_damage_anywhere_is_a_sentence_or_a_snapshot(path: Path) -> None:
    draw, content = random.Random(5), path.read_bytes()
    for length in (*range(0, 200, 7), *(draw.randrange(len(content)) for _ in range(40))):
        path.write_bytes(content[:length])
        refusal(path)
    for _ in range(300):
        changed = bytearray(content)
        for _hit in range(draw.choice((1, 1, 3, 50))):
            end = draw.choice((8, 200, len(content)))
            changed[draw.randrange(end)] = draw.randrange(256)
        path.write_bytes(changed)
        with suppress(InputError):
            read(path)


def test_larger_files_are_refused_unread(path: Path) -> None:
    with pytest.raises(InputError, match="larger than 0 MiB"):
        read_arrays(path, 100)
    with path.open("r+b") as file:
        file.truncate(3 << 30)  # takes no room on the disk
    assert "larger than 1024 MiB" in refusal(path)


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [2**62, 4], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 2**60]}},
        {"a": {"dtype": "F99", "shape": [2], "data_offsets": [0, 8]}},
        {"a": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "__metadata__": {"a": 1}},
        {"__metadata__": None, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}},
        [],
        {},
    ],
)  # fmt: skip
def test_headers_that_lie_are_refused(tmp_path: Path, header: object) -> None:
    text = json.dumps(header).encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
    refusal(path)
    with pytest.raises(InputError):
        read_checkpoint(path)


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of Unix")
def test_a_pipe_a_folder_or_nothing_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        assert "device" in refusal(path)
    assert "No such file" in refusal(tmp_path / "missing")


def test_a_checkpoint_comes_back_equal(folder: RunFolder) -> None:
    write_checkpoint(folder, 3, checkpoint())
    step, back = read_latest_checkpoint(folder)
    assert (step, back.meta) == (3, checkpoint().meta)
    assert back.arrays.keys() == checkpoint().arrays.keys()
    for name, array in checkpoint().arrays.items():
        assert_equal(back.arrays[name], array)
    assert folder.latest_file.read_text() == "step-00000003.safetensors\n"


@pytest.mark.parametrize("latest", [None, b"", b"step-0000", b"\0\0", b"../../etc/passwd", b"step-00000009"])
def test_whatever_latest_says_the_newest_that_opens_is_found(folder: RunFolder, latest: bytes | None) -> None:
    for step in (3, 5, 7):
        write_checkpoint(folder, step, checkpoint(step))
    if latest is None:
        folder.latest_file.unlink()
    else:
        folder.latest_file.write_bytes(latest)
    assert read_latest_checkpoint(folder)[0] == 7
    folder.checkpoint_file(7).write_bytes(folder.checkpoint_file(7).read_bytes()[:-1])
    assert read_latest_checkpoint(folder)[1].meta["step"] == 5


def test_when_none_opens_the_newest_is_named(folder: RunFolder) -> None:
    with pytest.raises(InputError, match="no checkpoint yet"):
        read_latest_checkpoint(folder)
    for step in (3, 5):
        folder.checkpoint_file(step).write_bytes(b"x")
    with pytest.raises(InputError, match=r"step-00000005\.safetensors is damaged"):
        read_latest_checkpoint(folder)


def test_snapshots_and_checkpoints_are_not_taken_for_each_other(folder: RunFolder) -> None:
    write_checkpoint(folder, 3, checkpoint())
    assert "'dgm-explorer-checkpoint 1' instead of" in refusal(folder.checkpoint_file(3))
    write_snapshot(folder.snapshot_file(3), snapshot())
    with pytest.raises(InputError, match="is no checkpoint"):
        read_checkpoint(folder.snapshot_file(3))


@pytest.mark.parametrize("meta", ["", "[1]", '{"a": NaN}', "[" * 100_000, '{"a": 1' + "0" * 5000 + "}"])
def test_values_of_a_checkpoint_are_strict_json(folder: RunFolder, meta: str) -> None:
    write_checkpoint(folder, 3, checkpoint())
    rewrite(folder.checkpoint_file(3), meta=meta)
    with pytest.raises(InputError, match="values are damaged"):
        read_checkpoint(folder.checkpoint_file(3))


def test_values_that_are_no_json_are_a_mistake_of_the_program(folder: RunFolder) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_checkpoint(folder, 3, CheckpointState({}, {"loss": float("nan")}))
    assert list(folder.checkpoints.iterdir()) == []


@needs_limits
def test_a_full_disk_costs_nothing_that_was_there(folder: RunFolder) -> None:
    write_checkpoint(folder, 3, checkpoint())
    before = sorted(folder.checkpoints.iterdir())
    with files_end_at(300):
        with pytest.raises(InputError, match="cannot be written"):
            write_checkpoint(folder, 5, checkpoint(5))
        with pytest.raises(InputError, match="cannot be written"):
            write_snapshot(folder.snapshot_file(5), snapshot(5))
    assert sorted(folder.checkpoints.iterdir()) == before
    assert list(folder.snapshots.iterdir()) == []
    assert read_latest_checkpoint(folder)[0] == 3


@pytest.mark.skipif(os.name == "nt", reason="file modes are a Unix idea")
def test_others_can_read_as_far_as_the_umask_allows(folder: RunFolder) -> None:
    before = os.umask(0o027)
    try:
        write_checkpoint(folder, 3, checkpoint())
        write_snapshot(folder.snapshot_file(3), snapshot())
    finally:
        os.umask(before)
    for path in (folder.checkpoint_file(3), folder.latest_file, folder.snapshot_file(3)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
