"""The process that trains for a window: one run after the other, each driven as in a thread of the window."""

import faulthandler
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing import current_process
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TextIO

from dgm_explorer.driver.imported import ImportedMakeRun
from dgm_explorer.driver.messages import (
    Copied,
    FromChild,
    Heard,
    LogLine,
    Ready,
    Start,
    Taken,
    ToChild,
    WarmUp,
)
from dgm_explorer.driver.niceness import be_nice
from dgm_explorer.driver.parcel import Packer
from dgm_explorer.driver.run_driver import RunDriver
from dgm_explorer.driver.update import RunUpdate

LAST_WORDS_S = 60.0
"""For a run whose window has gone to save itself."""

PATIENCE_S = 1.0
"""With a window that does not listen, before asking oneself whether there is one."""

BROKEN_STATUS = 70

logger = logging.getLogger("dgm_explorer")


def serve(
    connection: "Connection[FromChild, ToChild]", crash_end: "Connection[bytes, bytes]", token: str
) -> None:
    """Work for the window at the other end until that is gone.

    Parameters
    ----------
    connection : to the window.
    crash_end : gets the traceback of a crash below Python.
    token : names of shared memory begin with it.
    """
    be_nice()
    current_process().daemon = False  # or libraries could not start processes of their own
    if sys.platform == "win32":  # there the pipe is no file
        faulthandler.enable(sys.stderr or _open_nothing())
    else:
        faulthandler.enable(crash_end.fileno())
    if sys.stderr is None:  # a windowed start has none, and libraries write there
        sys.stderr = _open_nothing()
    child = _Child(connection, token)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is meant for the window
    signal.signal(signal.SIGTERM, lambda *_: child.stop())
    child.work()


class _Child:
    """Runs in the main thread; a second one listens."""

    def __init__(self, connection: "Connection[FromChild, ToChild]", token: str) -> None:
        self._connection = connection
        self._send_lock = threading.Lock()
        self._packer = Packer(token)
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._driver: RunDriver | None = None
        self._slot: _ChildSlot | None = None
        self._is_working = False

    def work(self) -> None:
        """Do what is asked for, one thing after the other; ends with the window."""
        logger.addHandler(_Forwarder(self.send))
        threading.Thread(target=self._listen, name="listener", daemon=True).start()
        self.send(Ready())
        while (job := self._jobs.get()) is not None:
            job()
            gc.collect()  # what the run has left
            if not gc.get_freeze_count():
                gc.freeze()  # libraries stay: later collections need not look at their objects
        self._packer.close()

    def stop(self) -> None:
        """End the run under way behind its present step, and the process."""
        if self._driver is not None:
            self._driver.obey("stop")
        if self._slot is not None:
            self._slot.is_hurried = True
        self._jobs.put(None)

    def send(self, message: FromChild) -> None:
        """Tell the window, if it is there."""
        with self._send_lock, suppress(OSError):
            self._connection.send(message)

    def _listen(self) -> None:
        """The listener's thread."""
        try:
            while True:
                self._heed(self._connection.recv())
        except (EOFError, OSError):
            self._survive_the_window()
        except BaseException:
            logger.exception("the process that trains did not understand the window")
            os._exit(BROKEN_STATUS)

    def _heed(self, message: ToChild) -> None:
        if isinstance(message, Start):
            self._slot = _ChildSlot(self.send, self._packer)
            self._driver = RunDriver(message.make_run, message.request, self._slot, message.is_paused)
            self._jobs.put(partial(self._train, self._driver))
        elif isinstance(message, WarmUp):
            self._jobs.put(partial(_warm_up, message.make_run))
        elif isinstance(message, Copied | Taken):
            if self._slot is not None:
                self._slot.note(message)
        elif self._driver is not None:
            self._driver.obey(message)
            if message == "stop":
                self.send(Heard())

    def _train(self, driver: RunDriver) -> None:
        self._is_working = True
        driver.drive()
        self._is_working = False

    def _survive_the_window(self) -> None:
        """Save what is under way, and end: at once if that is nothing, or a library that is being loaded."""
        if not self._is_working:
            os._exit(0)
        self.stop()
        time.sleep(LAST_WORDS_S)
        os._exit(BROKEN_STATUS)


class _ChildSlot:
    """`run_driver.Slot` whose other half is in the window's process.

    Attributes
    ----------
    is_hurried : wait no longer for a window that may have gone.
    """

    def __init__(self, send: Callable[[FromChild], None], packer: Packer) -> None:
        self.is_hurried = False
        self._send = send
        self._packer = packer
        self._n_sent = self._n_taken = 0
        self._is_free = threading.Event()
        self._is_free.set()

    @property
    def is_empty(self) -> bool:
        return self._n_taken >= self._n_sent

    def put(self, update: RunUpdate) -> None:
        while not self._is_free.wait(PATIENCE_S):
            if self.is_hurried:
                return
        parcel = self._packer.pack(update)
        if parcel.block:
            self._is_free.clear()
        self._n_sent += 1
        self._send(parcel)

    def note(self, message: Copied | Taken) -> None:
        """The window's end has got so far."""
        if isinstance(message, Taken):
            self._n_taken = message.count
        else:
            self._is_free.set()


class _Forwarder(logging.Handler):
    """Hands records of the log to the window's process."""

    def __init__(self, send: Callable[[FromChild], None]) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        self._send(LogLine(record.levelno, self.format(record)))


def _warm_up(make_run: ImportedMakeRun) -> None:
    try:
        make_run.warm_up()
    except Exception as error:  # the run that needs it will say so
        logger.info("not loaded beforehand: %s", error)


def _open_nothing() -> TextIO:
    return Path(os.devnull).open("w")
