"""Errors that nobody caught: written to a log, shown in the window, never the end of it."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from dgm_explorer.core.errors import InputError

MIN_INTERVAL_S = 5.0
MAX_LOG_BYTES = 1 << 20

logger = logging.getLogger("dgm_explorer")


class ErrorReporter(QObject):
    """Takes the place of ``sys.excepthook`` and ``threading.excepthook`` while installed.

    A failing ``paintEvent`` can raise sixty times a second: everything is logged, but at most one
    sentence every `MIN_INTERVAL_S` reaches the window. May be called from any thread; `reported`
    arrives in the GUI thread at receivers that live there.

    Parameters
    ----------
    log_path : the log; it and its folder are made when first needed.
    clock : seconds, monotonic.
    """

    reported = Signal(str)

    def __init__(
        self,
        log_path: Path,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._log_path = log_path
        self._clock = clock
        self._reported_at_s = float("-inf")
        self._handlers: list[logging.Handler] = []
        self._previous = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        self._previous = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.report
        threading.excepthook = self._report_thread

    def uninstall(self) -> None:
        sys.excepthook, threading.excepthook = self._previous
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
        self._open_log()
        logger.error("uncaught exception", exc_info=(kind, error, traceback))
        now_s = self._clock()
        if now_s - self._reported_at_s >= MIN_INTERVAL_S:
            self._reported_at_s = now_s
            self.reported.emit(self._describe(error))

    def _report_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_type, args.exc_value, args.exc_traceback)

    def _describe(self, error: BaseException) -> str:
        if isinstance(error, InputError):
            return str(error)
        return (
            f"Something went wrong inside the program ({type(error).__name__}: {error}); "
            f"what you see may be incomplete. Details are in {self._log_path}."
        )

    def _open_log(self) -> None:
        if self._handlers:
            return
        if sys.stderr is not None:  # a windowed start has none
            self._handlers.append(logging.StreamHandler())
        try:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            is_full = self._log_path.exists() and self._log_path.stat().st_size > MAX_LOG_BYTES
            self._handlers.append(
                logging.FileHandler(self._log_path, "w" if is_full else "a", encoding="utf-8")
            )
        except OSError as error:
            logger.warning("%s cannot be written: %s", self._log_path, error)
        for handler in self._handlers:
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            logger.addHandler(handler)
