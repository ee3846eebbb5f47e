"""Where to train, as the user chooses it."""

from typing import Literal, TypeAlias, get_args

DeviceChoice: TypeAlias = Literal["auto", "cpu", "cuda", "mps"]
"""``auto`` takes the first of cuda, mps and cpu that is there."""

DEVICE_CHOICES: tuple[DeviceChoice, ...] = get_args(DeviceChoice)
