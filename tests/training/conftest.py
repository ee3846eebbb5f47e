"""Runs with a fake model in a folder of the test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import Recording, RunFacts
from dgm_explorer.runs.folder import make_run_folder
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.training.devices import Place
from dgm_explorer.training.run import RecordedRun
from tests.training.fake_model import FakeModel

Record = Callable[..., RecordedRun]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def record(folder: Path) -> Record:
    """Make a recorded run of a fake model, on the clock of that model."""

    def make(model: FakeModel, recording: Recording | None = None) -> RecordedRun:
        recording = recording or Recording()
        writer = RunWriter(make_run_folder(folder), recording)
        writer.write_info(RunInfo("gmm-vae", DataSource(), GmmVaeConfig()))
        return RecordedRun(model, writer, Place(), RunFacts(folder, "cpu"), recording, clock=model.clock)

    return make
