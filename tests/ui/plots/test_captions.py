"""Text over a plot stays inside it."""

import numpy as np
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.plots.captions import CornerText
from dgm_explorer.ui.plots.landscape_view import LandscapeView

LONG = "basins of gradient flow, Euclidean metric of (μ, log σ)"


def test_a_long_caption_wraps_in_a_narrow_view(qtbot: QtBot) -> None:
    view = LandscapeView("KL(p‖q)", "forward")
    qtbot.addWidget(view)
    caption = CornerText(view.view_box, "bottom-left")
    caption.set_text(LONG)
    heights = []
    for width in (900, 300):
        view.resize(width, 300)
        view.show()
        QTest.qWait(1)
        box, room = caption.boundingRect(), view.view_box.rect()
        assert room.contains(box)
        heights.append(box.height())
    assert heights[1] > 1.5 * heights[0]


def test_a_caption_does_not_hide_a_small_landscape(qtbot: QtBot) -> None:
    view = LandscapeView("KL(q‖p)", "reverse")
    qtbot.addWidget(view)
    corner = np.linspace(0.0, 1.0, 8)
    view.set_values(corner + corner[:, None], corner, np.exp(corner))
    for size, is_hidden in (((900, 300), False), ((220, 160), True)):
        view.resize(*size)
        view.show()
        QTest.qWait(1)
        view.set_basins(np.zeros((8, 8), np.int64), "")
        bare = view.grab().toImage()
        view.set_basins(np.zeros((8, 8), np.int64), LONG)
        assert (view.grab().toImage() == bare) is is_hidden
