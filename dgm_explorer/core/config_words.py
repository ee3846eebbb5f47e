"""A model's configuration, its changes and why one is refused, as the user reads them."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any


def describe_changes(old: Any, new: Any, words: Mapping[str, str]) -> str:
    """Such as “K 10 → 5, likelihood bernoulli → gaussian”; empty where nothing differs.

    Parameters
    ----------
    old, new : configurations of one model, dataclasses.
    words : for each field.
    """
    changes = []
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before != after:
            changes.append(f"{words[field.name]} {value_text(before)} → {value_text(after)}")
    return ", ".join(changes)


def in_words(sentence: str, words: Mapping[str, str]) -> str:
    """A refusal with the names of fields as the user reads them: “latent_dim = 0 must …” as “J = 0 must …”.

    Parameters
    ----------
    words : for each field that may be named; files and command lines have the names themselves.
    """
    names = "|".join(map(re.escape, words))
    return re.sub(rf"(?<!\w)({names})(?= = |[:;] | range )", lambda found: words[found[1]], sentence)


def value_text(value: object) -> str:
    """A value of a configuration as the user reads it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "-".join(str(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
