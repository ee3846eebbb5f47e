"""A watcher of a folder that grows, stands still, or is damaged."""

import os
import random
import shutil
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Recording
from dgm_explorer.runs.checkpoint_file import read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.runs.listing import list_runs
from dgm_explorer.runs.liveness import PATIENCE_S
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.status import RunStatus, write_status
from dgm_explorer.runs.writer import RunWriter
from tests.runs.examples import new_run, snapshot, table
from tests.runs.test_array_files import assert_equal


class Clock:
    now = 5.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return new_run(tmp_path)


def test_news_are_given_once(folder: RunFolder) -> None:
    reader = RunReader(folder.path)
    news = reader.poll()
    assert [(t.split, t.values[:, 0].tolist()) for t in news.metrics] == [
        ("train", [1, 2, 3]),
        ("held_out", [1, 2, 3]),
    ]
    assert [(event.name, event.step, event.values) for event in news.events] == [
        ("started", 0, {"device": "cpu"})
    ]
    assert news.status is not None
    assert (news.status.state, news.status.step, news.is_alive) == ("finished", 3, False)
    with RunWriter(folder) as writer:
        writer.append_metrics([table(4, 2)])
        writer.append_event("command", 5, name="beta", value=(0.5, float("nan")))
    news = reader.poll()
    assert news.metrics[0].values[:, 0].tolist() == [4, 5]
    assert news.events[0].values == {"name": "beta", "value": [0.5, "nan"]}
    assert reader.poll().metrics == reader.poll().events == ()


def test_pictures_and_places_to_go_on_from(folder: RunFolder) -> None:
    reader = RunReader(folder.path)
    assert reader.snapshot_steps() == reader.checkpoint_steps() == (3,)
    assert_equal(reader.read_snapshot(3), snapshot())
    assert reader.read_checkpoint(3).meta["step"] == 3
    with pytest.raises(InputError, match=r"step-00000004\.safetensors cannot be read"):
        reader.read_snapshot(4)
    with pytest.raises(InputError, match=r"step-00000004\.safetensors cannot be read"):
        reader.read_checkpoint(4)


def test_a_long_past_comes_in_bounded_pieces(folder: RunFolder) -> None:
    with RunWriter(folder) as writer:
        writer.append_metrics([table(4, 95_000)])
    reader, history = RunReader(folder.path), MetricsHistory(max_rows=100_000)
    looks = [reader.poll() for _look in range(3)]
    for news in looks:
        history.append(news.metrics)
    assert [news.has_more for news in looks] == [True, False, False]
    assert history.steps("train").tolist() == list(range(1, 95_004))


def test_on_this_computer_the_lock_tells_who_lives(folder: RunFolder) -> None:
    clock = Clock()
    reader = RunReader(folder.path, clock)
    for state in ("preparing", "running", "paused"):
        with RunWriter(folder) as writer:
            writer.write_status(RunStatus(state))
            assert reader.poll().is_alive
            clock.now += 100  # a pause, or a step that takes long
            assert reader.poll().is_alive
        assert not reader.poll().is_alive


def test_of_another_computer_the_heartbeat_tells_by_ones_own_clock(folder: RunFolder) -> None:
    clock = Clock()
    reader = RunReader(folder.path, clock)
    write_status(folder, RunStatus("running", step=1, host="node17", t=-1e9))
    assert reader.poll().is_alive
    clock.now += PATIENCE_S - 1
    assert reader.poll().is_alive
    clock.now += 2
    assert not reader.poll().is_alive
    write_status(folder, RunStatus("running", step=1, host="node17", t=-1e9 + 1))
    assert reader.poll().is_alive
    write_status(folder, RunStatus("stopped", step=2, host="node17"))
    assert not reader.poll().is_alive


def test_a_torn_status_leaves_the_last_good_one(folder: RunFolder) -> None:
    reader = RunReader(folder.path)
    before = reader.poll().status
    folder.status_file.write_bytes(folder.status_file.read_bytes()[:20])
    assert reader.poll().status == before
    folder.status_file.unlink()
    assert reader.poll().status == before


def test_a_folder_that_vanishes_brings_no_news(folder: RunFolder) -> None:
    reader = RunReader(folder.path)
    shutil.rmtree(folder.path)
    news = reader.poll()
    assert (news.metrics, news.status, reader.snapshot_steps()) == ((), None, ())
    with pytest.raises(InputError, match="cannot be written to"):
        reader.request_stop()


def test_a_request_makes_its_folder_where_none_is(folder: RunFolder) -> None:
    folder.control.rmdir()
    RunReader(folder.path).request_stop()
    with RunWriter(folder):
        pass
    assert list(folder.control.iterdir()) == []


