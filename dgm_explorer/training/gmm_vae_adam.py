"""Adam for the GMM-VAE, with its moments by parameter name, and edits of components that carry them over."""

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from dgm_explorer.models.gmm_vae import GmmVae
from dgm_explorer.training.fused_adam import FusedAdam

MIXTURE = ("pi_logits", "component_means", "component_log_vars")
MOMENTS = ("exp_avg", "exp_avg_sq")


class NamedAdam:
    """Adam (Kingma & Ba 2015) over a model's trainable parameters, all of which step together.

    Attributes
    ----------
    parameters : by name.
    n_steps : taken so far.
    """

    def __init__(self, model: nn.Module, learning_rate: float, leave_out: Sequence[str] = ()) -> None:
        self.parameters = {
            name: parameter
            for name, parameter in model.named_parameters()
            if parameter.requires_grad and name not in leave_out
        }
        self.n_steps = 0
        self._adam = FusedAdam(self.parameters.values(), learning_rate)

    @property
    def learning_rate(self) -> float:
        return self._adam.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._adam.learning_rate = rate

    def clear_gradients(self) -> None:
        self._adam.clear_gradients()

    def gradients(self) -> list[Tensor]:
        """Of all parameters, in order."""
        return [parameter.grad for parameter in self.parameters.values() if parameter.grad is not None]

    def step(self) -> None:
        self._adam.step()
        self.n_steps += 1

    def moments(self) -> dict[str, Tensor]:
        """The two running moments of each parameter, such as ``encoder.0.weight.exp_avg``; live."""
        if self.n_steps == 0:
            return {}
        return {
            f"{name}.{moment}": self._adam.state[parameter][moment]
            for name, parameter in self.parameters.items()
            for moment in MOMENTS
        }

    def set_moments(self, moments: Mapping[str, Tensor], n_steps: int) -> None:
        """Continue after ``n_steps`` steps with these `moments`."""
        self.n_steps = n_steps
        if n_steps == 0:
            self._adam.state.clear()
            return
        for name, parameter in self.parameters.items():
            self._adam.state[parameter] = {
                "step": torch.tensor(float(n_steps), device=parameter.device),
                **{moment: moments[f"{name}.{moment}"] for moment in MOMENTS},
            }


def move_component(model: GmmVae, adam: NamedAdam, index: int, mean: Tensor) -> None:
    """Put μ_c at ``mean`` (J,) at rest: its momentum is cleared, the scale of its steps stays."""
    with torch.no_grad():
        model.component_means[index] = mean
        for name, moment in adam.moments().items():
            if name == "component_means.exp_avg":
                moment[index] = 0


def add_component(model: GmmVae, adam: NamedAdam, mean: Tensor) -> NamedAdam:
    """A further component at ``mean`` (J,) with the geometric mean of the variances and π = 1/(K + 1).

    Returns the optimiser to use from now on; the others' moments are kept.
    """
    n_components = model.n_components
    fresh_logit = torch.logsumexp(model.pi_logits.detach(), 0) - math.log(n_components)
    fresh = {
        "pi_logits": fresh_logit.reshape(1),
        "component_means": mean.reshape(1, -1),
        "component_log_vars": model.clamped_component_log_vars().detach().mean(0, keepdim=True),
    }

    def grow(name: str, rows: Tensor) -> Tensor:
        if name.endswith("exp_avg"):
            row = torch.zeros_like(rows[:1])
        else:
            row = fresh[name] if name in fresh else rows.mean(0, keepdim=True)
        return torch.cat([rows, row])

    return _edit_components(model, adam, grow)


def remove_component(model: GmmVae, adam: NamedAdam, index: int) -> NamedAdam:
    """Drop a component; its π goes to the others in proportion. Returns the optimiser to use from now on."""
    kept = [k for k in range(model.n_components) if k != index]
    return _edit_components(model, adam, lambda _, rows: rows[kept])


def without_component(assignment: Tensor, index: int) -> Tensor:
    """Components that examples are assigned to after one is gone; its own examples are free (-1)."""
    renumbered = torch.where(assignment > index, assignment - 1, assignment)
    return torch.where(assignment == index, -1, renumbered)


def _edit_components(model: GmmVae, adam: NamedAdam, edit: Callable[[str, Tensor], Tensor]) -> NamedAdam:
    """Apply ``edit(name, rows)`` to the rows of the mixture's parameters and of their moments."""
    moments = {
        name: edit(name, moment) if name.partition(".")[0] in MIXTURE else moment
        for name, moment in adam.moments().items()
    }
    for name in MIXTURE:
        setattr(model, name, nn.Parameter(edit(name, getattr(model, name).detach()).clone()))
    left_out = [name for name in MIXTURE if name not in adam.parameters]
    edited = NamedAdam(model, adam.learning_rate, left_out)
    edited.set_moments(moments, adam.n_steps)
    return edited
