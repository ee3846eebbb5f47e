"""One writer per folder, who clears up after the one before."""

import errno
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Recording
from dgm_explorer.runs.folder import RunFolder, create_run_folder
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.status import RunStatus, read_status, write_status
from dgm_explorer.runs.writer import RunWriter
from tests.runs.examples import checkpoint, new_run, snapshot, table
from tests.runs.full_disk import files_end_at, needs_limits

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.writer import RunWriter
writer = RunWriter(RunFolder(Path(sys.argv[1])))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return new_run(tmp_path)


def held_by_another_process(folder: RunFolder) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_told_who_is_first(folder: RunFolder) -> None:
    with RunWriter(folder), pytest.raises(InputError, match=rf"\(process {os.getpid()} on .*\) writes to"):
        RunWriter(folder)
    RunWriter(folder).close()


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_the_lock_of_a_killed_process_is_free_at_once(folder: RunFolder) -> None:
    with held_by_another_process(folder) as process:
        try:
            with pytest.raises(InputError, match=rf"\(process {process.pid} on"):
                RunWriter(folder)
        finally:
            process.send_signal(signal.SIGKILL)
    RunWriter(folder).close()


def test_another_computer_that_beats_is_left_alone(folder: RunFolder) -> None:
    """As over a network file system that keeps the locks of each computer to itself."""
    folder.lock_file.write_text('{"host": "node17", "pid": 4}\n')
    write_status(folder, RunStatus("running", host="node17"))
    with pytest.raises(InputError, match=r"process 4 on node17"):
        RunWriter(folder)
    assert "node17" in folder.lock_file.read_text()
    long_ago = time.time() - 120
    os.utime(folder.status_file, (long_ago, long_ago))
    RunWriter(folder).close()


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b"\xff", b'{"host": "x"}', b"9" * 9999, b"[" * 9999])
def test_a_damaged_lock_file_is_no_hindrance(folder: RunFolder, left: bytes) -> None:
    folder.lock_file.write_bytes(left)
    folder.status_file.unlink()
    RunWriter(folder).close()


def test_what_a_killed_writer_left_is_cleared(folder: RunFolder) -> None:
    left = [folder.path / ".status.json.ab.tmp", folder.snapshots / ".s.tmp", folder.checkpoints / ".c.tmp"]
    for path in left:
        path.write_bytes(b"half")
    with folder.metrics_file.open("ab") as file:
        file.write(b'{"split":"train","st')
    RunReader(folder.path).request_stop()
    with RunWriter(folder) as writer:
        assert not any(path.exists() for path in left)
        assert not writer.take_requests().stop  # it was meant for the run of then
        writer.append_metrics([table(4, 1)])
    rows = [json.loads(line) for line in folder.metrics_file.read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3, 1, 2, 3, 4]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("name", ["metrics.jsonl", "writer.lock", "status.json", "checkpoints/latest"])
