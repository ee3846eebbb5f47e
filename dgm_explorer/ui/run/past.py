"""Reading all metrics of a run folder: those before this window's thread went on with it, or the newest."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.reader import RunNews, RunReader

MAX_LOOKS = 1000


@dataclass(frozen=True, slots=True)
class PastRequest:
    """Ask for the metrics in ``folder`` of all steps up to ``step``."""

    folder: Path
    step: int


def read_past(request: PastRequest) -> tuple[MetricsTable, ...]:
    """The metrics asked for; empty where they cannot be read. For a worker's thread."""
    try:
        tables, _news = poll_all(RunReader(request.folder))
    except (InputError, OSError):
        return ()
    return tuple(_up_to(table, request.step) for table in tables)


def poll_all(reader: RunReader) -> tuple[tuple[MetricsTable, ...], RunNews]:
    """Look until nothing more is there: all metrics since the last time, and the last of the looks.

    Its ``is_restarted`` is that of any of the looks, and metrics before a new beginning are left out.
    """
    tables: list[MetricsTable] = []
    is_restarted = False
    for _look in range(MAX_LOOKS):
        news = reader.poll()
        if news.is_restarted:
            tables.clear()
            is_restarted = True
        tables.extend(news.metrics)
        if not news.has_more:
            break
    return tuple(tables), dataclasses.replace(news, is_restarted=is_restarted)


def _up_to(table: MetricsTable, step: int) -> MetricsTable:
    return dataclasses.replace(table, values=table.values[table.values[:, 0] <= step])
