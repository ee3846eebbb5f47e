"""The tab as it stands in the window."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from dgm_explorer.ui.theme import LIGHT, Theme, apply_theme

MakeTab = Callable[..., ReparamTab]


def state_of(tab: ReparamTab) -> ReparamState:
    assert tab.store is not None
    state = tab.store.state
    assert isinstance(state, ReparamState)
    return state


@pytest.fixture
def make_tab(qtbot: QtBot) -> MakeTab:
    """Makes shown tabs of the size that the smallest window leaves, in a state of fields given by name."""

    def make(
        theme: Theme = LIGHT,
        size: tuple[int, int] = (1280, 690),
        kl_state: Callable[[], KLState] = KLState,
        **fields: object,
    ) -> ReparamTab:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, theme)
        tab = ReparamTab(kl_state, theme)
        qtbot.addWidget(tab, before_close_func=ReparamTab.finish)
        assert tab.store is not None
        tab.store.replace(ReparamState(**fields))
        tab.store.clear_history()
        tab.resize(*size)
        with qtbot.waitExposed(tab):
            tab.show()
        QApplication.processEvents()
        return tab

    return make


@pytest.fixture
def tab(make_tab: MakeTab) -> ReparamTab:
    """The tab in its first state."""
    return make_tab()
