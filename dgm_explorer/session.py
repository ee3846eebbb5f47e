"""Session files (``.dgm.json``) and presets: the states of the tabs as checked, versioned JSON.

A file holds plain values only: nothing in it is run, and a key that the program does not know is
refused with its path, so that a typing slip never passes as a default. msgspec is imported where a file
is read or written: the first paint need not wait for it.
"""

import dataclasses
import re
import stat
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.paths import resource_root

FORMAT = "dgm-explorer-session"
VERSION = 1
MAX_BYTES = 1 << 20
TAB_KEYS = ("kl", "reparam", "gmm-vae", "vq-vae")


@dataclass(frozen=True, slots=True)
class Session:
    """What a session file keeps.

    Attributes
    ----------
    tab : key of the tab in front, one of `TAB_KEYS`.
    kl, gmm_vae : states of these tabs; None where the file does not speak of a tab and leaves it alone.
    title, description : what a preset is called and what to look at in it.
    """

    tab: str = "kl"
    kl: KLState | None = None
    gmm_vae: GmmVaeState | None = None
    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if self.tab not in TAB_KEYS:
            raise InputError(f"tab {self.tab[:40]!r} is not known; use one of {', '.join(TAB_KEYS)}.")


def read_session(path: Path | str) -> Session:
    """Read a session file.

    Raises
    ------
    InputError
        If the file cannot be read, is not a session of this version, holds a key or a value that
        does not belong there, or is larger than `MAX_BYTES`.
    """
    content = _read_bounded(Path(path))
    return _parse(content, str(path))


def write_session(path: Path | str, session: Session) -> None:
    """Write a session file in one step: what stood there before stays if anything fails.

    Raises
    ------
    InputError
        If the place cannot be written to.
    """
    import msgspec

    content = {key: value for key, value in dataclasses.asdict(session).items() if value is not None}
    document = {"format": FORMAT, "version": VERSION, **content}
    with open_atomically(Path(path)) as file:
        file.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def preset_names() -> tuple[str, ...]:
    """Names of the presets that the program ships, in the order of its menu."""
    return tuple(_preset_files())


def read_preset(name: str) -> Session:
    """Read a shipped preset.

    Raises
    ------
    InputError
        If there is no preset of that name; the message lists the names.
    """
    files = _preset_files()
    if name not in files:
        raise InputError(f"there is no preset {name!r}; use one of {', '.join(files)}.")
    return read_session(files[name])


def _preset_files() -> Mapping[str, Path]:
    """Name → file; the two digits that lead a file name only give the order."""
    folder = resource_root() / "presets"
    return {re.sub(r"^\d+-", "", path.stem): path for path in sorted(folder.glob("*.json"))}


def _read_bounded(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its other end
            raise InputError(f"{path} is a directory or a device; name a session file that exists.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read ({reason}); name a session file that exists.") from error
    if len(content) > MAX_BYTES:
        raise InputError(
            f"{path} is larger than {MAX_BYTES // 1024} KiB and so is not a session file; name another one."
        )
    return content


def _parse(content: bytes, path: str) -> Session:
    import msgspec

    document = _decode(content, path)
    if document.get("format") != FORMAT:
        raise InputError(f'{path} is not a session file (its "format" is not "{FORMAT}"); name another one.')
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        raise InputError(
            f"{path} is a session of version {_shortened(repr(version))}, this program reads version "
            f"{VERSION}; open it with the program that wrote it."
        )
    body = {key: value for key, value in document.items() if key not in ("format", "version")}
    stranger = _find_unknown_key(body, Session, "")
    if stranger is not None:
        key = _shortened(stranger)
        raise InputError(f"{path}: the key {key} is not known; check its spelling or remove it.")
    try:
        return msgspec.convert(body, Session)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {_describe(str(error))}") from error


def _decode(content: bytes, path: str) -> Mapping[str, Any]:
    import msgspec

    try:
        document = msgspec.json.decode(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not text in UTF-8 (byte {error.start + 1}); restore it or save the session again."
        ) from error
    except msgspec.DecodeError as error:
        raise InputError(
            f"{path} is damaged or is no session file ({str(error).partition(' - at ')[0]}); restore it or "
            "save the session again."
        ) from error
    except RecursionError as error:
        raise InputError(f"{path} is nested too deeply for a session; name another file.") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no session (no JSON object at its top); name another file.")
    return document


def _find_unknown_key(value: object, kind: Any, where: str) -> str | None:
    """Path of the first key in ``value`` that the dataclass ``kind`` has no field for."""
    if dataclasses.is_dataclass(kind) and isinstance(value, dict):
        hints = get_type_hints(kind)
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


def _describe(message: str) -> str:
    """Turn msgspec's ``what - at `$.kl.p[0]` `` into a sentence with a remedy."""
    what, _, place = message.partition(" - at `$")
    where = place.rstrip("`").lstrip(".") or "top level"
    remedy = "" if what.endswith(".") else "; correct the value."
    what = re.sub(r"\d{30,}", "a number of many digits", what)
    return f"at {where}: {what[:1].lower()}{what[1:]}{remedy}"
