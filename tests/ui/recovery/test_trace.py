"""What an open window leaves: nothing when it closes, its autosave when it is killed."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dgm_explorer.ui.recovery.trace import (
    MAX_AGE_S,
    MAX_LISTED,
    YOUNG_S,
    TraceFolder,
    WindowTrace,
    claim_dead_windows,
)
from tests.ui.recovery import killed_window

ROOT = Path(__file__).parents[3]
Opener = Callable[..., tuple[subprocess.Popen[str], TraceFolder]]


@pytest.fixture
def open_elsewhere(tmp_path: Path) -> Iterator[Opener]:
    """Opens a trace in a process of its own."""
    children: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> tuple[subprocess.Popen[str], TraceFolder]:
        child = subprocess.Popen(
            [sys.executable, "-m", killed_window.__name__, str(tmp_path), *words],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        children.append(child)
        assert child.stdout is not None
        return child, TraceFolder(Path(child.stdout.readline().strip()))

    yield begin
    for child in children:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def leave_behind(parent: Path, name: str, session: str = "{}", age_s: float = 0.0, **owner: object) -> Path:
    """What a killed window of this computer leaves."""
    folder = TraceFolder(parent / name)
    folder.path.mkdir(parents=True)
    named = {"host": platform.node(), "pid": 1, **owner}
    folder.lock_file.write_text(json.dumps(named))
    then = time.time() - age_s
    if session:
        folder.session_file.write_text(session)
        os.utime(folder.session_file, (then, then))
    os.utime(folder.path, (then, then))
    return folder.path


def test_a_window_that_closes_leaves_nothing(tmp_path: Path) -> None:
    trace = WindowTrace(tmp_path)
    trace.folder.session_file.write_text("{}")
    trace.end()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_one_is_found_and_a_living_one_is_not(tmp_path: Path, open_elsewhere: Opener) -> None:
    _living, _ = open_elsewhere("living")
    killed, folder = open_elsewhere("what was on the screen")
    assert claim_dead_windows(tmp_path) == ()
    killed.kill()
    killed.wait()
    (dead,) = claim_dead_windows(tmp_path)
    assert dead.folder == folder
    assert dead.folder.session_file.read_text() == "what was on the screen"
    assert abs(dead.saved_at - time.time()) < 30
    dead.forget()
    assert not folder.path.exists()
    assert claim_dead_windows(tmp_path) == ()


def test_two_windows_do_not_offer_the_same_session(tmp_path: Path) -> None:
    path = leave_behind(tmp_path, "77-abcdef")
    (mine,) = claim_dead_windows(tmp_path)
    assert claim_dead_windows(tmp_path) == ()
    mine.release()
    (again,) = claim_dead_windows(tmp_path)
    assert again.folder.path == path
    again.forget()


def test_autosaves_are_swept_when_they_are_old_or_too_many(tmp_path: Path) -> None:
    for index in range(MAX_LISTED + 3):
        leave_behind(tmp_path, f"{index}-000000", age_s=10.0 * index)
    leave_behind(tmp_path, "99-000000", age_s=MAX_AGE_S + 10)
    dead = claim_dead_windows(tmp_path)
    assert [window.folder.path.name[0] for window in dead] == ["0", "1", "2", "3", "4"]
    assert len(list(tmp_path.iterdir())) == MAX_LISTED
    for window in dead:
        window.release()


def test_a_trace_with_nothing_to_say_goes_once_it_cannot_be_of_a_window_that_opens(tmp_path: Path) -> None:
    young = leave_behind(tmp_path, "1-000000", session="")
    old = leave_behind(tmp_path, "2-000000", session="", age_s=YOUNG_S + 1)
    assert claim_dead_windows(tmp_path) == ()
    assert young.exists()
    assert not old.exists()


def test_windows_of_another_computer_are_its_own_until_they_are_old(tmp_path: Path) -> None:
    path = leave_behind(tmp_path, "1-000000", host="elsewhere", age_s=3600)
    leave_behind(tmp_path, "2-000000", host="elsewhere", age_s=MAX_AGE_S + 10)
    assert claim_dead_windows(tmp_path) == ()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("owner", [b"", b"\xff\x00", b"[1, 2]", b'{"host": 3}', b'{"host": "x", "pid": "y"}'])
def test_a_damaged_lock_is_nobodys(tmp_path: Path, owner: bytes) -> None:
    path = leave_behind(tmp_path, "1-000000", age_s=YOUNG_S + 5)
    (path / "lock").write_bytes(owner)
    os.utime(path, (1e9, 1e9))
    (dead,) = claim_dead_windows(tmp_path)
    dead.forget()


def test_what_is_no_trace_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "12-abcdef").write_text("a file")
    elsewhere = tmp_path.parent / "kept"
    elsewhere.mkdir()
    (tmp_path / "13-abcdef").symlink_to(elsewhere)
    assert claim_dead_windows(tmp_path, now=time.time() + 10 * MAX_AGE_S) == ()
    assert len(list(tmp_path.iterdir())) == 3
    assert claim_dead_windows(tmp_path / "missing") == ()


def test_nothing_can_be_kept_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        WindowTrace(tmp_path / "file")
