"""A system that lacks a library of Qt, or a display, is told so before Qt would abort."""

import shutil
import sys

import pytest

from dgm_explorer import qt_libraries
from dgm_explorer.qt_libraries import EVERY_PLATFORM, X11, missing_libraries, why_qt_cannot_start

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lacks libraries")


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Sonames that the loader is made not to find."""
    sonames: set[str] = set()
    monkeypatch.setattr(qt_libraries, "is_loadable", lambda soname: soname not in sonames)
    monkeypatch.setattr(qt_libraries, "_x_server_answers", lambda: True)
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}" if tool == "apt-get" else None)
    return sonames


@pytest.mark.parametrize("library", [*EVERY_PLATFORM, *X11])
def test_the_debian_package_of_a_missing_library_is_named(
    library: qt_libraries.SystemLibrary, lacking: set[str]
) -> None:
    lacking.add(library.soname)
    sentence = why_qt_cannot_start({"DISPLAY": ":0"})
    assert sentence is not None
    assert library.soname in sentence
    assert sentence.endswith(f"run: sudo apt-get install {library.debian}.")


def test_offscreen_needs_no_display_and_no_x_library(lacking: set[str]) -> None:
    lacking.update(library.soname for library in X11)
    assert why_qt_cannot_start({"QT_QPA_PLATFORM": "offscreen"}) is None
    assert why_qt_cannot_start({"QT_QPA_PLATFORM": "xcb:opt", "DISPLAY": ":0"}) is not None


def test_wayland_alone_is_enough(lacking: set[str]) -> None:
    lacking.update(library.soname for library in X11)
    assert why_qt_cannot_start({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}) is None


def test_no_display_is_named_with_its_remedy(lacking: set[str]) -> None:
    assert lacking == set()
    sentence = why_qt_cannot_start({})
    assert sentence is not None
    assert "--screenshot" in sentence


def test_fedora_gets_its_own_names(lacking: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}" if tool == "dnf" else None)
    lacking.add("libEGL.so.1")
    sentence = why_qt_cannot_start({"QT_QPA_PLATFORM": "offscreen"})
    assert sentence is not None
    assert "sudo dnf install mesa-libEGL" in sentence


def test_the_real_loader_is_asked() -> None:
    library = qt_libraries.SystemLibrary("libno-such-thing.so.9", "libno-such-thing9", "no-such-thing")
    assert missing_libraries((library,)) == (library,)
