"""Reading metrics and notes of a run folder: those before this window's thread went on with it, or all."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.run_notes import NOTE_NAMES, RunNote
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.events import RunEvent
from dgm_explorer.runs.reader import RunNews, RunReader

MAX_LOOKS = 1000


@dataclass(frozen=True, slots=True)
class PastRequest:
    """Ask for the metrics and notes in ``folder`` of all steps up to ``step``."""

    folder: Path
    step: int


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What was asked for.

    Attributes
    ----------
    tables, notes : in the order of their steps.
    """

    tables: tuple[MetricsTable, ...] = ()
    notes: tuple[RunNote, ...] = ()


def read_past(request: PastRequest) -> Past:
    """What was asked for; nothing where it cannot be read. For a worker's thread."""
    try:
        tables, news = poll_all(RunReader(request.folder))
    except (InputError, OSError):
        return Past()
    notes = tuple(note for note in notes_of(news.events) if note.step <= request.step)
    return Past(tuple(_up_to(table, request.step) for table in tables), notes)


def poll_all(reader: RunReader) -> tuple[tuple[MetricsTable, ...], RunNews]:
    """Look until nothing more is there: all metrics since the last time, and the last of the looks.

    Its ``is_restarted`` is that of any of the looks, and metrics before a new beginning are left out; its
    ``events`` are those of all looks.
    """
    tables: list[MetricsTable] = []
    events: list[RunEvent] = []
    is_restarted = False
    for _look in range(MAX_LOOKS):
        news = reader.poll()
        if news.is_restarted:
            tables.clear()
            is_restarted = True
        tables.extend(news.metrics)
        events.extend(news.events)
        if not news.has_more:
            break
    return tuple(tables), dataclasses.replace(news, is_restarted=is_restarted, events=tuple(events))


def notes_of(events: Iterable[RunEvent]) -> tuple[RunNote, ...]:
    """The events that the user should hear of."""
    return tuple(
        RunNote(event.name, event.step, str(event.values.get("reason", "")))
        for event in events
        if event.name in NOTE_NAMES
    )


def _up_to(table: MetricsTable, step: int) -> MetricsTable:
    return dataclasses.replace(table, values=table.values[table.values[:, 0] <= step])
