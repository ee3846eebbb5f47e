"""Hostile safetensors files: snapshots and checkpoints, spoilt in their bytes, header, values or shapes."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from tests.fuzz.draw import Draw
from tests.fuzz.mutate import altered, damaged

Arrays = dict[str, NDArray[Any]]
ODD_DTYPES = ("BF16", "F8_E4M3", "F8_E5M2", "F4", "U16", "BOOL", "I64", "F64", "F32", "C64", "x", "", 5, None)
_ODD_WHOLE = (0, 1, -1, 100, 2**31 - 1)
_ODD_NUMBERS = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e38, -1e38, 1e20, 1e-45)


def split(whole: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and numbers."""
    length = int.from_bytes(whole[:8], "little")
    return json.loads(whole[8 : 8 + length]), whole[8 + length :]


def joined(header: Any, body: bytes, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode("utf-8", "surrogatepass")
    size = len(text) if length is None else length
    return (size % 2**64).to_bytes(8, "little") + text + body


def spoilt(draw: Draw, whole: bytes, texts: tuple[str, ...]) -> bytes:
    """One file in another state; ``texts`` names the metadata that hold JSON."""
    kind = draw.choices(["arrays", "text", "header", "bytes", "lie", "none"], [8, 5, 3, 3, 1, 1])[0]
    if kind == "arrays":
        return _with_other_arrays(draw, whole)
    header, body = split(whole)
    if kind == "text":
        return joined(_with_other_text(draw, header, texts), body)
    if kind == "header":
        return joined(_with_other_header(draw, header), body)
    if kind == "lie":
        length = draw.pick(0, 1, 2**63, 2**64 - 1, 100_000_001, len(whole), 7)
        return joined(draw.pick(header, b"[" * 5000, b"{" * 100, b'{"a":' * 5000, b"null"), body, length)
    return damaged(draw, whole) if kind == "bytes" else whole


def _with_other_arrays(draw: Draw, whole: bytes) -> bytes:
    arrays: Arrays = {name: array.copy() for name, array in load(whole).items()}
    for _ in range(draw.pick(1, 1, 2)):
        name = draw.choice(sorted(arrays))
        arrays[name] = _other(draw, arrays[name])
        if draw.chance(0.1):
            del arrays[name]
        elif draw.chance(0.06):
            arrays[draw.pick("x", "a/../b", "", "weights.", "weights." + "n" * 200, "decoder.2.weight")] = (
                arrays[name]
            )
        if not arrays:
            break
    return save(arrays, metadata=_metadata(whole))


def _metadata(whole: bytes) -> Mapping[str, str]:
    texts: dict[str, str] = split(whole)[0]["__metadata__"]
    return texts


def _other(draw: Draw, array: NDArray[Any]) -> NDArray[Any]:
    kind = draw.randrange(9)
    is_whole = array.dtype.kind != "f"
    odd = draw.pick(*(_ODD_WHOLE if is_whole else _ODD_NUMBERS))
    with np.errstate(all="ignore"):
        value = np.asarray(odd).astype(array.dtype)
    if kind == 0 and array.size:
        array.flat[draw.randrange(array.size)] = value
    elif kind == 1:
        return np.full_like(array, value)
    elif kind == 2 and array.ndim:
        return array[:-1]
    elif kind == 3 and array.ndim:
        return np.concatenate((array, array[:1]))
    elif kind == 4:
        with np.errstate(all="ignore"):
            return array.astype(draw.pick(np.float64, np.float16, np.int32, np.int64, np.uint8, np.bool_))
    elif kind == 5:
        return array.reshape(draw.pick((-1,), (1, *array.shape), (*array.shape, 1)))
    elif kind == 6:
        return np.zeros(draw.pick((0,), (), (0, 5), (0, *array.shape)), dtype=array.dtype)
    elif kind == 7 and array.ndim > 1:
        return array.swapaxes(0, 1).copy()
    elif array.dtype.kind == "f":
        with np.errstate(all="ignore"):
            return np.asarray(array * np.asarray(draw.pick(-1, 2, 1e10, 1e-10, 1e30), dtype=array.dtype))
    return array


def _with_other_text(draw: Draw, header: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    texts = dict(header["__metadata__"])
    name = draw.choice(sorted(texts))
    if name in names and draw.chance(0.9):
        text = json.dumps(altered(draw, json.loads(texts[name])))
        if draw.chance(0.1):
            odd = text.replace("0", draw.pick("NaN", "1e999", "1" * 5000, "[]"))
            text = draw.pick(text[:-1], "[" * 100_000, "NaN", "null", "[]", odd, odd)
        texts[name] = text
    else:
        texts[name] = draw.pick("", "x" * 10_000, texts[name] + "0", "a\nb", "\0")
    return {**header, "__metadata__": texts}


def _with_other_header(draw: Draw, header: dict[str, Any]) -> Any:
    if draw.chance(0.5):
        return altered(draw, header)
    name = draw.choice(sorted(header))
    if name == "__metadata__":
        return {**header, name: draw.pick(None, {}, {"a": 1}, [], "x", {"format": None})}
    entry = dict(header[name])
    key = draw.pick("dtype", "shape", "data_offsets")
    if key == "dtype":
        entry[key] = draw.pick(*ODD_DTYPES)
    elif key == "shape":
        entry[key] = draw.pick(
            [], [0], [2**62, 0], [2**63], [-1], [1.5], "x", [2**32, 2**32], entry[key] + [1], [True]
        )
    else:
        start, stop = entry[key]
        entry[key] = draw.pick(
            [stop, start], [0, 2**63], [-1, stop], [start, stop + 1], [start], [0, 0], ["0", "1"]
        )
    return {**header, name: entry}
