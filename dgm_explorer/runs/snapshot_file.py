"""Snapshots on the disk: any frozen dataclass of arrays, layers, named arrays and plain values."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_snapshot import Layer
from dgm_explorer.core.training import Snapshot
from dgm_explorer.core.vq_vae_snapshot import NamedArray
from dgm_explorer.runs.array_file import ArrayFile, read_arrays, write_arrays
from dgm_explorer.runs.json_numbers import from_json_number, to_json_number
from dgm_explorer.runs.model_files import ModelFiles
from dgm_explorer.runs.shapes import ShapeChecker

MAX_BYTES = 1 << 30
MAX_LAYERS = 64
MAX_NAMED = 1024
MAX_TEXT = 100
MAX_INT = 2**53
MAX_REAL = 1e15
FORMAT = "dgm-explorer-snapshot 1"


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write one snapshot: arrays by the names of their fields, everything else as JSON beside them.

    Raises
    ------
    InputError
        If the place cannot be written to.
    """
    arrays: dict[str, NDArray[Any]] = {}
    values: dict[str, Any] = {}
    for name, hint in get_type_hints(type(snapshot)).items():
        value = getattr(snapshot, name)
        if _is_array(hint):
            arrays[name] = np.asarray(value, dtype=_dtype(hint))
        elif _is_tuple_of(hint, NamedArray):
            for named in value:
                arrays[f"{name}.{named.name}"] = np.asarray(named.values, dtype=np.float32)
        elif _is_tuple_of(hint, Layer):
            for index, layer in enumerate(value):
                arrays[f"{name}.{index}.weight"] = np.asarray(layer.weight, dtype=np.float32)
                arrays[f"{name}.{index}.bias"] = np.asarray(layer.bias, dtype=np.float32)
        else:
            values[name] = to_json_number(value) if isinstance(value, float) else value
    texts = {"format": FORMAT, "values": json.dumps(values, allow_nan=False)}
    write_arrays(path, ArrayFile(arrays, texts))


def read_snapshot(path: Path, files: ModelFiles) -> Any:
    """Read one snapshot, with arrays of the right types and of shapes that agree with each other.

    Raises
    ------
    InputError
        If it cannot be read, is damaged or of another version; or an array is missing, strange, or does
        not fit; the message names the file and the array.
    """
    content = read_arrays(path, MAX_BYTES)
    found = content.texts.get("format", "")
    if found != FORMAT:
        raise InputError(
            f"{path} is no snapshot of this program's version ({found[:40]!r} instead of {FORMAT!r}); "
            "open it with the program that wrote it."
        )
    return _Parts(path, files, content).build()


