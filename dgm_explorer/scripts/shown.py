"""What the scripts share: the numbers of the window, and how Python writes values."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as the window shows it, for a comment beside the one that a script prints.

    Attributes
    ----------
    name : of the quantity, such as ``KL(p‖q)``.
    text : the value, with its error and unit.
    """

    name: str
    text: str


def comment_on(shown: Sequence[Shown], name: str) -> str:
    """``# the window shows 0.6191 nats``; of a number that it does not show, that it does not."""
    for number in shown:
        if number.name == name:
            return f"# the window shows {' '.join(number.text.split())}"
    return "# the window does not show it at present"


def rows(values: Sequence[Sequence[float]]) -> str:
    """A list of lists, one row a line."""
    lines = (f"    [{', '.join(map(repr, map(float, row)))}]," for row in values)
    return "[\n" + "\n".join(lines) + "\n]"


def vector(values: Sequence[float]) -> str:
    """A list."""
    return f"[{', '.join(map(repr, map(float, values)))}]"


def safe_comment(text: str) -> str:
    """A name from a file as one line of a comment or a docstring that ends nothing and begins nothing."""
    return " ".join(text.split()).replace("\\", "/").replace('"', "'")
