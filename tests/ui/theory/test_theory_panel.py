"""The theory panel, used as a hand would: claims, checks, derivations, presets, keys, copies."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QTableWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.theory.claim import Claim
from dgm_explorer.theory.claims import CLAIMS, claims_of, find_claim
from dgm_explorer.theory.derivations import TAB_TITLES, derivations_of, read_derivation
from dgm_explorer.theory.result import CheckResult, agrees, refutes
from dgm_explorer.ui.formula import render_formula
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.notes_markup import Block, Ink, Span
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR, Theme
from dgm_explorer.ui.theory.pages import entries_of, finding_text, outcome_text, page_of
from dgm_explorer.ui.theory.theory_panel import TheoryPanel
from dgm_explorer.ui.widgets.notes_panel import NotesPanel

GOOD = CheckResult("By hand.", (agrees("one", 1.0, 1.0, 0.0), refutes("not two", 2.0, 1.5, 0.1)))
BAD = CheckResult("By hand.", (agrees("one", 1.0, 1.0, 0.0), agrees("two", 2.0, 2.5, 0.1)))


class Laboratory:
    """Stands for the checks: waits for `go`, remembers threads, gives what it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []
        self.threads: set[int] = set()
        self.answer: CheckResult | Exception = GOOD

    def run_check(self, key: str) -> CheckResult:
        self.asked.append(key)
        self.threads.add(threading.get_ident())
        assert self.go.wait(10)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def laboratory() -> Laboratory:
    return Laboratory()


@pytest.fixture
def panel(qtbot: QtBot, laboratory: Laboratory) -> Iterator[TheoryPanel]:
    panel = TheoryPanel(laboratory.run_check)
    qtbot.addWidget(panel)
    panel.resize(333, 700)
    panel.set_theme(LIGHT)
    panel.show_tab("kl")
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    laboratory.go.set()
    panel.close_desk()


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def cell(panel: TheoryPanel, row: int, column: int = 0) -> QTableWidgetItem:
    item = panel.list.item(row, column)
    assert item is not None
    return item


def click_row(panel: TheoryPanel, row: int) -> None:
    item = cell(panel, row)
    panel.list.scrollToItem(item)
    place = panel.list.visualItemRect(item).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def rows(panel: TheoryPanel) -> list[tuple[str, str]]:
    return [(cell(panel, row).text(), cell(panel, row, 1).text()) for row in range(panel.list.rowCount())]


def page_text(panel: TheoryPanel) -> str:
    panel.page.finish()
    return panel.page.toPlainText()


@pytest.mark.parametrize("tab", TAB_TITLES)
def test_every_claim_and_derivation_of_a_tab_is_listed_and_typeset(tab: str, panel: TheoryPanel) -> None:
    panel.show_tab(tab)
    claims = claims_of(tab)
    listed = rows(panel)
    assert [title for title, _ in listed[: len(claims)]] == [claim.title for claim in claims]
    assert [verdict.split()[1] for _, verdict in listed[: len(claims)]] == [c.verdict for c in claims]
    assert {title for title, _ in listed[len(claims) :]} >= {
        read_derivation(key).title for key in derivations_of(tab)
    }
    for entry in entries_of(tab):
        for block in page_of(entry, GOOD):
            for span in block.spans:
                assert "$" not in span.text
                if span.kind == "formula":
                    assert render_formula(span.text, 16, "#000000", block.kind == "formula").width > 3


def test_the_tabs_together_show_every_claim() -> None:
    shown = [entry for tab in TAB_TITLES for entry in entries_of(tab) if isinstance(entry, Claim)]
    assert sorted(shown, key=lambda claim: claim.key) == sorted(CLAIMS, key=lambda claim: claim.key)


def test_a_wrong_formula_stands_crossed_out_beside_the_right_one() -> None:
    claim = find_claim("3C")
    formulas = [block for block in page_of(claim) if block.kind == "formula"]
    assert [(b.spans[0].text, b.ink) for b in formulas] == [
        *((tex, "struck") for tex in claim.notes_formulas),
        *((tex, "") for tex in claim.formulas),
    ]
    words = "".join(span.text for block in page_of(claim) for span in block.spans)
    assert "The notes are wrong." in words
    assert claim.source in words


def dark_pixels(image: QImage) -> int:
    return sum(
        image.pixelColor(x, y).lightness() < 128 for x in range(image.width()) for y in range(image.height())
    )


