"""The soak's bookkeeping: the same seed chooses the same actions, and its table says what was recorded."""

import os
import random
import sys
import time
from pathlib import Path

import pytest

from tests.soak.actions import choose
from tests.soak.complaints import headline
from tests.soak.drive import read_actions
from tests.soak.memory import describe_memory
from tests.soak.probe import Watcher, describe_stack
from tests.soak.records import Record, RecordBook, read_record
from tests.soak.summary import describe_growth, describe_memory_growth, summarise

SCREEN = {
    "window": 7,
    "top": 7,
    "size": [1280, 800],
    "dialog": "",
    "is_file_dialog": False,
    "popup": "",
    "tab": "kl",
    "targets": [
        ["handle", "DensityPlot", 300, 400, 0, 0],
        ["plot", "DensityPlot", 100, 100, 400, 400],
        ["button", "Play", 20, 30, 60, 20],
        ["menu", "&File", 5, 5, 40, 20],
    ],
}


def sample(at_s: float, rss_mb: float, life: int = 1) -> Record:
    return Record("sample", {"life": life,
        "rss_mb": rss_mb + 188.0, "data_mb": 188.0, "threads": 5, "files": 9, "children": 1,
                             "children_rss_mb": 200.0}, at_s)  # fmt: skip


def test_the_same_seed_chooses_the_same_actions_on_the_same_screen() -> None:
    first, second, other = (random.Random(seed) for seed in (3, 3, 4))
    chosen = [choose(first, SCREEN) for _ in range(50)]
    assert chosen == [choose(second, SCREEN) for _ in range(50)]
    assert chosen != [choose(other, SCREEN) for _ in range(50)]


def test_whatever_is_pressed_is_released() -> None:
    rng = random.Random(1)
    for _ in range(500):
        held = set()
        for name, *values in choose(rng, SCREEN).events:
            if name in ("press", "hold"):
                held.add(values[0])
            elif name in ("release", "let_go"):
                held.discard(values[0])
        assert not held


def test_a_file_dialog_is_only_left() -> None:
    screen = {**SCREEN, "is_file_dialog": True, "dialog": "QFileDialog"}
    rng = random.Random(5)
    assert {choose(rng, screen).kind for _ in range(100)} == {"leave a dialog"}


def test_a_book_of_records_is_read_back_as_the_actions_to_do_again(tmp_path: Path) -> None:
    book = RecordBook(tmp_path / "records.jsonl", frozenset())
    actions = [choose(random.Random(seed), SCREEN) for seed in range(5)]
    for action in actions:
        book.add(Record("action", {"name": action.kind, "on": action.name, "events": action.events}))
        book.add(sample(1.0, 200.0))
    book.close()
    assert [record.values["events"] for record in read_actions(book.path)] == [a.events for a in actions]


@pytest.mark.parametrize("line", ["[]", "3", '{"at_s": 1}', "{"])
def test_a_line_that_is_no_record_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"record|Expecting"):
        read_record(line)


def test_growth_is_told_from_rest_to_rest_without_the_examples_in_memory() -> None:
    rests = [sample(300.0, 200.0), sample(600.0, 230.0), sample(900.0, 210.0)]
    assert describe_growth(rests).endswith("200, 230, 210 MB; growth +5.0 %")
    assert describe_growth([]) == ""


def test_what_grew_is_named() -> None:
    def told(in_use_mb: float, objects: dict[str, int]) -> Record:
        resident = {"heap": in_use_mb + 10, "files": 150.0}
        values = {"in_use_mb": in_use_mb, "mapped_mb": 30.0, "resident_mb": resident, "objects": objects}
        return Record("memory", values)

    text = describe_memory_growth([told(200, {"a.B": 3, "c.D": 9}), told(222, {"a.B": 7, "c.D": 8})])
    assert "heap 210 → 232" in text
    assert "200 → 222 from its heap" in text
    assert "+4  a.B" in text
    assert "c.D" not in text


def test_memory_that_is_taken_is_told() -> None:
    before = describe_memory()
    blocks = [bytes(1000 + i) for i in range(20_000)]  # each too small for a mapping of its own
    taken_mb = sum(map(sys.getsizeof, blocks)) / 2**20
    after = describe_memory()
    assert after["in_use_mb"] - before["in_use_mb"] == pytest.approx(taken_mb, rel=0.05)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    resident_mb = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    assert sum(after["resident_mb"].values()) == pytest.approx(resident_mb, rel=0.05)


def test_complaints_are_the_same_but_for_numbers() -> None:
    texts = [
        f'Traceback (most recent call last):\n  File "a.py", line {n}\nValueError: {n} is too much'
        for n in (3, 41)
    ]
    assert headline(texts[0]) == headline(texts[1]) == "ValueError: … is too much"
    assert headline("QPainter::begin: Paint device returned engine == 0") != headline(texts[0])


def test_the_table_names_what_went_wrong_and_how_long_it_stood_still() -> None:
    frame = {"ms": 300.0, "cpu_ms": 90.0, "no_core_ms": 180.0, "stacks": ["", "frame.py:7 resolve"]}
    text = summarise([
        Record("action", {"name": "drag a handle", "on": "DensityPlot", "events": []}, 10.0),
        Record("complaint", {"after": "drag a handle", "text": "ValueError: no"}, 10.5),
        Record("hang", {"text": "no answer"}, 11.0),
        Record("frame", frame, 10.1),
        sample(10.0, 200.0),
        sample(12.0, 220.0),
    ])  # fmt: skip
    assert "2 complaints (1 hangs, 0 ends)" in text
    assert "ValueError: no" in text
    assert "worst 300 ms, without waiting for a core 120 ms; 1 of those over 100 ms" in text
    assert "frame.py:7 resolve" in text
    assert "after “drag a handle: DensityPlot”" in text


def test_a_stack_is_read_from_inside_out() -> None:
    dump = (
        'Stack (most recent call first):\n  File "/lib/re.py", line 9 in compile\n'
        '  File "/lib/pool.py", line 4 in run\n  File "/p/dgm_explorer/ui/a.py", line 5 in draw\n'
    )
    assert describe_stack(dump) == "re.py:9 compile < a.py:5 draw"
    assert describe_stack("") == ""


def test_where_a_thread_stands_still_is_seen() -> None:
    watcher = Watcher()
    end_s = time.monotonic() + 0.3
    while time.monotonic() < end_s:
        pass
    watcher.stop()
    stacks = [stack for stack in watcher.take() if stack]
    assert len(stacks) > 3
    assert all("test_where_a_thread_stands_still_is_seen" in stack for stack in stacks)
