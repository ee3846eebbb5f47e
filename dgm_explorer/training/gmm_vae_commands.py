"""Changes of a GMM-VAE between two steps, checked before anything is touched."""

import math
from typing import TYPE_CHECKING

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import MAX_COMPONENTS
from dgm_explorer.core.training import Command
from dgm_explorer.training.command_values import number_of, value_words
from dgm_explorer.training.gmm_vae_adam import (
    add_component,
    move_component,
    remove_component,
    without_component,
)

if TYPE_CHECKING:
    from torch import Tensor

    from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun

MAX_COORDINATE = 1e4


def apply_command(run: "GmmVaeModelRun", command: Command) -> None:
    """Carry out a command of `core.training.Command`.

    ``learning_rate``, ``beta`` and ``pretrain_beta`` take one number; ``skip_phase`` none;
    ``move_component`` an index and J coordinates; ``add_component`` J coordinates;
    ``remove_component`` an index.

    Raises
    ------
    InputError
        If the name or the value makes no sense here; nothing is changed.
    """
    match command.name:
        case "learning_rate":
            run.plan.learning_rate = number_of(command, 1e-8, 1.0)
        case "beta":
            run.plan.beta = number_of(command, 0.0, 100.0)
        case "pretrain_beta":
            run.plan.pretrain_beta = number_of(command, 0.0, 100.0)
        case "skip_phase":
            run.skip_phase()
        case "move_component":
            move_component(run.model, run.adam, _component(run, command), _point(run, command, 1))
        case "add_component":
            if run.model.n_components == MAX_COMPONENTS:
                raise InputError(f"add_component: there are {MAX_COMPONENTS} components; remove one first.")
            run.adam = add_component(run.model, run.adam, _point(run, command, 0))
        case "remove_component":
            index = _component(run, command)
            if run.model.n_components == 1:
                raise InputError("remove_component: this is the only component; a mixture needs one.")
            run.adam = remove_component(run.model, run.adam, index)
            run.assignment = without_component(run.assignment, index)
        case _:
            raise InputError(f"command {command.name[:40]!r} is not known to a GMM-VAE; use another one.")


def _component(run: "GmmVaeModelRun", command: Command) -> int:
    index = command.value[0] if command.value else math.nan
    if not (0 <= index < run.model.n_components and index == int(index)):
        last = run.model.n_components - 1
        raise InputError(f"{command.name}: component {index:g} does not exist; use 0 to {last}.")
    return int(index)


def _point(run: "GmmVaeModelRun", command: Command, start: int) -> "Tensor":
    """J coordinates of the command from position ``start`` on, on the model's device."""
    point = command.value[start:]
    means = run.model.component_means
    if len(point) != means.shape[1] or not all(abs(value) <= MAX_COORDINATE for value in point):
        raise InputError(
            f"{command.name}: {value_words(command)} must hold {means.shape[1]} coordinates within "
            f"±{MAX_COORDINATE:g}."
        )
    return means.detach().new_tensor(point)
