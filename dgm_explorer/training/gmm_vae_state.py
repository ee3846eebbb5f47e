"""A GMM-VAE run as arrays and plain values, and back, bit for bit on the CPU."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.gmm_vae_config import MAX_COMPONENTS
from dgm_explorer.training.checkpoint_checks import (
    check_array,
    check_format,
    check_range,
    check_whole,
    restore_generator,
)
from dgm_explorer.training.gmm_vae_adam import MIXTURE, MOMENTS

if TYPE_CHECKING:
    from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun

FORMAT = 1


def state_of(run: "GmmVaeModelRun") -> CheckpointState:
    """Copy everything that the next steps depend on."""
    tensors = {f"model.{name}": tensor for name, tensor in run.model.state_dict().items()}
    tensors |= {f"adam.{name}": tensor for name, tensor in run.adam.moments().items()}
    tensors |= {"batches.order": run.batches.order, "assignment": run.assignment}
    tensors |= {"generator": run.generator.get_state()}
    arrays = {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}
    meta = {
        "format": FORMAT,
        "device": run.generator.device.type,
        "position": run.batches.position,
        "n_components": run.model.n_components,
        "adam_steps": run.adam.n_steps,
        **run.plan.to_meta(),
    }
    return CheckpointState(arrays=arrays, meta=meta)


def restore(run: "GmmVaeModelRun", state: CheckpointState) -> None:
    """Put a run where `state_of` was taken; see `ModelRun.load_state`."""
    meta = state.meta
    check_format(meta, FORMAT)
    n_components = check_whole(meta, "n_components", 1, MAX_COMPONENTS)
    n_adam_steps = check_whole(meta, "adam_steps", 0, 2**53)
    position = check_whole(meta, "position", 0, run.batches.batches_per_epoch)
    tensors = _checked(run, state.arrays, n_components, meta.get("phase"), n_adam_steps > 0)
    fresh = torch.Generator(run.generator.device).manual_seed(run.config.seed + 1)
    generator = restore_generator(fresh, tensors["generator"], meta.get("device"))
    run.plan.from_meta(meta)
    run.generator = generator
    _set_parameters(run.model, tensors)
    run.assignment = tensors["assignment"]
    run.batches.order, run.batches.position = tensors["batches.order"], position
    run.adam = run.new_adam()
    run.adam.set_moments(
        {name.removeprefix("adam."): moment for name, moment in tensors.items() if name.startswith("adam.")},
        n_adam_steps,
    )


def _checked(
    run: "GmmVaeModelRun",
    arrays: Mapping[str, NDArray[Any]],
    n_components: int,
    phase: object,
    has_moments: bool,
) -> dict[str, Tensor]:
    """The expected arrays on the run's device, after a look at every name, shape and type."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, tensor in run.model.state_dict().items():
        shape = (n_components, *tensor.shape[1:]) if name in MIXTURE else tuple(tensor.shape)
        shapes[f"model.{name}"] = shape
        is_trained = name != "decoder_log_var" or run.config.likelihood == "gaussian"
        if has_moments and is_trained and not (phase == "pretrain" and name in MIXTURE):
            shapes |= {f"adam.{name}.{moment}": shape for moment in MOMENTS}
    found = {name: check_array(arrays, name, shape, np.float32) for name, shape in shapes.items()}
    found["batches.order"] = check_array(arrays, "batches.order", tuple(run.batches.order.shape), np.int64)
    found["assignment"] = check_array(arrays, "assignment", (run.n_examples,), np.int64)
    check_range("batches.order", found["batches.order"], 0, run.n_examples - 1)
    check_range("assignment", found["assignment"], -1, n_components - 1)
    found["generator"] = check_array(arrays, "generator", None, np.uint8)
    on_device = {name: torch.tensor(array).to(run.place.device) for name, array in found.items()}
    return on_device | {"generator": torch.tensor(found["generator"])}


def _set_parameters(model: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    for name in MIXTURE:  # their number may have changed
        setattr(model, name, nn.Parameter(tensors[f"model.{name}"]))
    model.load_state_dict({name: tensors[f"model.{name}"] for name in model.state_dict()})
