"""The INI file behind the remembered settings; one that is damaged is set aside, never overwritten."""

import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

MAX_BYTES = 1 << 18
MAX_SET_ASIDE = 5

SHAPES: Mapping[str, tuple[type, ...]] = {
    "theme": (str,),
    "tab": (str,),
    "picture_size": (str,),
    "welcomed": (str, bool),
    "recent": (str, list),
    "geometry": (QByteArray,),
    "layout": (QByteArray,),
}
"""What each setting may be read as."""


class SettingsFile:
    """Reads and writes single settings.

    Parameters
    ----------
    path : the INI file, made with the first write; None remembers only until the window closes.

    Attributes
    ----------
    trouble : why what was remembered is not used; one sentence, empty for nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._unfiled: dict[str, object] = {}
        self._file: QSettings | None = None
        self.trouble = ""
        if path is not None:
            self.trouble, is_usable = _make_way(path)
            self._file = _open(path) if is_usable else None

    def read(self, key: str) -> object:
        return self._unfiled.get(key) if self._file is None else self._file.value(key)

    def write(self, key: str, value: object) -> None:
        if self._file is None:
            self._unfiled[key] = value
        else:
            self._file.setValue(key, value)

    def describe_troubles(self) -> str:
        """Why something is not used or will not be kept, in sentences; empty for nothing. Asks the disk."""
        sentences = [self.trouble] if self.trouble else []
        if self._path is not None and (self._file is None or not self._file.isWritable()):
            sentences.append(f"Settings are not kept: {self._path} cannot be written.")
        return " ".join(sentences)


def _open(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


def _make_way(path: Path) -> tuple[str, bool]:
    """Set the file aside if it is damaged: what there is to say, and whether ``path`` can be used."""
    try:
        damage = _find_damage(path)
    except (FileNotFoundError, NotADirectoryError):
        return "", True
    except OSError as error:
        return f"The settings in {path} cannot be read ({error.strerror or error}); defaults are used.", False
    if not damage:
        return "", True
    aside = path.with_name(f"{path.name}.bad-{time.strftime('%Y%m%d-%H%M%S')}")
    words = f"The settings were damaged ({damage}) and defaults are used"
    try:
        path.rename(aside)
    except OSError as error:
        return f"{words}; {path} could not be set aside ({error.strerror or error}).", False
    _sweep(path)
    return f"{words}; the old ones are in {aside}.", True


def _find_damage(path: Path) -> str:
    """What is wrong with the file, in a few words; empty for nothing.

    Raises
    ------
    OSError
        If it is not there, or cannot be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        return "no file"
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        return f"more than {MAX_BYTES // 1024} KiB"
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "no text in UTF-8"
    if "\0" in text:
        return "zero bytes in it"
    if "@Variant(" in text or "@DateTime(" in text:  # never written here; Qt would build any type from it
        return "objects in it"
    settings = _open(path)
    if settings.status() != QSettings.Status.NoError:
        return "no INI file"
    strange = [key for key, types in SHAPES.items() if not _is_shaped(settings.value(key), types)]
    return f"{', '.join(strange)}: not as written" if strange else ""


def _is_shaped(value: object, types: tuple[type, ...]) -> bool:
    if isinstance(value, list):
        return list in types and all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, types)


def _sweep(path: Path) -> None:
    """Keep the newest few of those set aside: the time stands in their names."""
    with suppress(OSError):
        for old in sorted(path.parent.glob(f"{path.name}.bad-*"))[:-MAX_SET_ASIDE]:
            old.unlink()
