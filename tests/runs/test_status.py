"""The heartbeat where there is no room for a new one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.runs import status as status_module
from dgm_explorer.runs.folder import RunFolder, create_run_folder
from dgm_explorer.runs.status import RunStatus, read_status, write_status


@contextmanager
def no_room(path: Path) -> Iterator[BinaryIO]:
    raise InputError(f"{path} cannot be written (No space left on device).")
    yield


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run that trains on a disk that has just become full."""
    folder = create_run_folder(tmp_path, "gmm-vae", "digits")
    write_status(folder, RunStatus("running", step=40, n_steps=100, phase="joint", device="cpu, 1 thread"))
    monkeypatch.setattr(status_module, "open_atomically", no_room)
    return folder


def test_how_a_run_ended_is_written_all_the_same(full: RunFolder) -> None:
    size = full.status_file.stat().st_size
    write_status(full, RunStatus("failed", step=41, reason="no room"))
    found = read_status(full)
    assert found is not None
    assert (found.state, found.step, found.reason) == ("failed", 41, "no room")
    assert full.status_file.stat().st_size == size


def test_a_reason_that_needs_more_room_is_left_out(full: RunFolder) -> None:
    write_status(full, RunStatus("failed", step=41, reason="no room " * 400))
    found = read_status(full)
    assert found is not None
    assert (found.state, found.reason) == ("failed", "")


def test_the_sentence_that_says_what_was_full_has_room(full: RunFolder) -> None:
    sentence = (
        f"{full.checkpoint_file(41)} cannot be written (No space left on device); " + "make room. " * 20
    )
    write_status(full, RunStatus("failed", step=41, reason=sentence))
    found = read_status(full)
    assert found is not None
    assert (found.state, found.reason) == ("failed", sentence)


def test_a_heartbeat_waits_for_room_and_the_old_one_stands(full: RunFolder) -> None:
    before = full.status_file.read_bytes()
    with pytest.raises(InputError, match="No space"):
        write_status(full, RunStatus("running", step=50))
    assert full.status_file.read_bytes() == before


def test_without_an_old_one_there_is_nothing_to_write_over(full: RunFolder) -> None:
    full.status_file.unlink()
    with pytest.raises(InputError, match="No space"):
        write_status(full, RunStatus("failed", step=50))
