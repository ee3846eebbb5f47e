"""Adam that leaves a step out where the device says so, without asking it."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.utils import get_total_norm

PARTS = ("step", "exp_avg", "exp_avg_sq")


class GuardedAdam:
    """Adam (Kingma & Ba 2015) over a model's parameters; those without a gradient stay.

    Attributes
    ----------
    parameters : by name.
    """

    def __init__(self, model: nn.Module, learning_rate: float) -> None:
        self.parameters = dict(model.named_parameters())
        self._adam = torch.optim.Adam(self.parameters.values(), lr=learning_rate, fused=True)

    def clear_gradients(self) -> None:
        self._adam.zero_grad(set_to_none=True)

    def gradients(self) -> list[Tensor]:
        """Those that there are, in order."""
        return [parameter.grad for parameter in self.parameters.values() if parameter.grad is not None]

    def norm(self) -> Tensor:
        """Of all gradients together, ()."""
        return get_total_norm(self.gradients())

    def step(self, learning_rate: float, is_accepted: Tensor) -> None:
        """Change parameters and moments where ``is_accepted`` (), a bool on the device; else nothing.

        The flag is that by which torch's own gradient scaler leaves steps out, known to the fused kernel.
        """
        self._adam.param_groups[0]["lr"] = learning_rate
        self._adam.found_inf = (~is_accepted).float()  # type: ignore[attr-defined]
        self._adam.step()

    def state(self) -> dict[str, Tensor]:
        """Steps and moments of parameters that ever had a gradient, such as ``a.weight.exp_avg``; live."""
        return {
            f"{name}.{part}": self._adam.state[parameter][part]
            for name, parameter in self.parameters.items()
            if parameter in self._adam.state
            for part in PARTS
        }

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """What `state` may hold."""
        return {
            f"{name}.{part}": () if part == "step" else tuple(parameter.shape)
            for name, parameter in self.parameters.items()
            for part in PARTS
        }

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave, on the parameters' device."""
        self._adam.state.clear()
        for name, parameter in self.parameters.items():
            if f"{name}.{PARTS[0]}" in state:
                self._adam.state[parameter] = {part: state[f"{name}.{part}"] for part in PARTS}
