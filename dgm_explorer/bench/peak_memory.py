"""How much memory torch takes at most while something runs."""

from collections.abc import Callable

from torch.profiler import ProfilerActivity, profile


def measure_peak_extra_mb(step: Callable[[], object]) -> float:
    """Most bytes of tensors alive at once beyond those before ``step``, in MB of 10⁶ bytes.

    Counted from what torch's allocator gives out and takes back; other memory of the process is not in it.
    """
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        kept = step()
    del kept
    events = profiled.profiler.kineto_results.events()
    changes = sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]")
    alive = peak = 0
    for _, n_bytes in changes:
        alive += n_bytes
        peak = max(peak, alive)
    return peak / 1e6
