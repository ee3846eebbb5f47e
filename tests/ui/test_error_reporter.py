"""Errors that nobody caught."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRunnable, QThread, QThreadPool
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui import error_reporter
from dgm_explorer.ui.error_reporter import MAX_LOGGED, MIN_INTERVAL_S, ErrorReporter
from dgm_explorer.ui.main_window import MainWindow


class Reports:
    """A reporter with a hand-driven clock, and what it said."""

    def __init__(self, log_path: Path) -> None:
        self.now_s = 100.0
        self.said: list[str] = []
        self.log_path = log_path
        self.reporter = ErrorReporter(log_path, clock=lambda: self.now_s)
        self.reporter.reported.connect(self.said.append)

    def fail(self, error: Exception) -> None:
        try:
            raise error
        except Exception as caught:
            sys.excepthook(type(caught), caught, caught.__traceback__)


@pytest.fixture
def reports(qtbot: QtBot, tmp_path: Path) -> Iterator[Reports]:  # noqa: ARG001
    result = Reports(tmp_path / "deep" / "log.txt")
    before = (sys.excepthook, threading.excepthook)
    result.reporter.install()
    yield result
    result.reporter.uninstall()
    assert (sys.excepthook, threading.excepthook) == before


def test_an_error_is_logged_with_its_traceback_and_said_in_a_sentence(reports: Reports) -> None:
    reports.fail(ZeroDivisionError("no way"))
    assert len(reports.said) == 1
    assert "ZeroDivisionError: no way" in reports.said[0]
    assert str(reports.log_path) in reports.said[0]
    assert "Traceback" in reports.log_path.read_text()


def test_what_the_program_logs_itself_reaches_the_log_too(reports: Reports) -> None:
    assert not reports.log_path.exists()
    for words in ("a run has failed", "another one too"):
        logging.getLogger("dgm_explorer").error(words)
    written = reports.log_path.read_text()
    assert written.count("ERROR a run has failed") == written.count("ERROR another one too") == 1
    reports.fail(RuntimeError("paint"))
    assert reports.log_path.read_text().count("RuntimeError: paint") == 1


def test_a_library_that_logs_too_does_not_make_the_terminal_say_errors_twice(
    reports: Reports, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ziafont does: the first ``logging.debug`` of anybody gives the root logger a terminal of its own."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logging.debug("glyphs were replaced")
    reports.fail(RuntimeError("paint"))
    assert capsys.readouterr().err.count("RuntimeError: paint") == 1


def test_a_flood_is_said_once_and_does_not_push_its_beginning_out_of_the_log(reports: Reports) -> None:
    for index in range(50):
        reports.fail(RuntimeError(f"paint {index}"))
    assert len(reports.said) == 1
    written = reports.log_path.read_text()
    assert written.count("Traceback") == MAX_LOGGED
    assert "paint 0" in written
    reports.now_s += MIN_INTERVAL_S
    reports.fail(RuntimeError("again"))
    assert len(reports.said) == 2
    assert "RuntimeError: again" in reports.said[1]
    assert "49 more errors" in reports.said[1]
    assert f"{50 - MAX_LOGGED} more exceptions were not written" in reports.log_path.read_text()


def test_what_was_held_back_is_said_when_nothing_more_comes(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(error_reporter, "MIN_INTERVAL_S", 0.1)
    reports = Reports(tmp_path / "log.txt")
    reports.reporter.install()
    for index in range(4):
        reports.fail(RuntimeError(f"paint {index}"))
    qtbot.waitUntil(lambda: len(reports.said) == 2)
    assert "paint 3" in reports.said[1]
    assert "2 more errors" in reports.said[1]
    qtbot.wait(250)
    assert len(reports.said) == 2
    reports.reporter.uninstall()


def test_the_log_is_bounded(reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_reporter, "MAX_LOG_BYTES", 2000)
    for index in range(40):
        reports.now_s += MIN_INTERVAL_S
        reports.fail(RuntimeError(f"number {index}"))
    kept = sorted(path.name for path in reports.log_path.parent.iterdir())
    assert kept == ["log.txt", "log.txt.1"]
    assert all(path.stat().st_size <= 2000 for path in reports.log_path.parent.iterdir())
    assert "number 39" in reports.log_path.read_text()


def test_an_endless_message_is_cut(reports: Reports) -> None:
    reports.fail(RuntimeError("x" * 10**6 + "\nsecond line"))
    assert len(reports.said[0]) < 1000
    assert "\n" not in reports.said[0]


def test_an_input_error_speaks_for_itself(reports: Reports) -> None:
    reports.fail(InputError("sigma = 0 must be positive."))
    assert reports.said == ["sigma = 0 must be positive."]


def test_an_error_in_a_thread_is_reported_too(reports: Reports, qtbot: QtBot) -> None:
    def fail() -> None:
        raise OSError("disk")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(reports.said) == 1)


class Torn(QWidget):
    """Fails whenever it is painted."""

    n_paints = 0

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.n_paints += 1
        raise RuntimeError("cannot be painted")


def test_a_widget_that_cannot_be_painted_is_said_once_and_the_window_lives(
    reports: Reports, window: MainWindow, qtbot: QtBot
) -> None:
    reports.reporter.reported.connect(window.banner.warn_until_dismissed)
    torn = Torn(window.current_tab)
    torn.setGeometry(0, 0, 400, 200)  # below the banner, whose coming paints it again
    torn.show()
    for _ in range(12):
        torn.update()
        qtbot.wait(5)
    assert torn.n_paints > 5
    assert len(reports.said) == 1
    assert "RuntimeError: cannot be painted" in window.banner.text
    assert window.banner.isVisible()
    torn.hide()
    n_paints = torn.n_paints
    qtbot.wait(50)
    assert torn.n_paints == n_paints


class FailingThread(QThread):
    def run(self) -> None:
        raise OSError("in a thread of Qt")


class FailingTask(QRunnable):
    def run(self) -> None:
        raise OSError("in a pool")


def test_errors_in_threads_of_qt_are_reported_in_the_windows_thread(reports: Reports, qtbot: QtBot) -> None:
    thread = FailingThread()
    thread.start()
    qtbot.waitUntil(lambda: len(reports.said) == 1)
    assert thread.wait(2000)
    assert "in a thread of Qt" in reports.said[0]
    reports.now_s += MIN_INTERVAL_S
    pool = QThreadPool()
    pool.start(FailingTask())
    qtbot.waitUntil(lambda: len(reports.said) == 2)
    assert pool.waitForDone(2000)
    assert "in a pool" in reports.said[1]


def test_a_log_that_cannot_be_written_does_not_make_things_worse(tmp_path: Path, qtbot: QtBot) -> None:  # noqa: ARG001
    (tmp_path / "file").write_text("")
    reports = Reports(tmp_path / "file" / "log.txt")
    reports.reporter.install()
    reports.fail(ValueError("x"))
    reports.reporter.uninstall()
    assert len(reports.said) == 1