class _Parts:
    """The fields of one snapshot, found and checked one after the other."""

    def __init__(self, path: Path, files: ModelFiles, content: ArrayFile) -> None:
        self._path = path
        self._files = files
        self._left = dict(content.arrays)
        self._values = self._decode(content.texts.get("values", ""))
        self._shapes = ShapeChecker(path)

    def build(self) -> Any:
        kind = self._files.snapshot
        fields = {name: self._field(name, hint) for name, hint in get_type_hints(kind).items()}
        if self._left:
            raise self._error(f"the array {sorted(self._left)[0][:60]!r} is not known")
        return kind(**fields)

    def _field(self, name: str, hint: Any) -> Any:
        if _is_array(hint):
            array = self._take(name, _dtype(hint))
            self._shapes.check(name, array, self._files.shapes[name])
            self._check_range(name, array)
            return array
        if _is_tuple_of(hint, NamedArray):
            return self._named_arrays(name)
        if _is_tuple_of(hint, Layer):
            return self._layers(name, *self._files.layers[name])
        return self._value(name, hint)

    def _take(self, name: str, dtype: np.dtype[Any]) -> NDArray[Any]:
        array = self._left.pop(name, None)
        if array is None:
            raise self._error(f"the array {name!r} is missing")
        if array.dtype != dtype:
            raise self._error(f"the array {name!r} holds {array.dtype} instead of {dtype}")
        return array

    def _check_range(self, name: str, array: NDArray[Any]) -> None:
        """Whole numbers are rows, counts, or places in other arrays; real ones can be drawn."""
        if array.dtype.kind == "f":
            self._check_real(name, array)
        if array.dtype.kind != "i" or not array.size:
            return
        if array.min() < self._files.least.get(name, 0):
            raise self._error(f"the array {name!r} holds negative numbers")
        letter = self._files.below.get(name)
        if letter is not None and array.max() >= self._shapes.size_of(letter):
            raise self._error(f"the array {name!r} holds numbers that are too large")

    def _check_real(self, name: str, array: NDArray[Any]) -> None:
        """Qt ends where it is to paint at an infinite place."""
        is_gap = np.isnan(array) if name in self._files.gaps else np.zeros(array.shape, np.bool_)
        if not (is_gap | (np.abs(array) <= MAX_REAL)).all():
            raise self._error(f"the array {name!r} holds numbers that are not finite, or far too large")

    def _named_arrays(self, name: str) -> tuple[NamedArray, ...]:
        keys = [key for key in self._left if key.startswith(f"{name}.")]
        if not all(len(key) <= MAX_TEXT for key in keys) or len(keys) > MAX_NAMED:
            raise self._error(f"the arrays of {name!r} do not fit")
        return tuple(
            NamedArray(key.removeprefix(f"{name}."), self._take(key, np.dtype(np.float32))) for key in keys
        )

    def _layers(self, name: str, first: str, last: str) -> tuple[Layer, ...]:
        n_layers = next(i for i in range(MAX_LAYERS + 1) if f"{name}.{i}.weight" not in self._left)
        if not 0 < n_layers <= MAX_LAYERS:
            raise self._error(f"the array '{name}.0.weight' is missing")
        return tuple(self._layer(name, index, n_layers, first, last) for index in range(n_layers))

    def _layer(self, name: str, index: int, n_layers: int, first: str, last: str) -> Layer:
        size_in = first if index == 0 else f"{name}.{index}"
        size_out = last if index == n_layers - 1 else f"{name}.{index + 1}"
        weight, bias = f"{name}.{index}.weight", f"{name}.{index}.bias"
        layer = Layer(self._take(weight, np.dtype(np.float32)), self._take(bias, np.dtype(np.float32)))
        self._shapes.check(weight, layer.weight, (size_out, size_in))
        self._shapes.check(bias, layer.bias, (size_out,))
        return layer

    def _value(self, name: str, hint: Any) -> Any:
        import msgspec

        try:
            value = self._values[name]
            plain = from_json_number(value) if hint is float else msgspec.convert(value, hint)
        except (KeyError, ValueError) as error:
            raise self._error(f"the value {name!r} is missing or does not fit") from error
        is_number_sane = hint is not int or 0 <= plain <= MAX_INT
        is_text_sane = not isinstance(plain, str) or len(plain) <= MAX_TEXT
        if not (is_number_sane and is_text_sane):
            raise self._error(f"the value {name!r} does not fit")
        return plain

    def _decode(self, text: str) -> Mapping[str, Any]:
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._error("its values are damaged") from error
        if not isinstance(values, dict):
            raise self._error("its values are damaged")
        return values

    def _error(self, what: str) -> InputError:
        return InputError(f"{self._path}: {what}; choose another step.")


def _is_array(hint: Any) -> bool:
    return get_origin(hint) is np.ndarray


def _dtype(hint: Any) -> np.dtype[Any]:
    """Of ``NDArray[np.float32]`` and the like."""
    scalar = get_args(get_args(hint)[1])[0]
    dtype: np.dtype[Any] = np.dtype(scalar)
    return dtype


def _is_tuple_of(hint: Any, kind: type) -> bool:
    return get_origin(hint) is tuple and get_args(hint)[0] is kind
