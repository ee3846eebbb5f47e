"""The claims: every row of the course notes, complete, and fit to be shown."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from dgm_explorer.core.errors import InputError
from dgm_explorer.session import TAB_KEYS, preset_names, read_preset
from dgm_explorer.theory.claim import Claim
from dgm_explorer.theory.claims import CLAIMS, claims_of, find_claim
from dgm_explorer.theory.derivations import DERIVATIONS
from dgm_explorer.ui.formula import render_formula
from dgm_explorer.ui.notes_markup import parse_spans

NARROW_PANEL_PX = 340
each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)


def rows_of(notes: str) -> dict[str, str]:
    """What is right, by the id of a row."""
    rows = re.findall(
        r"^\| (\d\w*(?:-\w+)?) \|[^\n]*\| ([^\n]*) \|$", notes.replace("\\|", " "), re.MULTILINE
    )
    return dict(rows)


def test_every_row_of_the_course_notes_has_its_claim_in_their_order(shared_reference: Path) -> None:
    rows = rows_of((shared_reference / "course-notes.md").read_text(encoding="utf-8"))
    assert len(rows) == 19
    assert tuple(rows) == tuple(claim.key for claim in CLAIMS)


def test_a_slip_is_called_one(shared_reference: Path) -> None:
    rows = rows_of((shared_reference / "course-notes.md").read_text(encoding="utf-8"))
    for claim in CLAIMS:
        right = rows[claim.key]
        if "lip" in right:
            assert claim.verdict != "right"
        elif right.startswith("Right") and len(right) < 90:
            assert claim.verdict == "right"


def test_the_claims_of_a_problem_stand_on_its_tab() -> None:
    tab_of_problem = dict(zip("1234", TAB_KEYS, strict=True))
    for claim in CLAIMS:
        assert claim.tab == tab_of_problem[claim.key[0]]
    assert sum((claims_of(tab) for tab in TAB_KEYS), ()) == CLAIMS
    assert all(claims_of(tab) for tab in TAB_KEYS)


@each_claim
def test_a_claim_is_told_in_full(claim: Claim) -> None:
    assert find_claim(claim.key) is claim
    assert claim.derivation in DERIVATIONS
    assert claim.tab in DERIVATIONS[claim.derivation]
    assert 1 <= len(re.findall(r"[.]( |$)", claim.explanation)) <= 3
    assert re.search(r"\d{4}|Own", claim.source)
    if claim.verdict == "right":
        assert not claim.notes_formulas


@each_claim
def test_show_me_is_a_preset_of_the_claims_own_tab(claim: Claim) -> None:
    if claim.show_me is not None:
        assert claim.show_me in preset_names()
        assert read_preset(claim.show_me).tab == claim.tab


@each_claim
def test_every_formula_is_typeset(claim: Claim, qapp: QApplication) -> None:  # noqa: ARG001
    spans = [span for text in (claim.notes, claim.explanation) for span in parse_spans(text)]
    formulas = [span.text for span in spans if span.kind == "formula"]
    for tex in (*claim.formulas, *claim.notes_formulas, *formulas):
        image = render_formula(tex, 16, "#000000", is_display=True)
        assert 3 < image.width < NARROW_PANEL_PX
    words = "".join(span.text for span in spans if span.kind != "formula")
    assert not set(words) & set("$\\*_{}")


def test_a_key_that_is_none_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match=r"'5A'.*1A-a.*4D"):
        find_claim("5A")


def test_the_window_gets_the_claims_without_numpy_or_torch() -> None:
    check = (
        "import sys\n"
        "import dgm_explorer.theory.claims, dgm_explorer.theory.derivations, dgm_explorer.theory.result\n"
        "heavy = {'numpy', 'scipy', 'torch', 'PySide6'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, timeout=60)
