"""What desktops are told of the program: one name for all of it, files that validators accept, icons."""

import configparser
import importlib.util
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from dgm_explorer import __version__, app
from dgm_explorer.paths import resource_root

ROOT = Path(__file__).resolve().parent.parent.parent
LINUX = ROOT / "packaging" / "linux"
ENTRY = LINUX / f"{app.DESKTOP_ID}.desktop"
METAINFO = LINUX / f"{app.DESKTOP_ID}.metainfo.xml"


def test_every_file_is_named_after_the_one_id() -> None:
    assert {path.name for path in LINUX.iterdir()} == {ENTRY.name, METAINFO.name}
    entry = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    entry.optionxform = str  # type: ignore[method-assign, assignment]  # keys of desktop entries know case
    entry.read(ENTRY, encoding="utf-8")
    assert entry["Desktop Entry"]["Icon"] == app.DESKTOP_ID
    component = ElementTree.parse(METAINFO).getroot()
    assert component.findtext("id") == app.DESKTOP_ID
    assert component.findtext("launchable") == ENTRY.name


def test_the_newest_release_is_this_version() -> None:
    release = ElementTree.parse(METAINFO).getroot().find("releases/release")
    assert release is not None
    assert release.get("version") == __version__


@pytest.mark.parametrize(
    "command",
    [["desktop-file-validate", str(ENTRY)], ["appstreamcli", "validate", "--no-net", str(METAINFO)]],
    ids=lambda command: command[0],
)
def test_validators_accept_them(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hint:" not in done.stdout + done.stderr


def test_icons_are_painted_at_every_size(tmp_path: Path, qtbot: QtBot) -> None:
    del qtbot  # pictures are painted by Qt
    icons = _load_icons()
    icons.write_icons(resource_root() / "icons" / "dgm-explorer.svg", tmp_path)
    for size_px in icons.SIZES_PX:
        with Image.open(tmp_path / f"{size_px}.png") as picture:
            assert picture.size == (size_px, size_px)
            assert picture.mode == "RGBA"
            assert picture.getpixel((0, 0))[3] < 128, "the corners are round"
            assert len(picture.getcolors(1 << 20)) > 20, "something is drawn"
    with Image.open(tmp_path / "dgm-explorer.ico") as icon:
        assert icon.info["sizes"] == {(side, side) for side in icons.ICO_SIZES_PX}
    with Image.open(tmp_path / "dgm-explorer.icns") as icon:
        assert (512, 512, 2) in icon.info["sizes"]


def _load_icons():  # type: ignore[no-untyped-def]  # a module
    """A module of the folder packaging/, which is no package and shares its name with one."""
    spec = importlib.util.spec_from_file_location("packaging_icons", ROOT / "packaging" / "icons.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
