"""Names and places of run folders."""

import os
import re
from pathlib import Path

import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.runs import folder as module
from dgm_explorer.runs.folder import (
    RunFolder,
    create_run_folder,
    default_parent,
    make_run_folder,
    step_name,
    steps_in,
)
from tests.runs.examples import new_run


def test_names_say_model_data_and_time_and_are_never_used_twice(tmp_path: Path) -> None:
    names = [create_run_folder(tmp_path / "deep" / "runs", "gmm-vae", "digits").path.name for _ in range(40)]
    assert len(set(names)) == 40
    assert all(re.fullmatch(r"gmm-vae-digits-\d{8}-\d{6}-[0-9a-f]{4}", name) for name in names)


def test_a_taken_name_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = iter(["0000", "0000", "0001"])
    monkeypatch.setattr(module.secrets, "token_hex", lambda _n: next(digits))
    monkeypatch.setattr(module.time, "strftime", lambda _format: "20260131-120000")
    first, second = (create_run_folder(tmp_path, "gmm-vae", "digits").path.name for _ in range(2))
    assert (first[-4:], second[-4:]) == ("0000", "0001")


@pytest.mark.parametrize("data", ["../../etc", "a b/c\\d:e*?", "Größe", "", "x" * 300, "."])
def test_whatever_the_data_are_called_the_folder_lies_below_its_parent(tmp_path: Path, data: str) -> None:
    assert create_run_folder(tmp_path, "gmm-vae", data).path.parent == tmp_path


def test_a_place_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for parent in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("n" * 300), Path("z\0")):
        with pytest.raises(InputError, match="choose another place for runs"):
            create_run_folder(parent, "gmm-vae", "digits")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_no_right_to_write_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(InputError, match="Permission denied"):
            create_run_folder(tmp_path, "gmm-vae", "digits")
    finally:
        tmp_path.chmod(0o755)


def test_a_named_folder_is_made_or_taken_when_empty_and_never_overwritten(tmp_path: Path) -> None:
    assert make_run_folder(tmp_path / "new" / "run").snapshots.is_dir()
    (tmp_path / "empty").mkdir()
    assert make_run_folder(tmp_path / "empty").control.is_dir()
    with pytest.raises(InputError, match="already holds a run"):
        make_run_folder(new_run(tmp_path).path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="not empty"):
        make_run_folder(tmp_path / "full")
    with pytest.raises(InputError, match="cannot be made"):
        make_run_folder(tmp_path / "full" / "thesis.tex")


def test_a_folder_is_taken_where_a_process_was_killed_before_it_said_what_it_trains(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path / "run")
    folder.lock_file.write_text("")
    (folder.path / ".run.json.1a2b3c4d.tmp").write_text('{"schema"')
    assert make_run_folder(tmp_path / "run") == folder
    folder.checkpoint_file(3).write_text("of somebody")
    with pytest.raises(InputError, match="not empty"):
        make_run_folder(tmp_path / "run")


def test_runs_lie_where_the_user_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DGM_EXPLORER_RUNS", str(tmp_path))
    assert default_parent() == tmp_path
    monkeypatch.setenv("DGM_EXPLORER_RUNS", "")
    assert default_parent().parts[-2:] == ("dgm-explorer", "runs")


def test_steps_are_read_from_names_and_strangers_are_passed_over(tmp_path: Path) -> None:
    for step in (20, 3, 123456789):
        (tmp_path / step_name(step)).touch()
    for name in (
        "latest",
        "step-1.safetensors",
        "step-00000005.safetensors.tmp",
        "step-0000000x.safetensors",
    ):
        (tmp_path / name).touch()
    assert steps_in(tmp_path) == (3, 20, 123456789)
    assert steps_in(tmp_path / "missing") == ()
    assert RunFolder(tmp_path).snapshot_file(3) == tmp_path / "snapshots" / "step-00000003.safetensors"
