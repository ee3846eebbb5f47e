"""Progress as text."""

import io

import numpy as np
import pytest

from dgm_explorer.core.training import MetricsTable, Progress
from dgm_explorer.training.display import Display
from tests.training.fake_model import Clock


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at(step: int, phase: str = "joint") -> Progress:
    return Progress(step, 100, step / 10, phase, 128 * step)


def draw(out: io.StringIO, every_s: float, n: int = 21) -> str:
    clock = Clock()
    display = Display(out, clock)
    for step in range(1, n):
        clock.now_s += every_s
        if display.is_due(at(step)):
            display.show(at(step), ())
    display.end()
    return out.getvalue()


def test_a_terminal_gets_one_line_that_is_drawn_over() -> None:
    text = draw(Terminal(), every_s=0.2)
    assert text.count("\n") == 1
    assert text.count("\r") == 20
    assert "[#####" in text


def test_what_has_no_room_on_a_narrow_terminal_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A longer line would go on in the next one, and drawing over would leave it there ten times a second."""
    for columns in (80, 40, 20):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = draw(Terminal(), every_s=0.5).rstrip().split("\r")
        assert max(map(len, lines)) < columns
        assert "20% | 40 s left" in lines[-1]
    assert draw(io.StringIO(), every_s=10.0).splitlines()[-1].endswith("images/s")


def test_elsewhere_there_are_plain_lines_and_few_of_them() -> None:
    text = draw(io.StringIO(), every_s=1.0)
    assert "\r" not in text
    assert text.count("\n") == 2


def test_the_time_left_is_that_of_the_present_pace() -> None:
    last = draw(Terminal(), every_s=0.5).split("\r")[-1]
    # step 20 of 100 at two steps a second
    assert "40 s left" in last
    assert "256 images/s" in last
    assert "20%" in last


def test_a_change_of_phase_is_shown_at_once() -> None:
    clock = Clock()
    display = Display(io.StringIO(), clock)
    display.show(at(1, "pretrain"), ())
    assert not display.is_due(at(2, "pretrain"))
    assert display.is_due(at(2, "mixture_fit"))


def test_the_newest_numbers_stay_on_the_line() -> None:
    out = io.StringIO()
    display = Display(out, Clock())
    train = MetricsTable("train", ("step", "elbo"), np.array([[1.0, -30.0], [2.0, -20.0]]))
    quality = MetricsTable("quality", ("step", "accuracy", "nmi"), np.array([[2.0, 0.71, np.nan]]))
    display.show(at(2), (train, quality))
    display.show(at(3), ())
    for line in out.getvalue().splitlines():
        assert "ELBO -25" in line
        assert "accuracy 0.71" in line
        assert "nan" not in line
