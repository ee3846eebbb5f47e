"""Damage: to bytes as they come, and to JSON so that it stays JSON and reaches deeper."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.draw import Draw, drawer

WORDS = (
    "", " ", "\0", "a\nb", "\x1b[31m", "\ud800", "../../../etc/passwd", "/dev/zero", "~", "%n%s", "$", "$x",
    "<b>big</b>", "\u202e", "nan", "inf", "-inf", "1e999", "None", "__class__", "é" * 50, "x" * 5000,
    "path",
    "painted", "digits", "mnist", "gmm-vae", "vq-vae", "kl", "reparam", "cuda", "auto", "running", "step",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 2, 7, 63, 64, 65, 255, 4095, 65_535, 65_536, 2**31 - 1, 2**31, 2**32, 2**53, 2**53 + 1,
    2**63 - 1,
    2**63, 2**64, 10**25, 10**400, -(10**30), 0.0, -0.0, 0.5, 1e-320, 1e-9, 1e9, 1e16, 1e38, 1e39, 1e300,
    1.7e308, -1e300, 0.1, 1e-6,
)  # fmt: skip
_any_json = drawer(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
        max_leaves=10,
    )
)
_Place = tuple[Any, Any]
"""A container and a key or index in it."""


def damaged(draw: Draw, whole: bytes) -> bytes:
    """Cut off, bytes changed, pieces doubled, taken out, or replaced by zeros."""
    content = bytearray(whole or b"\0")
    for _ in range(draw.pick(1, 1, 1, 2, 5)):
        kind = draw.randrange(6)
        at = (
            draw.randrange(len(content) + 1)
            if draw.chance(0.6)
            else draw.randrange(min(80, len(content) + 1))
        )
        if kind == 0:
            del content[at:]
        elif kind in (1, 2):
            for _ in range(draw.pick(1, 1, 2, 8)):
                if content:
                    content[draw.randrange(min(len(content), draw.pick(16, 200, 10**9)))] = draw.pick(
                        0, 255, 127, 128, draw.randrange(256)
                    )
        elif kind == 3:
            content[at:at] = content[at : at + draw.randrange(1, 64)]
        elif kind == 4:
            del content[at : at + draw.randrange(1, 64)]
        else:
            length = draw.randrange(1, 32)
            content[at : at + length] = bytes(length)
    return bytes(content)


def altered(draw: Draw, tree: Any, donor: Any = None) -> Any:
    """``tree`` with one thing in it changed; a copy. Pieces may come from ``donor``."""
    tree = json.loads(json.dumps({"": tree}))
    places = list(_places(tree))
    change = draw.choices(
        [_tweak, _replace, _drop, _add_key, _rename, _graft, _repeat, _retype, _nest],
        [8, 5, 4, 2, 1, 3, 1, 2, 0.5],
    )[0]
    change(draw, places, donor)
    return tree.get("")


def encoded(draw: Draw, tree: Any) -> bytes:
    """JSON as some editor or some enemy writes it."""
    text = json.dumps(tree, ensure_ascii=draw.chance(0.5), indent=draw.pick(None, 2))
    if draw.chance(0.03):
        text = text.replace("0", draw.pick("NaN", "1e999", "-Infinity", "0x10", "00", "0" * 5000), 1)
    if draw.chance(0.03):
        text = text.replace("{", '{"format": 1, ', 1)  # the key twice
    coding = "utf-8" if draw.chance(0.97) else draw.pick("utf-8-sig", "utf-16", "latin-1", "utf-32")
    content = text.encode(coding, "replace" if coding == "latin-1" else "surrogatepass")
    return damaged(draw, content) if draw.chance(0.12) else content


def _places(tree: Any, depth: int = 0) -> Any:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in list(items)[:400]:
        yield tree, key
        if depth < 12:
            yield from _places(value, depth + 1)


def _leaf(draw: Draw) -> Any:
    return draw.pick(
        draw.pick(*WORDS),
        draw.pick(*NUMBERS),
        draw.pick(*NUMBERS),
        None,
        True,
        False,
        [],
        {},
        _any_json(draw),
    )


def _tweak(draw: Draw, places: list[_Place], _donor: Any) -> None:
    """Numbers that stay near where they were: such documents are often accepted."""
    numbers = [(holder, key) for holder, key in places if type(holder[key]) in (int, float)]
    if not numbers:
        return _replace(draw, places, None)
    for holder, key in draw.some(numbers, 4) or numbers[:1]:
        value = holder[key]
        holder[key] = value + draw.pick(-1, 1) if type(value) is int else value * draw.uniform(-0.2, 1.5)
    return None


def _replace(draw: Draw, places: list[_Place], _donor: Any) -> None:
    holder, key = draw.choice(places)
    holder[key] = _leaf(draw)


def _retype(draw: Draw, places: list[_Place], _donor: Any) -> None:
    holder, key = draw.choice(places)
    value = holder[key]
    wrap: Callable[[Any], Any] = draw.pick(str, lambda v: [v], lambda v: {"": v}, bool, lambda v: [v] * 3)
    holder[key] = wrap(value)


def _drop(draw: Draw, places: list[_Place], _donor: Any) -> None:
    holder, key = draw.choice(places)
    del holder[key]


def _add_key(draw: Draw, places: list[_Place], _donor: Any) -> None:
    holders = [holder for holder, _ in places if isinstance(holder, dict)]
    draw.choice(holders)[draw.pick(*WORDS)] = _leaf(draw)


def _rename(draw: Draw, places: list[_Place], _donor: Any) -> None:
    named = [(holder, key) for holder, key in places if isinstance(holder, dict) and key]
    if named:
        holder, key = draw.choice(named)
        holder[draw.pick(key.upper(), key + "s", key[:-1], *WORDS)] = holder.pop(key)


def _graft(draw: Draw, places: list[_Place], donor: Any) -> None:
    """A piece from elsewhere, of this document or of another one."""
    sources = list(_places({"": donor})) if donor is not None and draw.chance(0.7) else places
    holder, key = draw.choice(sources)
    there, where = draw.choice(places)
    there[where] = json.loads(json.dumps(holder[key]))


def _repeat(draw: Draw, places: list[_Place], _donor: Any) -> None:
    lists = [holder[key] for holder, key in places if isinstance(holder[key], list) and holder[key]]
    if lists:
        chosen = draw.choice(lists)
        count = draw.pick(2, 9, 70, 5001)
        chosen[:] = (
            (chosen * count)[: max(6000, len(chosen))] if len(json.dumps(chosen)) < 2000 else chosen * 2
        )


def _nest(draw: Draw, places: list[_Place], _donor: Any) -> None:
    holder, key = draw.choice(places)
    value: Any = 1
    is_list = draw.chance(0.5)
    for _ in range(draw.pick(30, 200, 400)):
        value = [value] if is_list else {"a": value}
    holder[key] = value
