"""Remembered settings: kept, and never believed."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from dgm_explorer.ui.window_settings import MAX_RECENT, WindowSettings


def test_settings_come_back(tmp_path: Path) -> None:
    first = WindowSettings(tmp_path / "w.ini")
    first.theme, first.tab, first.geometry = "dark", "vq-vae", QByteArray(b"\x00\x01geo")
    first.add_recent_file(tmp_path / "a.dgm.json")
    first.add_recent_file(tmp_path / "b.dgm.json")
    first.add_recent_file(tmp_path / "a.dgm.json")
    del first
    second = WindowSettings(tmp_path / "w.ini")
    assert (second.theme, second.tab, second.geometry) == ("dark", "vq-vae", QByteArray(b"\x00\x01geo"))
    assert [path.name for path in second.recent_files] == ["a.dgm.json", "b.dgm.json"]
    second.drop_recent_file(tmp_path / "a.dgm.json")
    assert [path.name for path in second.recent_files] == ["b.dgm.json"]


def test_recent_files_are_few(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "w.ini")
    for index in range(MAX_RECENT + 5):
        settings.add_recent_file(tmp_path / f"{index}.dgm.json")
    assert len(settings.recent_files) == MAX_RECENT
    assert settings.recent_files[0].name == f"{MAX_RECENT + 4}.dgm.json"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe garbage [[[\n=\n",
        b"[General]\ntheme=pink\ntab=@ByteArray(x)\ngeometry=7\nlayout=no\nrecent=@Invalid()\n",
        b"[General]\ntheme=1, 2, 3\ngeometry=@Size(1 2)\nrecent=@Variant(\\0\\0)\n",
    ],
    ids=["empty", "garbage", "nonsense", "wrong types"],
)
def test_a_damaged_file_reads_as_defaults(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.ini").write_bytes(content)
    settings = WindowSettings(tmp_path / "w.ini")
    assert settings.theme == "light"
    assert isinstance(settings.tab, str)
    assert settings.geometry.isEmpty()
    assert settings.layout.isEmpty()
    assert settings.recent_files == ()


def test_without_a_file_nothing_is_kept() -> None:
    settings = WindowSettings(None)
    settings.theme = "dark"
    assert settings.theme == "dark"
    assert WindowSettings(None).theme == "light"
