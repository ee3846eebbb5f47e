"""`dgm-explorer theory`: the table, one claim, JSON, and the exit status."""

import io
import json
import sys

import pytest

from dgm_explorer.cli.main import run
from dgm_explorer.theory.checks import registry
from dgm_explorer.theory.claims import CLAIMS, claims_of
from dgm_explorer.theory.result import CheckResult, agrees
from tests.cli.refusal import refusal


@pytest.fixture
def quick_checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Checks that take no time; the one of 1B-a can be spoilt."""
    quick = {claim.check: lambda: CheckResult("by hand", (agrees("x̃", 1.0, 1.25, 0.5),)) for claim in CLAIMS}
    monkeypatch.setattr(registry, "CHECKS", quick)
    return quick


def test_the_table_has_a_line_for_every_claim(
    capsys: pytest.CaptureFixture[str], quick_checks: dict[str, object]
) -> None:
    assert quick_checks
    assert run(["theory"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    heading, *lines = printed.out.splitlines()
    assert heading.split("  ")[0] == "claim"
    for claim, line in zip(CLAIMS, lines, strict=False):
        words = line.split()
        assert words[0] == claim.key
        assert claim.title in line
        assert words[-5:] == ["x̃", "1", "1.25", "0.5", "ok"]
        assert claim.verdict in line
    assert lines[-1] == "19 claims, 19 comparisons: all hold."


def test_a_failed_check_is_said_and_ends_in_1(
    capsys: pytest.CaptureFixture[str], quick_checks: dict[str, object]
) -> None:
    quick_checks["two-tied-minima"] = lambda: CheckResult("by hand", (agrees("x", 1.0, float("nan"), 0.5),))
    assert run(["theory", "--tab", "kl"]) == 1
    assert "1 FAILED" in capsys.readouterr().out
    assert run(["theory", "--tab", "kl", "--json"]) == 1
    answers = json.loads(capsys.readouterr().out)
    failed = [answer for answer in answers if not answer["passed"]]
    assert [answer["id"] for answer in failed] == ["1B-a"]
    assert failed[0]["measured"] is None
    assert run(["theory", "--tab", "vq-vae"]) == 0


def test_json_of_the_real_checks_of_a_tab(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["theory", "--tab", "vq-vae", "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    answers = json.loads(printed.out)
    assert [answer["id"] for answer in answers] == [claim.key for claim in claims_of("vq-vae")]
    for answer in answers:
        assert {"id", "verdict", "expected", "measured", "error", "passed"} <= set(answer)
        assert answer["passed"] is True
        assert abs(answer["expected"] - answer["measured"]) <= answer["error"]
        assert all(finding["passed"] for finding in answer["findings"])


def test_one_claim_comes_with_both_formulas_every_number_and_its_derivation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["theory", "--claim", "4D"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("4D  Codes as running means  [vq-vae]")
    assert r"They write:  $$e_i\leftarrow\gamma e_i+(1-\gamma)z_e$$" in page
    assert r"Right is:    $$N_i\leftarrow" in page
    assert "≠  the first, by the notes' formula on means" in page
    assert "# A code as a running mean" in page
    assert "The notes are imprecise." in page


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--claim", "5A"], "there is no claim '5A'"),
        (["--tab", "gan"], "--tab"),
        (["--tab", "kl", "--claim", "1A-a"], "not allowed with"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert complaint in refusal(capsys, "theory", *arguments)


def test_on_a_terminal_a_line_says_what_is_being_checked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, quick_checks: dict[str, object]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert quick_checks
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert run(["theory", "--tab", "reparam", "--json"]) == 0
    shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert "checking 2-d: The activation of the diagonal ( 75%)" in shown
    assert shown.endswith("\n")
    json.loads(capsys.readouterr().out)
