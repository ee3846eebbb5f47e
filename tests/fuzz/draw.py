"""Chance that repeats: everything hostile is drawn from one seeded generator, strategies included."""

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
_BUFFER = 4000
_TRIES = 50


class Draw(random.Random):
    """A generator with the few questions that the makers of cases ask."""

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.random() < share

    def pick(self, *choices: T) -> T:
        """One of them."""
        return self.choice(choices)

    def some(self, items: Sequence[T], most: int) -> list[T]:
        """Up to ``most`` different ones."""
        return self.sample(items, self.randrange(min(most, len(items)) + 1))


def drawer(strategy: SearchStrategy[T]) -> Callable[[Draw], T]:
    """A function that draws from a hypothesis strategy, by bytes of the generator's own."""
    drawn: list[T] = []

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def catch(value: T) -> None:
        drawn.append(value)

    fuzz_one: Any = catch.hypothesis.fuzz_one_input  # type: ignore[attr-defined]

    def draw(chance: Draw) -> T:
        drawn.clear()
        for _attempt in range(_TRIES):
            fuzz_one(chance.randbytes(_BUFFER))
            if drawn:
                return drawn.pop()
        raise AssertionError(f"nothing can be drawn from {strategy}")

    return draw
