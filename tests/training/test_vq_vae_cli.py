"""`dgm-explorer train vq-vae` and `evaluate`: killed, resumed, measured, and trained by two processes."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import mean_squared_error

from dgm_explorer.cli.main import run as command
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.training import Recording, RunRequest
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.data.catalogue import load_dataset
from dgm_explorer.runs.checkpoint_file import read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.training import vq_vae_evaluation
from dgm_explorer.training.make_run import make_run
from dgm_explorer.training.vq_inference import make_inference
from tests.cli.refusal import refusal
from tests.training.cases import assert_same
from tests.training.test_distributed import PATIENCE_S, TORCHRUN, rows_by_step, wait_for_step

SOURCE = DataSource("digits", limit=300)
CONFIG = VqVaeConfig(codebook_size=16, code_dim=3, width=4, batch_size=22, epochs=100, seed=3)
LAST_STEP = 1200
"""Of 100 epochs of a dozen steps: enough of them for a kill on a quick machine."""
SETTINGS = ("codebook_size=16", "code_dim=3", "width=4", "batch_size=22")
OPTIONS = (
    *("--data", "digits", "--limit", "300", "--device", "cpu", "--seed", "3"),
    *(word for setting in SETTINGS for word in ("--set", setting)),
)


def start(*options: str, before: tuple[str, ...] = (sys.executable,)) -> "subprocess.Popen[str]":
    words = [*before, "-m", "dgm_explorer", "train", "vq-vae", *options]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def train_alone(folder: Path, last_step: int | None = None) -> None:
    request = RunRequest("vq-vae", SOURCE, CONFIG, "cpu", folder, recording=Recording(max_checkpoints=9))
    run = make_run(request, lambda _words, _share: True)
    for progress in run.steps():
        if progress.step == last_step:
            break
    run.close("finished")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "run"
    train_alone(folder)
    return folder


def test_killed_and_resumed_it_ends_bit_for_bit_where_it_would_have(trained: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    options = (*OPTIONS, "--out", str(folder), "--checkpoint-every", "0.1", "--epochs", "100")
    killed = start(*options, "--snapshot-every", "0.2")
    wait_for_step(folder, 30, killed)
    killed.kill()
    killed.communicate()
    assert 0 < read_latest_checkpoint(RunFolder(folder))[0] < LAST_STEP
    resumed = start("--out", str(folder), "--resume")
    assert resumed.wait(PATIENCE_S) == 0, resumed.communicate()
    resumed.communicate()
    (step, ours), (_, theirs) = (read_latest_checkpoint(RunFolder(place)) for place in (folder, trained))
    assert step == LAST_STEP
    assert_same(ours, theirs)
    events = [event.name for event in RunReader(folder).poll().events]
    assert events[0] == "started"
    assert "resumed" in events


def test_two_processes_train_the_model_of_one(tmp_path: Path) -> None:
    folder = tmp_path / "two"
    process = start(*OPTIONS, "--out", str(folder), "--epochs", "100000", before=TORCHRUN)
    wait_for_step(folder, 20, process)
    RunReader(folder).request_stop()
    _, complaints = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, complaints
    step, two = read_latest_checkpoint(RunFolder(folder))
    train_alone(tmp_path / "one", step)
    _, one = read_latest_checkpoint(RunFolder(tmp_path / "one"))
    assert one.meta.keys() == two.meta.keys()
    if step <= LAST_STEP:
        for name in ("generator", "quantizer.generator", "batches.order"):
            np.testing.assert_array_equal(one.arrays[name], two.arrays[name])
    rows = [rows_by_step(path)[:12] for path in (folder, tmp_path / "one")]
    np.testing.assert_allclose(
        rows[0], rows[1], rtol=1e-2, atol=1e-3
    )  # later a vector between two codes tips


def test_evaluate_measures_what_the_reconstructions_show(
    trained: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vq_vae_evaluation, "N_PIXEL_CNN_STEPS", 60)
    assert command(["evaluate", str(trained), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["model"], answer["data"], answer["step"]) == ("vq-vae", "digits", LAST_STEP)
    dataset, reader = load_dataset(SOURCE), RunReader(trained)
    assert dataset.image_shape is not None
    copy = make_inference(reader.read_snapshot(LAST_STEP), CONFIG, dataset.image_shape)
    variance = dataset.inputs[~dataset.is_held_out].astype(np.float64).var()
    for split, rows in ((answer, dataset.inputs), (answer["held_out"], dataset.inputs[dataset.is_held_out])):
        encoded = copy.encode(rows)
        assert split["n"] == len(rows)
        assert split["mse"] == pytest.approx(mean_squared_error(rows, encoded.reconstructions), rel=1e-4)
        assert split["nmse"] == pytest.approx(split["mse"] / variance, rel=1e-4)
        assert split["codes_used"] == len(np.unique(encoded.codes))
        shares = np.bincount(encoded.codes.ravel(), minlength=16) / encoded.codes.size
        entropy = -sum(share * math.log(share) for share in shares if share)
        assert split["perplexity"] == pytest.approx(math.exp(entropy), rel=1e-6)
        commitment = CONFIG.commitment * encoded.distances.min(-1).mean() / 3
        assert split["loss_terms"] == pytest.approx(
            {"reconstruction": split["nmse"], "codebook": 0, "commitment": commitment}, rel=1e-3
        )
    bits = answer["bits_per_code"]
    assert bits["uniform"] == 4
    assert bits["pixel_cnn"] < bits["unigram"] < 4.05
    assert bits["count_table"] < bits["unigram"]


def test_evaluate_prints_a_table_for_people(
    trained: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vq_vae_evaluation, "N_PIXEL_CNN_STEPS", 1)
    assert command(["evaluate", str(trained)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"vq-vae on digits, step {LAST_STEP}"
    assert max(map(len, lines)) <= 76
    assert any(line.startswith("bits per code, P(code | left, up)") for line in lines)


def test_points_in_the_plane_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--data", "moons", "--out", str(tmp_path / "run"))
    assert "choose images" in refusal(capsys, "train", "vq-vae", *options)
    assert not (tmp_path / "run").exists()


def test_settings_are_the_models_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["train", "vq-vae", "--set", "hidden=16", "--out", str(tmp_path / "run")]) == 2
    assert "codebook_size" in capsys.readouterr().err