def test_links_that_lead_out_of_the_folder_are_not_followed(folder: RunFolder, name: str) -> None:
    thesis = folder.path.parent / "thesis.tex"
    thesis.write_text("no end of line")
    (folder.path / name).unlink()
    (folder.path / name).symlink_to(thesis)
    with pytest.raises(InputError, match="is a link"):
        RunWriter(folder)
    assert thesis.read_text() == "no end of line"


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("name", ["snapshots", "checkpoints", "control"])
def test_nothing_is_swept_or_written_behind_a_linked_folder(folder: RunFolder, name: str) -> None:
    elsewhere = folder.path.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".somebody-elses.tmp").touch()
    shutil.rmtree(folder.path / name)
    (folder.path / name).symlink_to(elsewhere)
    with pytest.raises(InputError, match="is a link"):
        RunWriter(folder)
    assert [path.name for path in elsewhere.iterdir()] == [".somebody-elses.tmp"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_snapshot_that_is_a_link_is_not_written_through(folder: RunFolder) -> None:
    thesis = folder.path.parent / "thesis.tex"
    thesis.write_text("no end of line")
    folder.snapshot_file(3).unlink()
    folder.snapshot_file(3).symlink_to(thesis)
    with pytest.raises(InputError, match="is a link"), RunWriter(folder) as writer:
        writer.write_snapshot(snapshot(3))
    assert thesis.read_text() == "no end of line"


def test_requests_are_given_once(folder: RunFolder) -> None:
    reader = RunReader(folder.path)
    with RunWriter(folder) as writer:
        assert writer.take_requests() == writer.take_requests()
        reader.request_stop()
        reader.request_snapshot()
        first, second = writer.take_requests(), writer.take_requests()
    assert (first.stop, first.snapshot) == (True, True)
    assert (second.stop, second.snapshot) == (False, False)


def test_going_on_from_a_checkpoint_forgets_what_came_later(folder: RunFolder) -> None:
    with RunWriter(folder) as writer:
        for step in (5, 7, 9):
            writer.write_snapshot(snapshot(step))
            writer.write_checkpoint(step, checkpoint(step))
        writer.forget_after(7)
    reader = RunReader(folder.path)
    assert reader.snapshot_steps() == reader.checkpoint_steps() == (3, 5, 7)


def test_series_are_thinned_while_they_grow(folder: RunFolder) -> None:
    with RunWriter(folder, Recording(max_snapshots=6, max_checkpoints=4)) as writer:
        for step in range(4, 30):
            writer.write_snapshot(snapshot(step))
            writer.write_checkpoint(step, checkpoint(step))
    reader = RunReader(folder.path)
    assert len(reader.snapshot_steps()) <= 6
    assert len(reader.checkpoint_steps()) <= 4
    assert reader.snapshot_steps()[0] == reader.checkpoint_steps()[0] == 3
    assert reader.snapshot_steps()[-1] == reader.checkpoint_steps()[-1] == 29


@needs_limits
def test_a_full_disk_is_a_sentence_for_each_thing_written(folder: RunFolder) -> None:
    before = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    writer = RunWriter(folder)
    with files_end_at(3):
        for write in (
            lambda: writer.append_metrics([table(4)]),
            lambda: writer.append_event("x", 4),
            lambda: writer.write_status(RunStatus("running")),
            lambda: writer.write_snapshot(snapshot(4)),
            lambda: writer.write_checkpoint(4, checkpoint(4)),
        ):
            with pytest.raises(InputError, match="cannot be written"):
                write()
    writer.close()
    before[folder.lock_file] = b""
    assert {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()} == before


def test_the_lock_of_a_killed_process_is_taken_on_a_full_disk(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def write_over(file: int, content: bytes) -> int:
        if os.lseek(file, 0, os.SEEK_CUR) + len(content) > os.fstat(file).st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, content)

    folder.lock_file.write_text(f'{{"host": "{platform.node()}", "pid": 4194304}}\n')
    monkeypatch.setattr(os, "write", write_over)
    RunWriter(folder).close()


def test_a_copy_that_lacks_empty_folders_is_read_as_it_is_and_written_whole(folder: RunFolder) -> None:
    for path in (folder.snapshots, folder.control):
        shutil.rmtree(path)
    before = sorted(folder.path.iterdir())
    reader = RunReader(folder.path)
    assert reader.poll().status is not None
    assert reader.snapshot_steps() == ()
    assert sorted(folder.path.iterdir()) == before  # whoever only looks makes nothing
    with RunWriter(folder) as writer:
        writer.write_snapshot(snapshot(4))
        reader.request_stop()
        assert writer.take_requests().stop
    assert reader.snapshot_steps() == (4,)


def test_a_folder_that_vanished_is_a_sentence(folder: RunFolder) -> None:
    writer = RunWriter(folder)
    shutil.rmtree(folder.path)
    with pytest.raises(InputError, match="cannot be written"):
        writer.append_metrics([table()])
    with pytest.raises(InputError, match="cannot be written"):
        writer.write_checkpoint(4, checkpoint())
    with pytest.raises(InputError, match="cannot be written"):
        writer.write_status(RunStatus("running"))
    writer.close()
    with pytest.raises(InputError, match="cannot be written to"):
        RunWriter(folder)


def test_a_status_comes_back_equal(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path, "gmm-vae", "digits")
    wrote = RunStatus(
        "paused", 7, 100, 0.5, "joint", 900, float("nan"), float("inf"), 1.5, None, "cpu", "Größe"
    )
    write_status(folder, wrote)
    back = read_status(folder)
    assert repr(back) == repr(wrote)  # NaN is not equal to itself


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b'{"state": "running", "step": 3', b'{"state": "flying"}', b"{}",
        b'{"state": "running", "step": -1}', b'{"state": "running", "step": 1e400}', b"\xff" * 10,
        b'{"state": "running", "t": "soon"}', b'{"state": "running", "step": "3"}', b"[" * 70_000,
        b'{"state": "running"}' + b" " * 70_000 + b"x",
    ],
)  # fmt: skip
def test_a_torn_or_strange_status_is_none_yet(folder: RunFolder, content: bytes) -> None:
    folder.status_file.write_bytes(content)
    status = read_status(folder)
    assert status is None or status == RunStatus("running", host=status.host, pid=status.pid, t=status.t)


def test_a_status_of_a_newer_program_is_read_as_far_as_it_is_known(folder: RunFolder) -> None:
    folder.status_file.write_text('{"state": "running", "step": 3, "mood": "good", "memory_mb": 1.5}')
    status = read_status(folder)
    assert status is not None
    assert (status.step, status.memory_mb) == (3, 1.5)
