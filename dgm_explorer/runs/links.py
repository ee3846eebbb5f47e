"""A run folder from somebody else must not lead writing to files outside of it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.folder import RunFolder


def refuse_links(folder: RunFolder) -> None:
    """Look at a run folder before anything is written or swept there.

    Raises
    ------
    InputError
        If one of its files or folders is a link.
    """
    for path in _written_places(folder):
        is_link = False
        with suppress(OSError):
            is_link = path.is_symlink()
        if is_link:
            raise InputError(f"{path} is a link, which no run has; copy the run folder and take the copy.")


def _written_places(folder: RunFolder) -> Iterator[Path]:
    """What a writer may write to, folders before what is in them."""
    yield from (folder.info_file, folder.metrics_file, folder.events_file, folder.status_file)
    yield folder.lock_file
    yield from (folder.snapshots, folder.checkpoints, folder.control)
    for series in (folder.snapshots, folder.checkpoints):
        with suppress(OSError):  # not there yet
            yield from series.iterdir()
