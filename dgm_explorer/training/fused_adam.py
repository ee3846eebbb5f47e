"""Adam (Kingma & Ba 2015) around torch's fused kernel."""

from collections.abc import Iterable
from typing import TypeAlias

import torch
from torch import Tensor, nn

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
PARTS = ("step", "exp_avg", "exp_avg_sq")

Moments: TypeAlias = dict[str, Tensor]
"""The `PARTS` of one parameter: steps taken, (), and the running means of g and g²."""


class FusedAdam:
    """Adam over parameters of one type on one device; those without a gradient stay as they are.

    WORKAROUND(torch 2.13): ``torch.optim.Adam`` imports torch's compiler when it is made and when it steps
    first, a second and a half and 80 MB for nothing; the kernel behind it is called here as it calls it.

    Attributes
    ----------
    learning_rate : of the steps to come.
    state : of each parameter that has ever had a gradient.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.state: dict[nn.Parameter, Moments] = {}
        self._parameters = tuple(parameters)

    def clear_gradients(self) -> None:
        for parameter in self._parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self, is_refused: Tensor | None = None) -> None:
        """Change parameters and their state, but not where ``is_refused``, (), a float, is 1.

        The flag is that by which torch's own gradient scaler leaves steps out: the device is not asked.
        """
        stepped = [parameter for parameter in self._parameters if parameter.grad is not None]
        if not stepped:
            return
        states = [self._state_of(parameter) for parameter in stepped]
        steps = [state["step"] for state in states]
        torch._foreach_add_(steps, 1)
        torch._fused_adam_(
            stepped,  # type: ignore[arg-type]
            [parameter.grad for parameter in stepped],  # type: ignore[misc]
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            steps,
            lr=self.learning_rate,
            beta1=BETA1,
            beta2=BETA2,
            weight_decay=0.0,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
            found_inf=is_refused,
        )
        if is_refused is not None:
            torch._foreach_sub_(steps, [is_refused] * len(steps))

    def _state_of(self, parameter: nn.Parameter) -> Moments:
        if parameter not in self.state:
            step = torch.zeros((), device=parameter.device)
            self.state[parameter] = {
                "step": step,
                "exp_avg": torch.zeros_like(parameter, memory_format=torch.preserve_format),
                "exp_avg_sq": torch.zeros_like(parameter, memory_format=torch.preserve_format),
            }
        return self.state[parameter]
