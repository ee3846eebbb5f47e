"""A real KL tab on the offscreen platform, and hands for it."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLayout, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab

SIZE = (1280, 690)


@pytest.fixture
def tab(qtbot: QtBot) -> KLTab:
    """The tab as it starts, on the offscreen platform."""
    make_application()
    tab = KLTab()
    qtbot.addWidget(tab, before_close_func=KLTab.finish)
    # the offscreen platform warns of every minimum size it is told
    tab.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    tab.resize(*SIZE)
    with qtbot.waitExposed(tab):
        tab.show()
    return tab


@pytest.fixture
def messages(tab: KLTab) -> list[str]:
    """Every sentence that the tab has said."""
    said: list[str] = []
    tab.message.connect(said.append)
    return said


Drag = Callable[[QWidget, QPointF, QPointF], None]


@pytest.fixture
def drag() -> Drag:
    """Press, move in steps and release the left button on a plot, in pixels of its widget."""

    def drag_on(plot: QWidget, start: QPointF, end: QPointF, steps: int = 12) -> None:
        viewport = plot.viewport()  # type: ignore[attr-defined]
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start.toPoint())
        for step in range(1, steps + 1):
            at = start + (end - start) * (step / steps)
            QTest.mouseMove(viewport, at.toPoint())
            QTest.qWait(1)
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(end.toPoint()))

    return drag_on
