"""How files are refused, whichever they are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dgm_explorer.core.errors import InputError


def refusal_of(read: Callable[[Path], object], path: Path) -> str:
    """What is said instead of reading a file: one sentence, with its name."""
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert message.endswith(".")
    return message
