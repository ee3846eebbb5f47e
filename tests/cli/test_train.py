"""`dgm-explorer train` and `evaluate`: the whole way once, and every wrong input in one line."""

import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dgm_explorer.cli.main import run
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.runs.run_info import open_run_folder
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from tests.cli.refusal import refusal

SMALL = ("--limit", "300", "--set", "hidden=16", "--set", "pretrain_epochs=2", "--device", "cpu")


def train(*options: str) -> int:
    return run(["train", "gmm-vae", *options])


def state_of(folder: Path) -> str:
    status = RunReader(folder).poll().status
    assert status is not None
    return status.state


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "run"
    assert train("--out", str(folder), "--epochs", "3", "--seed", "4", *SMALL) == 0
    return folder


def test_plain_lines_tell_the_folder_the_phases_and_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert train("--out", str(folder), "--epochs", "1", *SMALL) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert lines[0] == f"{folder}: gmm-vae on cpu, 1 thread"
    assert any("pre-training" in line for line in lines)
    assert lines[-2].startswith("100%")
    assert lines[-1].startswith(f"{folder}: finished after step ")


def test_what_was_asked_for_is_what_the_folder_says(trained: Path) -> None:
    info = open_run_folder(trained)
    assert info.config == GmmVaeConfig(hidden=(16,), pretrain_epochs=2, epochs=3, seed=4)
    assert info.source.limit == 300
    assert state_of(trained) == "finished"


def test_evaluate_prints_one_json_object(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(trained), "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    answer = json.loads(printed.out)
    assert (answer["model"], answer["data"]) == ("gmm-vae", "digits")
    assert answer["step"] == max(steps_in(RunFolder(trained).checkpoints))
    for split, n in ((answer, 300), (answer["held_out"], 30)):
        assert split["n"] == n
        assert set(split["elbo_terms"]) == set("abcde")
        assert math.isclose(sum(split["elbo_terms"].values()), split["elbo"], rel_tol=1e-6)
        assert 0.1 <= split["accuracy"] <= 1
        assert {"nmi", "ari", "occupied"} <= set(split)


def test_evaluate_prints_a_table_for_people(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(trained)]) == 0
    text = capsys.readouterr().out
    assert "accuracy" in text
    assert "(e) −E log q(c|x)" in text


def test_points_in_the_plane_get_a_gaussian_decoder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert train("--data", "rings", "--out", str(folder), "--epochs", "1", *SMALL) == 0
    assert open_run_folder(folder).config.likelihood == "gaussian"


def test_a_run_of_another_model_is_not_resumed(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refusal(capsys, "train", "vq-vae", "--resume", "--out", str(trained))
    assert f"{trained} is a run of gmm-vae, not of vq-vae; choose another folder." in said


def test_resume_lengthens_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    assert train("--out", str(folder), "--epochs", "1", *SMALL) == 0
    first = max(steps_in(RunFolder(folder).checkpoints))
    assert train("--out", str(folder), "--resume", "--epochs", "2") == 0
    assert max(steps_in(RunFolder(folder).checkpoints)) > first
    assert capsys.readouterr().err == ""


def test_interrupting_a_real_process_saves_and_exits_with_zero(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "dgm_explorer", "train", "gmm-vae", "--out", str(folder)]
    with subprocess.Popen(
        [*command, "--epochs", "90000", *SMALL], stdout=-1, stderr=-1, text=True
    ) as process:
        start_s = time.monotonic()
        while not (folder / "status.json").exists() and time.monotonic() - start_s < 60:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        printed, complaints = process.communicate(timeout=60)
    assert process.returncode == 0
    assert complaints == ""
    assert "stopped after step" in printed
    assert state_of(folder) == "stopped"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--set", "latent=3"), "latent_dim"),
        (("--set", "latent_dim=0"), "latent_dim = 0 must lie between 1 and 512"),
        (("--epochs", "-1"), "--epochs"),
        (("--seed", "x"), "--seed"),
        (("--seed", "1", "--set", "seed=2"), "seed is given twice"),
        (("--seed", str(2**32)), "from 0 to 4294967295;"),
        (("--limit", "0"), "--limit"),
        (("--checkpoint-every", "0"), "--checkpoint-every"),
        (("--snapshot-every", "nan"), "--snapshot-every"),
        (("--data", "minst"), "minst"),
        (("--device", "tpu"), "--device"),
        (("--resume",), "--out"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], reason: str
) -> None:
    assert reason in refusal(capsys, "train", "gmm-vae", *options)


def test_a_folder_in_use_or_without_a_run_is_refused(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "already holds a run" in refusal(capsys, "train", "gmm-vae", "--out", str(trained))
    assert "holds no run" in refusal(capsys, "train", "gmm-vae", "--resume", "--out", str(tmp_path))
    assert "holds no run" in refusal(capsys, "evaluate", str(tmp_path))
    assert "leave --seed out" in refusal(
        capsys, "train", "gmm-vae", "--resume", "--out", str(trained), "--seed", "1"
    )
    assert "--epochs" in refusal(
        capsys, "train", "gmm-vae", "--resume", "--out", str(trained), "--epochs", "2"
    )


def test_a_run_that_fails_says_why_and_exits_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    monkeypatch.setattr(GmmVaeModelRun, "is_finite", lambda run: run.progress.step < 3)
    assert train("--out", str(folder), "--epochs", "3", *SMALL) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("dgm-explorer: Step ")
    assert complaint.count("\n") == 1
    assert state_of(folder) == "failed"
    assert max(steps_in(RunFolder(folder).checkpoints)) < 3
