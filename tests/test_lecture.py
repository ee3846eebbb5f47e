"""Lecture files: the shipped ones are complete, and a bad one is refused in one sentence."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm_explorer.core.errors import InputError
from dgm_explorer.lecture import (
    MAX_ANSWER,
    MAX_CAPTION,
    MAX_STEPS,
    Lecture,
    find_lecture,
    lecture_names,
    read_lecture,
)

PROBLEMS = {"kl": "kl", "reparametrisation": "reparam", "gmm-vae": "gmm-vae", "vq-vae": "vq-vae"}
STEP = {"state": {"tab": "kl", "kl": {}}, "caption": "Look at $q$.", "question": "Why?", "answer": "So."}
GOOD: dict[str, Any] = {
    "format": "dgm-explorer-lecture",
    "version": 1,
    "title": "A lecture",
    "steps": [STEP, {"state": {"tab": "reparam"}, "caption": "Only words."}],
}


def write(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "lecture.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def changed(place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """`GOOD` with one value put in place of another, or added."""
    document = copy.deepcopy(GOOD)
    inner: Any = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return document


def assert_one_sentence(message: str, path: Path) -> None:
    assert str(path) in message
    assert "\n" not in message
    assert message.endswith(".")
    assert len(message) < 300 + len(str(path))


def test_there_is_one_lecture_per_problem_in_their_order() -> None:
    assert lecture_names() == tuple(PROBLEMS)


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_shipped_lecture_has_six_to_ten_steps_about_its_own_tab(name: str) -> None:
    lecture = find_lecture(name)
    assert 6 <= len(lecture.steps) <= 10
    assert lecture.description
    for step in lecture.steps:
        assert step.state.tab == PROBLEMS[name]
        assert getattr(step.state, PROBLEMS[name].replace("-", "_")) is not None
        assert step.question.endswith(("?", "."))
        assert step.answer.endswith(".")


@pytest.mark.parametrize("name", ["gmm-vae", "vq-vae"])
def test_lectures_that_train_need_nothing_from_the_network(name: str) -> None:
    steps = find_lecture(name).steps
    states = [step.state.gmm_vae or step.state.vq_vae for step in steps]
    assert {state.source.name for state in states if state} <= {"digits", "pinwheel"}
    assert not any(state.run_folder for state in states if state)
    assert "Space" in steps[0].caption


def test_a_good_file_is_read(tmp_path: Path) -> None:
    lecture = read_lecture(write(tmp_path, GOOD))
    assert lecture.title == "A lecture"
    assert [step.question for step in lecture.steps] == ["Why?", ""]
    assert lecture.steps[1].state.reparam is None
    assert find_lecture(str(tmp_path / "lecture.json")) == lecture


def test_a_name_that_is_not_there_lists_the_names() -> None:
    with pytest.raises(InputError, match=r"no lecture 'kk'; use one of kl, reparametrisation, gmm-vae, vq"):
        find_lecture("kk")


BAD: dict[str, tuple[tuple[str | int, ...], object, str]] = {
    "format": (("format",), "dgm-explorer-session", "is not a lecture file"),
    "version": (("version",), 2, "of version 2"),
    "no steps": (("steps",), [], "0 steps"),
    "too many steps": (("steps",), [STEP] * (MAX_STEPS + 1), f"{MAX_STEPS + 1} steps"),
    "unknown key": (("steps", 1, "captoin"), "x", r"steps\[1\]\.captoin is not known"),
    "unknown key of a state": (("steps", 0, "state", "kl", "quux"), 1, r"steps\[0\]\.state\.kl\.quux"),
    "tab": (("steps", 0, "state", "tab"), "elbo", r"steps\[0\]\.state: tab 'elbo' is not known"),
    "sigma": (("steps", 0, "state", "kl", "q"), {"mu": 0, "sigma": -1}, r"state\.kl\.q: .*sigma = -1"),
    "empty caption": (("steps", 0, "caption"), " ", r"at steps\[0\]: the caption is empty"),
    "long caption": (("steps", 0, "caption"), "x" * (MAX_CAPTION + 1), "shorten it to"),
    "long answer": (("steps", 0, "answer"), "x" * (MAX_ANSWER + 1), r"at steps\[0\]: the answer has"),
    "line break": (("steps", 0, "caption"), "a\nb", "line break"),
    "half a formula": (("steps", 0, "question"), "Is $q right?", "a formula that does not end"),
    "no answer": (("steps", 0, "answer"), "", "a question needs an answer"),
    "switch": (("steps", 0, "are_notes_visible"), "yes", r"steps\[0\]\.are_notes_visible"),
    "title": (("title",), "", "the title is empty"),
}


@pytest.mark.parametrize(("place", "value", "says"), BAD.values(), ids=list(BAD))
def test_a_bad_file_is_refused_with_its_place(
    tmp_path: Path, place: tuple[str | int, ...], value: object, says: str
) -> None:
    path = write(tmp_path, changed(place, value))
    with pytest.raises(InputError) as refused:
        read_lecture(path)
    assert_one_sentence(str(refused.value), path)
    assert re.search(says, str(refused.value))


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "lecture.json"
    path.write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(InputError, match="larger than 1024 KiB"):
        read_lecture(path)


PLACES: list[tuple[str | int, ...]] = [
    ("title",),
    ("steps",),
    ("steps", 0),
    ("steps", 0, "state"),
    ("steps", 0, "state", "kl"),
    ("steps", 0, "state", "kl", "q"),
    ("steps", 0, "caption"),
    ("steps", 0, "answer"),
    ("steps", 0, "are_controls_visible"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=JSON)
def test_whatever_stands_in_a_file_gives_a_lecture_or_one_sentence(
    tmp_path: Path, place: tuple[str | int, ...], value: object
) -> None:
    path = write(tmp_path, changed(place, value))
    try:
        assert isinstance(read_lecture(path), Lecture)
    except InputError as error:
        assert_one_sentence(str(error), path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400), junk=st.binary(max_size=20))
def test_a_torn_file_gives_one_sentence(tmp_path: Path, cut: int, junk: bytes) -> None:
    path = tmp_path / "lecture.json"
    content = json.dumps(GOOD).encode()
    path.write_bytes(content[: min(cut, len(content) - 1)] + junk)
    try:
        read_lecture(path)
    except InputError as error:
        assert_one_sentence(str(error), path)
