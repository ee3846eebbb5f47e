"""Notes: the markup, the shipped texts, and what is painted of them."""

import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.paths import resource_root
from dgm_explorer.ui import beside
from dgm_explorer.ui.formula import render_formula, typeset
from dgm_explorer.ui.notes_markup import Block, Span, parse_notes, parse_spans
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR, Theme, contrast
from dgm_explorer.ui.widgets.notes_panel import NotesPanel

NOTES = sorted((resource_root() / "notes").glob("*.md"))
KL_NOTES = resource_root() / "notes" / "kl.md"


def test_spans_are_told_apart() -> None:
    assert parse_spans("a **b** *c* $x^2$.") == (
        Span("text", "a "),
        Span("bold", "b"),
        Span("text", " "),
        Span("italic", "c"),
        Span("text", " "),
        Span("formula", "x^2"),
        Span("text", "."),
    )


def test_blocks_are_told_apart() -> None:
    source = "# Title\n\n## Part {reverse}\n\na\nb\n\n- first\n  goes on\n- second\n\n$$a = b$$ {forward}\n"
    assert parse_notes(source) == (
        Block("title", (Span("text", "Title"),)),
        Block("heading", (Span("text", "Part"),), "reverse"),
        Block("paragraph", (Span("text", "a b"),)),
        Block("item", (Span("text", "first goes on"),)),
        Block("item", (Span("text", "second"),)),
        Block("formula", (Span("formula", "a = b"),), "forward"),
    )


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_every_formula_of_the_shipped_notes_is_typeset(path: Path, qapp: QApplication) -> None:  # noqa: ARG001
    blocks = parse_notes(path.read_text(encoding="utf-8"))
    formulas = [(b, s.text) for b in blocks for s in b.spans if s.kind == "formula"]
    assert len(formulas) > 10
    for block, tex in formulas:
        image = render_formula(tex, 16, "#000000", block.kind == "formula")
        assert image.width > 3
        assert 0 < image.ascent <= image.height
    words = " ".join(s.text for b in blocks for s in b.spans if s.kind == "text")
    assert "$" not in words
    assert "\\" not in words
    assert "{" not in words


def colors_in(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR], ids=lambda theme: theme.name)
def test_notes_are_painted_in_the_colours_of_the_theme(qtbot: QtBot, theme: Theme) -> None:
    panel = NotesPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 200)
    panel.set_theme(theme)
    panel.show()
    panel.set_notes("words $x$\n\n$$\\blacksquare\\blacksquare$$ {forward}\n\n$$\\blacksquare$$ {reverse}")
    panel.finish()
    colors = colors_in(panel.viewport().grab().toImage())
    assert {theme.panel, theme.forward.lower(), theme.reverse.lower()} <= colors
    assert max(contrast(color, theme.panel) for color in colors) > 10


def test_a_formula_stands_on_the_baseline_of_its_line(qtbot: QtBot) -> None:
    """A black square from a formula ends where a capital letter ends."""
    panel = NotesPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 120)
    panel.set_theme(LIGHT)
    panel.show()
    panel.set_notes("HHHHHHHH $\\mathrm{HHHH}$")
    panel.finish()
    image = panel.viewport().grab().toImage()
    ink = [
        (x, y) for x in range(image.width()) for y in range(image.height()) if is_dark(image.pixelColor(x, y))
    ]
    middle = (min(x for x, _ in ink) + max(x for x, _ in ink)) / 2 + 12
    letters = max(y for x, y in ink if x < middle - 20)
    formula = max(y for x, y in ink if x > middle + 20)
    assert abs(letters - formula) <= 1


def is_dark(color: QColor) -> bool:
    return color.lightness() < 100


def test_resizing_lays_the_notes_out_anew_and_whole(qtbot: QtBot) -> None:
    panel = NotesPanel()
    qtbot.addWidget(panel)
    panel.resize(500, 300)
    panel.show()
    panel.set_notes(KL_NOTES.read_text(encoding="utf-8"))
    panel.resize(320, 300)
    panel.finish()
    qtbot.wait(20)
    panel.finish()
    text = panel.toPlainText()
    assert text.count("Forward: p asks") == 1
    assert text.rstrip().endswith("exact one.")


@pytest.fixture
def panel(qtbot: QtBot) -> NotesPanel:
    panel = NotesPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 300)
    panel.show()
    return panel


