"""Runs of the real model on the CPU: new, resumed bit for bit, branched; and what cannot be gone on with."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.errors import Cancelled, InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import Command, Recording, RunFailed, RunRequest
from dgm_explorer.runs.checkpoint_file import read_checkpoint, read_latest_checkpoint, write_checkpoint
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.run_info import open_run_folder
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from dgm_explorer.training.make_run import make_run
from dgm_explorer.training.run import RecordedRun

SOURCE = DataSource("digits", limit=200)
EPOCH = 11
"""Steps: 180 examples are trained on, in batches of 16."""
CONFIG = GmmVaeConfig(
    hidden=(12,), n_components=3, pretrain_epochs=1, guided_epochs=1, epochs=2, batch_size=16, seed=5
)
FITTED = EPOCH + 1
N_STEPS = FITTED + 2 * EPOCH


def go_on(_words: str, _share: float | None) -> bool:
    return True


def make(folder: Path, **changes: Any) -> RecordedRun:
    request = RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", folder, **changes)
    run = make_run(request, go_on)
    assert isinstance(run, RecordedRun)
    return run


def train(run: RecordedRun, n: int = N_STEPS) -> RecordedRun:
    """At most ``n`` steps."""
    for count, _progress in enumerate(run.steps(), start=1):
        if count == n:
            break
    run.close("finished")
    return run


def last_arrays(folder: Path) -> Mapping[str, NDArray[Any]]:
    return read_latest_checkpoint(RunFolder(folder))[1].arrays


def assert_bit_for_bit(a: Mapping[str, NDArray[Any]], b: Mapping[str, NDArray[Any]]) -> None:
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run from beginning to end."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    train(make(folder))
    return folder


def test_a_new_run_describes_itself(whole: Path) -> None:
    info = open_run_folder(whole)
    assert (info.model, info.source, info.config, info.seed) == ("gmm-vae", SOURCE, CONFIG, 5)
    assert info.device_name.startswith("cpu")
    assert len(info.data_fingerprint) == 64
    reader = RunReader(whole)
    assert [event.name for event in reader.poll().events] == ["started", "phase", "phase", "finished"]
    assert reader.read_snapshot(N_STEPS).step == N_STEPS


@pytest.mark.parametrize("n_before", [4, EPOCH, FITTED, 15])
def test_a_run_that_was_stopped_goes_on_bit_for_bit(whole: Path, tmp_path: Path, n_before: int) -> None:
    folder = tmp_path / "run"
    stopped = train(make(folder), n_before)
    assert stopped.progress.step == n_before
    resumed = make(folder, resume=True)
    assert resumed.progress.step == n_before
    train(resumed)
    assert_bit_for_bit(last_arrays(whole), last_arrays(folder))


def test_a_resumed_run_continues_its_metrics(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    train(make(folder), 7)
    train(make(folder, resume=True))

    def losses(path: Path) -> NDArray[Any]:
        tables = [table for table in RunReader(path).poll().metrics if table.split == "train"]
        return np.concatenate([table.values for table in tables])

    np.testing.assert_array_equal(losses(folder), losses(whole))


def test_a_run_without_any_checkpoint_resumes_from_its_beginning(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    make(folder).close("stopped")
    for checkpoint in RunFolder(folder).checkpoints.iterdir():
        checkpoint.unlink()
    train(make(folder, resume=True))
    assert_bit_for_bit(last_arrays(whole), last_arrays(folder))


def test_a_changed_learning_rate_outlives_a_resume(tmp_path: Path) -> None:
    folders = tmp_path / "straight", tmp_path / "resumed"
    for folder in folders:
        run = make(folder)
        steps = run.steps()
        for _ in range(3):
            next(steps)
        run.apply(Command("learning_rate", (1e-4,)))
        if folder == folders[1]:
            run.close("stopped")
            run = make(folder, resume=True)
        train(run)
    assert_bit_for_bit(*(last_arrays(folder) for folder in folders))


def test_a_longer_plan_may_be_given_on_resume_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    train(make(folder))
    request = RunRequest("gmm-vae", DataSource("rings"), replace(CONFIG, epochs=4, seed=99), "cpu", folder)
    run = make_run(replace(request, resume=True), go_on)
    assert isinstance(run, RecordedRun)
    assert (run.progress.step, run.progress.n_steps) == (N_STEPS, N_STEPS + 2 * EPOCH)
    train(run)
    info = open_run_folder(folder)
    assert info.config == replace(CONFIG, epochs=4)
    assert info.source == SOURCE
    assert info.created == open_run_folder(folder).created


def test_a_branch_starts_at_the_nearest_checkpoint_with_the_same_seed(whole: Path, tmp_path: Path) -> None:
    assert steps_in(RunFolder(whole).checkpoints) == (0, EPOCH, FITTED, N_STEPS)
    request = RunRequest(
        "gmm-vae", DataSource("rings"), replace(CONFIG, seed=99), "cpu", parent=tmp_path,
        branch_from=whole, branch_step=FITTED + 3,
    )  # fmt: skip
    run = make_run(request, go_on)
    assert isinstance(run, RecordedRun)
    assert run.progress.step == FITTED
    train(run)
    assert run.facts.folder != whole
    assert run.facts.folder.parent == tmp_path
    info = open_run_folder(run.facts.folder)
    assert info.seed == 5
    assert info.branched_from is not None
    assert (info.branched_from.folder, info.branched_from.step) == (str(whole), FITTED)
    assert_bit_for_bit(last_arrays(whole), last_arrays(run.facts.folder))


def test_a_damaged_newest_checkpoint_costs_only_what_came_after_the_one_before(
    whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    train(make(folder), 15)
    RunFolder(folder).checkpoint_file(15).write_bytes(b"\x10" * 100)
    run = make(folder, resume=True)
    assert run.progress.step == FITTED
    train(run)
    assert_bit_for_bit(last_arrays(whole), last_arrays(folder))


def test_no_checkpoint_that_opens_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    train(make(folder), 2)
    for file in RunFolder(folder).checkpoints.glob("step-*"):
        file.write_bytes(file.read_bytes()[:200])
    before = {file: file.read_bytes() for file in RunFolder(folder).checkpoints.iterdir()}
    with pytest.raises(InputError, match=r"step-00000002\.safetensors"):
        make(folder, resume=True)
    assert {file: file.read_bytes() for file in RunFolder(folder).checkpoints.iterdir()} == before
    RunWriter(RunFolder(folder)).close()  # the lock was given back


def test_a_checkpoint_with_a_wrong_shape_is_refused_by_the_name_of_the_array(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    train(make(folder), 2)
    state = read_checkpoint(RunFolder(folder).checkpoint_file(2))
    name = "model.mean_head.weight"
    arrays = {**state.arrays, name: np.zeros((3, 3), np.float32)}
    write_checkpoint(RunFolder(folder), 3, CheckpointState(arrays, state.meta))
    with pytest.raises(InputError, match=name):
        make(folder, resume=True)


def test_other_data_than_then_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.npy"
    rng = np.random.default_rng(0)
    np.save(path, rng.normal(size=(100, 2)).astype(np.float32))
    source = DataSource("path", path=str(path))
    config = replace(CONFIG, likelihood="gaussian")
    request = RunRequest("gmm-vae", source, config, "cpu", tmp_path / "run")
    run = make_run(request, go_on)
    run.close("stopped")
    np.save(path, rng.normal(size=(100, 2)).astype(np.float32))
    with pytest.raises(InputError, match="fingerprint"):
        make_run(replace(request, resume=True), go_on)


def test_two_cannot_write_to_one_run(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run = make(folder)
    with pytest.raises(InputError, match="another process"):
        make(folder, resume=True)
    run.close("stopped")


def test_a_folder_that_holds_a_run_is_never_used_again(whole: Path) -> None:
    before = sorted(file.name for file in whole.rglob("*"))
    with pytest.raises(InputError, match="already holds a run"):
        make(whole)
    assert sorted(file.name for file in whole.rglob("*")) == before


@pytest.mark.parametrize("words", ["loading", "torch", "model", "folder"])
def test_cancelling_the_preparations_leaves_no_folder(tmp_path: Path, words: str) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Cancelled):
        make_run(RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", folder), lambda text, _share: words not in text)
    assert not folder.exists()


def test_bad_input_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    folder = tmp_path / "run"
    requests = (
        RunRequest("gmm-vae", SOURCE, CONFIG, "cuda", folder),
        RunRequest("gmm-vae", DataSource("path", path=str(tmp_path / "none.npy")), CONFIG, "cpu", folder),
        RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", folder, resume=True),
        RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", None, resume=True),
        RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", folder, branch_from=tmp_path / "none"),
        RunRequest("gmm-vae", DataSource("rings"), CONFIG, "cpu", folder),  # no Bernoulli variables
        RunRequest("no-such-model", SOURCE, CONFIG, "cpu", folder),
    )
    for request in requests:
        with pytest.raises(InputError):
            make_run(request, go_on)
        assert not folder.exists()


def test_a_folder_that_cannot_be_begun_is_taken_away_but_never_one_that_is_resumed(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_writer: RunWriter, _info: object) -> None:
        raise InputError("run.json cannot be written (No space left on device)")

    monkeypatch.setattr(RunWriter, "write_info", full)
    for folder in (tmp_path / "run", None):
        with pytest.raises(InputError, match="No space"):
            make_run(RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", folder, parent=tmp_path), go_on)
    assert not any(tmp_path.iterdir())
    old = tmp_path / "old"
    shutil.copytree(whole, old)
    before = sorted(path.name for path in old.rglob("*"))
    with pytest.raises(InputError, match="No space"):
        make_run(RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", old, resume=True), go_on)
    assert sorted(path.name for path in old.rglob("*")) == before


def test_a_model_that_does_not_fit_on_the_device_is_a_failure_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_arguments: object, **_named: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(GmmVaeModelRun, "__init__", fill)
    with pytest.raises(RunFailed, match="batch_size"):
        make(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_recording_rates_of_the_request_are_used(tmp_path: Path) -> None:
    run = train(make(tmp_path / "run", recording=Recording(0.05, 0.1)))
    assert open_run_folder(run.facts.folder).recording == Recording(0.05, 0.1)
