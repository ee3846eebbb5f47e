"""Writing down the end of a run that was cut off."""

import dataclasses
import os
from pathlib import Path

import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.listing import summarise_run
from dgm_explorer.runs.settle import REASON, settle_run
from dgm_explorer.runs.status import read_status, write_status
from dgm_explorer.runs.writer import RunWriter
from tests.runs.examples import new_run


def test_a_run_that_was_cut_off_is_stopped_and_keeps_its_numbers(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    before = read_status(folder)
    assert before is not None
    write_status(folder, dataclasses.replace(before, state="paused", step=40, seconds=1.5))
    assert summarise_run(folder.path).is_interrupted
    settle_run(folder)
    after = read_status(folder)
    assert after is not None
    assert (after.state, after.step, after.seconds, after.reason) == ("stopped", 40, 1.5, REASON)
    assert not summarise_run(folder.path).is_interrupted
    RunWriter(folder).close()  # and can be written again


def test_one_that_ended_stays_as_it_is(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    before = folder.status_file.read_bytes()
    settle_run(folder)
    assert folder.status_file.read_bytes() == before


def test_one_that_is_written_is_not_touched(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with RunWriter(folder), pytest.raises(InputError, match="another process"):
        settle_run(folder)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("name", ["status.json", "writer.lock"])
def test_links_that_lead_out_of_the_folder_are_not_followed(tmp_path: Path, name: str) -> None:
    folder = new_run(tmp_path)
    status = read_status(folder)
    assert status is not None
    write_status(folder, dataclasses.replace(status, state="running"))
    elsewhere = tmp_path / "elsewhere"
    (folder.path / name).replace(elsewhere)
    (folder.path / name).symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    with pytest.raises(InputError, match="is a link"):
        settle_run(folder)
    assert elsewhere.read_bytes() == before
