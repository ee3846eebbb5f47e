"""Typesetting beside the window, and what is kept of it."""

import threading

import pytest

from dgm_explorer.ui import formula
from dgm_explorer.ui.beside import begin_beside
from dgm_explorer.ui.formula import TypesetFormulas, is_typeset, render_formula, typeset


def test_the_formula_longest_out_of_use_is_forgotten_first() -> None:
    kept = TypesetFormulas(2)
    kept.keep("a", False, "svg of a")
    kept.keep("b", False, "svg of b")
    assert kept.find("a", False) == "svg of a"
    kept.keep("c", False, "svg of c")
    assert [kept.find(tex, False) for tex in "abc"] == ["svg of a", None, "svg of c"]
    assert kept.find("a", True) is None, "on a line of its own it looks different"


@pytest.mark.usefixtures("qapp", "nothing_typeset")
def test_what_was_typeset_beside_is_painted_without_typesetting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_typeset("x^2", True)
    beside = begin_beside(typeset, "x^2", True)
    assert beside.result(30) == typeset("x^2", True)
    assert is_typeset("x^2", True)
    assert not is_typeset("x^2", False)
    monkeypatch.setattr(formula, "_import_ziamath", None)
    assert render_formula("x^2", 20.0, "#000000", is_display=True).width > 5


@pytest.mark.usefixtures("nothing_typeset")
def test_a_formula_that_cannot_be_read_is_not_kept_and_the_thread_goes_on() -> None:
    with pytest.raises(ValueError, match="frac"):
        begin_beside(typeset, r"\frac{1", False).result(30)
    assert not is_typeset(r"\frac{1", False)
    assert begin_beside(typeset, "y", False).result(30).startswith("<svg")


@pytest.mark.usefixtures("nothing_typeset")
def test_the_thread_beside_is_none_of_the_window(typesetting_threads: set[int]) -> None:
    begin_beside(typeset, "z", False).result(30)
    assert len(typesetting_threads) == 1
    assert threading.get_ident() not in typesetting_threads
