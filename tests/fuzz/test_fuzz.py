"""A sample of the ten thousand hostile inputs of ``python -m tests.fuzz``, and every one that ever failed."""

import os
from pathlib import Path

import pytest

from tests.fuzz.case import Case, Link, Odd, from_text, to_text
from tests.fuzz.run_case import FINE, Outcome, make_ground, run_case
from tests.fuzz.targets import TARGETS, Target

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))
N_SAMPLED = 24
"""Of each target that needs neither torch nor a window."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes, links and limits of memory are those of Unix")


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    root = (tmp_path / "ground").resolve()
    make_ground(root)
    return root


def outcome_of(target: Target, case: Case, root: Path) -> Outcome:
    """Memory is judged at the second look: imports are nobody's fault."""
    outcome = run_case(target, case, root)
    return run_case(target, case, root) if outcome.kind == "memory" else outcome


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if not target.is_heavy])
def test_a_sample_is_read_or_refused_in_one_sentence(name: str, ground: Path) -> None:
    target = TARGETS[name]
    kinds = set()
    for seed in range(N_SAMPLED):
        outcome = outcome_of(target, target.make_case(f"sample.{seed}"), ground)
        assert outcome.kind in FINE, f"python -m tests.fuzz --replay {name}:sample.{seed}\n{outcome.detail}"
        kinds.add(outcome.kind)
    assert kinds == set(FINE), "these cases are all alike: they reach nothing, or harm nothing"


@pytest.mark.parametrize("path", CORPUS, ids=[path.stem for path in CORPUS])
def test_what_failed_once_is_read_or_refused(path: Path, ground: Path) -> None:
    name, what, case = from_text(path.read_text())
    outcome = outcome_of(TARGETS[name], case, ground)
    assert outcome.kind in FINE, f"again: {what}\n{outcome.detail}"


def test_cases_repeat_themselves_and_survive_being_kept() -> None:
    for target in TARGETS.values():
        if not target.is_heavy:
            case = target.make_case(3)
            assert case == target.make_case(3)
            assert from_text(to_text(target.name, "nothing", case)) == (target.name, "nothing", case)


def misbehave(kind: str, folder: Path) -> bool:
    if kind == "traceback":
        raise KeyError(kind)
    if kind == "wrong":
        raise AssertionError(kind)
    if kind == "overwritten":
        (folder.parent / "work" / "a.npz").write_bytes(b"")
    held = bytearray(b"x" * (64 << 20)) if kind == "memory" else b""
    return bool(held) or True


@pytest.mark.parametrize("kind", ["traceback", "wrong", "overwritten", "memory"])
def test_what_is_wrong_is_seen(kind: str, ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "read_case", lambda _self, folder, _words: misbehave(kind, folder))
    case = Case({"a": b"1", "link": Link("a"), "pipe": Odd("pipe")})
    assert run_case(TARGETS["session"], case, ground).kind == kind
