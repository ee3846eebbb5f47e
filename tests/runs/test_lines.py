"""Lines that are added whole, followed while they grow, and turned into tables again."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs import metrics_lines
from dgm_explorer.runs.append import append_lines, cut_torn_line
from dgm_explorer.runs.tail import NUL_PATIENCE_S, LineTail
from tests.runs.examples import table
from tests.runs.full_disk import files_end_at, needs_limits

in_one_folder = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def strict_json(line: str) -> dict[str, object]:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    parsed: dict[str, object] = json.loads(line, parse_constant=refuse)
    return parsed


@needs_limits
def test_what_does_not_fit_on_the_disk_is_taken_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    append_lines(path, [b"first"])
    with files_end_at(100), pytest.raises(InputError, match=r"a\.jsonl cannot be written .*make room"):
        append_lines(path, [b"x" * 60, b"y" * 60])
    assert path.read_bytes() == b"first\n"
    append_lines(path, [b"second"])
    assert path.read_bytes() == b"first\nsecond\n"


def test_a_folder_that_vanished_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        append_lines(tmp_path / "gone" / "a.jsonl", [b"x"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_in_the_place_of_the_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="cannot be written"):
        append_lines(tmp_path / "a.jsonl", [b"x"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (b"a\nb\n", b"a\nb\n"),
        (b"a\ntorn", b"a\n"),
        (b"torn", b""),
        (b"a\n" + b"\0" * 200_000, b"a\n"),
        (b"a\n" + b"t" * 65_535, b"a\n"),
        (b"a\n" + b"t" * 65_536, b"a\n"),
    ],
)
def test_a_torn_end_is_cut_back_to_the_last_whole_line(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(before)
    cut_torn_line(path)
    assert path.read_bytes() == after


def test_nothing_to_cut_is_no_error(tmp_path: Path) -> None:
    cut_torn_line(tmp_path / "missing.jsonl")
    assert not (tmp_path / "missing.jsonl").exists()


@in_one_folder
@given(
    lines=st.lists(
        st.binary(min_size=1, max_size=30).map(lambda b: b.replace(b"\n", b".").replace(b"\0", b"."))
    ),
    cuts=st.lists(st.integers(1, 50), min_size=1),
    max_bytes=st.integers(40, 200),
)
def test_each_line_is_given_once_however_the_bytes_arrive(
    tmp_path: Path, lines: list[bytes], cuts: list[int], max_bytes: int
) -> None:
    path, content = tmp_path / "a.jsonl", b"".join(line + b"\n" for line in lines)
    path.write_bytes(b"")
    tail, seen, at = LineTail(path, max_bytes), [], 0
    for cut in [*cuts, len(content)]:
        with path.open("ab") as file:
            file.write(content[at : at + cut])
        at += cut
        seen += tail.poll().lines
    while (new := tail.poll()).lines:
        seen += new.lines
    assert seen == lines


def test_a_shrunken_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    tail = LineTail(path)
    assert tail.poll().lines == ()
    path.write_bytes(b"one\ntwo\n")
    assert tail.poll().lines == (b"one", b"two")
    path.write_bytes(b"new\n")
    news = tail.poll()
    assert (news.lines, news.is_restarted) == ((b"new",), True)
    assert not tail.poll().is_restarted


def test_zero_bytes_mean_not_yet_until_patience_ends(tmp_path: Path) -> None:
    path, clock = tmp_path / "a.jsonl", Clock()
    tail = LineTail(path, clock=clock)
    path.write_bytes(b"one\n\0\0\0\0three\nfour\n")
    assert tail.poll().lines == (b"one",)
    clock.now += NUL_PATIENCE_S / 2
    assert tail.poll().lines == ()
    path.write_bytes(b"one\ntwo\nthree\nfour\n")  # the content arrived
    assert tail.poll().lines == (b"two", b"three", b"four")

    path.write_bytes(b"one\n\0\0\0\0\nthree\nfour\n")  # as after a power cut
    tail = LineTail(path, clock=clock)
    seen = list(tail.poll().lines)
    for _look in range(4):
        clock.now += 0.6 * NUL_PATIENCE_S
        seen += tail.poll().lines
    assert seen == [b"one", b"three", b"four"]


def test_a_line_without_end_is_left_out_and_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"one\n" + b"x" * 10_000 + b"\ntwo\n")
    tail = LineTail(path, max_bytes=1000)
    seen: list[bytes] = []
    for _look in range(15):
        news = tail.poll()
        assert sum(map(len, news.lines)) <= 1000
        seen += news.lines
    assert seen == [b"one", b"two"]


def test_one_look_is_bounded_and_says_that_there_is_more(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"0123456\n" * 100)
    tail, looks = LineTail(path, max_bytes=100), 1
    while tail.poll().has_more:
        looks += 1
    assert looks == 9  # eight polls of twelve lines, and one of four
    assert tail.poll().lines == ()


def test_a_folder_in_the_place_of_the_file_is_nothing_yet(tmp_path: Path) -> None:
    assert LineTail(tmp_path).poll().lines == ()


number = st.floats(allow_nan=True, allow_infinity=True, width=64)


@in_one_folder
@given(
    rows=st.lists(st.tuples(st.integers(0, 2**53), number, number), max_size=5),
    split=st.sampled_from(["train", "held_out", "quality"]),
)
def test_any_numbers_come_back_bit_for_bit_as_strict_json(
    rows: list[tuple[int, float, float]], split: str
) -> None:
    values = np.array(rows, dtype=float).reshape(-1, 3)
    lines = list(metrics_lines.to_lines(MetricsTable(split, ("step", "a", "elbo"), values)))  # type: ignore[arg-type]
    for line, row in zip(lines, rows, strict=True):
        parsed = strict_json(line.decode())
        assert (parsed["split"], parsed["step"]) == (split, row[0])
    tables = metrics_lines.from_lines(lines)
    assert len(tables) == (1 if rows else 0)
    for back in tables:
        assert (back.split, back.names) == (split, ("step", "a", "elbo"))
        np.testing.assert_array_equal(back.values, values)


def test_numbers_that_are_not_finite_are_texts() -> None:
    values = np.array([[1, np.nan, np.inf], [2, -np.inf, 0.5]])
    lines = list(metrics_lines.to_lines(MetricsTable("train", ("step", "a", "b"), values)))
    assert lines == [
        b'{"split":"train","step":1,"a":"nan","b":"inf"}',
        b'{"split":"train","step":2,"a":"-inf","b":0.5}',
    ]


def test_neighbours_of_one_kind_share_a_table_in_their_order() -> None:
    lines = [
        line
        for part in (table(1, 2), table(3, 2), table(4, 1, "held_out"), table(5, 1))
        for line in metrics_lines.to_lines(part)
    ]
    back = metrics_lines.from_lines(lines)
    assert [(t.split, t.values[:, 0].tolist()) for t in back] == [
        ("train", [1, 2, 3, 4]),
        ("held_out", [4]),
        ("train", [5]),
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b"\xff\xfe",
        b'{"split":"train"}',
        b'{"split":"train","a":1}',
        b'{"split":"test","step":1,"a":1}',
        b'{"step":1,"a":1}',
        b'{"split":"train","step":"x","a":1}',
        b'{"split":"train","step":1,"a":null}',
        b'{"split":"train","step":1,"a":true}',
        b'{"split":"train","step":1,"a":[1]}',
        b'{"split":"train","step":1,"a":1e999}',
        b'{"split":"train","step":1,"a":1' + b"0" * 400 + b"}",
        b'{"split":"train","step":"nan","a":1}',
        b'{"split":"train","step":-1,"a":1}',
        b'{"split":"train","step":1e300,"a":1}',
        b'{"split":"train","step":1,"' + b"n" * 41 + b'":1}',
        b'{"split":"train","step":1,' + b",".join(b'"c%d":1' % i for i in range(64)) + b"}",
        b"[" * 5000,
        b'{"a":' * 2000,
    ],
)
def test_a_line_that_is_no_row_is_left_out(line: bytes) -> None:
    good = next(metrics_lines.to_lines(table()))
    (back,) = metrics_lines.from_lines([good, line, good])
    assert len(back.values) == 2


@in_one_folder
@given(noise=st.lists(st.binary(max_size=60) | st.text(max_size=60).map(str.encode)))
def test_noise_is_never_an_exception(noise: list[bytes]) -> None:
    metrics_lines.from_lines(noise)
