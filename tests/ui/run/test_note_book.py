"""Notes of a run are told once and counted."""

from dgm_explorer.core.run_notes import REFUSED_BATCH, RunNote
from dgm_explorer.ui.run.note_book import NoteBook


def note(step: int, name: str = REFUSED_BATCH) -> RunNote:
    return RunNote(name, step, "its loss is not finite")


def test_the_first_of_its_name_is_new_and_the_others_are_counted() -> None:
    book = NoteBook()
    assert book.add([note(4), note(9)]) == (note(4),)
    assert book.add([note(12), note(12, "other")]) == (note(12, "other"),)
    count = book.count_of(REFUSED_BATCH)
    assert count is not None
    assert (count.count, count.last.step) == (3, 12)


def test_the_last_is_the_latest_whatever_comes_first() -> None:
    """Metrics of before a resume are read beside the window, and come behind newer ones."""
    book = NoteBook()
    book.add([note(400)])
    book.add([note(3)])
    count = book.count_of(REFUSED_BATCH)
    assert count is not None
    assert (count.count, count.last.step) == (2, 400)


def test_another_run_begins_with_an_empty_book() -> None:
    book = NoteBook()
    book.add([note(4)])
    book.clear()
    assert book.count_of(REFUSED_BATCH) is None
    assert book.add([note(5)]) == (note(5),)


def test_a_note_is_a_sentence() -> None:
    assert note(1200).sentence == "Step 1,200: refused batch, its loss is not finite."
