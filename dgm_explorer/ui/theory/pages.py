"""What the panel says of a claim, a derivation and a check; no Qt."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from dgm_explorer.theory.claim import Claim, Verdict
from dgm_explorer.theory.claims import claims_of
from dgm_explorer.theory.derivations import TAB_TITLES, Derivation, derivations_of, read_derivation
from dgm_explorer.theory.result import CheckResult, Finding
from dgm_explorer.ui.notes_markup import Block, BlockKind, Span, parse_notes, parse_spans

Entry: TypeAlias = Claim | Derivation

MARKS: dict[Verdict, str] = {"right": "✓", "imprecise": "≈", "wrong": "✗"}
"""Beside the word, so that neither colour nor sign has to be known."""

_UNCHECKED = "Not computed yet: *Check* does, here and now, by other means than the claim itself."
_ERROR_BARS = "± is the room for rounding, or four standard errors where the number is an average of samples."


def entries_of(tab: str) -> tuple[Entry, ...]:
    """The claims of a tab, then the derivations that speak of it or lead to one of them."""
    claims = claims_of(tab)
    keys = dict.fromkeys((*derivations_of(tab), *(claim.derivation for claim in claims)))
    return (*claims, *map(read_derivation, keys))


def verdict_text(claim: Claim) -> str:
    """By mark and word."""
    return f"{MARKS[claim.verdict]} {claim.verdict}"


def page_of(entry: Entry, result: CheckResult | None = None) -> tuple[Block, ...]:
    """A claim with what its check found so far, or a derivation."""
    if isinstance(entry, Derivation):
        places = {f"{TAB_TITLES[symbol.tab]}: {symbol.place}" for symbol in entry.symbols}
        return tuple(_with_links(block, places) for block in parse_notes(entry.text))
    return tuple(_claim_page(entry, result))


def _with_links(block: Block, places: set[str]) -> Block:
    """The views that a derivation names can be clicked."""
    spans = (Span("link", s.text) if s.kind == "italic" and s.text in places else s for s in block.spans)
    return replace(block, spans=tuple(spans))


def _claim_page(claim: Claim, result: CheckResult | None) -> Iterator[Block]:
    yield _words("title", f"{claim.key}  {claim.title}")
    verdict = Span("bold", f"{MARKS[claim.verdict]} The notes are {claim.verdict}.")
    yield Block("paragraph", (verdict, *parse_spans(f" They say: {claim.notes}")))
    if claim.notes_formulas:
        yield _words("heading", "They write")
        yield from (Block("formula", (Span("formula", tex),), "struck") for tex in claim.notes_formulas)
    yield _words("heading", "Right is")
    yield from (Block("formula", (Span("formula", tex),)) for tex in claim.formulas)
    yield Block("paragraph", parse_spans(claim.explanation))
    yield Block("paragraph", (Span("italic", "Source: "), *parse_spans(claim.source)))
    if result is None:
        yield _words("heading", "Check")
        yield Block("paragraph", parse_spans(_UNCHECKED))
    else:
        yield _words("heading", f"Check: {outcome_word(result)}")
        yield _words("paragraph", f"How: {result.method.rstrip('.')}. {_ERROR_BARS}")
        yield from (_words("item", finding_text(finding)) for finding in result.findings)


def outcome_word(result: CheckResult) -> str:
    return "holds" if result.holds else "fails"


def outcome_text(result: CheckResult) -> str:
    """The first finding, or the first that fails, and how many there are."""
    finding = next((finding for finding in result.findings if not finding.holds), result.findings[0])
    n, n_failed = len(result.findings), sum(not finding.holds for finding in result.findings)
    count = f"fails: {n_failed} of {n} comparisons" if n_failed else f"holds: all {n} comparisons"
    return f"{'✗' if n_failed else '✓'} {count}. {_numbers(finding)}."


def finding_text(finding: Finding) -> str:
    """Quantity, expected, measured ± error, and whether it holds."""
    return f"{_numbers(finding)}: {'holds' if finding.holds else 'FAILS'}"


def _numbers(finding: Finding) -> str:
    label = "expected" if finding.relation == "agrees" else "not, as the notes imply,"
    return f"{finding.what}: {label} {_number(finding.expected)}, measured {_measured(finding)}"


def _measured(finding: Finding) -> str:
    """With one digit more than its error has."""
    error = finding.error
    if not 0 < error < math.inf:
        return f"{_number(finding.measured)} {'exactly' if error == 0 else f'± {_number(error)}'}"
    decimals = 1 - math.floor(math.log10(error))
    return f"{_number(round(finding.measured, decimals))} ± {_number(float(f'{error:.1g}'))}"


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _words(kind: BlockKind, text: str) -> Block:
    """Plain words, in which no sign is a mark."""
    return Block(kind, (Span("text", text),))
