"""``dgm-explorer export`` of a run: what it has recorded is there, however soon it is asked for."""

import csv
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dgm_explorer.cli.main import run
from dgm_explorer.ui import take_away
from dgm_explorer.ui.run import run_desk
from tests.cli.refusal import refusal


@pytest.mark.usefixtures("qapp")
def test_curves_are_not_waited_for_as_in_a_window(
    gmm_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window draws them now and then; a picture was made before, and was empty."""
    monkeypatch.setenv("QT_QPA_PLATFORM", os.environ["QT_QPA_PLATFORM"])
    monkeypatch.setattr(run_desk, "SHORTEST_CURVES_MS", 600_000)
    monkeypatch.setattr(run_desk, "LONGEST_CURVES_MS", 600_000)
    out = tmp_path / "bound.csv"
    assert run(["export", "--run", str(gmm_run), "--panel", "gmm-vae-bound", "--out", str(out)]) == 0
    header, *rows = csv.reader(out.read_text().splitlines())
    assert header[0] == "step"
    for row in rows:
        *terms, elbo = map(float, row[1:])
        assert sum(terms) == pytest.approx(elbo, rel=1e-6)
    assert len(rows) > 3


@pytest.mark.usefixtures("qapp")
def test_a_run_without_a_picture_is_refused(
    gmm_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", os.environ["QT_QPA_PLATFORM"])
    monkeypatch.setattr(take_away, "RUN_PATIENCE_S", 1.0)
    folder = shutil.copytree(gmm_run, tmp_path / "run", ignore=shutil.ignore_patterns("step-*"))
    out = tmp_path / "latent.png"
    said = refusal(capsys, "export", "--run", str(folder), "--panel", "latent", "--out", str(out))
    assert f"{folder} has no snapshot that can be read" in said
    assert not out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_ctrl_c_gives_a_film_up(suffix: str, gmm_run: Path, tmp_path: Path) -> None:
    """Python alone would raise it in a slot, where Qt only prints it: the film was made to its end."""
    if suffix == ".mp4":
        pytest.importorskip("imageio_ffmpeg")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = ["--run", gmm_run, "--panel", "latent", "--size", "1200x900", "--out", tmp_path / f"film{suffix}"]
    child = subprocess.Popen(
        [sys.executable, "-m", "dgm_explorer", "export", *map(str, words)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    assert child.stderr.readline().startswith("frame 1 of ")
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=60)[1]
    assert child.returncode == 1
    assert [line for line in said.splitlines() if not line.startswith("frame")] == []
    assert [path for path in tmp_path.rglob("*") if path != temporary] == []
