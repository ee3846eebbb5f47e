"""The program crashes, is asked to leave, or closes: what the next start says. Every start is a real one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dgm_explorer.session import read_session
from tests.ui.recovery import whole_program

ROOT = Path(__file__).parents[3]
INTERRUPTED_AT_ONCE = """
import os, signal, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from dgm_explorer import app
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.recovery import crash_guard

crash_guard.SETTLE_MS = 3_600_000
app.make_application()

def interrupt():
    if any(isinstance(one, MainWindow) and one.isVisible() for one in QApplication.topLevelWidgets()):
        timer.stop()
        os.kill(os.getpid(), signal.SIGINT)

timer = QTimer()
timer.timeout.connect(interrupt)
timer.start(100)
sys.exit(app.run_window(app.WindowOptions(theme="light", tab="kl")))
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Environment of a user who has opened the program before."""
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "STATE", "CACHE", "DATA")}
    settings = tmp_path / "CONFIG" / "dgm-explorer" / "window.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[General]\ntheme=light\n")
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", **folders}


def begin(home: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", whole_program.__name__, *words],
        env=home,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(home: dict[str, str], *words: str) -> str:
    """What a start that closes properly has printed."""
    out, err = begin(home, *words).communicate(timeout=60)
    assert err == ""
    return out


def begin_and_wait_until_kept(home: dict[str, str], value: str) -> subprocess.Popen[str]:
    child = begin(home, "change", value)
    assert child.stdout is not None
    while (line := child.stdout.readline()) not in ("kept\n", ""):
        pass
    assert line == "kept\n"
    return child


def traces(home: dict[str, str]) -> list[Path]:
    return list((Path(home["XDG_STATE_HOME"]) / "dgm-explorer" / "windows").iterdir())


def test_a_crashed_window_is_taken_up_and_living_and_closed_ones_are_not(home: dict[str, str]) -> None:
    living = begin_and_wait_until_kept(home, "0.125")
    crashed = begin(home, "abort", "0.875")
    crashed.communicate(timeout=60)
    assert crashed.returncode != 0
    out = run(home, "answer", "Restore")
    assert "DGM Explorer crashed the last time (Fatal Python error: Aborted)." in out
    assert out.count("Session Untitled") == 1  # the other window lives
    assert "alpha 0.875" in out
    assert len(traces(home)) == 1  # its own: this start has closed properly
    living.terminate()  # as at the end of a login
    assert living.communicate(timeout=30)[1] == ""
    assert living.returncode == 0
    assert traces(home) == []
    kept = read_session(Path(home["XDG_STATE_HOME"]) / "dgm-explorer" / "last-session.dgm.json").kl
    assert kept is not None
    assert kept.alpha == 0.125
    told = subprocess.run(
        [sys.executable, "-m", "dgm_explorer", "diagnostics"],
        env=home,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Fatal Python error: Aborted" in told.stdout
    assert "whole_program.py" in told.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_ctrl_c_closes_a_window_that_has_just_opened(home: dict[str, str]) -> None:
    """Python alone would raise it in whatever slot comes next, where Qt only prints it."""
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT_ONCE],
        env=home,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert traces(home) == []
