"""Hostile idx, npy and npz files."""

import bz2
import gzip
import io
import os
import pickle
import struct
import zipfile
from typing import Any

import numpy as np

from tests.fuzz.case import Case, Link, Node, Odd
from tests.fuzz.draw import Draw
from tests.fuzz.mutate import damaged

IDX_CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
NPZ_INPUTS = ("images", "X", "x_train", "data", "arr_0")
MARKER = "pickle-was-run"
"""A file that appears in the case's folder if anything is unpickled."""


class Malice:
    """Unpickled, it makes a file."""

    def __reduce__(self) -> Any:
        return os.mkdir, (MARKER,)


def numbers(draw: Draw, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Pixels, points or labels with something odd among them now and then."""
    generator = np.random.default_rng(draw.getrandbits(32))
    kind = np.dtype(dtype).kind
    if kind in "iub":
        top = draw.pick(2, 3, 10, 120)
        return generator.integers(0, top, shape).astype(dtype)
    values = generator.normal(size=shape) * draw.pick(1.0, 1.0, 1e-3, 255.0, 1e30, 1e-42)
    if values.size and draw.chance(0.15):
        values.flat[draw.randrange(values.size)] = draw.pick(np.nan, np.inf, -np.inf, 1e300, 1e-320)
    with np.errstate(over="ignore"):
        return values.astype(dtype)


# -- idx ----------------------------------------------------------------------------------------------


def make_idx(draw: Draw) -> Case:
    """One file, or the files of a set in a folder."""
    if draw.chance(0.5):
        name = draw.pick("a", "a.gz", "train-images-idx3-ubyte", "images.idx3.gz")
        content = _idx_file(draw, _image_shape(draw, draw.randrange(1, 12)))
        return Case({name: content}, ("{here}/" + name,))
    files: dict[str, Node] = {}
    for part in draw.pick(("train",), ("train", "t10k"), ("t10k",)):
        n = draw.randrange(1, 12)
        shape = _image_shape(draw, n)
        ending = draw.pick("", ".gz")
        files[f"{part}-images-idx3-ubyte{ending}"] = _idx_file(draw, shape)
        if draw.chance(0.7):
            n_labels = n if draw.chance(0.8) else draw.randrange(12)
            files[f"{part}-labels-idx1-ubyte{draw.pick('', '.gz')}"] = _idx_file(draw, (n_labels,))
    if draw.chance(0.05):
        files[draw.pick(*files)] = draw.pick(Odd("pipe"), Odd("folder"), Link("nowhere"), Link("."), b"")
    return Case(files, ("{here}",))


def _image_shape(draw: Draw, n: int) -> tuple[int, ...]:
    side = 5 if draw.chance(0.8) else draw.randrange(1, 30)
    shape = (n, side, draw.pick(side, side, 4))
    return draw.pick(shape, shape, shape, (*shape, 3), (*shape, 1), (*shape, 2), shape[:2], shape[:1])


def _idx_file(draw: Draw, shape: tuple[int, ...]) -> bytes:
    dtype = draw.pick("u1", "u1", "u1", *IDX_CODES)
    array = numbers(draw, shape, dtype)
    body = array.astype(array.dtype.newbyteorder(">")).tobytes()
    sizes, code, rank = list(shape), IDX_CODES[dtype], len(shape)
    if draw.chance(0.15):
        lie = draw.pick(0, 1, 2**32 - 1, 2**31, 70_000, sizes[0] + 1, sizes[0] - 1)
        sizes[draw.randrange(rank)] = lie % 2**32
    if draw.chance(0.04):
        code, rank = draw.pick((code, 0), (code, 255), (code, 5), (7, rank), (255, rank))
    whole = bytes([0, 0, code, rank]) + b"".join(struct.pack(">I", size) for size in sizes) + body
    if draw.chance(0.01):
        return _idx_bomb(draw)
    if draw.chance(0.2):
        whole = damaged(draw, whole)
    if draw.chance(0.5):
        whole = gzip.compress(whole, mtime=0) + draw.pick(
            b"", b"", b"", b"\0" * 20, b"rubbish", gzip.compress(b"x")
        )
        whole = damaged(draw, whole) if draw.chance(0.15) else whole
    return whole


def _idx_bomb(draw: Draw) -> bytes:
    """A few kilobytes that unpack to megabytes: as many as the header says, more, or fewer."""
    n = draw.pick(20_000, 5_000)
    body = bytes(n * 784 + draw.pick(0, 0, 1, -1, 4 << 20))
    return gzip.compress(bytes([0, 0, 8, 3]) + struct.pack(">III", n, 28, 28) + body, mtime=0)


# -- npy ----------------------------------------------------------------------------------------------

_DTYPES = ("<f4", "<f8", ">f8", "<f2", "|u1", "|i1", "<i4", ">i8", "<u8", "|b1")
_ODD_DTYPES = (
    "<f16", "<c16", "|S5", "<U4", "<M8[ns]", "<m8", "|V8", "|O", "O", "|S0", "<U0", "|V0", "f", "q",
    "i4,f4",
    "(2,)f4", "(2147483647,)f8", "3i4", "", " ", "\0", "é", "f99", "<f8<f8", "float", "U999999999",
    "V2147483647",
)  # fmt: skip


def npy_bytes(draw: Draw, array: np.ndarray, is_true: bool = False) -> bytes:
    """An array as .npy with a header of our own, which often lies unless ``is_true``."""
    header = _npy_header(draw, array, is_true)
    body = array.tobytes(order="F" if "'fortran_order': True" in header else "C")
    version = 1 if is_true else draw.pick(1, 1, 1, 1, 2, 2, 3, 0, 255)
    text = header.encode("utf-8" if version == 3 else "latin-1", "replace") + b"\n"
    length = len(text)
    if not is_true and draw.chance(0.04):
        length = draw.pick(0, 1, length - 1, length + 1, 60_000)
    size = struct.pack("<H" if version == 1 else "<I", length % 65536)
    whole = b"\x93NUMPY" + bytes([version, 0]) + size + text + body
    return damaged(draw, whole) if not is_true and draw.chance(0.12) else whole


def _npy_header(draw: Draw, array: np.ndarray, is_true: bool) -> str:
    shape: Any = array.shape
    dtype: Any = array.dtype.str
    is_fortran: Any = draw.chance(0.2)
    if not is_true and draw.chance(0.25):
        shape = draw.pick(
            (), (-1, 2), (0, 5), (2**62, 2), (2**31, 2**31, 2**31), (10**40, 2), (True, 2), (2.0, 2), [3,
            4], 5,
            "x", (3,) * 33, (1,) * 64, (2**63, 0), (*shape, 1), shape[:-1], None, (7, *shape[1:]),
        )  # fmt: skip
    if not is_true and draw.chance(0.15):
        dtype = draw.pick(
            *_ODD_DTYPES,
            [("a", "<f4"), ("b", "<i4")],
            [("a", "|O")],
            [],
            [("a", "<f4", (10**9,))],
            7,
            None,
            {},
        )
    if not is_true and draw.chance(0.03):
        is_fortran = draw.pick(1, None, "True", [])
    text = f"{{'descr': {dtype!r}, 'fortran_order': {is_fortran!r}, 'shape': {shape!r}, }}"
    if not is_true and draw.chance(0.05):
        text = draw.pick(
            text.replace("}", "'x': 1}"), text.replace("'shape'", "'Shape'"), "(" * 300 + ")" * 300,
            "{}" + text,
            "[" * 5000, text + " " * 20_000, text.replace("'", '"""'), "__import__('os').mkdir('x')",
            "{'a': '\\d'}",
            text.replace("(", "(1L, "), "1" * 9000, "-" * 9000 + "1", "{" * 90,
        )  # fmt: skip
    return text


