"""Errors that nobody caught: written to a log, shown in the window, never the end of it."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dgm_explorer.core.errors import InputError

MIN_INTERVAL_S = 5.0
MAX_LOGGED = 20
"""Tracebacks in each interval: a flood shall not push what began it out of the log."""

MAX_LOG_BYTES = 1 << 20
N_OLD_LOGS = 1
MAX_WORDS = 300

logger = logging.getLogger("dgm_explorer")


class ErrorReporter(QObject):
    """Takes the place of ``sys.excepthook`` and ``threading.excepthook`` while installed.

    A failing ``paintEvent`` can raise sixty times a second: at most one sentence every `MIN_INTERVAL_S`
    reaches the window, and says how many errors it stands for; the log gets the first `MAX_LOGGED`. May be
    called from any thread; `reported` arrives in the GUI thread at receivers that live there.

    Parameters
    ----------
    log_path : the log; it and its folder are made when first needed. At `MAX_LOG_BYTES` it becomes
        ``<name>.1`` and a new one begins.
    clock : seconds, monotonic.
    """

    reported = Signal(str)

    _held_back = Signal()
    """An error waits to be counted, in the GUI thread."""

    def __init__(
        self,
        log_path: Path,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._log_path = log_path
        self._clock = clock
        self._lock = threading.Lock()
        self._reported_at_s = float("-inf")
        self._n_in_interval = 0
        self._n_unsaid = 0
        self._last_unsaid: BaseException | None = None
        self._handlers: list[logging.Handler] = []
        self._opener = _Opener(self._open_log)
        self._previous = (sys.excepthook, threading.excepthook)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._say_rest)
        self._held_back.connect(self._wait)

    def install(self) -> None:
        self._previous = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.report
        threading.excepthook = self._report_thread
        logger.addHandler(self._opener)
        logger.propagate = False  # a library's first word gives the root logger a terminal too

    def uninstall(self) -> None:
        sys.excepthook, threading.excepthook = self._previous
        self._timer.stop()
        logger.propagate = True
        logger.removeHandler(self._opener)
        for handler in self._handlers:
            logger.removeHandler(handler)
            handler.close()
        self._handlers.clear()

    def report(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        """Log an error and, if it is time, tell the window."""
        if issubclass(kind, KeyboardInterrupt):
            self._previous[0](kind, error, traceback)
            return
        with self._lock:
            self._open_log()
            now_s = self._clock()
            is_due = now_s - self._reported_at_s >= MIN_INTERVAL_S
            if is_due:
                self._begin_interval(now_s)
                n_more, self._n_unsaid, self._last_unsaid = self._n_unsaid, 0, None
            else:
                self._n_unsaid += 1
                self._last_unsaid = error.with_traceback(None)
            self._n_in_interval += 1
            is_logged = self._n_in_interval <= MAX_LOGGED
        if is_logged:
            logger.error("uncaught exception", exc_info=(kind, error, traceback))
        if is_due:
            self.reported.emit(self._describe(error, n_more))
        else:
            self._held_back.emit()

    def _begin_interval(self, now_s: float) -> None:
        self._reported_at_s = now_s
        if self._n_in_interval > MAX_LOGGED:
            logger.error("%d more exceptions were not written", self._n_in_interval - MAX_LOGGED)
        self._n_in_interval = 0

    @Slot()
    def _wait(self) -> None:
        if not self._timer.isActive():
            self._timer.start(round(1000 * MIN_INTERVAL_S))

    @Slot()
    def _say_rest(self) -> None:
        """The interval is over: say what was held back in it."""
        with self._lock:
            error, n_more = self._last_unsaid, self._n_unsaid - 1
            self._n_unsaid, self._last_unsaid = 0, None
            self._begin_interval(self._clock())
        if error is not None:
            self.reported.emit(self._describe(error, n_more))

    def _report_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_type, args.exc_value, args.exc_traceback)

    def _describe(self, error: BaseException, n_more: int) -> str:
        also = f" {n_more} more errors came shortly before." if n_more > 0 else ""
        if isinstance(error, InputError):
            return f"{error}{also}"
        words = " ".join(f"{type(error).__name__}: {error}".split())[:MAX_WORDS]
        return (
            f"Something went wrong inside the program ({words}); what you see may be incomplete.{also} "
            f"Details are in {self._log_path}."
        )

    def _open_log(self) -> None:
        if self._handlers:
            return
        from logging.handlers import RotatingFileHandler  # takes the first paint 10 ms, and no error may come

        if sys.stderr is not None:  # a windowed start has none
            self._handlers.append(logging.StreamHandler())
        try:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            self._handlers.append(
                RotatingFileHandler(
                    self._log_path, maxBytes=MAX_LOG_BYTES, backupCount=N_OLD_LOGS, encoding="utf-8"
                )
            )
        except OSError as error:
            logger.warning("%s cannot be written: %s", self._log_path, error)
        for handler in self._handlers:
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            logger.addHandler(handler)


class _Opener(logging.Handler):
    """Opens the log for the first record, whoever writes it; what is added meanwhile gets that record too."""

    def __init__(self, open_log: Callable[[], None]) -> None:
        super().__init__()
        self._open_log = open_log
        self._has_opened = False

    def emit(self, _record: logging.LogRecord) -> None:
        if not self._has_opened:
            self._has_opened = True
            self._open_log()
