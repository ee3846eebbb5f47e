"""How much memory torch takes at most while something runs."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch.profiler import ProfilerActivity, profile

STANDARD_ERROR = 2


def measure_peak_extra_mb(step: Callable[[], object]) -> float:
    """Most bytes of tensors alive at once beyond those before ``step``, in MB of 10⁶ bytes.

    Counted from what torch's allocator gives out and takes back; other memory of the process is not in it.
    """
    with _muted(), profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        kept = step()
    del kept
    events = profiled.profiler.kineto_results.events()
    changes = sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]")
    alive = peak = 0
    for _, n_bytes in changes:
        alive += n_bytes
        peak = max(peak, alive)
    return peak / 1e6


@contextmanager
def _muted() -> Iterator[None]:
    """Without what the profiler's library writes to standard error, which no setting keeps back."""
    before = os.dup(STANDARD_ERROR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STANDARD_ERROR)
    try:
        yield
    finally:
        os.dup2(before, STANDARD_ERROR)
        os.close(before)
        os.close(nowhere)
