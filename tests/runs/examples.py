"""Small runs to write and read."""

from pathlib import Path

import numpy as np

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot, Layer
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.folder import RunFolder, create_run_folder
from dgm_explorer.runs.run_info import BranchPoint, RunInfo
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.runs.writer import RunWriter

N, K, J, D, M, S = 7, 3, 2, 6, 4, 5


def snapshot(step: int = 3) -> GmmVaeSnapshot:
    """Numbers that differ everywhere, one value not finite, shapes that differ where they may."""
    draw = np.random.default_rng(step)

    def numbers(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    held_out_terms = numbers(5)
    held_out_terms[2] = np.nan
    return GmmVaeSnapshot(
        step=step,
        epoch=0.1 + 0.2,
        phase="joint",
        likelihood="gaussian",
        probe=np.arange(N),
        latent_means=numbers(N, J),
        latent_log_vars=numbers(N, J),
        responsibilities=numbers(N, K),
        log_pi=numbers(K),
        component_means=numbers(K, J),
        component_log_vars=numbers(K, J),
        decoder=(Layer(numbers(9, J), numbers(9)), Layer(numbers(D, 9), numbers(D))),
        decoder_log_var=-1.25,
        shown=np.arange(M),
        reconstructions=numbers(M, D),
        sample_noise=numbers(K, S, J),
        samples=numbers(K, S, D),
        component_images=numbers(K, D),
        train_terms=numbers(5),
        held_out_terms=held_out_terms,
        kl_per_dim=numbers(J),
        occupancy=numbers(K),
        accuracy=0.75,
        ari=float("nan"),
        confusion=np.arange(K * 4).reshape(K, 4),
    )


def checkpoint(step: int = 3) -> CheckpointState:
    """One of each kind of array that a run keeps."""
    arrays = {
        "model.weight": np.full((4, 3), step, dtype=np.float32),
        "optimizer.step": np.array(step, dtype=np.int64),
        "generator": np.arange(16, dtype=np.uint8),
        "order": np.arange(step),
        "is_used": np.array([True, False]),
        "empty": np.zeros((0, 5)),
    }
    return CheckpointState(
        arrays, {"step": step, "phase": "joint", "numpy": {"state": 2**127 + 1, "lr": 0.1}}
    )


def table(first: int = 1, n_rows: int = 3, split: str = "train") -> MetricsTable:
    """Rows for the steps from ``first`` on, with columns ``a`` = 10 step and ``b`` = −step."""
    steps = np.arange(first, first + n_rows, dtype=float)
    return MetricsTable(split, ("step", "a", "b"), np.stack([steps, 10 * steps, -steps], axis=1))  # type: ignore[arg-type]


def info() -> RunInfo:
    return RunInfo(
        "gmm-vae",
        DataSource("painted", painted=((0.1, -2.0), (1e-9, 3.0))),
        GmmVaeConfig(hidden=(20, 30), likelihood="gaussian", seed=2**32 - 1),
        data_fingerprint="ab" * 32,
        branched_from=BranchPoint("runs/other", 40),
        notes=("the graph was not captured: „Größe“",),
    )


def new_run(parent: Path) -> RunFolder:
    """A run folder with one of everything in it, written and closed."""
    folder = create_run_folder(parent, "gmm-vae", "digits")
    with RunWriter(folder) as writer:
        writer.write_info(info())
        writer.append_metrics([table(), table(split="held_out")])
        writer.append_event("started", 0, device="cpu")
        writer.write_snapshot(snapshot())
        writer.write_checkpoint(3, checkpoint())
        writer.write_status(RunStatus("finished", step=3, n_steps=3, phase="joint"))
    return folder
