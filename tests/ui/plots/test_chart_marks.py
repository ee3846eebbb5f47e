"""Marks of charts as they are painted."""

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.chart_marks import LevelOverlay
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.theme import LIGHT


@pytest.mark.parametrize("is_named_left", [False, True])
def test_a_level_has_its_name_at_the_end_that_is_free(qtbot: QtBot, is_named_left: bool) -> None:
    plot = Plot(NumberAxis("bottom", ""), NumberAxis("left", ""))
    qtbot.addWidget(plot)
    plot.set_theme(LIGHT)
    plot.resize(400, 200)
    plot.set_view_range((0.0, 1.0), (0.0, 1.0))
    level = LevelOverlay(plot.view_box, is_named_left)
    with qtbot.waitExposed(plot):
        plot.show()
    before = painted(plot)
    level.set_level(0.5, "min f")
    rows, columns = np.nonzero(painted(plot) != before)
    line = np.bincount(rows).argmax()
    name = columns[rows < line - 2] / before.shape[1]
    assert len(name) > 20
    assert (name < 0.35).all() if is_named_left else (name > 0.65).all()


def painted(plot: Plot) -> np.ndarray:
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1).copy()
