"""The tabs below the landscapes under the mouse."""

from typing import get_args, get_type_hints

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.theme import LIGHT, PROJECTOR, THEMES, Theme
from dgm_explorer.ui.widgets.notes_dock import MIN_WIDTH_PX

SMALL_PX = 956
"""1920 × 1080 pixels at twice the size are 960 × 540; the window has a border of 2 pixels."""


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_the_tab_bar_stays_put_whatever_panel_is_chosen(tab: KLTab, theme: Theme) -> None:
    tab.set_theme(theme)
    panels = tab.scene.panels
    bar = panels.tabBar()
    places = set()
    for index in range(panels.count()):
        at = bar.tabRect(index).center()
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=at)
        QTest.qWait(30)
        assert panels.currentIndex() == index
        places.add(bar.mapTo(tab, QPoint(0, 0)).y())
    assert len(places) == 1


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_there_is_room_for_notes_beside_the_tab_on_a_projector(tab: KLTab, theme: Theme) -> None:
    tab.set_theme(theme)
    QTest.qWait(1)
    assert tab.minimumSizeHint().width() + MIN_WIDTH_PX <= 1270


def test_on_a_small_projector_every_panel_has_room(tab: KLTab) -> None:
    tab.set_theme(PROJECTOR)
    for panel in get_args(get_type_hints(KLState)["panel"]):
        tab.store.update(panel=panel)
        QTest.qWait(60)
        assert tab.minimumSizeHint().width() <= SMALL_PX, panel


@pytest.mark.parametrize("panel", ["stationary", "integrand", "sweep", "estimators"])
def test_words_above_a_plot_do_not_widen_the_window(tab: KLTab, panel: str) -> None:
    tab.set_theme(PROJECTOR)
    p = (Component1D(1.0, -3.00001, 1.00001), Component1D(1.0, 3.00001, 1.00001))
    for is_sigma_fixed in (True, False):
        tab.store.update(panel=panel, p=p, q=Gaussian1D(2.98431, 1.02337), is_sigma_fixed=is_sigma_fixed)
        QTest.qWait(300)
        assert tab.minimumSizeHint().width() <= SMALL_PX


def test_rows_of_points_are_low_again_after_the_large_type_of_a_projector(tab: KLTab) -> None:
    table = tab.scene.panels.stationary.table
    before = table.rowHeight(0)
    tab.set_theme(PROJECTOR)
    assert table.rowHeight(0) > before
    tab.set_theme(LIGHT)
    assert table.rowHeight(0) == before


def test_a_row_under_the_mouse_tells_its_point_with_all_digits(tab: KLTab) -> None:
    table = tab.scene.panels.stationary.table
    at = table.visualRect(table.model().index(1, 2)).center()
    event = QHelpEvent(QEvent.Type.ToolTip, at, table.viewport().mapToGlobal(at))
    QApplication.sendEvent(table.viewport(), event)
    point = tab.frame.reverse_points[0]
    assert QToolTip.text().startswith(f"∇KL(q‖p) = 0 at μ = {point.mu!r}, σ = {point.sigma!r}")
    QToolTip.hideText()


def test_rows_change_their_colour_with_what_is_known(tab: KLTab) -> None:
    """Samples alone do not reach the reverse divergence: its rows fade, and come back."""
    model = tab.scene.panels.stationary.table.model()

    def rgb(row: int) -> str:
        return str(model.index(row, 0).data(Qt.ItemDataRole.ForegroundRole).name().lower())

    assert (rgb(0), rgb(1)) == (LIGHT.forward.lower(), LIGHT.reverse.lower())
    tab.store.update(knowledge="samples")
    tab.draw_now()
    assert (rgb(0), rgb(1)) == (LIGHT.forward.lower(), LIGHT.muted_text.lower())
    tab.store.update(knowledge="densities")
    tab.draw_now()
    assert rgb(1) == LIGHT.reverse.lower()


def test_without_controls_the_pictures_take_their_room(tab: KLTab) -> None:
    before = tab.scene.width()
    tab.set_controls_visible(False)
    QTest.qWait(1)
    assert tab.scene.width() > before + 0.8 * tab.controls.width()
    tab.set_controls_visible(True)
    QTest.qWait(1)
    assert tab.scene.width() == before


def test_arrows_go_with_their_panel_when_the_state_brings_another_one(tab: KLTab, qtbot: QtBot) -> None:
    assert tab.store is not None
    tab.store.update(panel="estimators")
    panel = tab.scene.panels.estimators
    seen: list[bool] = []
    tab.scene.panels.arrows_changed.connect(lambda: seen.append(panel.arrows("reverse") is not None))
    qtbot.waitUntil(lambda: bool(seen) and seen[-1], timeout=3000)
    tab.store.update(panel="stationary")
    tab.draw_now()
    assert not seen[-1]
    assert tab.store.state.panel == "stationary"


def test_integrands_say_their_unit_on_the_axis_and_in_the_table(tab: KLTab, qtbot: QtBot) -> None:
    for units in ("nats", "bits"):
        tab.store.update(panel="integrand", units=units)
        panel = tab.scene.panels.integrand
        qtbot.waitUntil(lambda panel=panel, units=units: f" {units}<" in panel.caption)
        axis = panel._plot.plotItem.getAxis("left")
        assert f"{units} per x" in axis.label.toPlainText()
        table = panel.export_table()
        assert table.header[1:] == (f"p_log_p_over_q_{units}", f"q_log_q_over_p_{units}")
