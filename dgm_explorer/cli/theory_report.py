"""Checked claims as a table, as one page, or as JSON."""

import json
import math
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

from dgm_explorer.theory.claim import Claim
from dgm_explorer.theory.derivations import read_derivation
from dgm_explorer.theory.result import CheckResult, Finding

Checked: TypeAlias = tuple[Claim, CheckResult]
_HEADINGS = ("claim", "what", "the notes are", "quantity", "expected", "measured", "±", "")
_WIDTH = 100


def as_json(checked: Sequence[Checked]) -> str:
    """A list with one object per claim; the numbers beside ``id`` are those of the first finding."""
    return json.dumps([_as_object(claim, result) for claim, result in checked], indent=1, ensure_ascii=False)


def _as_object(claim: Claim, result: CheckResult) -> dict[str, object]:
    return {
        "id": claim.key,
        "verdict": claim.verdict,
        "expected": _json_number(result.expected),
        "measured": _json_number(result.measured),
        "error": result.error,
        "passed": result.holds,
        "tab": claim.tab,
        "title": claim.title,
        "formulas": list(claim.formulas),
        "source": claim.source,
        "method": result.method,
        "findings": [_finding_object(finding) for finding in result.findings],
    }


def _json_number(value: float) -> float | None:
    """JSON has no NaN and no infinity; what a failed check could not compute is null."""
    return value if math.isfinite(value) else None


def _finding_object(finding: Finding) -> dict[str, object]:
    return {
        "what": finding.what,
        "relation": finding.relation,
        "expected": _json_number(finding.expected),
        "measured": _json_number(finding.measured),
        "error": finding.error,
        "is_sampled": finding.is_sampled,
        "passed": finding.holds,
    }


def as_table(checked: Sequence[Checked]) -> str:
    """One line per claim with its first finding, and a line that sums up."""
    rows = [_HEADINGS, *(_row(claim, result) for claim, result in checked)]
    n_failed = sum(not result.holds for _, result in checked)
    n_findings = sum(len(result.findings) for _, result in checked)
    outcome = "all hold" if n_failed == 0 else f"{n_failed} FAILED"
    return "\n".join([*_aligned(rows), "", f"{len(checked)} claims, {n_findings} comparisons: {outcome}."])


def _row(claim: Claim, result: CheckResult) -> tuple[str, ...]:
    first = result.findings[0]
    numbers = (_number(first.expected), _number(first.measured), _error(first))
    return claim.key, claim.title, claim.verdict, first.what, *numbers, _word(result.holds)


def _word(holds: bool) -> str:
    return "ok" if holds else "FAILED"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    cells = (
        (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in rows
    )
    return ["  ".join(row).rstrip() for row in cells]


def _width(text: str) -> int:
    """Columns that it takes; the tilde of p̃ takes none."""
    return sum(not unicodedata.combining(character) for character in text)


def _number(value: float) -> str:
    return f"{value:.8g}"


def _error(finding: Finding) -> str:
    return "exact" if finding.error == 0 else f"{finding.error:.1g}"


def as_page(claim: Claim, result: CheckResult) -> str:
    """Everything there is to say about one claim, in the markup of the notes."""
    facts = [
        f"{claim.key}  {claim.title}  [{claim.tab}]",
        "",
        f"The notes are {claim.verdict}.",
        *_wrapped("They say", claim.notes),
        *(f"They write:  $${tex}$$" for tex in claim.notes_formulas),
        *(f"Right is:    $${tex}$$" for tex in claim.formulas),
        *_wrapped("Why", claim.explanation),
        *_wrapped("Source", claim.source),
        *([f"To see it: preset {claim.show_me}"] if claim.show_me is not None else []),
    ]
    found = [("", "quantity", "expected", "measured", "±", ""), *map(_finding_row, result.findings)]
    check = [*_wrapped("Check", result.method), "", *_aligned(found)]
    return "\n".join([*facts, "", *check, "", read_derivation(claim.derivation).text.rstrip()])


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(f"{label}: {text}", _WIDTH, break_long_words=False, break_on_hyphens=False)


def _finding_row(finding: Finding) -> tuple[str, ...]:
    relation = "=" if finding.relation == "agrees" else "≠"
    numbers = (_number(finding.expected), _number(finding.measured), _error(finding))
    return relation, finding.what, *numbers, _word(finding.holds)
