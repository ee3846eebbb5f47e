"""What a crash below Python has left: kept, few and small."""

import os
import subprocess
import sys
from pathlib import Path

from dgm_explorer.ui.recovery.crash_logs import (
    MAX_BYTES,
    MAX_KEPT,
    crash_folder,
    describe_crash,
    keep_crash_log,
    newest_crash_log,
    read_crash_log,
)
from dgm_explorer.ui.recovery.trace import claim_dead_windows

ROOT = Path(__file__).parents[3]


def test_a_real_crash_leaves_its_traceback(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from dgm_explorer.ui.recovery.trace import WindowTrace\n"
        f"WindowTrace(Path({str(tmp_path)!r}) / 'windows').log_hard_crashes()\n"
        "def deep_inside():\n"
        "    os.abort()\n"
        "deep_inside()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode != 0
    (dead,) = claim_dead_windows(tmp_path / "windows")
    kept = keep_crash_log(dead.folder.crash_file, tmp_path)
    dead.forget()
    assert kept is not None
    assert kept == newest_crash_log(tmp_path)
    text = read_crash_log(kept)
    assert "deep_inside" in text
    assert describe_crash(text) == "Fatal Python error: Aborted"


def leave_log(folder: Path, content: bytes, at_s: float) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "crash.log"
    log.write_bytes(content)
    os.utime(log, (at_s, at_s))
    return log


def test_only_the_newest_are_kept_and_none_is_large(tmp_path: Path) -> None:
    for index in range(MAX_KEPT + 3):
        log = leave_log(tmp_path / f"{index}-aaaaaa", b"Fatal %d\n" % index + b"x" * 10**6, 1e9 + 60 * index)
        assert keep_crash_log(log, tmp_path) is not None
        assert not log.exists()
    kept = sorted(crash_folder(tmp_path).iterdir())
    assert len(kept) == MAX_KEPT
    assert all(path.stat().st_size <= MAX_BYTES for path in kept)
    newest = newest_crash_log(tmp_path)
    assert newest is not None
    assert describe_crash(read_crash_log(newest)) == f"Fatal {MAX_KEPT + 2}"


def test_silence_is_no_crash_log(tmp_path: Path) -> None:
    assert keep_crash_log(leave_log(tmp_path / "1-aaaaaa", b" \n", 1e9), tmp_path) is None
    assert keep_crash_log(tmp_path / "missing" / "crash.log", tmp_path) is None
    assert newest_crash_log(tmp_path) is None


def test_hostile_bytes_become_printable_words() -> None:
    assert describe_crash("\n\x1b[31mFatal\x00 error" + "y" * 500).startswith("[31mFatal error")
    assert len(describe_crash("z" * 500)) == 120
    assert describe_crash("") == ""
