"""What a training thread has to say since the window last listened."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.run_notes import RunNote
from dgm_explorer.core.training import MetricsTable, Progress, RunFacts, RunState, Snapshot

MAX_WAITING_ROWS = 200_000
"""Rows of one kind that wait for a window that does not listen; the run folder has all of them."""

MAX_WAITING_TABLES = 64

MAX_WAITING_NOTES = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class RunUpdate:
    """News of a run, all of one instant.

    Attributes
    ----------
    state : of the run.
    at_s : `time.monotonic` when it was written.
    words, share : what is being prepared and how much of it is done, 0 … 1 or None; or why it ended.
    facts : once the run is set up.
    first_step : steps that were done before this thread went on with the run.
    progress : where it is; None before the run is set up.
    snapshot, snapshot_at_s : newest picture, and when it was taken; None if there is no new one.
    tables : metrics since the last update.
    notes : what else happened since the last update.
    memory_mb : held on the device; None where it cannot be told.
    refusals : commands that made no sense, one sentence each.
    """

    state: RunState
    at_s: float
    words: str = ""
    share: float | None = None
    facts: RunFacts | None = None
    first_step: int = 0
    progress: Progress | None = None
    snapshot: Snapshot | None = None
    snapshot_at_s: float = 0.0
    tables: tuple[MetricsTable, ...] = ()
    notes: tuple[RunNote, ...] = ()
    memory_mb: float | None = None
    refusals: tuple[str, ...] = ()


def merge_updates(old: RunUpdate, new: RunUpdate) -> RunUpdate:
    """Both as one: the newest of everything, but all metrics, notes and refusals."""
    return dataclasses.replace(
        new,
        facts=new.facts or old.facts,
        progress=new.progress or old.progress,
        snapshot=new.snapshot if new.snapshot is not None else old.snapshot,
        snapshot_at_s=new.snapshot_at_s if new.snapshot is not None else old.snapshot_at_s,
        tables=join_tables((*old.tables, *new.tables)),
        notes=(*old.notes, *new.notes)[-MAX_WAITING_NOTES:],
        memory_mb=new.memory_mb if new.memory_mb is not None else old.memory_mb,
        refusals=(*old.refusals, *new.refusals)[-MAX_WAITING_TABLES:],
    )


def join_tables(tables: Sequence[MetricsTable]) -> tuple[MetricsTable, ...]:
    """The same rows in few tables, and of each kind no more than `MAX_WAITING_ROWS`, the newest."""
    if len(tables) <= MAX_WAITING_TABLES:
        return tuple(tables)
    kinds: dict[tuple[str, tuple[str, ...]], list[MetricsTable]] = {}
    for table in tables:
        kinds.setdefault((table.split, table.names), []).append(table)
    return tuple(
        dataclasses.replace(
            same[0], values=np.concatenate([table.values for table in same])[-MAX_WAITING_ROWS:]
        )
        for same in kinds.values()
    )
