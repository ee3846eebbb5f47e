"""Looks at what a checkpoint holds before any of it is used."""

import reprlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dgm_explorer.core.errors import InputError


def check_format(meta: Mapping[str, Any], expected: int) -> None:
    """That it was written by a version like this one; raises as `check_whole`."""
    found = meta.get("format")
    if found != expected:
        raise InputError(
            f"checkpoint: format {shown(found)} is not {expected}; use the version that wrote it."
        )


def shown(value: object) -> str:
    """A foreign value as the user is told of it: never a long one."""
    return reprlib.repr(value)


def check_whole(meta: Mapping[str, Any], name: str, lo: int, hi: int) -> int:
    """A whole number of a checkpoint's plain values.

    Raises
    ------
    InputError
        If it is missing, of another kind, or outside its limits.
    """
    value = meta.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not lo <= value <= hi:
        raise InputError(
            f"checkpoint: {name} = {shown(value)} must lie between {lo} and {hi}; take another one."
        )
    return value


def check_number(meta: Mapping[str, Any], name: str, lo: float, hi: float) -> float:
    """A number of a checkpoint's plain values; raises as `check_whole`."""
    value = meta.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not lo <= value <= hi:
        raise InputError(
            f"checkpoint: {name} = {shown(value)} must lie between {lo:g} and {hi:g}; take another one."
        )
    return float(value)


def check_array(
    arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...] | None, dtype: type
) -> NDArray[Any]:
    """An array of a checkpoint, of this type and shape (None: any); raises as `check_whole`."""
    array = arrays.get(name)
    if array is None:
        raise InputError(f"checkpoint: {name} is missing; take another checkpoint.")
    if array.dtype != dtype or (shape is not None and array.shape != shape):
        wanted = f"{np.dtype(dtype).name}{'' if shape is None else list(shape)}"
        raise InputError(
            f"checkpoint: {name} is {array.dtype.name}{list(array.shape)} where {wanted} is needed; "
            "take another checkpoint or the configuration it was made with."
        )
    return array


def check_range(name: str, array: NDArray[Any], lo: int, hi: int) -> None:
    """That all numbers lie from ``lo`` to ``hi``; raises as `check_whole`."""
    if array.min() < lo or array.max() > hi:
        raise InputError(f"checkpoint: {name} holds numbers outside {lo} to {hi}; take another checkpoint.")


def restore_generator(fresh: torch.Generator, saved: Tensor, device: object) -> torch.Generator:
    """``fresh`` with the saved stream; left as it is where that one was of another kind of device."""
    if device == fresh.device.type:
        try:
            fresh.set_state(saved)
        except RuntimeError as error:
            raise InputError("checkpoint: generator is damaged; take another checkpoint.") from error
    return fresh
