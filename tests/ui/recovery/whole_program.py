"""The whole program in a process of its own, with a hand that does as the command line says.

``change VALUE``: set α of the KL tab and wait to be killed once it is kept. ``abort``: the same, and crash.
``close VALUE``: set it and close properly. ``answer BUTTON``: press a button of what is offered and close.
``look``: say what is offered and close.
"""

import os
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from dgm_explorer import app
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.recovery import autosave, crash_guard
from dgm_explorer.ui.recovery.panel import RecoveryPanel

PATIENCE_S = 30.0
crash_guard.SETTLE_MS = 50
autosave.PAUSE_MS = 50


class Hand:
    """Looks every few milliseconds whether it can act."""

    def __init__(self, what: str, value: str) -> None:
        self.what, self.value = what, value
        self.began_s = time.monotonic()
        self.has_acted = False
        self.timer = QTimer()
        self.timer.setInterval(20)
        self.timer.timeout.connect(self.act)
        self.timer.start()

    def act(self) -> None:
        window = next((w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)), None)
        guard = next(iter(QApplication.instance().findChildren(crash_guard.CrashGuard)), None)
        recovery = None if guard is None else guard.recovery
        if window is None or recovery is None or recovery.is_looking:
            return
        if time.monotonic() - self.began_s > PATIENCE_S:
            os._exit(3)
        if not self.has_acted:
            self.has_acted = True
            self.begin(window)
        elif recovery.autosave is None or not recovery.autosave.is_waiting:
            self.end(window)

    def begin(self, window: MainWindow) -> None:
        panels = window.findChildren(RecoveryPanel)
        for panel in panels:
            print("offered:", *(label.text() for label in panel.findChildren(QLabel)), sep="|")
        store = window.tabs()[0].store
        assert store is not None
        if self.what == "answer":
            next(b for b in panels[0].findChildren(QPushButton) if b.text() == self.value).click()
        elif self.value:
            store.update(alpha=float(self.value))
        print("alpha", store.state.alpha, flush=True)

    def end(self, window: MainWindow) -> None:
        self.timer.stop()
        if self.what == "abort":
            os.abort()
        if self.what == "change":
            print("kept", flush=True)
        else:
            window.close()


if __name__ == "__main__":
    app.make_application()
    hand = Hand(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
    sys.exit(app.run_window(app.WindowOptions(theme="light", tab="kl")))
