"""The one-slot mailbox."""

import threading
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.mailbox import Mailbox


class Reader(QObject):
    """Takes whatever comes, in the thread it lives in."""

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self.mailbox = mailbox
        self.taken: list[Any] = []
        self.threads: set[QThread] = set()
        mailbox.filled.connect(self.read)

    @Slot()
    def read(self) -> None:
        self.threads.add(QThread.currentThread())
        value = self.mailbox.take()
        if value is not None:
            self.taken.append(value)


@pytest.mark.usefixtures("qapp")
def test_the_newest_value_takes_the_place_of_the_older_one() -> None:
    mailbox = Mailbox()
    for value in range(1, 4):
        mailbox.put(value)
    assert mailbox.take() == 3
    assert mailbox.take() is None
    assert mailbox.is_empty


@pytest.mark.usefixtures("qapp")
def test_one_wake_up_however_many_values_wait() -> None:
    mailbox, woken = Mailbox(), []
    mailbox.filled.connect(lambda: woken.append(True))
    for value in range(1, 10):
        mailbox.put(value)
    assert len(woken) == 1
    mailbox.take()
    mailbox.put(10)
    assert len(woken) == 2


@pytest.mark.usefixtures("qapp")
def test_who_takes_says_how_many_values_that_stood_for() -> None:
    mailbox, counts = Mailbox(), []
    mailbox.emptied.connect(counts.append)
    mailbox.take()
    for n_values in (1, 3, 2):
        for value in range(1, n_values + 1):
            mailbox.put(value)
        mailbox.take()
    assert counts == [1, 4, 6]


@pytest.mark.usefixtures("qapp")
def test_values_that_must_not_be_lost_are_merged() -> None:
    mailbox = Mailbox(lambda old, new: old + new)
    mailbox.put([1])
    mailbox.put([2])
    mailbox.put([3])
    assert mailbox.take() == [1, 2, 3]


def test_a_thread_that_floods_the_mailbox_never_forms_a_queue_and_loses_nothing(qtbot: QtBot) -> None:
    n_values = 20_000
    mailbox = Mailbox(lambda old, new: old + new)
    reader = Reader(mailbox)

    def flood() -> None:
        for value in range(n_values):
            mailbox.put([value])

    thread = threading.Thread(target=flood)
    thread.start()
    qtbot.waitUntil(lambda: sum(map(len, reader.taken)) == n_values, timeout=10_000)
    thread.join()
    assert [value for values in reader.taken for value in values] == list(range(n_values))
    assert reader.threads == {reader.thread()}
