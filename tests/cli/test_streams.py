"""Standard output that is closed, full or cannot spell Greek is never the end of an answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

unix = pytest.mark.skipif(os.name == "nt", reason="redirections of a Unix shell")
COMMAND = f"{sys.executable} -m dgm_explorer kl"


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command], env={**os.environ, **environment},
        capture_output=True, encoding="latin-1", check=False, timeout=60,
    )  # fmt: skip


@unix
def test_a_closed_output_is_no_traceback_and_the_archive_is_written(tmp_path: Path) -> None:
    done = shell(f"{COMMAND} --p 1,0,1 --grid 3 --json --out {tmp_path / 'f.npz'} >&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "f.npz").exists()


@unix
def test_a_complaint_never_lands_on_standard_output() -> None:
    done = shell(f"{COMMAND} --p 1,0,0 --json 2>&-")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_behind_the_output_is_one_line() -> None:
    done = shell(f"{COMMAND} --p 1,0,1 --json >/dev/full")
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert done.stderr.count("\n") == 1


@unix
@pytest.mark.parametrize("arguments", ["--p 1,0,1", "--help"])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_encoding_without_greek_letters_is_no_traceback(arguments: str, encoding: str) -> None:
    done = shell(f"{COMMAND} {arguments}", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u" in done.stdout
