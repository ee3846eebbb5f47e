"""``dgm-explorer export``, as a script calls it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from dgm_explorer.cli.main import run
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.session import Session, write_session
from dgm_explorer.ui.tabs.kl.sweep_run import FINEST
from tests.cli.refusal import refusal
from tests.scripts.running import run_scripts

INTERRUPTED = """
import os, signal, sys
from PySide6.QtCore import QTimer
from dgm_explorer import app
from dgm_explorer.cli.main import run

def show_and_interrupt(options, use):
    QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGINT))
    run_unseen(options, use)

app.make_application()
run_unseen, app.run_unseen = app.run_unseen, show_and_interrupt
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def _platform_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", os.environ["QT_QPA_PLATFORM"])


@pytest.mark.usefixtures("qapp")
def test_a_panel_as_picture_and_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session, picture, table = tmp_path / "s.dgm.json", tmp_path / "a.png", tmp_path / "a.npz"
    write_session(session, Session(kl=KLState()))
    words = ["export", "--session", str(session), "--panel", "densities", "--out"]
    assert run([*words, str(picture), "--size", "640x400", "--theme", "projector"]) == 0
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (640, 400)
    assert run([*words, str(table)]) == 0
    with np.load(table, allow_pickle=False) as archive:
        assert archive["names"].tolist() == ["x", "p", "q"]
        assert np.trapezoid(archive["p"], archive["x"]) == pytest.approx(1, abs=0.01)
    written = picture.read_bytes()
    assert "is there already" in refusal(capsys, "export", *words[1:], str(picture))
    assert picture.read_bytes() == written
    assert run([*words, str(picture), "--size", "320x200", "--force"]) == 0
    assert QImage(str(picture)).width() == 320
    found = refusal(capsys, "export", *words[1:3], "--panel", "nothing", "--out", str(tmp_path / "b.png"))
    assert "no panel 'nothing' here; use one of densities, landscape-forward" in found
    assert found.endswith(", or name another tab.\n")
    film = refusal(capsys, "export", *words[1:], str(tmp_path / "b.gif"))
    assert "made of a run" in film
    assert not (tmp_path / "b.png").exists()


@pytest.mark.usefixtures("qapp")
def test_what_is_computed_beside_the_window_is_waited_for(tmp_path: Path) -> None:
    out = tmp_path / "a.npz"
    assert run(["export", "--preset", "five-modes", "--panel", "bifurcation-diagram", "--out", str(out)]) == 0
    with np.load(out, allow_pickle=False) as archive:
        separations = np.unique(archive["half_separation"])
    assert len(separations) > FINEST, "the last pass, and what is halved around bifurcations"


@pytest.mark.usefixtures("qapp")
def test_the_setting_as_python_is_printed_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", "--preset", "free-sigma-sides-win", "--python"]
    assert run(words) == 0
    script = capsys.readouterr().out
    assert run([*words, "--out", str(tmp_path / "a.py")]) == 0
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == script
    (printed,) = run_scripts([script], tmp_path)
    assert printed["KL(q||p)"].value == pytest.approx(1.990664469, abs=1e-9)


@pytest.mark.usefixtures("qapp")
def test_panels_are_listed_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "--tab", "reparam", "--list-panels"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[:2] for line in lines]
    assert names[:2] == [["reparam", "reparam-planes"], ["reparam", "epsilon-plane"]]


@pytest.mark.parametrize("ending", ["png", "csv"])
@pytest.mark.usefixtures("qapp")
def test_a_panel_that_shows_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    out = tmp_path / f"a.{ending}"
    for tab, panel in (("gmm-vae", "pictures"), ("vq-vae", "code-usage")):
        said = refusal(capsys, "export", "--tab", tab, "--panel", panel, "--out", str(out))
        assert said.endswith(f"{panel} has no data yet; export it once it shows something.\n")
        assert not out.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "one of the arguments --panel --python --list-panels is required"),
        (("--panel", "x"), "--panel needs --out"),
        (("--panel", "x", "--out", "a.jpg"), "must end in one of .png, .svg"),
        (("--python", "--out", "a.png"), "a script ends in .py"),
        (("--list-panels", "--out", "a.png"), "leave --out away"),
        (("--panel", "x", "--out", "a.png", "--size", "huge"), "--size 'huge' is not understood"),
        (("--panel", "x", "--out", "a.png", "--size", "999999x1"), "--size: 999999×1 pixels; each side must"),
        (("--panel", "x", "--out", "a.png", "--dpi", "96"), "--dpi needs --size"),
        (("--panel", "x", "--out", "a.gif", "--fps", "0"), "--fps: '0' is not a number from 1 to 50"),
        (("--panel", "x", "--out", "a.gif", "--from-step", "-1"), "--from-step: '-1' is not a whole number"),
        (("--python", "--preset", "nothing"), "there is no preset 'nothing'"),
        (("--python", "--run", "no-such-folder"), "no-such-folder"),
        (("--python", "--preset", "a", "--run", "b"), "not allowed with argument"),
    ],
)
def test_wrong_usage_is_one_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], qapp: object
) -> None:
    del qapp
    assert said in refusal(capsys, "export", *words)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_ctrl_c_ends_it_wherever_qt_is(tmp_path: Path) -> None:
    words = ["export", "--tab", "kl", "--panel", "densities", "--out", str(tmp_path / "a.png")]
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "")
    assert list(tmp_path.iterdir()) == []
