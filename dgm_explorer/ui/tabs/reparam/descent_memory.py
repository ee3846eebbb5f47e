"""Earlier descents, kept so that the present one can be compared with them; no Qt."""

from dataclasses import dataclass

from dgm_explorer.ui.tabs.reparam.descent_run import DescentRun, DescentTrail, Problem, Recipe

MOST_SHOWN = 4
MOST_KEPT = 16
"""Those of another start or objective too: they come back when it does."""


@dataclass(frozen=True, slots=True, eq=False)
class KeptRun:
    """A descent that is over.

    Attributes
    ----------
    problem, recipe : what was descended and how.
    trail : its way.
    """

    problem: Problem
    recipe: Recipe
    trail: DescentTrail


class DescentMemory:
    """The newest descent of each problem and recipe."""

    def __init__(self) -> None:
        self._runs: list[KeptRun] = []

    def keep(self, run: DescentRun) -> None:
        """Keep a run as it stands; one that has taken no step says nothing."""
        if run.count == 0:
            return
        others = [k for k in self._runs if (k.problem, k.recipe) != (run.problem, run.recipe)]
        self._runs = [KeptRun(run.problem, run.recipe, run.trail), *others][:MOST_KEPT]

    def beside(self, run: DescentRun) -> tuple[KeptRun, ...]:
        """Up to `MOST_SHOWN` of the same problem, newest first, without what ``run`` repeats."""
        is_repeating = run.count > 0
        shown = [
            kept
            for kept in self._runs
            if kept.problem == run.problem and not (is_repeating and kept.recipe == run.recipe)
        ]
        return tuple(shown[:MOST_SHOWN])

    def forget(self, run: DescentRun) -> None:
        """Drop all of the problem of ``run``."""
        self._runs = [kept for kept in self._runs if kept.problem != run.problem]
