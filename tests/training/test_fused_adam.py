"""Our Adam against torch's own, and what it saves."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from dgm_explorer.training.fused_adam import FusedAdam


def make_parameters() -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(3)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in ((7, 5), (5,), (2, 3, 4))]


@pytest.mark.parametrize("refused", [(), (0, 4, 5)])
def test_each_step_is_that_of_torch_to_the_last_bit(refused: tuple[int, ...]) -> None:
    ours, theirs = make_parameters(), make_parameters()
    fused, plain = FusedAdam(ours, 0.1), torch.optim.Adam(theirs, lr=0.1, fused=True)
    generator = torch.Generator().manual_seed(4)
    for step in range(12):
        rate = 0.1 / (1 + step)
        fused.learning_rate = plain.param_groups[0]["lr"] = rate
        for a, b in zip(ours, theirs, strict=True):
            a.grad = torch.randn(a.shape, generator=generator)
            b.grad = a.grad.clone()
        ours[1].grad = theirs[1].grad = None if step < 3 else ours[1].grad
        is_refused = torch.tensor(float(step in refused))
        if refused:
            plain.found_inf = is_refused
        fused.step(is_refused if refused else None)
        plain.step()
    for a, b in zip(ours, theirs, strict=True):
        assert torch.equal(a, b)
        for part, values in fused.state[a].items():
            assert torch.equal(values, plain.state[b][part])
    assert fused.state[ours[1]]["step"] == 9 - sum(step >= 3 for step in refused)


def test_gradients_are_cleared_and_without_any_nothing_moves() -> None:
    parameters = make_parameters()
    adam = FusedAdam(parameters, 0.1)
    parameters[0].grad = torch.ones_like(parameters[0])
    adam.clear_gradients()
    adam.step()
    assert all(torch.equal(a, b) for a, b in zip(parameters, make_parameters(), strict=True))
    assert not adam.state


def test_training_does_without_the_compiler_of_torch() -> None:
    """Its import is a second of the time from Play to the first step."""
    script = (
        "import sys, torch\n"
        "from dgm_explorer.training.guarded_adam import GuardedAdam\n"
        "model = torch.nn.Linear(3, 2)\n"
        "adam = GuardedAdam(model, 0.1)\n"
        "model(torch.ones(4, 3)).sum().backward()\n"
        "adam.step(0.1, torch.isfinite(adam.norm()))\n"
        "print('torch._dynamo' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
