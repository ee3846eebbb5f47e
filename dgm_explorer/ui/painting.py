"""Painting at once what the event loop would paint later, and in pieces."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QGraphicsView, QWidget


def paint_now(widget: QWidget, plots: QWidget) -> None:
    """Paint everything in the window of ``widget`` that waits to be painted, in one pass.

    All plots lie within ``plots``: to look through every widget would take longer than to paint some.

    Left to the event loop, the scene of every plot tells its view in an event of its own and has the window
    painted there and then: once per plot, with mouse events and timers between the pieces.
    """
    if not widget.isVisible():
        return
    window, request = widget.window(), QEvent.Type.UpdateRequest
    # A window has one request at a time. With that one taken back, the scenes cannot have it painted.
    widget.update(0, 0, 1, 1)
    QCoreApplication.removePostedEvents(window, request.value)
    try:
        for view in plots.findChildren(QGraphicsView):
            if view.isVisible():
                QCoreApplication.sendPostedEvents(view.scene(), QEvent.Type.MetaCall.value)
    finally:
        QCoreApplication.sendEvent(window, QEvent(request))
