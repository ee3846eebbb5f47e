"""Several processes train the model that one would."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import RunRequest
from dgm_explorer.runs.checkpoint_file import read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.training.distributed import GroupShard
from dgm_explorer.training.make_run import make_run
from dgm_explorer.training.shard import Shard

SETTINGS = ("hidden=16", "n_components=3", "pretrain_epochs=4", "batch_size=17", "learning_rate=0.001")
CONFIG = GmmVaeConfig(
    hidden=(16,),
    n_components=3,
    pretrain_epochs=4,
    batch_size=17,
    learning_rate=0.001,
    epochs=100_000,
    seed=3,
)
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
PATIENCE_S = 120


def start_two(folder: Path) -> "subprocess.Popen[str]":
    train = [
        "-m",
        "dgm_explorer",
        "train",
        "gmm-vae",
        "--data",
        "digits",
        "--limit",
        "250",
        "--device",
        "cpu",
    ]
    options = ["--out", str(folder), "--seed", "3", "--epochs", "100000"]
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    return subprocess.Popen(
        [*TORCHRUN, *train, *options, *settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for_step(folder: Path, step: int, process: "subprocess.Popen[str]") -> None:
    start_s = time.monotonic()
    while time.monotonic() - start_s < PATIENCE_S and process.poll() is None:
        if (folder / "run.json").exists():
            status = RunReader(folder).poll().status
            if status is not None and status.step >= step:
                return
        time.sleep(0.05)
    process.kill()
    pytest.fail(f"no step {step}: {process.communicate()}")


def test_two_processes_train_the_model_of_one_and_stop_together(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "two"
    process = start_two(folder)
    wait_for_step(folder, 30, process)
    RunReader(folder).request_stop()
    printed, complaints = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, complaints
    assert printed.count("stopped after step") == 1
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["two"]

    step, two = read_latest_checkpoint(RunFolder(folder))
    request = RunRequest("gmm-vae", DataSource("digits", limit=250), CONFIG, "cpu", tmp_path / "one")
    run = make_run(request, lambda _words, _share: True)
    for progress in run.steps():
        if progress.step == step:
            break
    run.close("stopped")
    _, one = read_latest_checkpoint(RunFolder(tmp_path / "one"))
    assert one.meta.keys() == two.meta.keys()
    np.testing.assert_array_equal(one.arrays["generator"], two.arrays["generator"])
    np.testing.assert_array_equal(one.arrays["batches.order"], two.arrays["batches.order"])
    for name in one.arrays:
        np.testing.assert_allclose(one.arrays[name], two.arrays[name], rtol=0, atol=2e-3, err_msg=name)

    losses = [rows_by_step(path) for path in (folder, tmp_path / "one")]
    assert losses[0].shape == losses[1].shape
    np.testing.assert_allclose(losses[0][:30], losses[1][:30], rtol=1e-4, atol=1e-4)
    assert RunReader(folder).info.world_size == 2


def rows_by_step(folder: Path) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """(steps, columns) of the training metrics."""
    tables = [table for table in RunReader(folder).poll().metrics if table.split == "train"]
    return np.concatenate([table.values for table in tables])


@pytest.mark.parametrize(("n", "world"), [(128, 2), (61, 3), (2, 4), (0, 2)])
def test_the_shares_of_a_batch_are_all_of_it_and_of_like_size(n: int, world: int) -> None:
    parts = [list(range(n))[GroupShard(rank, world).rows(n)] for rank in range(world)]
    assert [row for part in parts for row in part] == list(range(n))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_one_process_has_it_all_and_exchanges_nothing() -> None:
    tensor = torch.ones(3)
    Shard().add_up([tensor])
    Shard().share([tensor])
    assert torch.equal(tensor, torch.ones(3))
    assert Shard().rows(7) == slice(0, 7)
