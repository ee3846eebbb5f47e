"""Findings: when numbers agree, when they differ, and how far apart they are."""

import math

from dgm_explorer.theory.result import CheckResult, Finding, agrees, refutes


def test_numbers_agree_within_the_error_and_differ_beyond_it() -> None:
    assert agrees("x", 1.0, 1.05, 0.1).holds
    assert not agrees("x", 1.0, 1.2, 0.1).holds
    assert refutes("x", 1.0, 1.2, 0.1).holds
    assert not refutes("x", 1.0, 1.05, 0.1).holds


def test_a_count_has_to_be_met_exactly() -> None:
    assert agrees("n", 2, 2, 0).holds
    assert not agrees("n", 2, 3, 0).holds


def test_what_is_no_number_neither_agrees_nor_differs() -> None:
    for nan_or_inf in (math.nan, math.inf):
        assert not agrees("x", 1.0, nan_or_inf, 0.1).holds
        assert not refutes("x", nan_or_inf, 1.0, 0.1).holds
        assert not agrees("x", 1.0, 1.0, nan_or_inf).holds


def test_distances_are_told_in_standard_errors() -> None:
    assert Finding("x", 0.0, 1.0, 0.4, is_sampled=True).n_standard_errors == 10
    assert agrees("x", 0.0, 1.0, 0.4).n_standard_errors == math.inf
    assert agrees("x", 1.0, 1.0, 0.4).n_standard_errors == 0


def test_a_check_holds_when_all_it_found_does_and_shows_the_first() -> None:
    first, second = agrees("x", 1.0, 1.05, 0.1), agrees("y", 1.0, 2.0, 0.1)
    result = CheckResult("by hand", (first, second))
    assert (result.expected, result.measured, result.error) == (1.0, 1.05, 0.1)
    assert not result.holds
    assert CheckResult("by hand", (first,)).holds
