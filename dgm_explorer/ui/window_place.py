"""Where the window was, remembered so that nothing damaged or gone can hide it or bring Qt down."""

import zlib

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_MARK = b"dgm1"
_SUM_BYTES = 4
LEAST_SEEN = QSize(240, 120)
"""What must be on a screen for a hand to get hold of the window, in pixels."""


def seal(content: QByteArray) -> QByteArray:
    """``content`` with a check sum: one wrong byte in the layout of docks makes Qt 6.11 crash."""
    plain = content.data()
    return QByteArray(_MARK + zlib.crc32(plain).to_bytes(_SUM_BYTES, "big") + plain)


def unseal(sealed: QByteArray) -> QByteArray:
    """What `seal` was given; empty where anything was changed since."""
    raw = sealed.data()
    start = len(_MARK) + _SUM_BYTES
    mark, check, plain = raw[: len(_MARK)], raw[len(_MARK) : start], raw[start:]
    is_whole = mark == _MARK and check == zlib.crc32(plain).to_bytes(_SUM_BYTES, "big")
    return QByteArray(plain) if is_whole else QByteArray()


def bring_onto_screen(window: QWidget, usual: QSize) -> None:
    """Move a window that no hand could reach, as where its screen is gone, to the first screen."""
    place = window.geometry()
    areas = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    seen = [area.intersected(place).size() for area in areas]
    if not areas or any(
        size.width() >= LEAST_SEEN.width() and size.height() >= LEAST_SEEN.height() for size in seen
    ):
        return
    area = QGuiApplication.primaryScreen().availableGeometry()
    window.resize(usual.boundedTo(area.size()))
    window.move(area.topLeft())
