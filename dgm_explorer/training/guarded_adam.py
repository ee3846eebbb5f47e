"""Adam that leaves a step out where the device says so, without asking it."""

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn.utils import get_total_norm

from dgm_explorer.training.fused_adam import PARTS, FusedAdam


class GuardedAdam:
    """Adam (Kingma & Ba 2015) over a model's parameters; those without a gradient stay.

    Attributes
    ----------
    parameters : by name.
    """

    def __init__(self, model: nn.Module, learning_rate: float) -> None:
        self.parameters = dict(model.named_parameters())
        self._adam = FusedAdam(self.parameters.values(), learning_rate)

    def clear_gradients(self) -> None:
        self._adam.clear_gradients()

    def gradients(self) -> list[Tensor]:
        """Those that there are, in order."""
        return [parameter.grad for parameter in self.parameters.values() if parameter.grad is not None]

    def norm(self) -> Tensor:
        """Of all gradients together, ()."""
        return get_total_norm(self.gradients())

    def step(self, learning_rate: float, is_accepted: Tensor) -> None:
        """Change parameters and moments where ``is_accepted`` (), a bool on the device; else nothing."""
        self._adam.learning_rate = learning_rate
        self._adam.step(is_refused=(~is_accepted).float())

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
