"""The command line as a whole: which command, which exit status, what is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.refusal import refusal


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["paint"], "'paint'"),
        (["gui", "--tab", "kl2"], "--tab"),
        (["--tab"], "--tab"),
        (["--preset", "no-such"], "homework-1b"),
        (["--session", "no-such.json"], "no-such.json"),
        (["--preset", "homework-1b", "--session", "x.json"], "not allowed with"),
        (["--run", "no-such-run"], "no-such-run holds no run"),
        (["--preset", "homework-1b", "--run", "x"], "not allowed with"),
        (["--quit-after", "soon"], "--quit-after: 'soon' is not a number"),
        (["--quit-after", "-1"], "--quit-after"),
        (["--quit-after", "nan"], "--quit-after"),
        (["--screenshot", "no/such/folder/a.png"], "--screenshot"),
        (["--train-in", "the moon"], "--train-in: invalid choice: 'the moon'"),
        (["--screenshot", "a.jpg"], "--screenshot a.jpg: what is written is png"),
        (["--size", "big", "--screenshot", "a.png"], "--size: 'big'"),
        (["--size", "0x0"], "--size: '0x0'"),
        (["--size", "9999x9999"], "8192x8192"),
        (["--size", "٣x٣"], "--size: '٣x٣'"),
        (["bench", "everything"], "'everything'"),
        (["--run", ""], "--run: the name is empty"),
        (["--session="], "--session: the name is empty"),
        (["--screenshot", ""], "--screenshot: the name is empty"),
        (["kl", "--session", ""], "--session: the name is empty"),
        (["kl", "--p", "1,0,1", "--out", ""], "--out: the name is empty"),
        (["train", "gmm-vae", "--out", ""], "--out: the name is empty"),
        (["evaluate", ""], "RUN_DIR: the name is empty"),
        (["export", "--python", "--run", ""], "--run: the name is empty"),
        (["export", "--panel", "x", "--out", ""], "--out: the name is empty"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert what in refusal(capsys, *arguments)


def test_without_a_display_the_window_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert "there is no display" in refusal(capsys, "gui")


def test_a_dead_display_is_one_line_in_place_of_an_abort() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "DISPLAY": ":987"}
    command = [sys.executable, "-m", "dgm_explorer"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_help_and_version_are_printed_without_numpy_qt_or_torch() -> None:
    check = (
        "import sys\n"
        "from dgm_explorer.cli.main import run\n"
        "try: run(['--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'numpy', 'scipy', 'torch', 'PySide6', 'msgspec'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, timeout=60)


def test_the_module_limits_threads_before_numpy_is_imported() -> None:
    check = (
        "import os, sys\n"
        "os.environ.pop('OPENBLAS_NUM_THREADS', 0)\n"
        "os.environ['OMP_NUM_THREADS'] = '3'\n"
        "sys.argv = ['dgm-explorer', 'paint']\n"
        "from dgm_explorer.__main__ import main\n"
        "assert main() == 2\n"
        "assert os.environ['OPENBLAS_NUM_THREADS'] == '1'\n"
        "assert os.environ['OMP_NUM_THREADS'] == '3'\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, timeout=60)


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m dgm_explorer kl --p 1,0,1 --json | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "Traceback" not in done.stderr
