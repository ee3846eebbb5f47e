"""What is known about p decides what can be done: the table of the course notes, problem 1A."""

from itertools import product
from typing import get_args

import pytest

from dgm_explorer.core.kl_state import Direction, Estimator, Knowledge
from dgm_explorer.numerics.knowledge import (
    admissible_estimators,
    can_evaluate,
    can_minimise,
    can_use,
    nearest_estimator,
)

KNOWLEDGE: tuple[Knowledge, ...] = get_args(Knowledge)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
ESTIMATORS: tuple[Estimator, ...] = get_args(Estimator)
PATHWISE_OR_SCORE = ("reinforce", "reinforce_loo", "reparametrised", "sticking_the_landing")


@pytest.mark.parametrize(
    ("knowledge", "direction", "is_value_known", "is_minimised"),
    [
        ("densities", "forward", True, True),
        ("densities", "reverse", True, True),
        ("samples", "forward", False, True),
        ("samples", "reverse", False, False),
        ("unnormalised", "forward", False, True),
        ("unnormalised", "reverse", False, True),
    ],
)
def test_the_table_of_question_a(
    knowledge: Knowledge, direction: Direction, is_value_known: bool, is_minimised: bool
) -> None:
    assert can_evaluate(knowledge, direction).is_possible is is_value_known
    assert can_minimise(knowledge, direction).is_possible is is_minimised
    assert bool(admissible_estimators(knowledge, direction)) is is_minimised


@pytest.mark.parametrize(
    ("knowledge", "direction", "expected"),
    [
        ("densities", "forward", ("exact", "maximum_likelihood", "snis")),
        ("densities", "reverse", ("exact", *PATHWISE_OR_SCORE)),
        ("samples", "forward", ("maximum_likelihood",)),
        ("samples", "reverse", ()),
        ("unnormalised", "forward", ("snis",)),
        ("unnormalised", "reverse", PATHWISE_OR_SCORE),
    ],
)
def test_admissible_estimators(
    knowledge: Knowledge, direction: Direction, expected: tuple[Estimator, ...]
) -> None:
    assert admissible_estimators(knowledge, direction) == expected


def test_a_wish_that_is_not_admissible_is_replaced() -> None:
    assert nearest_estimator("densities", "reverse", "reinforce") == "reinforce"
    assert nearest_estimator("unnormalised", "forward", "maximum_likelihood") == "snis"
    assert nearest_estimator("samples", "reverse", "reinforce") is None


def test_every_answer_is_one_sentence() -> None:
    answers = [can_use(k, e) for k, e in product(KNOWLEDGE, ESTIMATORS)]
    answers += [f(k, d) for f in (can_evaluate, can_minimise) for k, d in product(KNOWLEDGE, DIRECTIONS)]
    for answer in answers:
        assert answer.reason.endswith(".")
        assert answer.reason.count(". ") == 0
        assert len(answer.reason) <= 110
