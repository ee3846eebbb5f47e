"""Hostile sessions, presets and lectures."""

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.paths import resource_root
from tests.fuzz.case import NO_FILES, Case, Node
from tests.fuzz.draw import Draw, drawer
from tests.fuzz.mutate import WORDS, altered, damaged, encoded
from tests.fuzz.plain_states import plain_state

STATES: dict[str, type[Any]] = {
    "kl": KLState, "reparam": ReparamState, "gmm_vae": GmmVaeState, "vq_vae": VqVaeState,
}  # fmt: skip
_drawn_states = {key: drawer(plain_state(kind)) for key, kind in STATES.items()}
_title = drawer(st.text(max_size=30))
SESSION_HEAD = {"format": "dgm-explorer-session", "version": 1}
LECTURE_HEAD = {"format": "dgm-explorer-lecture", "version": 1}
BIG = 1 << 20


@cache
def shipped(folder: str) -> tuple[Any, ...]:
    """The documents that the program brings along."""
    return tuple(json.loads(path.read_text()) for path in sorted((resource_root() / folder).glob("*.json")))


def session_tree(draw: Draw) -> Any:
    """A session that may well be sound."""
    presets = shipped("presets")
    if draw.chance(0.5):
        return draw.choice(presets)
    states = {key: make(draw) for key, make in _drawn_states.items() if draw.chance(0.4)}
    return {**SESSION_HEAD, "title": _title(draw), **states}


def make_session(draw: Draw) -> Case:
    return Case({"a.dgm.json": _spoilt(draw, session_tree(draw), draw.choice(shipped("presets")))})


def make_lecture(draw: Draw) -> Case:
    tree = _lecture_tree(draw)
    return Case({"a.json": _spoilt(draw, tree, draw.choice(shipped("lectures")))})


def _lecture_tree(draw: Draw) -> Any:
    if draw.chance(0.5):
        lecture = draw.choice(shipped("lectures"))
        steps = lecture["steps"]
        start = draw.randrange(len(steps))
        return {**lecture, "steps": steps[start : start + draw.pick(1, 3, 60)]}
    step: dict[str, Any] = {"caption": draw.pick("Look at $p$.", "x", "$", _title(draw) or "y", *WORDS)}
    state = {key: value for key, value in session_tree(draw).items() if key not in SESSION_HEAD}
    step["state"] = state
    if draw.chance(0.4):
        step |= {"question": "How many?", "answer": draw.pick("Two.", "")}
    return {**LECTURE_HEAD, "title": "A lecture", "steps": [step] * draw.pick(1, 2, 60, 61)}


def _spoilt(draw: Draw, tree: Any, donor: Any) -> Node:
    if draw.chance(0.02):
        return draw.pick(*NO_FILES)
    if draw.chance(0.02):
        return _heavy(draw)
    for _ in range(draw.pick(0, 1, 1, 1, 2, 3)):
        tree = altered(draw, tree, donor)
    return encoded(draw, tree)


def _heavy(draw: Draw) -> bytes:
    """As much work and memory as a mebibyte can ask for."""
    head = b'{"format": "dgm-explorer-session", "version": 1, "kl": '
    filling = draw.pick(
        b"[" + b"[]," * (BIG // 3 - 60), b"[" + b"{}," * (BIG // 3 - 60), b"[" * (BIG - 100),
        b'{"a":' * 200_000,
        b'"' + b"\\u0041" * (BIG // 6 - 60) + b'"}', b"[" + b"1," * (BIG // 2 - 60) + b"1]}",
        b"1" * (BIG - 100),
        b"{" + b",".join(b'"%d":1' % n for n in range(BIG // 12)) + b"}}", b" " * BIG,
        draw.randbytes(BIG - 200),
    )  # fmt: skip
    ending = b"1]}" if filling.endswith(b",") else b""
    whole = head + filling + ending
    return damaged(draw, whole) if draw.chance(0.1) else whole
