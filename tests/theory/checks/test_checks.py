"""Every claim's check holds, and would not with another number in the place of the expected one."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from dgm_explorer.theory.checks import kl_knowledge, kl_minima
from dgm_explorer.theory.checks.registry import CHECKS
from dgm_explorer.theory.claims import CLAIMS
from dgm_explorer.theory.result import CheckResult, Finding

NOTES_ARE_REFUTED = {claim.check for claim in CLAIMS if claim.verdict != "right"}
each_check = pytest.mark.parametrize("key", CHECKS)


@cache
def result_of(key: str) -> CheckResult:
    """Each check is run once for all tests of this file."""
    return CHECKS[key]()


def test_every_claim_has_a_check_of_its_own() -> None:
    assert sorted(claim.check for claim in CLAIMS) == sorted(CHECKS)


@each_check
def test_it_holds(key: str) -> None:
    failed = [finding for finding in result_of(key).findings if not finding.holds]
    assert failed == []
    assert result_of(key).method


@each_check
def test_what_the_notes_say_is_refuted_where_they_are_wrong(key: str) -> None:
    if key in NOTES_ARE_REFUTED:
        assert any(finding.relation == "differs" for finding in result_of(key).findings)


def moved(finding: Finding) -> Finding:
    """With a quarter and a half added to the expected number, away from zero."""
    step = 0.25 * abs(finding.expected) + 0.5
    return replace(finding, expected=finding.expected + (step if finding.expected >= 0 else -step))


@each_check
def test_another_expected_number_would_be_found_out(key: str) -> None:
    for finding in result_of(key).findings:
        if finding.relation == "agrees":
            assert not moved(finding).holds, finding
        else:
            assert not replace(finding, expected=finding.measured).holds


@each_check
def test_averages_lie_as_far_off_as_chance_has_it(key: str) -> None:
    """Not one exactly on the spot, which would be the same computation twice."""
    for finding in result_of(key).findings:
        if finding.is_sampled and finding.relation == "agrees":
            assert 0 < finding.n_standard_errors < 4


def test_the_numbers_of_problem_1_are_the_published_ones(shared_reference: Path) -> None:
    text = (shared_reference / "kl.md").read_text(encoding="utf-8")
    for number in ("1.46083396037316511", "2.41222971801281898", "2.80008221758323925"):
        assert number in text
        assert float(number) in (kl_minima.PITCHFORK, kl_minima.SADDLE_NODE, kl_minima.MAXWELL)
    relied_on = [
        f"{finding.expected:.10f}"
        for key in ("two-tied-minima", "seeking-is-a-tendency")
        for finding in result_of(key).findings
        if finding.what.startswith("their") or "KL" in finding.what
    ]
    assert len(relied_on) >= 5
    assert all(number.rstrip("0") in text for number in relied_on)
    for value in (kl_knowledge.KL_FORWARD, kl_knowledge.KL_REVERSE, kl_knowledge.ENTROPY_P):
        assert f"{value:.10g}" in text