def _array(draw: Draw) -> np.ndarray:
    n = draw.pick(1, 2, 3, 7, 20)
    shape = draw.pick(
        (n, 2), (n, 2), (n, 16), (n, 5), (n, 4, 4), (n, 4, 4, 3), (n, 4, 4, 1), (n,), (n, 1), (n, 0), (n,
        3, 3, 3, 3),
        (n, 4, 4, 2), (n, 300, 300, 3) if draw.chance(0.03) else (n, 9),
    )  # fmt: skip
    return numbers(draw, shape, draw.pick(*_DTYPES))


def make_npy(draw: Draw) -> Case:
    """Read as data, or as points for the KL tab."""
    if draw.chance(0.04):
        pickled = np.empty(2, dtype=object)
        pickled[:] = [Malice(), 1]
        stream = io.BytesIO()
        np.lib.format.write_array(stream, pickled, allow_pickle=True)
        content = stream.getvalue() if draw.chance(0.7) else pickle.dumps(Malice())
    elif draw.chance(0.01):
        content = npy_bytes(draw, np.zeros((draw.pick(30_000, 100_000), 2)), is_true=True)
    else:
        content = npy_bytes(draw, _array(draw))
    return Case({"a.npy": content}, ("{here}/a.npy",))


# -- npz ----------------------------------------------------------------------------------------------


