"""Every page of every tab: F1 has an answer for each panel, and Tab reaches each control in order."""

import pytest
from PySide6.QtWidgets import QGroupBox, QWidget

from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.what_is_this.asker import find_panel, names_of
from dgm_explorer.ui.what_is_this.present import present_value
from dgm_explorer.ui.what_is_this.texts import WHOLE_TAB, panel_texts
from tests.ui.first_minute.every_page import TABS, turn_pages
from tests.ui.first_minute.keyboard import complaints

NOT_MADE_YET = {"kl": {"kl-over-mean"}}
"""Panels that are only made in the middle of some work."""


@pytest.mark.parametrize("key", TABS)
def test_f1_answers_for_every_panel_and_tab_reaches_every_control(real: MainWindow, key: str) -> None:
    real.show_tab(key)
    tab = real.current_tab
    met: set[str] = set()
    wrong: set[str] = set()
    for page in turn_pages(tab):
        wrong |= {f"{page}: {complaint}" for complaint in complaints(tab)}
        for plot in tab.plots():
            assert isinstance(plot, QWidget)
            name, _, panel = find_panel(plot, tab)
            if name == WHOLE_TAB:
                wrong.add(f"no answer for {plot.export_name}")
            if not present_value(tab, name, panel):
                wrong.add(f"no present value for {name}")
        for widget in tab.findChildren(QWidget):
            met.update(names_of(widget))
            if isinstance(widget, QGroupBox) and widget.title() and find_panel(widget, tab)[2] is not widget:
                wrong.add(f"no answer for the box {widget.title()}")
    assert not wrong, "\n".join(sorted(wrong))
    without_panel = set(panel_texts(key)) - met - {WHOLE_TAB}
    assert without_panel == NOT_MADE_YET.get(key, set())
