"""How often a run has told what."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dgm_explorer.core.run_notes import RunNote


@dataclass(frozen=True, slots=True)
class NoteCount:
    """Notes of one name.

    Attributes
    ----------
    last : the newest.
    count : how many there were.
    """

    last: RunNote
    count: int


class NoteBook:
    """The notes of the run on the screen, counted by name."""

    def __init__(self) -> None:
        self._counts: dict[str, NoteCount] = {}

    def add(self, notes: Iterable[RunNote]) -> tuple[RunNote, ...]:
        """Count these; the first ones of their names, which the user has not heard of yet."""
        first = []
        for note in notes:
            before = self._counts.get(note.name)
            if before is None:
                first.append(note)
                self._counts[note.name] = NoteCount(note, 1)
            else:
                newest = max(before.last, note, key=lambda one: one.step)
                self._counts[note.name] = replace(before, last=newest, count=before.count + 1)
        return tuple(first)

    def count_of(self, name: str) -> NoteCount | None:
        """Those of one name; None for none."""
        return self._counts.get(name)

    def clear(self) -> None:
        """Another run begins."""
        self._counts.clear()
