"""What needs torch: hostile checkpoints put into models, hostile snapshots into an inference copy."""

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.data.catalogue import load_dataset
from dgm_explorer.runs.checkpoint_file import read_checkpoint
from dgm_explorer.runs.folder import create_run_folder
from dgm_explorer.runs.model_files import VQ_VAE
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.snapshot_file import read_snapshot
from dgm_explorer.runs.writer import RunWriter
from tests.fuzz.case import Case, Node
from tests.fuzz.command_lines import data_words, setting
from tests.fuzz.draw import Draw
from tests.fuzz.run_command import check_command
from tests.fuzz.run_folders import CHECKPOINT, SNAPSHOT, TEXTS, content_of, info
from tests.fuzz.tensors import spoilt

SOURCE = DataSource("digits", limit=60)
CONFIGS: dict[str, Any] = {
    "gmm-vae": GmmVaeConfig(
        hidden=(6,), n_components=3, pretrain_epochs=1, guided_epochs=1, epochs=2, batch_size=20
    ),
    "vq-vae": VqVaeConfig(codebook_size=5, code_dim=3, width=4, epochs=2, batch_size=20),
}
MODELS = tuple(CONFIGS)
N_STEPS = 3


@cache
def digits() -> Dataset:
    return load_dataset(SOURCE)


@cache
def model(name: str) -> Any:
    """A small run that hostile checkpoints are put into, again and again."""
    return _new_model(name)


def _new_model(name: str) -> Any:
    from dgm_explorer.training.devices import Place, find_device
    from dgm_explorer.training.models import model_of
    from dgm_explorer.training.shard import Shard

    return model_of(name).make(CONFIGS[name], digits(), Place(find_device("cpu")), Shard(), 50)


@cache
def trained_run(name: str) -> dict[str, bytes]:
    """Files of a run that took a few steps."""
    run = _new_model(name)
    steps = run.steps()
    for _ in range(N_STEPS):
        next(steps)
    with tempfile.TemporaryDirectory() as parent:
        folder = create_run_folder(Path(parent), name, "digits")
        with RunWriter(folder) as writer:
            writer.write_info(RunInfo(name, SOURCE, CONFIGS[name], data_fingerprint=digits().fingerprint))
            writer.write_checkpoint(3, run.state())
            writer.write_snapshot(run.snapshot())
        files = content_of(folder.path)
    return {CHECKPOINT: next(v for k, v in files.items() if k.startswith("checkpoints/step")),
            SNAPSHOT: next(v for k, v in files.items() if k.startswith("snapshots/step")),
            "run.json": files["run.json"]}  # fmt: skip


# -- a checkpoint into a model ------------------------------------------------------------------------


def make_resume(draw: Draw) -> Case:
    name = draw.pick(*MODELS)
    whole = spoilt(draw, trained_run(name)[CHECKPOINT], TEXTS)
    return Case({"c.safetensors": whole}, ("{here}/c.safetensors", name))


def resume(_folder: Path, words: Sequence[str]) -> bool:
    """Put it in, take one step, look at what became of it."""
    run = model(words[1])
    before = run.state()
    try:
        run.load_state(read_checkpoint(Path(words[0])))
    except InputError:
        after = run.state()
        assert before.meta == after.meta, "it was refused, and yet changed the run"
        assert all(np.array_equal(array, after.arrays[name], True) for name, array in before.arrays.items())
        raise
    next(iter(run.steps()), None)
    run.snapshot()
    run.state()
    return True


# -- a snapshot into an inference copy ----------------------------------------------------------------


def make_inference_case(draw: Draw) -> Case:
    whole = spoilt(draw, trained_run("vq-vae")[SNAPSHOT], TEXTS)
    return Case({"s.safetensors": whole}, ("{here}/s.safetensors",))


def infer(_folder: Path, words: Sequence[str]) -> bool:
    """Decode and encode by what a snapshot says the network is."""
    from dgm_explorer.training.vq_inference import make_inference

    snapshot = read_snapshot(Path(words[0]), VQ_VAE)
    copy = make_inference(snapshot, CONFIGS["vq-vae"], (8, 8, 1))
    copy.encode(digits().inputs[:2])
    copy.decode(np.zeros((2, 4, 4), dtype=np.int64))
    return True


# -- commands that load models ------------------------------------------------------------------------


def make_evaluation(draw: Draw) -> Case:
    files = _spoilt_run(draw, draw.pick(*MODELS))
    return Case(files, ("evaluate", "{here}/run", *draw.pick((), ("--json",))))


def _spoilt_run(draw: Draw, name: str) -> dict[str, Node]:
    """A run folder whose checkpoint or description is spoilt."""
    files = dict(trained_run(name))
    del files[SNAPSHOT]
    if draw.chance(0.7):
        files[CHECKPOINT] = spoilt(draw, files[CHECKPOINT], TEXTS)
    else:
        files["run.json"] = info(draw, files["run.json"])
    return {f"run/{name}": node for name, node in files.items()}


def evaluate(folder: Path, words: Sequence[str]) -> bool:
    """With a prior of code grids that learns nothing: it would take seconds."""
    with mock.patch("dgm_explorer.training.vq_vae_evaluation.N_PIXEL_CNN_STEPS", 1):
        return check_command(folder, words, (0, 1, 2))


def make_training(draw: Draw) -> Case:
    """A few steps on data that the case brings, or resumed from a spoilt folder."""
    if draw.chance(0.4):
        name = draw.pick(*MODELS)
        return Case(_spoilt_run(draw, name), ("train", name, "--resume", "--out", "{here}/run"))
    files: dict[str, Node] = {}
    data = data_words(draw, files) if draw.chance(0.4) else draw.pick("digits", "pinwheel", "moons")
    small = ("--epochs", "1", "--limit", draw.pick("9", "30", "30"), "--out", "{here}/new")
    if draw.chance(0.5):
        words = [
            "train",
            "gmm-vae",
            "--data",
            data,
            *small,
            "--set",
            "pretrain_epochs=1",
            "--set",
            "hidden=8",
        ]
    else:
        words = ["train", "vq-vae", "--data", data, *small, "--set", "width=4"]
    if draw.chance(0.4):
        words += ["--set", setting(draw)]
    return Case(files, tuple(words))


def train(folder: Path, words: Sequence[str]) -> bool:
    return check_command(folder, words, (0, 1, 2))
