"""Every control is reached by Tab, once, in the order in which it is read, and has a name.

The pages of the tabs are walked in `test_every_page`, the dialogs in `test_dialogs`.
"""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from tests.ui.first_minute.keyboard import is_control, name_of


def test_what_lies_around_the_tabs_is_named(real: MainWindow) -> None:
    real.toggle_theory()
    real.help.show_first_steps()
    real.help.asker.answer(real.current_tab)
    QApplication.processEvents()
    without = {
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in real.findChildren(QWidget)
        if is_control(widget) and not name_of(widget).strip()
    }
    real.help.step_aside()
    assert not without


@pytest.mark.parametrize("dimension", [1, 2])
def test_every_gaussian_is_taken_by_tab_and_moved_by_arrows(real: MainWindow, dimension: int) -> None:
    tab = real.current_tab
    assert isinstance(tab, KLTab)
    tab.editor.apply(dimension=dimension)
    tab.draw_now()
    QApplication.processEvents()
    plot = tab.scene.density if dimension == 1 else tab.plane.plane
    plot.setFocus()
    plot.select(None)  # in the plane q is taken from the start
    names = ("p", "p", "q") if dimension == 1 else ("p2", "p2", "q2")
    for index, name in enumerate(names):
        QTest.keyClick(plot, Qt.Key.Key_Tab)
        assert plot.selected == index
        before = getattr(tab.editor.state, name)
        QTest.keyClick(plot, Qt.Key.Key_Right)
        assert getattr(tab.editor.state, name) != before, name
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    assert plot.selected is None
    assert not plot.hasFocus()
