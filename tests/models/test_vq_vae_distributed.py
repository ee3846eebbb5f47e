"""Two processes that share every batch hold the model of one process that has it all."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.quantizer import BatchPart
from dgm_explorer.models.vq_vae import VqVae

N_IMAGES, N_STEPS, PATIENCE_S = 13, 6, 100
CONFIG = VqVaeConfig(
    codebook_size=32, code_dim=4, width=4, decay=0.8, revival_fraction=0.5, codebook_start="uniform"
)


def train(rank: int = 0, world: int = 1) -> dict[str, Tensor]:
    """A few steps on this process's share of each batch, gradients added up as in a run."""
    model = VqVae(CONFIG, (8, 8, 1), 0.1, torch.Generator().manual_seed(0)).double()
    generator = torch.Generator().manual_seed(1)
    mine = slice(N_IMAGES * rank // world, N_IMAGES * (rank + 1) // world)
    area = model.grid_shape[0] * model.grid_shape[1]
    part = None if world == 1 else BatchPart(mine.start * area, N_IMAGES * area, add_up)
    model.norm.add_up = None if world == 1 else add_up
    n_revived = 0
    for _ in range(N_STEPS):
        x = torch.rand(N_IMAGES, 1, 8, 8, generator=generator, dtype=torch.float64)[mine]
        result = model(x)
        share = (mine.stop - mine.start) / N_IMAGES
        model.zero_grad()
        (share * model.losses(x, result).total).backward()
        trained = [parameter for parameter in model.parameters() if parameter.grad is not None]
        if world > 1:
            add_up([parameter.grad for parameter in trained])
        with torch.no_grad():  # by hand: torch.optim takes seconds to import
            for parameter in trained:
                parameter.sub_(0.1 * parameter.grad)
        n_revived += int(model.learn(result, part).is_revived.sum())
    assert n_revived > 0
    return model.state_dict()


def add_up(tensors: Sequence[Tensor]) -> None:
    for tensor in tensors:
        torch.distributed.all_reduce(tensor)


def test_two_processes_train_the_model_of_one(tmp_path: Path) -> None:
    environment = {**os.environ, "MEET": str(tmp_path / "meet"), "OUT": str(tmp_path)}
    command = [sys.executable, __file__]
    processes = [subprocess.Popen(command, env={**environment, "RANK": str(rank)}) for rank in range(2)]
    alone = train()
    assert [process.wait(PATIENCE_S) for process in processes] == [0, 0]
    one, two = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    for name, tensor in alone.items():
        assert torch.equal(one[name], two[name]), name
        torch.testing.assert_close(one[name], tensor, rtol=1e-9, atol=1e-9)


def _take_part() -> None:
    torch.set_num_threads(1)
    rank, out = int(os.environ["RANK"]), os.environ["OUT"]
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{os.environ['MEET']}", rank=rank, world_size=2
    )
    save_file(train(rank, 2), Path(out) / f"{rank}.safetensors")
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    _take_part()
