"""A refused batch reaches the events of the run and whoever looks at its display."""

import io
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.training import Recording, RunFacts
from dgm_explorer.runs.folder import make_run_folder
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.training.devices import Place
from dgm_explorer.training.display import Display
from dgm_explorer.training.headless import StopSignals, train
from dgm_explorer.training.run import RecordedRun
from dgm_explorer.training.vq_vae_run import VqVaeModelRun
from tests.training.vq_vae_cases import SMALL, some_digits


def spoilt_run(folder: Path) -> RecordedRun:
    inputs = some_digits().inputs.copy()
    inputs[11, 3] = np.inf
    model = VqVaeModelRun(replace(SMALL, epochs=2), replace(some_digits(), inputs=inputs))
    writer = RunWriter(make_run_folder(folder), Recording())
    writer.write_info(RunInfo("vq-vae", DataSource(), SMALL))
    return RecordedRun(model, writer, Place(), RunFacts(folder, "cpu"), Recording())


def test_it_is_written_and_said_and_the_run_finishes(tmp_path: Path) -> None:
    out = io.StringIO()
    assert train(spoilt_run(tmp_path / "run"), StopSignals(), Display(out)) == "finished"
    news = RunReader(tmp_path / "run").poll()
    refused = [event for event in news.events if event.name == "refused batch"]
    assert len(refused) == 2  # once per epoch
    assert "codebook stay as they were" in refused[0].values["reason"]
    said = [line for line in out.getvalue().splitlines() if "refused batch" in line]
    assert [line.split(":")[0] for line in said] == [f"step {event.step}" for event in refused]


def test_each_note_is_given_once(tmp_path: Path) -> None:
    run = spoilt_run(tmp_path / "run")
    list(islice(run.steps(), 12))
    run.take_metrics()
    assert len(run.take_notes()) == 1
    assert run.take_notes() == []
    run.close("stopped")
    assert run.take_notes() == ()
