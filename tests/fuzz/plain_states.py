"""Strategies for sound states of the tabs as plain values, from their dataclasses' own hints."""

import dataclasses
import types
from typing import Any, Literal, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_unit = st.floats(0.0, 1.0)


def plain_state(kind: type[Any]) -> SearchStrategy[dict[str, Any]]:
    """Some fields of a dataclass; numbers near their defaults, words among those that are allowed."""
    hints = get_type_hints(kind)
    default = kind()
    fields = {
        field.name: _near(hints[field.name], getattr(default, field.name))
        for field in dataclasses.fields(kind)
    }
    return st.fixed_dictionaries({}, optional=fields)


def _near(hint: Any, value: Any) -> SearchStrategy[Any]:
    origin = get_origin(hint)
    if origin is Literal:
        return st.sampled_from(get_args(hint))
    if origin is types.UnionType:
        return _near(get_args(hint)[0], value)
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(min(0, value), 2 * value + 2)
    if hint is float:
        return _unit.map(lambda share: value * (0.5 + share))
    if hint is str:
        return st.sampled_from(("", value, "runs/one", "a\nb"))
    if dataclasses.is_dataclass(hint):
        return _like(hint, value)
    if origin is tuple:
        parts = [_near(type(item), item) for item in value]
        return st.tuples(*parts).map(list)
    return st.just(value)


def _like(kind: Any, value: Any) -> SearchStrategy[dict[str, Any]]:
    hints = get_type_hints(kind)
    fields = {
        field.name: _near(hints[field.name], getattr(value, field.name)) for field in dataclasses.fields(kind)
    }
    return st.fixed_dictionaries(fields)
