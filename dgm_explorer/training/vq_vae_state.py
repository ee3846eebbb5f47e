"""A VQ-VAE run as arrays and plain values, and back, bit for bit on the CPU."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.quantizer import VectorQuantizer
from dgm_explorer.training.checkpoint_checks import (
    check_array,
    check_format,
    check_number,
    check_range,
    check_whole,
    restore_generator,
)
from dgm_explorer.training.vq_vae_commands import ESTIMATORS, UPDATES, set_update, update_kind

if TYPE_CHECKING:
    from dgm_explorer.training.vq_vae_run import VqVaeModelRun

FORMAT = 1
TORCH_TO_NUMPY: dict[torch.dtype, type] = {torch.float32: np.float32, torch.int64: np.int64}


class Ingredients(NamedTuple):
    """What can be switched during a run; limits as in `vq_vae_commands`."""

    first_rate: float
    decay: float
    is_normalized: int
    commitment: float
    revival_fraction: float
    estimator: int
    codebook_update: int


LIMITS = Ingredients(1e6, 0.99999, 1, 100.0, 1.0, len(ESTIMATORS) - 1, len(UPDATES) - 1)
"""The most that each may be; the least is 0."""


def state_of(run: "VqVaeModelRun") -> CheckpointState:
    """Copy everything that the next steps depend on."""
    tensors = {f"model.{name}": tensor for name, tensor in run.model.state_dict().items()}
    tensors |= {f"adam.{name}": tensor for name, tensor in run.adam.state().items()}
    tensors |= {f"use.{name}": tensor for name, tensor in run.use.tensors().items()}
    tensors |= {"batches.order": run.batches.order, "generator": run.generator.get_state()}
    quantizer = run.model.quantizer
    if isinstance(quantizer, VectorQuantizer):
        tensors["quantizer.generator"] = quantizer.generator.get_state()
    arrays = {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}
    meta = {
        "format": FORMAT,
        "device": run.generator.device.type,
        "step": run.step,
        "position": run.batches.position,
        **_ingredients(run)._asdict(),
    }
    return CheckpointState(arrays=arrays, meta=meta)


def _ingredients(run: "VqVaeModelRun") -> Ingredients:
    config, quantizer = run.config, run.model.quantizer
    vq = quantizer if isinstance(quantizer, VectorQuantizer) else None
    return Ingredients(
        first_rate=run.first_rate,
        decay=run.decay,
        is_normalized=int(run.model.is_normalized),
        commitment=vq.commitment if vq else config.commitment,
        revival_fraction=vq.revival_fraction if vq else config.revival_fraction,
        estimator=ESTIMATORS.index(vq.estimator if vq else config.estimator),
        codebook_update=UPDATES.index(update_kind(run)),
    )


def switched_config(run: "VqVaeModelRun") -> VqVaeConfig:
    """The run's configuration with its ingredients as they are now."""
    now = _ingredients(run)
    return replace(
        run.config,
        decay=now.decay,
        commitment=now.commitment,
        revival_fraction=now.revival_fraction,
        is_batch_normalized=bool(now.is_normalized),
        estimator=ESTIMATORS[now.estimator],
        codebook_update=UPDATES[now.codebook_update],
    )


def restore(run: "VqVaeModelRun", state: CheckpointState) -> None:
    """Put a run where `state_of` was taken; see `ModelRun.load_state`."""
    meta = state.meta
    check_format(meta, FORMAT)
    step = check_whole(meta, "step", 0, 2**53)
    position = check_whole(meta, "position", 0, run.batches.batches_per_epoch)
    ingredients = _checked_ingredients(meta)
    tensors = _checked(run, state.arrays)
    fresh = torch.Generator(run.generator.device).manual_seed(run.config.seed + 1)
    generator = restore_generator(fresh, tensors["generator"], meta.get("device"))
    quantizer = run.model.quantizer
    if isinstance(quantizer, VectorQuantizer):
        saved = tensors["quantizer.generator"]
        quantizer.generator = restore_generator(torch.Generator(), saved, "cpu")
    run.generator, run.step = generator, step
    run.batches.order, run.batches.position = tensors["batches.order"], position
    run.model.load_state_dict(_below("model.", tensors))
    run.adam.load(_below("adam.", tensors))
    run.use.load(_below("use.", tensors))
    _set_ingredients(run, ingredients)


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _checked_ingredients(meta: Mapping[str, Any]) -> Ingredients:
    values = [
        check_whole(meta, name, 0, most) if isinstance(most, int) else check_number(meta, name, 0, most)
        for name, most in LIMITS._asdict().items()
    ]
    return Ingredients(*values)  # type: ignore[arg-type]


def _set_ingredients(run: "VqVaeModelRun", ingredients: Ingredients) -> None:
    run.first_rate, run.decay = ingredients.first_rate, ingredients.decay
    run.model.is_normalized = bool(ingredients.is_normalized)
    quantizer = run.model.quantizer
    if isinstance(quantizer, VectorQuantizer):
        quantizer.commitment = ingredients.commitment
        quantizer.revival_fraction = ingredients.revival_fraction
        quantizer.estimator = ESTIMATORS[ingredients.estimator]
        set_update(run, UPDATES[ingredients.codebook_update])


def _checked(run: "VqVaeModelRun", arrays: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
    """The expected arrays on the run's device, after a look at every name, shape and type."""
    expected = {f"model.{name}": tensor for name, tensor in run.model.state_dict().items()}
    expected |= {f"use.{name}": tensor for name, tensor in run.use.tensors().items()}
    expected["batches.order"] = run.batches.order
    found = {
        name: check_array(arrays, name, tuple(tensor.shape), TORCH_TO_NUMPY[tensor.dtype])
        for name, tensor in expected.items()
    }
    for name, shape in run.adam.shapes().items():
        if f"adam.{name.rpartition('.')[0]}.step" in arrays:  # parameters that never had a gradient have none
            found[f"adam.{name}"] = check_array(arrays, f"adam.{name}", shape, np.float32)
    check_range("batches.order", found["batches.order"], 0, run.n_examples - 1)
    tensors = {name: torch.tensor(array).to(run.place.device) for name, array in found.items()}
    streams = ["generator"]
    if isinstance(run.model.quantizer, VectorQuantizer):
        streams.append("quantizer.generator")
    return tensors | {name: torch.tensor(check_array(arrays, name, None, np.uint8)) for name in streams}
