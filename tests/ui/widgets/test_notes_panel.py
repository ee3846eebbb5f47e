"""Notes: the markup, the shipped texts, and what is painted of them."""

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.paths import resource_root
from dgm_explorer.ui.formula import render_formula
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


def test_notes_grow_without_holding_the_window(qtbot: QtBot) -> None:
    panel = NotesPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 300)
    panel.show()
    panel.set_notes(KL_NOTES.read_text(encoding="utf-8"))
    qtbot.waitUntil(lambda: panel.toPlainText().rstrip().endswith("exact one."), timeout=10_000)


def test_an_unreadable_formula_is_named(qtbot: QtBot) -> None:  # noqa: ARG001
    with pytest.raises(ValueError, match="frac"):
        render_formula(r"\frac{1", 12, "#000000")
