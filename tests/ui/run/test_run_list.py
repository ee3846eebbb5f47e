"""A menu of runs does not wait for the disk."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from dgm_explorer.runs.listing import RunSummary
from dgm_explorer.ui.run.run_list import RunList


class SlowDisk:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ("a",)
        self.may_answer = threading.Event()

    def look(self) -> Sequence[RunSummary]:
        assert self.may_answer.wait(10)
        return [RunSummary(Path(name), "gmm-vae", "digits", "", None, 0, None) for name in self.names]


def fill(menu: QMenu, runs: Sequence[RunSummary]) -> None:
    menu.clear()
    for run in runs:
        menu.addAction(run.path.name)


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


@pytest.fixture
def menu(qtbot: QtBot) -> QMenu:
    result = QMenu()
    qtbot.addWidget(result)
    return result


def test_it_opens_at_once_and_is_filled_when_the_disk_answers(menu: QMenu, qtbot: QtBot) -> None:
    disk, owner = SlowDisk(), QObject()
    runs = RunList(disk.look, owner)
    runs.fill(menu, fill)
    assert texts(menu) == ["Looking for runs…"]
    disk.may_answer.set()
    qtbot.waitUntil(lambda: texts(menu) == ["a"])
    disk.may_answer.clear()
    disk.names = ("b", "a")
    runs.fill(menu, fill)
    assert texts(menu) == ["a"]  # what was known
    disk.may_answer.set()
    qtbot.waitUntil(lambda: texts(menu) == ["b", "a"])
    runs.close()


def test_what_was_found_again_leaves_an_open_menu_alone(menu: QMenu, qtbot: QtBot) -> None:
    disk, owner = SlowDisk(), QObject()
    disk.may_answer.set()
    runs = RunList(disk.look, owner)
    runs.fill(menu, fill)
    qtbot.waitUntil(lambda: texts(menu) == ["a"])
    runs.fill(menu, fill)
    action = menu.actions()[0]
    runs.close()
    qtbot.wait(50)
    assert menu.actions()[0] is action
