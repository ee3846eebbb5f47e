"""Files that are no sessions, dropped on the window: one sentence in the banner, the state untouched."""

import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from dgm_explorer.ui.main_window import MainWindow

HEAD = b'{"format": "dgm-explorer-session", "version": 1, '
BAD = {
    "latin-1": HEAD + '"title": "Größe"}'.encode("latin-1"),
    "long number": HEAD + b'"kl": {"seed": ' + b"1" * 4000 + b"}}",
    "long key": HEAD + b'"' + b"k" * 100_000 + b'": 1}',
    "line break in a key": HEAD + b'"a\\nb": 1}',
    "deep": HEAD + b'"kl": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "endless window": HEAD + b'"kl": {"view": {"mu_lo": -1e308, "mu_hi": 1e308}}}',
    "weights": HEAD + b'"kl": {"p": [{"weight": 0, "mu": 0, "sigma": 1}]}}',
    "empty": b"",
}


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    common = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, QDragEnterEvent(window.rect().center(), *common))
    QApplication.sendEvent(window, QDropEvent(QPointF(window.rect().center()), *common))


def assert_refused(window: MainWindow, tab: Any, path: Path) -> None:
    before = tab.store.state
    drop(window, path)
    assert window.banner.isVisible()
    assert window.banner.tone == "warning"
    assert str(path) in window.banner.text
    assert "\n" not in window.banner.text
    assert len(window.banner.text) < 300 + len(str(path))
    assert tab.store.state is before
    assert not tab.store.can_undo


@pytest.mark.parametrize("content", BAD.values(), ids=list(BAD))
def test_a_bad_file_is_refused(window: MainWindow, tab: Any, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.dgm.json"
    path.write_bytes(content)
    assert_refused(window, tab, path)
    assert path.read_bytes() == content


@pytest.mark.skipif(os.name == "nt", reason="pipes of Unix")
def test_a_pipe_does_not_hold_the_window(window: MainWindow, tab: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert_refused(window, tab, tmp_path / "pipe.json")
    assert_refused(window, tab, tmp_path / "missing.json")
