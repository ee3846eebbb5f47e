"""What stops a run, in words for the user."""

import traceback
from collections.abc import Sequence

import numpy as np

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import MetricsTable, RunFailed


def explain(error: Exception, step: int) -> RunFailed:
    """Say what happened and what to try.

    The answer holds no reference to ``error``, whose traceback would keep every tensor of the failed
    step in memory.
    """
    if isinstance(error, RunFailed):
        return RunFailed(str(error))
    if isinstance(error, InputError):
        return RunFailed(f"Step {step}: {error}")
    if is_out_of_memory(error):
        return RunFailed(
            f"Step {step}: the device ran out of memory; resume on the CPU, or start again with a smaller "
            "batch_size, fewer or narrower hidden layers, or fewer z samples."
        )
    if isinstance(error, OSError):
        reason = error.strerror or error
        return RunFailed(f"Step {step}: the run cannot be recorded ({reason}); make room, then resume it.")
    what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return RunFailed(f"Step {step}: training broke off ({what}); resume from the last checkpoint.")


def is_out_of_memory(error: Exception) -> bool:
    """Of the device or of the computer: torch raises a plain RuntimeError for the latter."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)


def details(error: Exception) -> str:
    """Where it happened, for the log: the innermost frames."""
    return "".join(traceback.format_exception(error, limit=-6))[-4000:]


def require_finite(tables: Sequence[MetricsTable]) -> None:
    """Stop a run whose loss is no number any more.

    Raises
    ------
    RunFailed
        It names the first such step and what to try.
    """
    for table in tables:
        if table.split != "train" or np.isfinite(table.values).all():
            continue
        row, column = (int(index) for index in np.argwhere(~np.isfinite(table.values))[0])
        value = "NaN" if np.isnan(table.values[row, column]) else "infinite"
        raise RunFailed(
            f"Step {int(table.values[row, 0])}: {table.names[column]} became {value}; branch from the last "
            "good checkpoint with a lower learning_rate, or pre-train for longer."
        )
