"""The pinned Qt does not lose references: PySide6 6.12 on Python 3.11 drops one to None with every paint."""

import sys
import time

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

LEAST_UPDATES = 300
DURATION_S = 3.0


@pytest.mark.skipif(sys.getrefcount(None) >= 2**30, reason="None is immortal from Python 3.12 on")
def test_painting_for_some_seconds_does_not_use_up_none(qtbot: QtBot, qapp: QApplication) -> None:
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    curve = plot.plot([0.0, 1.0], [0.0, 1.0])
    plot.resize(400, 300)
    plot.show()
    qtbot.waitExposed(plot)
    x = np.linspace(0.0, 1.0, 200)
    qapp.processEvents()
    before = sys.getrefcount(None)
    end = time.monotonic() + DURATION_S
    updates = 0
    while updates < LEAST_UPDATES or time.monotonic() < end:
        updates += 1
        curve.setData(x, np.sin(x * updates))
        # a new range makes new ticks, and so exercises every virtual method of the axes
        plot.setXRange(0.0, 1.0 + 0.01 * updates, padding=0)
        plot.setYRange(-1.0 - 0.01 * updates, 1.0, padding=0)
        qapp.processEvents()
    assert sys.getrefcount(None) >= before - 50, f"{updates} paints lost references to None"
