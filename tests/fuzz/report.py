"""What came of many cases, in a table."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fuzz.run_case import FINE, Outcome
from tests.fuzz.targets import MIB, TARGETS

_HEADINGS = (
    "target",
    "cases",
    "accepted",
    "refused",
    "failed",
    "slowest s",
    "mean ms",
    "peak MiB",
    "of budget",
    "budget",
)


@dataclass(slots=True)
class Tally:
    """The outcomes of one target."""

    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_seed: str = ""
    peak: int = 0
    outcomes: list[tuple[int, int]] = field(default_factory=list)

    def add(self, outcome: Outcome, seed: str) -> None:
        self.kinds[outcome.kind] += 1
        self.seconds += outcome.seconds
        self.peak = max(self.peak, outcome.peak)
        self.outcomes.append((outcome.peak, outcome.size))
        if outcome.seconds > self.slowest:
            self.slowest, self.slowest_seed = outcome.seconds, seed

    @property
    def n(self) -> int:
        return sum(self.kinds.values())

    @property
    def n_failed(self) -> int:
        return self.n - sum(self.kinds[kind] for kind in FINE)


def as_table(tallies: Mapping[str, Tally]) -> str:
    """One line for each target."""
    rows = [_HEADINGS, *(_row(name, tally) for name, tally in tallies.items() if tally.n)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    target = TARGETS[name]
    used = max(peak / target.budget(size) for peak, size in tally.outcomes)
    return (
        name, str(tally.n), f"{tally.kinds['accepted'] / tally.n:.0%}",
        f"{tally.kinds['refused'] / tally.n:.0%}",
        str(tally.n_failed), f"{tally.slowest:.2f} ({tally.slowest_seed})",
        f"{1000 * tally.seconds / tally.n:.0f}",
        f"{tally.peak / MIB:.0f}", f"{used:.0%}", f"{target.factor:g} n + {target.constant_mib:g} MiB",
    )  # fmt: skip
