"""The file behind the settings: set aside where it is damaged, said where it cannot be kept."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from dgm_explorer.ui.settings_file import MAX_BYTES, MAX_SET_ASIDE, SettingsFile
from dgm_explorer.ui.window_settings import WindowSettings

DAMAGED = {
    "garbage": b"\x80\x81 garbage [[[\n=\n",
    "zero bytes": b"[General]\ntheme=da\0rk\n",
    "no INI file": b"[General]\ntheme=dark\nthis line says nothing\n[broken\n",
    "a list as theme": b"[General]\ntheme=1, 2, 3\n",
    "a number as geometry": b"[General]\ngeometry=7\n",
    "objects": b"[General]\nrecent=@Variant(\\0\\0\\0\\x9\\xff\\xff\\xff\\xff)\n",
    "endless": b"[General]\ntheme=" + b"d" * MAX_BYTES,
    "bytes as recent files": b"[General]\nrecent=@ByteArray(abc)\n",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_set_aside_and_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.ini"
    path.write_bytes(content)
    settings = WindowSettings(path)
    (aside,) = tmp_path.glob("w.ini.bad-*")
    assert aside.read_bytes() == content
    assert str(aside) in settings.describe_troubles()
    assert "defaults are used" in settings.describe_troubles()
    assert (settings.theme, settings.tab, settings.recent_files) == ("light", "", ())
    assert not settings.is_first_start
    settings.theme = "dark"
    del settings
    again = WindowSettings(path)
    assert again.theme == "dark"
    assert again.describe_troubles() == ""


@pytest.mark.parametrize(
    "content",
    [
        b"[General]\ntheme=dark\n",
        b"",
        b"[General]\ntheme=of another version\nnew_key=3\n[Group]\nx=@Size(1 2)\n",
        "[General]\nrecent=/tmp/Größe.dgm.json\n".encode(),
    ],
)
def test_a_file_that_only_says_other_things_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.ini").write_bytes(content)
    assert SettingsFile(tmp_path / "w.ini").describe_troubles() == ""
    assert not list(tmp_path.glob("*.bad-*"))


def test_hostile_recent_files_are_no_files(tmp_path: Path) -> None:
    names = ["/a/b.dgm.json", "x" * 5000, "", "with\\x1b[2Jcolour", "/c/d.dgm.json"]
    (tmp_path / "w.ini").write_text(f"[General]\nrecent={', '.join(names)}\n")
    found = WindowSettings(tmp_path / "w.ini").recent_files
    assert [path.name for path in found] == ["b.dgm.json", "d.dgm.json"]


def test_only_the_newest_few_are_kept_aside(tmp_path: Path) -> None:
    for second in range(MAX_SET_ASIDE + 3):
        (tmp_path / f"w.ini.bad-20200101-00000{second}").write_text("old")
    (tmp_path / "w.ini").write_bytes(b"\xff")
    SettingsFile(tmp_path / "w.ini")
    left = sorted(path.name for path in tmp_path.glob("w.ini.bad-*"))
    assert len(left) == MAX_SET_ASIDE
    assert left[0] > "w.ini.bad-20200101-000003"


def test_a_folder_that_cannot_be_written_is_said_and_lasts_for_this_window(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file in the place of the folder")
    settings = WindowSettings(tmp_path / "config" / "w.ini")
    settings.theme = "dark"
    assert settings.theme == "dark"
    assert "Settings are not kept" in settings.describe_troubles()
    assert "cannot be written" in settings.describe_troubles()


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "w.ini" / "inside").mkdir(parents=True)
    settings = WindowSettings(tmp_path / "w.ini")
    assert settings.theme == "light"
    assert "no file" in settings.describe_troubles()
    assert (next(tmp_path.glob("w.ini.bad-*")) / "inside").is_dir()


def test_what_was_changed_in_the_geometry_is_not_handed_to_qt(tmp_path: Path) -> None:
    first = WindowSettings(tmp_path / "w.ini")
    first.geometry, first.layout = QByteArray(b"geometry"), QByteArray(b"layout")
    del first
    text = (tmp_path / "w.ini").read_bytes()
    (tmp_path / "w.ini").write_bytes(text.replace(b"layout)", b"lay0ut)"))
    os.utime(tmp_path / "w.ini", (0, 0))  # QSettings reads a file anew whose size or time has changed
    second = WindowSettings(tmp_path / "w.ini")
    assert second.geometry.data() == b"geometry"
    assert second.layout.isEmpty()