def test_a_struck_formula_is_painted_with_a_line_through_it(qtbot: QtBot) -> None:
    page = NotesPanel()
    qtbot.addWidget(page)
    page.resize(300, 120)
    page.set_theme(PROJECTOR)
    page.show()
    counts: list[int] = []
    inks: tuple[Ink, ...] = ("", "struck")
    for ink in inks:
        page.set_blocks((Block("formula", (Span("formula", "x+y+z+a+b"),), ink),))
        page.finish()
        counts.append(dark_pixels(page.viewport().grab().toImage()))
    assert counts[1] > counts[0] + 60


def test_a_click_and_an_arrow_key_turn_the_page(panel: TheoryPanel) -> None:
    assert claims_of("kl")[0].title in page_text(panel)
    click_row(panel, 3)
    assert claims_of("kl")[3].title in page_text(panel)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert claims_of("kl")[4].title in page_text(panel)
    panel.show_tab("vq-vae")
    panel.show_tab("kl")
    assert panel.list.currentRow() == 4, "each tab keeps its place"


def test_check_runs_beside_the_window_and_says_what_it_found(
    panel: TheoryPanel, laboratory: Laboratory, qtbot: QtBot
) -> None:
    click(panel.check)
    assert not panel.check.isEnabled()
    assert "computing" in panel.outcome.text()
    assert "checking" in rows(panel)[0][1]
    laboratory.go.set()
    qtbot.waitUntil(lambda: not panel.desk.is_busy)
    assert threading.get_ident() not in laboratory.threads
    assert rows(panel)[0][1].endswith("check holds")
    assert panel.outcome.text() == outcome_text(GOOD)
    for finding in GOOD.findings:
        assert finding_text(finding) in page_text(panel)
    assert "1 of 1 checked hold" in panel.progress.text()


def test_return_in_the_list_checks_and_a_failure_is_said_plainly(
    panel: TheoryPanel, laboratory: Laboratory, qtbot: QtBot
) -> None:
    laboratory.answer = BAD
    laboratory.go.set()
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(panel.desk.results))
    assert rows(panel)[0][1].endswith("check fails")
    assert panel.outcome.text().startswith("✗ fails: 1 of 2 comparisons. two: expected 2, measured 2.5")
    assert "0 of 1" in panel.progress.text()


def test_check_all_counts_and_can_be_cancelled(
    panel: TheoryPanel, laboratory: Laboratory, qtbot: QtBot
) -> None:
    click(panel.check_all)
    assert panel.progress.text() == "0 of 6 checked …"
    assert panel.check_all.text() == "C&ancel"
    click(panel.check_all)
    laboratory.go.set()
    qtbot.waitUntil(lambda: not panel.desk.is_busy)
    assert len(laboratory.asked) == 1, "the one that ran comes to its end, the others are dropped"
    click(panel.check_all)
    qtbot.waitUntil(lambda: not panel.desk.is_busy)
    assert laboratory.asked[1:] == [claim.check for claim in claims_of("kl")]
    assert panel.progress.text() == "6 of 6 checked hold"


def test_a_check_that_breaks_is_one_sentence_and_the_next_goes_on(
    panel: TheoryPanel, laboratory: Laboratory, qtbot: QtBot
) -> None:
    laboratory.answer = ValueError("no such matrix")
    laboratory.go.set()
    said: list[str] = []
    panel.desk.broken.connect(said.append)
    click(panel.check_all)
    qtbot.waitUntil(lambda: not panel.desk.is_busy)
    assert len(said) == 6
    assert "no such matrix" in said[0]
    assert panel.desk.results == {}


def test_the_page_stays_where_it_was_read_when_a_result_arrives(
    panel: TheoryPanel, laboratory: Laboratory, qtbot: QtBot
) -> None:
    panel.page.finish()
    bar = panel.page.verticalScrollBar()
    bar.setValue(40)
    laboratory.go.set()
    click(panel.check)
    qtbot.waitUntil(lambda: not panel.desk.is_busy)
    assert bar.value() == 40


def test_the_derivation_of_a_claim_is_a_click_away_and_says_where_to_look(panel: TheoryPanel) -> None:
    claim = claims_of("kl")[0]
    click(panel.derivation)
    derivation = read_derivation(claim.derivation)
    text = page_text(panel)
    assert text.startswith(derivation.title)
    for symbol in derivation.symbols:
        assert f"{TAB_TITLES[symbol.tab]}: {symbol.place}" in text
    assert not panel.check.isEnabled()
    assert not panel.show_me.isEnabled()


