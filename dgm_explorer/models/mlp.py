"""Plain fully connected networks with ReLU between the layers."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch
from torch import nn


def make_mlp(widths: Sequence[int], generator: torch.Generator) -> nn.Sequential:
    """Linear layers from ``widths[0]`` to ``widths[-1]`` with ReLU between them and none at the end.

    Weights and biases are drawn uniformly within ±1/√fan_in, torch's own default, but from ``generator``
    (on the CPU) so that a seed gives the same network whatever else draws random numbers.
    """
    parts: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        parts += [make_linear(fan_in, fan_out, generator), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


def make_linear(fan_in: int, fan_out: int, generator: torch.Generator) -> nn.Linear:
    """One layer drawn as in `make_mlp`."""
    linear: nn.Linear = nn.utils.skip_init(nn.Linear, fan_in, fan_out)  # type: ignore[no-untyped-call]
    bound = fan_in**-0.5
    with torch.no_grad():
        for parameter in linear.parameters():
            parameter.uniform_(-bound, bound, generator=generator)
    return linear


def linears_of(modules: Iterable[nn.Module]) -> list[nn.Linear]:
    """The linear layers, in order."""
    return [module for module in modules if isinstance(module, nn.Linear)]
