"""Errors that nobody caught."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.error_reporter import MIN_INTERVAL_S, ErrorReporter


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


def test_a_flood_is_logged_whole_and_said_once(reports: Reports) -> None:
    for index in range(50):
        reports.fail(RuntimeError(f"paint {index}"))
    assert len(reports.said) == 1
    assert reports.log_path.read_text().count("Traceback") == 50
    reports.now_s += MIN_INTERVAL_S
    reports.fail(RuntimeError("again"))
    assert len(reports.said) == 2


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


def test_a_log_that_cannot_be_written_does_not_make_things_worse(tmp_path: Path, qtbot: QtBot) -> None:  # noqa: ARG001
    (tmp_path / "file").write_text("")
    reports = Reports(tmp_path / "file" / "log.txt")
    reports.reporter.install()
    reports.fail(ValueError("x"))
    reports.reporter.uninstall()
    assert len(reports.said) == 1
