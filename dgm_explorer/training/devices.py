"""Where a run computes: the device, its threads, and what makes it faster there."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from dgm_explorer.core.device_choice import DeviceChoice
from dgm_explorer.core.errors import InputError

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Function = TypeVar("Function", bound=Callable[..., object])
Compiler: TypeAlias = Callable[..., object]
N_TRIES = 3
"""Calls of a captured function until all of it has been seen to work: CUDA graphs are warmed up in the first,
recorded in the second and replayed from the third on."""

SMALL_NET_MULTIPLICATIONS = 100_000_000
"""Of one step, batch × weights. Below, a second thread costs more than it brings: measured 1.2 times
slower on a quiet machine and ten times on a loaded one (nets 256-256 on batches of 128), while
784-500-500-2000-10 on batches of 128 gains 1.7 times."""


class Place:
    """A device and the ways to use it well.

    Attributes
    ----------
    device : where tensors live.
    notes : what could not be had and why, for the user; grows while a run is set up.
    """

    def __init__(
        self,
        device: "torch.device | None" = None,
        compiler: Compiler | None = None,
        has_bfloat16: bool | None = None,
    ):
        """``compiler`` stands in for ``torch.compile`` and makes any device use it.

        ``has_bfloat16``: whether networks compute in it; None for whether the card does so by itself.
        """
        import torch

        self.device = device or torch.device("cpu")
        self.notes: list[str] = []
        is_cuda = self.device.type == "cuda"
        self._compiler = compiler or (_compile if is_cuda else None)
        if has_bfloat16 is None:
            has_bfloat16 = is_cuda and torch.cuda.is_bf16_supported(including_emulation=False)
        self._has_bfloat16 = has_bfloat16

    def autocast(self) -> AbstractContextManager[object]:
        """Matrix products in bfloat16 where the card has it; sums, logs and parameters stay float32."""
        import torch

        if self._has_bfloat16:
            return torch.autocast(self.device.type, dtype=torch.bfloat16)
        return nullcontext()

    def begin_step(self) -> None:
        """Call it before each step: what captured functions gave in the last one may now be overwritten.

        Gradients are among it, so they are cleared before; what is to last is copied.
        """
        import torch

        if self.device.type == "cuda" and self._compiler is not None:
            torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]

    def captured(self, function: Function, model: "nn.Module", *example: "Tensor") -> Function:
        """Compile a function of tensors into few kernels, both ways; a card replays them as graphs.

        Compilers fail late, so it is tried on the example as training will use it; where that fails the
        function is returned as it is and a note says why. Other shapes than the example's are compiled anew.

        Parameters
        ----------
        function : gives a tensor or a sequence of them.
        model : whose gradients the function has, at rest: they are none afterwards.
        """
        if self._compiler is None:
            return function
        try:
            compiled: Function = self._compiler(function)  # type: ignore[assignment]
            for _ in range(N_TRIES):
                self.begin_step()
                _go_back(compiled(*example))
                model.zero_grad(set_to_none=True)
        except Exception as error:  # compilers raise anything: no Triton, no C compiler, a driver too old
            model.zero_grad(set_to_none=True)
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
            self.notes.append(f"not compiled, runs step by step: {reason}")
            return function
        return compiled

    @property
    def words(self) -> str:
        """For the user, such as ``cpu, 1 thread`` or the name of the card."""
        import torch

        if self.device.type == "cuda":
            return f"{self.device}, {torch.cuda.get_device_name(self.device)}"
        n_threads = torch.get_num_threads()
        threads = f", {n_threads} thread{'s' if n_threads > 1 else ''}" if self.device.type == "cpu" else ""
        return f"{self.device.type}{threads}"

    def memory_mb(self) -> float | None:
        """Memory that torch holds on the device; None where it cannot tell."""
        import torch

        if self.device.type == "cuda":
            return torch.cuda.memory_allocated(self.device) / 2**20
        if self.device.type == "mps":
            return torch.mps.current_allocated_memory() / 2**20
        return None

    def release(self) -> None:
        """Give cached memory back to other programs."""
        import torch

        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        elif self.device.type == "mps":
            torch.mps.empty_cache()


def _compile(function: Callable[..., object]) -> Callable[..., object]:
    """Few kernels, and CUDA graphs of them; one for each shape, since graphs have fixed ones."""
    import torch

    return torch.compile(function, mode="reduce-overhead", dynamic=False)


def _go_back(result: object) -> None:
    """Form the gradients of what a function gave."""
    import torch

    tensors = [result] if isinstance(result, torch.Tensor) else list(result)  # type: ignore[call-overload]
    total = torch.stack([tensor.float().sum() for tensor in tensors]).sum()
    if total.requires_grad:
        total.backward()  # type: ignore[no-untyped-call]


def find_device(choice: DeviceChoice, local_rank: int = 0) -> "torch.device":
    """The device asked for; ``auto`` takes a CUDA card, else Apple's, else the CPU.

    Raises
    ------
    InputError
        If it is not there.
    """
    import torch

    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if choice == "auto":
        choice = next(name for name in ("cuda", "mps", "cpu") if available[name])
    if not available.get(choice, False):
        there = ", ".join(name for name, is_there in available.items() if is_there)
        raise InputError(f"device {choice} is not available here; use auto or one of: {there}.")
    if choice == "cuda":
        return torch.device("cuda", local_rank % torch.cuda.device_count())
    return torch.device(choice)


def use_threads(n_multiplications: int, processes: int = 1) -> int:
    """Set how many threads torch computes with, one core left for the window, and return the number.

    Call it in the thread that trains: a thread that already computes does not see what another one sets.

    Parameters
    ----------
    n_multiplications : of one step, about batch size × weights.
    processes : that share this machine.
    """
    import torch

    is_small = n_multiplications < SMALL_NET_MULTIPLICATIONS
    n_threads = 1 if is_small else max(1, (count_cores() - 1) // processes)
    torch.set_num_threads(n_threads)
    return n_threads


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
