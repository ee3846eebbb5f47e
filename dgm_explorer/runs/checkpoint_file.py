"""Checkpoints on the disk."""

import json
from pathlib import Path
from typing import Any

from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.array_file import ArrayFile, read_arrays, write_arrays
from dgm_explorer.runs.folder import RunFolder, steps_in

MAX_BYTES = 4 << 30
FORMAT = "dgm-explorer-checkpoint 1"


def write_checkpoint(folder: RunFolder, step: int, state: CheckpointState) -> None:
    """Write a checkpoint, then name it in ``latest``.

    Raises
    ------
    InputError
        If the place cannot be written to; the checkpoints before stand.
    ValueError
        If ``state.meta`` is no JSON, as with a number that is not finite.
    """
    texts = {"format": FORMAT, "meta": json.dumps(state.meta, allow_nan=False)}
    path = folder.checkpoint_file(step)
    write_arrays(path, ArrayFile(state.arrays, texts))
    with open_atomically(folder.latest_file) as file:
        file.write(path.name.encode() + b"\n")


def read_checkpoint(path: Path) -> CheckpointState:
    """Read one checkpoint.

    Raises
    ------
    InputError
        If it cannot be read, is damaged, or is no checkpoint of this version.
    """
    content = read_arrays(path, MAX_BYTES)
    found = content.texts.get("format", "")
    if found != FORMAT:
        raise InputError(
            f"{path} is no checkpoint of this program's version ({found[:40]!r} instead of {FORMAT!r}); "
            "open it with the program that wrote it."
        )
    try:
        meta: Any = json.loads(content.texts.get("meta", ""), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: its values are damaged; choose another checkpoint.") from error
    if not isinstance(meta, dict):
        raise InputError(f"{path}: its values are damaged (no JSON object); choose another checkpoint.")
    return CheckpointState(content.arrays, meta)


def read_latest_checkpoint(folder: RunFolder) -> tuple[int, CheckpointState]:
    """Step and content of the newest checkpoint that opens.

    ``latest`` is for people and scripts: a writer that was killed before it could name its last
    checkpoint there loses nothing, as the files themselves tell.

    Raises
    ------
    InputError
        If none opens; the message is that of the newest.
    """
    first: InputError | None = None
    for step in reversed(steps_in(folder.checkpoints)):
        try:
            return step, read_checkpoint(folder.checkpoint_file(step))
        except InputError as error:
            first = first or error
    raise first or InputError(f"{folder.path} holds no checkpoint yet; begin a new run.")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
