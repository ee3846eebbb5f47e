"""The smoke test tells a whole program from a broken one."""

import os
import subprocess
import sys
from pathlib import Path

START = "import sys; from dgm_explorer.cli.main import run; sys.exit(run(['--smoke']))"
START_AND_CLOSE = START.replace("'--smoke'", "'--smoke', '--quit-after', '1'")
BREAK_PAINTING = """
from dgm_explorer.ui.plots import landscape_view
def fail(*_):
    raise LookupError("no such colour map")
landscape_view.LandscapeView.paintEvent = fail
"""
BREAK_TRAINING = """
from dgm_explorer.ui.run.controller import RunController
RunController.play_pause = lambda self: self.failed.emit("the trainer was left out")
"""


def smoke(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_it_opens_every_tab_trains_both_models_and_leaves_no_run(tmp_path: Path) -> None:
    done = smoke(START)
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("KL", "Reparametrisation", "GMM-VAE", "VQ-VAE", "10 steps and a picture of VQ-VAE"):
        assert f"{words}" in done.stdout
    assert not list(tmp_path.rglob("*.ini"))
    assert not list(tmp_path.rglob("run.json"))


def test_an_exception_while_painting_ends_it_with_one_line() -> None:
    done = smoke(BREAK_PAINTING + START)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("dgm-explorer: smoke test failed: ")
    assert "no such colour map" in last


def test_a_model_that_does_not_train_ends_it() -> None:
    done = smoke(BREAK_TRAINING + START)
    assert done.returncode == 1
    assert done.stderr == "dgm-explorer: smoke test failed: the trainer was left out\n"


def test_a_window_that_is_closed_early_has_not_passed() -> None:
    done = smoke(START_AND_CLOSE)
    assert done.returncode == 1
    assert done.stderr.startswith("dgm-explorer: smoke test failed: the window was closed while waiting for")
