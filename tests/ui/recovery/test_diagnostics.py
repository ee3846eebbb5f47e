"""The text to be copied into a report."""

import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from dgm_explorer.paths import state_dir
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.recovery.crash_logs import crash_folder
from dgm_explorer.ui.recovery.diagnostics import LOG_LINES, LOG_NAME, describe_everything, without_home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folders of the user lie in it, as they do."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


def test_versions_last_crash_and_log_are_in_it_and_the_home_folder_is_not(home: Path) -> None:
    crashes = crash_folder(state_dir())
    crashes.mkdir(parents=True)
    (crashes / "20260101-000000-1-aaaaaa.log").write_text(f'Fatal error: old\n  File "{home}/x.py"\n')
    (crashes / "20260202-000000-1-aaaaaa.log").write_text(f'Fatal error: new\n  File "{home}/x.py"\n')
    (state_dir() / LOG_NAME).write_text("".join(f"line {n} of {home}\n" for n in range(500)))
    text = describe_everything([("theme", "dark")])
    assert f"Python: {platform.python_version()}" in text
    assert f"torch: {metadata.version('torch')}" in text
    assert "theme: dark" in text
    assert "Fatal error: new" in text
    assert "Fatal error: old" not in text
    assert 'File "~/x.py"' in text
    assert "line 499 of ~" in text
    assert f"line {500 - LOG_LINES - 1} " not in text
    assert str(home) not in text


def test_it_is_small_and_printable_whatever_the_log_holds(home: Path) -> None:  # noqa: ARG001
    state_dir().mkdir(parents=True)
    (state_dir() / LOG_NAME).write_bytes(b"\x00\xff\x1b[2J" * 10**6 + b"\nlast")
    text = describe_everything()
    assert len(text) < 100_000
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert text.rstrip().endswith("last")


def test_torch_is_not_loaded_for_its_version() -> None:
    code = (
        "import sys\n"
        "from dgm_explorer.ui.recovery.diagnostics import describe_everything\n"
        "describe_everything()\n"
        "print('torch' in sys.modules, 'PySide6' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_home_at_the_root_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/")
    assert without_home("a/b") == "a/b"


def test_the_menu_puts_it_into_the_clipboard(window: MainWindow, tab: QWidget) -> None:
    window.actions_by_key["help.diagnostics"].trigger()
    text = QGuiApplication.clipboard().text()
    assert "theme: light" in text
    assert "tab: kl" in text
    assert "Qt: 6." in text
    assert "dpi" in text
    assert "in the clipboard" in window.statusBar().currentMessage()
    assert tab.isVisible()