def test_a_copy_has_its_formulas_in_tex(panel: TheoryPanel) -> None:
    click_row(panel, 1)
    panel.page.finish()
    panel.page.setFocus()
    QTest.keyClick(panel.page, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(panel.page, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QApplication.clipboard().text()
    QApplication.clipboard().clear()  # the offscreen one would end what Python made after Python has ended
    claim = claims_of("kl")[1]
    for tex in (*claim.formulas, *claim.notes_formulas):
        assert f"$${tex}$$" in copied
    assert "\ufffc" not in copied


def test_everything_is_reached_with_the_tab_key(panel: TheoryPanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.check_all.setFocus()
    qtbot.waitUntil(panel.check_all.hasFocus)
    wanted: set[QWidget] = {panel.list, panel.check, panel.show_me, panel.derivation, panel.page}
    for _ in range(8):
        focused = QApplication.focusWidget()
        assert focused is not None
        wanted.discard(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert not wanted


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR], ids=lambda theme: theme.name)
def test_nothing_is_cut_off_at_the_default_width(
    theme: Theme, panel: TheoryPanel, qapp: QApplication
) -> None:
    font = qapp.font()
    font.setPointSizeF(theme.font_point_size)
    panel.setFont(font)
    panel.set_theme(theme)
    QApplication.processEvents()
    for button in (panel.check_all, panel.check, panel.show_me, panel.derivation):
        assert button.width() >= button.sizeHint().width()
    table = panel.list
    assert table.horizontalHeader().length() <= table.viewport().width()
    for row in range(table.rowCount()):
        assert table.rowHeight(row) >= table.sizeHintForRow(row)


def test_titles_are_not_cut_when_there_are_more_than_fit(panel: TheoryPanel, qapp: QApplication) -> None:
    font = qapp.font()
    font.setPointSizeF(LIGHT.font_point_size)
    panel.setFont(font)
    table = panel.list
    for width in range(296, 334, 2):
        panel.resize(width, 748)
        panel.show_tab("reparam")
        QApplication.processEvents()
        panel.show_tab("kl")
        QApplication.processEvents()
        for row in range(table.rowCount()):
            assert table.rowHeight(row) >= table.sizeHintForRow(row), (width, cell(panel, row).text())


def test_the_dock_follows_the_tab_and_shares_its_place_with_the_notes(window: MainWindow) -> None:
    assert window.theory.widget() is None, "nothing is read before someone looks"
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert window.theory.isVisible()
    assert window.actions_by_key["view.theory"].isChecked()
    panel = window.theory.panel
    assert panel is not None
    assert cell(panel, 0).text() == claims_of("kl")[0].title
    window.show_tab("reparam")
    assert cell(panel, 0).text() == claims_of("reparam")[0].title
    QTest.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert window.notes.isVisible()
    assert not window.theory.isVisible()
    assert not window.actions_by_key["view.theory"].isChecked()
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert not window.notes.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert not window.theory.isVisible()


def test_show_me_loads_the_preset_in_one_step_and_brings_its_tab(window: MainWindow) -> None:
    window.toggle_theory()
    panel = window.theory.panel
    assert panel is not None
    store = window.tabs()[0].store
    assert store is not None
    store.update(seed=77)
    before = store.state
    row = next(i for i, claim in enumerate(claims_of("kl")) if claim.show_me is not None)
    QApplication.processEvents()  # the panel is laid out
    click_row(panel, row)
    click(panel.show_me)
    assert store.state != before
    assert window.banner.tone == "note"
    window.undo()
    assert store.state == before
    window.show_tab("reparam")
    panel.show_me_requested.emit(claims_of("kl")[row].show_me)
    assert window.current_tab.key == "kl"


def test_the_window_remembers_that_the_panel_was_open(make_window: Callable[[], MainWindow]) -> None:
    first = make_window()
    first.toggle_theory()
    first.close()
    second = make_window()
    assert second.theory.isVisible()
    assert second.theory.panel is not None
    assert not second.notes.isVisible()


def test_the_panel_makes_room_for_a_lecture_and_comes_back(window: MainWindow) -> None:
    window.toggle_theory()
    window.theory.step_aside(True)
    assert not window.theory.isVisible()
    window.theory.step_aside(False)
    assert window.theory.isVisible()


def test_no_number_is_written_with_a_hyphen() -> None:
    finding = agrees("x", -1e-9, -1.25, 1e-12)
    assert finding_text(finding) == "x: expected −1e−09, measured −1.25 ± 1e−12: FAILS"
    assert "exactly" in finding_text(replace(finding, error=0.0))


@pytest.mark.parametrize(
    ("measured", "error", "text"),
    [(3.74186, 0.1, "3.74 ± 0.1"), (0.123456789, 1e-9, "0.123457 ± 1e−09"), (1234.567, 40.0, "1235 ± 40")],
)
def test_digits_below_the_error_are_not_written(measured: float, error: float, text: str) -> None:
    assert f"measured {text}: holds" in finding_text(agrees("x", measured, measured, error))
