"""What a check of a claim found: numbers beside each other, and how far apart they may be."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Relation: TypeAlias = Literal["agrees", "differs"]

STANDARD_ERRORS = 4.0
"""The error bar of an average over samples: wider than chance needs, narrower than any wrong constant."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison.

    Attributes
    ----------
    what : the quantity.
    expected : what a formula or a published number says.
    measured : what an independent computation gives.
    error : how far apart the two may be by rounding, or by chance: `STANDARD_ERRORS` standard errors.
    relation : ``agrees``: they must lie within ``error``; ``differs``: ``expected`` is a value that the notes
        imply, which the check refutes by more than ``error``.
    is_sampled : whether ``error`` is one of chance.
    """

    what: str
    expected: float
    measured: float
    error: float
    relation: Relation = "agrees"
    is_sampled: bool = False

    @property
    def distance(self) -> float:
        """|measured − expected|; NaN where one of them is."""
        return abs(self.measured - self.expected)

    @property
    def holds(self) -> bool:
        """Whether the numbers stand to each other as they should; NaN never does."""
        if not (math.isfinite(self.expected) and math.isfinite(self.measured) and math.isfinite(self.error)):
            return False
        return self.distance > self.error if self.relation == "differs" else self.distance <= self.error

    @property
    def n_standard_errors(self) -> float:
        """The distance in standard errors; infinite for a distance where nothing is left to chance."""
        if self.distance == 0:
            return 0.0
        if not self.is_sampled or self.error == 0:
            return math.inf
        return STANDARD_ERRORS * self.distance / self.error


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Everything one check found.

    Attributes
    ----------
    method : how it was computed, in words.
    findings : at least one; the first is the one to print where there is room for one.
    """

    method: str
    findings: tuple[Finding, ...]

    @property
    def expected(self) -> float:
        """Of the first finding."""
        return self.findings[0].expected

    @property
    def measured(self) -> float:
        """Of the first finding."""
        return self.findings[0].measured

    @property
    def error(self) -> float:
        """Of the first finding."""
        return self.findings[0].error

    @property
    def holds(self) -> bool:
        """Whether every finding does."""
        return all(finding.holds for finding in self.findings)


def agrees(what: str, expected: float, measured: float, tolerance: float) -> Finding:
    """Two computations of the same number."""
    return Finding(what, float(expected), float(measured), tolerance)


def refutes(what: str, notes: float, measured: float, error: float, is_sampled: bool = False) -> Finding:
    """A number that the notes imply, and what it is."""
    return Finding(what, float(notes), float(measured), error, "differs", is_sampled)
