"""Hostile tables of points."""

from hypothesis import strategies as st

from tests.fuzz.case import NO_FILES, Case
from tests.fuzz.draw import Draw, drawer
from tests.fuzz.mutate import damaged

_text = drawer(st.text(max_size=60))
ODD_CELLS = (
    "", "nan", "inf", "-inf", "1e999", "1_000", "0x10", "1,5", '"1"', "é", "\u0661", "=1+1", "1e400",
    "-", "+", "1e",
    "∞", "1" * 5000, "\0", " 2 ", "1;2", "\ufeff1", "'", "--1", "1e-400", "\u2028", "NaN", "1 2",
)  # fmt: skip


def make_csv(draw: Draw) -> Case:
    if draw.chance(0.02):
        return Case({"a.csv": _heavy(draw)}, ("{here}/a.csv",))
    if draw.chance(0.02):
        return Case({"a.csv": draw.pick(*NO_FILES)}, ("{here}/a.csv",))
    width = draw.pick(1, 2, 2, 2, 3)
    separator = draw.pick(",", ",", ";", "\t", " ", ", ")
    rows = [_row(draw, width, separator) for _ in range(draw.randrange(30))]
    if draw.chance(0.3):
        rows.insert(0, draw.pick("x,y", "# comment", "x", "", "x;y;z", _text(draw)))
    if rows and draw.chance(0.35):
        at = draw.randrange(len(rows))
        rows[at] = draw.pick(
            separator.join(draw.pick(*ODD_CELLS) for _ in range(width)),
            rows[at] + separator,
            separator,
            _text(draw),
            "#",
        )
    text = draw.pick("\n", "\n", "\r\n", "\r").join(rows)
    content = text.encode(draw.pick("utf-8", "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16"), "replace")
    return Case({"a.csv": damaged(draw, content) if draw.chance(0.1) else content}, ("{here}/a.csv",))


def _row(draw: Draw, width: int, separator: str) -> str:
    cells = [f"{draw.uniform(-9, 9):.4g}" for _ in range(width)]
    return separator.join(cell.replace(".", ",") if separator == ";" else cell for cell in cells)


def _heavy(draw: Draw) -> bytes:
    """Much work and memory for few bytes."""
    return draw.pick(
        b"1\n" * 300_000, b"1,2\n" * 200_000, b"\n" * 500_000, b"#\n" * 400_000, b"1," * 300_000,
        b" " * 500_000,
        b"1 " * 300_000, b"\t" * 500_000, b"9" * 500_000, b'"' * 500_000, b"x\n" * 300_000,
        b"1\n" * 1_000_002,
        ("1\n" * 200_000 + "\U0001f600").encode(), b"1\r" * 300_000,
    )  # fmt: skip