def test_nothing_is_lost_or_torn_while_somebody_writes(folder: RunFolder) -> None:
    def write() -> None:
        with RunWriter(folder, Recording(max_snapshots=5)) as writer:
            for step in range(4, 80):
                writer.append_metrics([table(step, 1), table(step, 1, "held_out")])
                writer.write_status(RunStatus("running", step=step))
                writer.write_snapshot(snapshot(step))
            writer.write_status(RunStatus("finished", step=step))

    reader, rows, steps_seen = RunReader(folder.path), [], [0]
    thread = threading.Thread(target=write)
    thread.start()
    state = None
    while state != "finished" or thread.is_alive():
        news = reader.poll()
        assert news.status is not None
        state = news.status.state if news.status.step > 3 else None
        steps_seen.append(news.status.step)
        rows += [(t.split, step) for t in news.metrics for step in t.values[:, 0].tolist()]
        with suppress(InputError):  # thinned away just now
            newest = reader.snapshot_steps()[-1]
            assert reader.read_snapshot(newest).step == newest
    thread.join()
    rows += [(t.split, step) for t in reader.poll().metrics for step in t.values[:, 0].tolist()]
    assert steps_seen[1:] == sorted(steps_seen[1:])
    assert [step for split, step in rows if split == "train"] == list(range(1, 80))
    assert [step for split, step in rows if split == "held_out"] == list(range(1, 80))


@pytest.mark.skipif(os.name == "nt", reason="pipes of Unix")
def test_pipes_in_the_place_of_files_are_not_waited_for(folder: RunFolder) -> None:
    write_status(folder, RunStatus("running"))
    reader = RunReader(folder.path)
    reader.poll()
    for path in [path for path in folder.path.rglob("*") if path.is_file()]:
        path.unlink()
        os.mkfifo(path)
    assert reader.poll().metrics == ()
    with pytest.raises(InputError, match="device"):
        reader.read_snapshot(3)
    with pytest.raises(InputError, match="device"):
        reader.read_checkpoint(3)
    with pytest.raises(InputError, match="holds no run"):
        RunReader(folder.path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read anything")
def test_without_the_right_to_read_there_is_no_news_but_a_sentence(folder: RunFolder) -> None:
    reader = RunReader(folder.path)
    for mode in (0o444, 0o000):
        folder.path.chmod(mode)
        try:
            assert reader.poll().status is None
            assert reader.snapshot_steps() == ()
            with pytest.raises(InputError, match="Permission denied"):
                reader.read_checkpoint(3)
            with pytest.raises(InputError, match="Permission denied"):
                RunWriter(folder)
            with pytest.raises(InputError, match="holds no run"):
                RunReader(folder.path)
            assert list_runs(folder.path.parent) == ()
        finally:
            folder.path.chmod(0o755)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_without_the_right_to_write_it_is_read_all_the_same(folder: RunFolder) -> None:
    for path in (folder.control, folder.path):
        path.chmod(0o555)
    reader = RunReader(folder.path)
    assert reader.poll().metrics
    with pytest.raises(InputError, match="ask on the computer that trains"):
        reader.request_stop()
    for path in (folder.control, folder.path):
        path.chmod(0o755)


def look_at_everything(folder: RunFolder) -> None:
    """What the window does with a folder; only `InputError` may come of it."""
    with suppress(InputError):
        reader = RunReader(folder.path)
        history = MetricsHistory()
        for _look in range(2):
            history.append(reader.poll().metrics)
        for step in reader.snapshot_steps():
            with suppress(InputError):
                reader.read_snapshot(step)
        for step in reader.checkpoint_steps():
            with suppress(InputError):
                reader.read_checkpoint(step)
    with suppress(InputError):
        read_latest_checkpoint(folder)
    with suppress(InputError):
        RunWriter(folder).close()


@pytest.mark.parametrize("seed", range(3))
def test_damage_in_any_file_is_a_sentence_or_not_yet(folder: RunFolder, seed: int) -> None:
    draw = random.Random(seed)
    files = [path for path in sorted(folder.path.rglob("*")) if path.is_file()]
    for path in files:
        content = path.read_bytes()
        for _try in range(40):
            path.write_bytes(damaged(content, draw))
            look_at_everything(folder)
        path.write_bytes(content)
    assert RunReader(folder.path).poll().metrics


def damaged(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    kind = draw.choice(("cut", "hit", "zero", "repeat", "insert", "noise"))
    begin, end = sorted(draw.randrange(len(content) + 1) for _ in range(2))
    if kind == "cut":
        del changed[begin:end]
    elif kind == "zero":
        changed[begin:end] = bytes(end - begin)
    elif kind == "repeat":
        changed[begin:begin] = content[begin:end]
    elif kind == "insert":
        changed[begin:begin] = draw.choice((b"null", b"NaN", b"1e999", b"{", b'"', b"[" * 3000, b"-1", b"\n"))
    elif kind == "noise":
        changed = bytearray(draw.randbytes(draw.randrange(300)))
    for _hit in range(draw.randrange(4) if kind == "hit" and changed else 0):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)
