"""Painting in one pass."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.painting import paint_now


class Paints(QObject):
    """Counts how often a window, and how often what lies in it, is painted."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self.requests = 0
        self.painted: set[QObject] = set()
        window.installEventFilter(self)
        for view in window.findChildren(pg.PlotWidget):
            view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.requests += event.type() == QEvent.Type.UpdateRequest
        if event.type() == QEvent.Type.Paint:
            self.painted.add(watched)
        return False


def test_two_plots_are_painted_at_once_in_one_pass(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QHBoxLayout(window)
    plots = [pg.PlotWidget() for _ in range(2)]
    curves = [plot.plot(np.zeros(3)) for plot in plots]
    for plot in plots:
        layout.addWidget(plot)
    window.show()
    qtbot.wait(50)
    paints = Paints(window)
    for curve in curves:
        curve.setData(np.arange(3.0))
    paint_now(window, window)
    assert paints.requests == 1
    assert {plot.viewport() for plot in plots} <= paints.painted
    paints.painted.clear()
    curves[0].setData(np.ones(3))
    # and the event loop goes on painting by itself
    qtbot.waitUntil(lambda: plots[0].viewport() in paints.painted, timeout=1000)
