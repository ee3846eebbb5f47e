"""Waiting until a window stands still."""

from PySide6.QtWidgets import QApplication


def settle() -> None:
    """Let layouts come to rest: what a child asks for reaches its parents one turn later.

    And let painting that is held back be done.
    """
    while True:
        for _ in range(4):
            QApplication.processEvents()
        if all(window.updatesEnabled() for window in QApplication.topLevelWidgets()):
            return