def make_npz(draw: Draw) -> Case:
    if draw.chance(0.02):
        return Case({"a.npz": _npz_bomb(draw)}, ("{here}/a.npz",))
    stream = io.BytesIO()
    n = draw.randrange(1, 9)
    with zipfile.ZipFile(stream, "w", draw.pick(0, 8, 8)) as archive:
        for name, array in _members(draw, n):
            info = zipfile.ZipInfo(name)
            kind = draw.pick(0, 8, 8, 8, 8, 12, 14) if draw.chance(0.3) else 8
            archive.writestr(info, npy_bytes(draw, array, draw.chance(0.85)), kind)
        for index in range(draw.pick(0, 0, 0, 0, 1, 1001) if draw.chance(0.1) else 0):
            archive.writestr(f"other{index}.npy", b"")
    whole = stream.getvalue()
    if draw.chance(0.05):
        whole = _tampered(draw, whole)
    if draw.chance(0.2):
        whole = damaged(draw, whole)
    return Case({"a.npz": whole}, ("{here}/a.npz",))


def _members(draw: Draw, n: int) -> list[tuple[str, np.ndarray]]:
    shape = draw.pick((2,), (16,), (4, 4), (4, 4, 3))
    dtype = draw.pick(*_DTYPES)
    n_labels = n if draw.chance(0.9) else draw.randrange(12)
    members = [(draw.pick(*NPZ_INPUTS), numbers(draw, (n, *shape), dtype))]
    if draw.chance(0.6):
        members.append((draw.pick("labels", "y", "y_train", "arr_1"), _labels(draw, n_labels)))
    if draw.chance(0.3):
        members.append(
            ("x_test", numbers(draw, (3, *shape), dtype if draw.chance(0.8) else draw.pick(*_DTYPES)))
        )
        if draw.chance(0.6):
            members.append(("y_test", _labels(draw, 3)))
    if draw.chance(0.1):
        members.append((draw.pick("../../x", "/etc/x", "images", "a\0b", "x" * 300, ""), np.zeros(2)))
    draw.shuffle(members)
    ending = ".npy" if draw.chance(0.9) else draw.pick("", ".NPY", ".txt")
    return [(name + ending, array) for name, array in members]


def _labels(draw: Draw, n: int) -> np.ndarray:
    return draw.pick(
        np.arange(n) % 3, np.arange(n) % 3, np.arange(n) / 2, np.arange(n).astype("<f8"), np.eye(max(n,
        1))[:n],
        np.array([f"w\n{k}" for k in range(n)] or ["x"]), np.full(n, np.nan), np.zeros((n, 1)),
        np.zeros(()),
        np.full(n, 2**63, dtype=np.uint64), np.array([b"x"] * max(n, 1)), np.zeros((n, 2, 2)),
        np.arange(n) > 1,
        np.full(n, 1e300), np.full(n, "\U0001f600" * 50),
    )  # fmt: skip


def _tampered(draw: Draw, whole: bytes) -> bytes:
    """Another word in the directory of the archive: method, flags, sizes, offsets."""
    content = bytearray(whole)
    at = content.rfind(b"PK\x01\x02")
    place, width = draw.pick((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (42, 4))
    value = draw.pick(0, 1, 2, 9, 12, 14, 93, 99, 2**16 - 1, 2**31, 2**32 - 1, 1 << 28)
    if at >= 0:
        content[at + place : at + place + width] = (value % 256**width).to_bytes(width, "little")
    return bytes(content)


def _npz_bomb(draw: Draw) -> bytes:
    shape = draw.pick((16_000, 28, 28), (4_000, 28, 28), (2_000_000, 2), (20_000_000,))
    array = np.zeros(shape, dtype=draw.pick("|u1", "|b1"))
    if draw.chance(0.5):
        array.flat[:2] = 1
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        content = npy_bytes(draw, array, is_true=True)
        archive.writestr("images.npy", content, draw.pick(8, 8, 12, 14))
    return stream.getvalue() if draw.chance(0.9) else bz2.compress(stream.getvalue())
