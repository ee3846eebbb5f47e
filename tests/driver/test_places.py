"""Where runs train: as asked for, or as the environment says, or in a process if there is one."""

import pytest

from dgm_explorer.app import choose_make_run
from dgm_explorer.core.errors import InputError
from dgm_explorer.driver.in_child import MakeRunInChild
from dgm_explorer.driver.places import PLACE_VARIABLE, choose_place


@pytest.mark.parametrize(
    ("asked_for", "environment", "place"),
    [("", None, "auto"), ("", "", "auto"), ("", "thread", "thread"), ("process", "thread", "process")],
)
def test_what_is_asked_for_wins_over_the_environment(
    asked_for: str, environment: str | None, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PLACE_VARIABLE)
    if environment is not None:
        monkeypatch.setenv(PLACE_VARIABLE, environment)
    assert choose_place(asked_for) == place


def test_an_unknown_place_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE_VARIABLE, "the moon")
    with pytest.raises(InputError, match="DGM_EXPLORER_TRAIN_IN: 'the moon' is not known; use one of auto"):
        choose_place("")


def test_the_window_trains_where_it_is_told_to() -> None:
    assert not isinstance(choose_make_run("thread"), MakeRunInChild)
    assert not isinstance(choose_make_run(""), MakeRunInChild)  # as all tests, by the environment
    for place, may_fall_back in (("auto", True), ("process", False)):
        make_run = choose_make_run(place)
        assert isinstance(make_run, MakeRunInChild)
        assert make_run.may_fall_back == may_fall_back
