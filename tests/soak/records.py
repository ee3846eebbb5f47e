"""What a soak says while it runs: JSON lines, one record each."""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO


@dataclass(frozen=True, slots=True)
class Record:
    """One line.

    Attributes
    ----------
    kind : what is told, such as ``action``, ``sample``, ``frame``, ``error``, ``hang``.
    values : plain values.
    at_s : seconds since 1970.
    """

    kind: str
    values: dict[str, Any]
    at_s: float = field(default_factory=time.time)

    def to_line(self) -> str:
        return json.dumps({"kind": self.kind, "at_s": round(self.at_s, 3), **self.values})


def read_record(line: str) -> Record:
    """The record that a line holds.

    Raises
    ------
    ValueError
        If it holds none.
    """
    values = json.loads(line)
    if not isinstance(values, dict):
        raise ValueError(f"no record: {line[:80]!r}")
    try:
        return Record(values.pop("kind"), at_s=values.pop("at_s"), values=values)
    except KeyError as error:
        raise ValueError(f"a record without {error}: {line[:80]!r}") from error


class RecordBook:
    """Writes records to a file and, those of the kinds in ``shown``, to the terminal."""

    def __init__(self, path: Path, shown: frozenset[str], terminal: TextIO = sys.stdout) -> None:
        self.path = path
        self._shown = shown
        self._terminal = terminal
        self._file = path.open("w", encoding="utf-8", buffering=1)

    def add(self, record: Record) -> None:
        line = record.to_line()
        self._file.write(f"{line}\n")
        if record.kind in self._shown:
            print(line, file=self._terminal, flush=True)

    def close(self) -> None:
        self._file.close()
