"""In a packed program there is no Python to start: such benches are refused, and left out of *all*."""

import sys

import pytest

from dgm_explorer.cli import bench
from dgm_explorer.cli.main import run


def test_benches_that_start_python_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert run(["bench", "startup"]) == 2
    assert "starts Python" in capsys.readouterr().err
    assert run(["bench", "train", "vq-vae"]) == 2


def test_all_measures_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = {name for name, _ in bench._find_benches("all", None)}
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    rest = {name for name, _ in bench._find_benches("all", None)}
    assert everything - rest == set(bench.WANT_PYTHON)
