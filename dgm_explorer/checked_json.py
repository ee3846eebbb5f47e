"""Versioned JSON documents from outside, checked before anything in them is believed.

A document holds plain values only: nothing in it is run, and a key that the program does not know is
refused with its path, so that a typing slip never passes as a default. msgspec is imported where a
document is read or written: the first paint need not wait for it.
"""

import dataclasses
import re
import stat
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One kind of document.

    Attributes
    ----------
    format : value of its key ``format``.
    version : the one version that this program reads and writes.
    noun : what it is called in sentences, such as ``session``.
    max_bytes : larger files are refused unread.
    """

    format: str
    version: int
    noun: str
    max_bytes: int = 1 << 20


def read_document(path: Path, kind: DocumentKind) -> Mapping[str, Any]:
    """Read the body of a document: what is in it beside ``format`` and ``version``, not yet converted.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, is no JSON object, or is of another kind or version.
    """
    document = _decode(_read_bounded(path, kind), path, kind)
    if document.get("format") != kind.format:
        raise InputError(
            f'{path} is not a {kind.noun} file (its "format" is not "{kind.format}"); name another one.'
        )
    version = document.get("version")
    if version != kind.version or isinstance(version, bool):
        raise InputError(
            f"{path} is a {kind.noun} of version {_shortened(repr(version))}, this program reads version "
            f"{kind.version}; open it with the program that wrote it."
        )
    return {key: value for key, value in document.items() if key not in ("format", "version")}


def write_document(path: Path, kind: DocumentKind, content: object) -> None:
    """Write a dataclass as a document in one step: what stood there before stays if anything fails.

    Fields that are None are left out.

    Raises
    ------
    InputError
        If the place cannot be written to, or a name in ``content`` is no text.
    """
    import msgspec

    if not dataclasses.is_dataclass(content) or isinstance(content, type):
        raise TypeError(f"{type(content).__name__} is no dataclass")
    fields = {key: value for key, value in dataclasses.asdict(content).items() if value is not None}
    document = {"format": kind.format, "version": kind.version, **fields}
    try:
        content = msgspec.json.encode(document)
    except UnicodeEncodeError as error:  # a path of bytes that are no UTF-8
        raise InputError(
            f"{path} cannot be written: {error.object[:200]!r} is no text in UTF-8; rename that file."
        ) from error
    with open_atomically(path) as file:
        file.write(msgspec.json.format(content, indent=2) + b"\n")


def convert_checked(value: object, target: type[T], path: Path, where: str = "") -> T:
    """Make a dataclass of plain values.

    Parameters
    ----------
    value : what was decoded from the JSON.
    target : the dataclass; its own checks run too.
    path : of the document, for the message.
    where : path of ``value`` inside the document; empty at its top.

    Raises
    ------
    InputError
        If there is a key that ``target`` has no field for, or a value that does not fit; with its path.
    """
    import msgspec

    stranger = _find_unknown_key(value, target, where)
    if stranger is not None:
        raise InputError(
            f"{path}: the key {_shortened(stranger)} is not known; check its spelling or remove it."
        )
    try:
        return msgspec.convert(value, target)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {_describe(str(error), where)}") from error


def _read_bounded(path: Path, kind: DocumentKind) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its other end
            raise InputError(f"{path} is a directory or a device; name a {kind.noun} file that exists.")
        with path.open("rb") as file:
            content = file.read(kind.max_bytes + 1)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read ({reason}); name a {kind.noun} file that exists.") from error
    if len(content) > kind.max_bytes:
        raise InputError(
            f"{path} is larger than {kind.max_bytes // 1024} KiB and so is not a {kind.noun} file; "
            "name another one."
        )
    return content


def _decode(content: bytes, path: Path, kind: DocumentKind) -> Mapping[str, Any]:
    import msgspec

    remedy = f"restore it or save the {kind.noun} again."
    try:
        document = msgspec.json.decode(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not text in UTF-8 (byte {error.start + 1}); {remedy}") from error
    except msgspec.DecodeError as error:
        what = str(error).partition(" - at ")[0]
        raise InputError(f"{path} is damaged or is no {kind.noun} file ({what}); {remedy}") from error
    except RecursionError as error:
        raise InputError(f"{path} is nested too deeply for a {kind.noun}; name another file.") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no {kind.noun} (no JSON object at its top); name another file.")
    return document


@lru_cache
def _hints(kind: type) -> dict[str, Any]:
    """Kept: they are asked for once per step of a lecture and tab, and take longer than all the rest."""
    return get_type_hints(kind)


def _find_unknown_key(value: object, kind: Any, where: str) -> str | None:
    """Path of the first key in ``value`` that the dataclass ``kind`` has no field for."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(value, dict):
        hints = _hints(kind)
        for key, item in value.items():
            path = f"{where}.{key}" if where else str(key)
            stranger = path if key not in hints else _find_unknown_key(item, hints[key], path)
            if stranger is not None:
                return stranger
    if get_origin(kind) is types.UnionType:  # such as X | None
        return _find_unknown_key(value, get_args(kind)[0], where)
    if get_origin(kind) is tuple and isinstance(value, list):
        for index, item in enumerate(value):
            stranger = _find_unknown_key(item, get_args(kind)[0], f"{where}[{index}]")
            if stranger is not None:
                return stranger
    return None


def _shortened(text: str) -> str:
    """One line of at most 80 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def _describe(message: str, outer: str) -> str:
    """Turn msgspec's ``what - at `$.kl.p[0]` `` into a sentence with a remedy."""
    what, _, place = message.partition(" - at `$")
    inner = place.rstrip("`")
    where = (outer + inner).lstrip(".") or "top level"
    remedy = "" if what.endswith(".") else "; correct the value."
    what = re.sub(r"\d{30,}", "a number of many digits", what)
    return f"at {where}: {what[:1].lower()}{what[1:]}{remedy}"
