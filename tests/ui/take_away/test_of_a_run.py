"""``dgm-explorer export`` of a run: what it has recorded is there, however soon it is asked for."""

import csv
import os
from pathlib import Path

import pytest

from dgm_explorer.cli.main import run
from dgm_explorer.ui.run import run_desk


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
