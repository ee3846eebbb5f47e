"""The built folder: started as a user would, far from Python and from the repository.

python3 packaging/build_bundle.py && python -m pytest tests/packaging/test_bundle.py
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "dist" / "dgm-explorer"
PROGRAM = FOLDER / ("dgm-explorer-console.exe" if sys.platform == "win32" else "dgm-explorer")
APPLICATION = ROOT / "dist" / "DGM Explorer.app" / "Contents" / "MacOS" / "dgm-explorer"
TIMEOUT_S = 600

pytestmark = pytest.mark.skipif(
    not PROGRAM.exists(), reason="no bundle in dist/: python3 packaging/build_bundle.py makes one"
)


def start(*command: str | Path, platform: str, folder: Path) -> subprocess.CompletedProcess[str]:
    python_free = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # Qt remarks upon a locale that cannot spell.
    environment = {**python_free, "QT_QPA_PLATFORM": platform, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def test_every_tab_opens_and_both_models_train(tmp_path: Path) -> None:
    done = start(PROGRAM, "--smoke", platform="offscreen", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(" saved: ") == 2


@pytest.mark.skipif(sys.platform != "darwin", reason="an application is built on macOS only")
def test_the_application_starts(tmp_path: Path) -> None:
    done = start(APPLICATION, "--smoke", platform="offscreen", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="xvfb-run is not installed")
def test_the_same_on_an_x_server(tmp_path: Path) -> None:
    done = start("xvfb-run", "-a", PROGRAM, "--smoke", platform="xcb", folder=tmp_path)
    assert done.returncode == 0, done.stderr


def test_what_needs_no_window_works_too(tmp_path: Path) -> None:
    done = start(PROGRAM, "kl", "--preset", "homework-1b", "--json", platform="offscreen", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)
    for command in ("theory", "bench", "train", "data"):
        done = start(PROGRAM, command, "--help", platform="offscreen", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), command


def test_a_run_is_trained_and_evaluated_without_a_window(tmp_path: Path) -> None:
    train = ["train", "gmm-vae", "--data", "digits", "--epochs", "1", "--set", "pretrain_epochs=1"]
    done = start(PROGRAM, *train, "--out", "run", platform="offscreen", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stdout + done.stderr  # such as a source of torch that is not there
    done = start(PROGRAM, "evaluate", "run", "--json", platform="offscreen", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["model"] == "gmm-vae"


def test_nothing_inside_names_the_machine_it_was_built_on() -> None:
    metadata = [*FOLDER.rglob("direct_url.json"), *FOLDER.rglob("RECORD")]
    assert not metadata
