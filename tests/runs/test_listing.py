"""The runs below a folder, for a menu."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.runs.listing import list_runs
from dgm_explorer.runs.run_info import write_info
from dgm_explorer.runs.status import RunStatus, write_status
from dgm_explorer.runs.writer import RunWriter
from tests.runs.examples import info, new_run


def test_the_newest_run_comes_first(tmp_path: Path) -> None:
    folders = [new_run(tmp_path) for _ in range(3)]
    for folder, day in zip(folders, (2, 3, 1), strict=True):
        write_info(folder, replace(info(), created=f"2026-01-0{day}T12:00:00Z"))
    runs = list_runs(tmp_path)
    assert [run.path for run in runs] == [folders[1].path, folders[0].path, folders[2].path]
    assert (runs[0].model, runs[0].data, runs[0].state, runs[0].step) == ("gmm-vae", "painted", "finished", 3)
    assert len(list_runs(tmp_path, max_listed=2)) == 2


def test_what_is_no_run_is_left_out(tmp_path: Path) -> None:
    good, bad = new_run(tmp_path), new_run(tmp_path)
    bad.info_file.write_text("{")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert [run.path for run in list_runs(tmp_path)] == [good.path]
    assert list_runs(tmp_path / "missing") == ()


def test_data_from_a_path_are_called_like_the_file(tmp_path: Path) -> None:
    write_info(new_run(tmp_path), replace(info(), source=DataSource("path", "/data/cats/faces.npz")))
    assert list_runs(tmp_path)[0].data == "faces.npz"


def test_a_run_that_nobody_writes_any_more_was_interrupted(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with RunWriter(folder) as writer:
        writer.write_status(RunStatus("running", step=9))
        (run,) = list_runs(tmp_path)
        assert (run.is_written, run.is_interrupted) == (True, False)
    (run,) = list_runs(tmp_path)
    assert (run.is_written, run.is_interrupted) == (False, True)
    write_status(folder, RunStatus("running", host="node17"))
    (run,) = list_runs(tmp_path)
    assert (run.is_written, run.is_interrupted) == (None, False)


def test_the_most_recently_touched_are_looked_at_when_there_are_too_many(tmp_path: Path) -> None:
    good = new_run(tmp_path)
    for index in range(250):
        (tmp_path / f"other-{index}").mkdir()
    os.utime(good.path, (2e9, 2e9))
    assert len(list_runs(tmp_path)) == 1
    shutil.rmtree(good.path)
    assert list_runs(tmp_path) == ()
