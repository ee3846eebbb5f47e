"""Writing down the end of a run whose process had no time to."""

from dataclasses import replace

from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.links import refuse_links
from dgm_explorer.runs.lock import WriterLock
from dgm_explorer.runs.status import read_status, write_status

REASON = "its process ended without a word"


def settle_run(folder: RunFolder, reason: str = REASON) -> None:
    """Have the status of an interrupted run say that it is stopped; it can be resumed as before.

    Nothing happens where the run is not interrupted.

    Raises
    ------
    InputError
        If another process writes to the folder, or it cannot be written to, or holds a link.
    """
    refuse_links(folder)
    lock = WriterLock(folder)
    try:
        status = read_status(folder)
        if status is not None and status.is_active:
            write_status(folder, replace(status, state="stopped", reason=reason))
    finally:
        lock.release()
