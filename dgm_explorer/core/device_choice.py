"""Where to train, as the user chooses it."""

from typing import Literal, TypeAlias

DeviceChoice: TypeAlias = Literal["auto", "cpu", "cuda", "mps"]
"""``auto`` takes the first of cuda, mps and cpu that is there."""
