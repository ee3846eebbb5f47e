"""What the window remembers between two starts; nothing read from disk is believed."""

from pathlib import Path

from PySide6.QtCore import QByteArray

from dgm_explorer.ui.settings_file import SettingsFile
from dgm_explorer.ui.theme import LIGHT, THEMES
from dgm_explorer.ui.window_place import seal, unseal

MAX_RECENT = 8
MAX_PATH = 4096
LAYOUT_VERSION = 2
"""Raise it when docks change, so that an old layout is not forced on a new window."""


class WindowSettings:
    """Typed view on an INI file; a value that is missing or makes no sense reads as its default.

    Parameters
    ----------
    path : the INI file, made on the first write; None remembers only until the window closes.

    Attributes
    ----------
    is_first_start : nothing was ever remembered here, nor set aside; known before anything is written.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = SettingsFile(path)
        self.is_first_start = path is not None and not any(path.parent.glob(f"{path.name}*"))

    @property
    def theme(self) -> str:
        name = self._read("theme")
        return name if isinstance(name, str) and name in THEMES else LIGHT.name

    @theme.setter
    def theme(self, name: str) -> None:
        self._write("theme", name)

    def describe_troubles(self) -> str:
        """Why something is not used or will not be kept, in sentences; empty for nothing. Asks the disk."""
        return self._file.describe_troubles()

    def note_welcome(self) -> None:
        """The next start is not the first one, however this one ends."""
        self._write("welcomed", True)

    @property
    def tab(self) -> str:
        """Key of the tab last in front; the window checks that it has one of that name."""
        key = self._read("tab")
        return key if isinstance(key, str) else ""

    @tab.setter
    def tab(self, key: str) -> None:
        self._write("tab", key)

    @property
    def geometry(self) -> QByteArray:
        return self._bytes("geometry")

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._write("geometry", seal(value))

    @property
    def layout(self) -> QByteArray:
        """Docks, as `QMainWindow.saveState` writes them."""
        return self._bytes("layout")

    @layout.setter
    def layout(self, value: QByteArray) -> None:
        self._write("layout", seal(value))

    @property
    def picture_size(self) -> str:
        """Of the picture last exported, such as ``8.5x6cm at 300 dpi``; empty for the size on the screen."""
        words = self._read("picture_size")
        return words if isinstance(words, str) else ""

    @picture_size.setter
    def picture_size(self, words: str) -> None:
        self._write("picture_size", words)

    @property
    def recent_files(self) -> tuple[Path, ...]:
        """Newest first."""
        stored = self._read("recent")
        names = stored if isinstance(stored, list) else [stored]
        return tuple(Path(name) for name in names if isinstance(name, str) and _is_path(name))[:MAX_RECENT]

    def add_recent_file(self, path: Path) -> None:
        """Put ``path`` first."""
        path = path.absolute()
        others = [other for other in self.recent_files if other != path]
        self._write_recent((path, *others))

    def drop_recent_file(self, path: Path) -> None:
        """Forget a file that turned out to be unreadable."""
        self._write_recent(tuple(other for other in self.recent_files if other != path))

    def _write_recent(self, paths: tuple[Path, ...]) -> None:
        self._write("recent", [str(path) for path in paths[:MAX_RECENT]])

    def _read(self, key: str) -> object:
        return self._file.read(key)

    def _write(self, key: str, value: object) -> None:
        self._file.write(key, value)

    def _bytes(self, key: str) -> QByteArray:
        value = self._read(key)
        return unseal(value) if isinstance(value, QByteArray) else QByteArray()


def _is_path(name: str) -> bool:
    """Whether it can be the name of a file, and be shown in a menu."""
    return 0 < len(name) <= MAX_PATH and name.isprintable()
