"""What is said and written of a process that has ended in the middle of a run."""

import logging
import signal
from dataclasses import replace
from pathlib import Path

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import RunState
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.settle import settle_run
from dgm_explorer.runs.status import RunStatus, read_status
from dgm_explorer.runs.writer import RunWriter

CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")
MAX_DETAILS = 4000
DISMISSED = "its process did not stop when it was told to, and was ended"

logger = logging.getLogger("dgm_explorer")


def record_death(folder: Path, pid: int, reason: str, details: str) -> tuple[RunState, str]:
    """Have the folder of a run say that it failed, unless it had ended properly before its process did.

    Parameters
    ----------
    folder : of the run; nobody else writes there.
    pid : of the process.
    reason, details : a sentence for the user, and what those want who look for the cause.

    Returns
    -------
    state, reason : that the folder tells now.
    """
    run_folder = RunFolder(folder)
    status = read_status(run_folder)
    if status is not None and status.pid == pid and not status.is_active:
        return status.state, status.reason
    failed = RunStatus("failed", reason=reason)
    if status is not None:
        failed = replace(status, state="failed", reason=reason, steps_per_s=0.0, images_per_s=0.0, t=failed.t)
    try:
        with RunWriter(run_folder) as writer:
            writer.write_status(failed)  # first: it needs no room on a full disk
            writer.append_event("failed", failed.step, reason=reason, details=details[-MAX_DETAILS:])
    except InputError as error:
        logger.warning("the end of a run could not be recorded: %s", error)
    return "failed", reason


def record_dismissal(folder: Path) -> str:
    """Have the folder of a run say that it stopped, its process having been ended; why."""
    try:
        settle_run(RunFolder(folder), DISMISSED)
    except InputError as error:
        logger.warning("the end of a run could not be recorded: %s", error)
    return DISMISSED


def describe_death(exit_status: int | None, folder: Path | None) -> str:
    """One sentence for the user: what happened, and what to do.

    Parameters
    ----------
    exit_status : of the process; less than 0 for a signal.
    folder : of its run; None before it had one.
    """
    return f"The process that trains {_what_happened(exit_status)}; {_remedy(folder)}."


def _what_happened(exit_status: int | None) -> str:
    if exit_status is None or exit_status >= 0:
        return f"ended by itself (exit status {exit_status})"
    name = _signal_name(-exit_status)
    if name == "SIGKILL":
        return f"was killed ({name}), by hand or because the computer ran out of memory"
    if name in CRASHES:
        return f"crashed below Python ({name}, details are in the log)"
    return f"was ended by a signal ({name})"


def _remedy(folder: Path | None) -> str:
    steps = () if folder is None else steps_in(RunFolder(folder).checkpoints)
    if not steps:
        return "nothing was saved yet, Play begins anew"
    return f"Play goes on from the last checkpoint, step {steps[-1]:,}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
