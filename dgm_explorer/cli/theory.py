"""``dgm-explorer theory``: every claim of the course notes, checked here and now."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dgm_explorer.cli.data import ProgressLine
from dgm_explorer.cli.gui import TABS
from dgm_explorer.cli.parser import OneLineParser

if TYPE_CHECKING:
    from dgm_explorer.theory.claim import Claim
    from dgm_explorer.theory.result import CheckResult


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser(
        "theory",
        help="check every claim of the course notes",
        description=(
            "What the course notes claim, whether it is right, and what an independent computation gives. "
            "Exit status 1 if one of them does not come out as stated."
        ),
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--tab", choices=TABS, help="only the claims of one tab")
    which.add_argument("--claim", metavar="KEY", help="one claim in full, with its derivation")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check what was asked for and print it."""
    from dgm_explorer.theory.claims import CLAIMS, claims_of, find_claim

    claims = CLAIMS if options.tab is None else claims_of(options.tab)
    if options.claim is not None:
        claims = (find_claim(options.claim),)

    from dgm_explorer.cli import theory_report

    checked = list(_check(claims))
    if options.json:
        print(theory_report.as_json(checked))
    elif options.claim is not None:
        print(theory_report.as_page(*checked[0]))
    else:
        print(theory_report.as_table(checked))
    return 0 if all(result.holds for _, result in checked) else 1


def _check(claims: "Sequence[Claim]") -> "Iterator[tuple[Claim, CheckResult]]":
    """Each claim with what its check found; on a terminal a line says which is under way."""
    from dgm_explorer.theory.checks.registry import CHECKS

    line = ProgressLine(sys.stderr) if sys.stderr.isatty() else None
    try:
        for done, claim in enumerate(claims):
            if line is not None:
                line.report(f"checking {claim.key}: {claim.title}", done / len(claims))
            yield claim, CHECKS[claim.check]()
        if line is not None:
            line.report("checked", 1.0)
    finally:
        if line is not None:
            line.end()