@pytest.mark.usefixtures("nothing_typeset")
def test_notes_grow_without_holding_the_window(
    panel: NotesPanel, qtbot: QtBot, typesetting_threads: set[int]
) -> None:
    panel.set_notes(KL_NOTES.read_text(encoding="utf-8"))
    qtbot.waitUntil(lambda: panel.toPlainText().rstrip().endswith("exact one."), timeout=30_000)
    assert typesetting_threads
    assert threading.get_ident() not in typesetting_threads


class Typesetter:
    """Stands for the thread beside: typesets when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.futures: list[Future[str]] = []

    def begin_beside(self, _work: object, tex: str, is_display: bool) -> Future[str]:
        self.asked.append((tex, is_display))
        self.futures.append(Future())
        return self.futures[-1]

    def deliver(self) -> None:
        self.futures[-1].set_result(typeset(*self.asked[-1]))


@pytest.fixture
def typesetter(nothing_typeset: None, monkeypatch: pytest.MonkeyPatch) -> Typesetter:  # noqa: ARG001
    typesetter = Typesetter()
    monkeypatch.setattr(beside, "begin_beside", typesetter.begin_beside)
    return typesetter


def test_the_text_grows_in_reading_order_as_its_formulas_come(
    panel: NotesPanel, typesetter: Typesetter, qtbot: QtBot
) -> None:
    panel.set_notes("one $x$ two\n\n$$y$$\n\nthree $x$ four")
    qtbot.wait(20)
    assert panel.toPlainText().rstrip() == "one"
    assert typesetter.asked == [("x", False)], "one at a time"
    typesetter.deliver()
    qtbot.waitUntil(lambda: typesetter.asked == [("x", False), ("y", True)])
    assert panel.toPlainText().rstrip() == "one \ufffc two"
    typesetter.deliver()
    qtbot.waitUntil(lambda: panel.toPlainText().endswith("four"))
    assert len(typesetter.asked) == 2


def test_notes_that_are_left_before_their_formulas_come_do_not_come_back(
    panel: NotesPanel, typesetter: Typesetter, qtbot: QtBot
) -> None:
    panel.set_notes("old $x$ text")
    panel.set_notes("new $y$ text")
    typesetter.futures[0].set_result("")
    qtbot.wait(20)
    assert panel.toPlainText().rstrip() == "new"
    typesetter.deliver()
    qtbot.waitUntil(lambda: panel.toPlainText() == "new \ufffc text")


def test_who_cannot_wait_has_all_of_it_at_once(panel: NotesPanel, typesetter: Typesetter) -> None:
    panel.set_notes("one $x$ two $y$ three")
    panel.finish()
    assert panel.toPlainText() == "one \ufffc two \ufffc three"
    assert len(typesetter.asked) == 1


def test_what_is_read_stands_until_all_of_its_successor_is_ready(
    panel: NotesPanel, typesetter: Typesetter, qtbot: QtBot
) -> None:
    words = Block("paragraph", (Span("text", "many words " * 300),))
    title, end = Block("title", (Span("text", "Title"),)), Block("paragraph", (Span("formula", "x"),))
    panel.set_blocks((title, words))
    panel.finish()
    before, bar = panel.toPlainText(), panel.verticalScrollBar()
    bar.setValue(60)
    panel.set_blocks((title, words, end))
    qtbot.wait(20)
    assert panel.toPlainText() == before
    bar.setValue(75)  # read on, meanwhile
    typesetter.deliver()
    qtbot.waitUntil(lambda: panel.toPlainText() == before + "\n\ufffc")
    assert bar.value() == 75


@pytest.mark.usefixtures("nothing_typeset")
def test_an_unreadable_formula_of_notes_is_named_by_the_window(panel: NotesPanel, qtbot: QtBot) -> None:
    with qtbot.captureExceptions() as caught:
        panel.set_notes(r"words $\frac{1$ words")
        qtbot.waitUntil(lambda: bool(caught), timeout=30_000)
    assert "frac" in str(caught[0][1])


def test_an_unreadable_formula_is_named(qtbot: QtBot) -> None:  # noqa: ARG001
    with pytest.raises(ValueError, match="frac"):
        render_formula(r"\frac{1", 12, "#000000")
