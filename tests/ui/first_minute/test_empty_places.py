"""Where nothing is to be seen yet, a button stands that changes that."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.run_commands import RunCommands
from dgm_explorer.ui.tabs.training_tab import TrainingTab
from dgm_explorer.ui.widgets.fill_buttons import OPEN_RUN, PLAY, FillButtons
from tests.ui.first_minute.every_page import turn_pages


@pytest.mark.parametrize("key", ["gmm-vae", "vq-vae"])
def test_every_page_without_a_run_has_a_button_that_starts_one(
    real: MainWindow, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(TrainingTab, "play_pause", lambda _tab: asked.append("play"))
    monkeypatch.setattr(RunCommands, "ask_and_open", lambda _runs: asked.append("open"))
    real.show_tab(key)
    tab = real.current_tab
    for page in turn_pages(tab):
        places = [buttons for buttons in tab.findChildren(FillButtons) if buttons.isVisible()]
        wanted = 3 if key == "gmm-vae" else 2  # the first place and the timeline, and on the page in front
        if page.endswith("Selection"):
            assert any(button.text() == "Select with the lasso" for button in tab.findChildren(QPushButton))
        else:
            assert len(places) > wanted, page
        for buttons in places:
            parent = buttons.parentWidget()
            assert parent is not None
            if parent.height() > buttons.height():
                assert QRect(0, 0, parent.width(), parent.height()).contains(buttons.geometry()), page
            if isinstance(parent, Plot):
                inside = parent.mapFromScene(parent.view_box.sceneBoundingRect()).boundingRect()
                assert abs(inside.center().x() - buttons.geometry().center().x()) <= 2, page
                assert inside.bottom() >= buttons.geometry().bottom(), page
    assert isinstance(tab, TrainingTab)
    main = tab.scene.empty_places()[0]
    first = next(buttons for buttons in places if buttons.parentWidget() is main)
    assert first.button(PLAY[0]).text() == "Start training (Space)"
    assert first.button(OPEN_RUN[0]).text() == "Open a run… (Ctrl+Shift+O)"
    for name in (PLAY[0], OPEN_RUN[0]):
        QTest.mouseClick(first.button(name), Qt.MouseButton.LeftButton)
    assert asked == ["play", "open"]


@pytest.mark.parametrize("key", ["gmm-vae", "vq-vae"])
def test_a_warning_leaves_the_controls_of_a_run_free(real: MainWindow, key: str) -> None:
    real.show_tab(key)
    real.warn("Something went wrong; Play goes on.")
    tab = real.current_tab
    assert isinstance(tab, TrainingTab)
    controls = tab.scene.desk.controls
    top_left = controls.mapTo(real.tab_widget, controls.rect().topLeft())
    assert not real.banner.notices.geometry().intersects(QRect(top_left, controls.size()))
    assert real.banner.isVisible()


def test_a_plot_too_low_for_words_and_a_button_keeps_its_words(real: MainWindow, qtbot: QtBot) -> None:
    real.show_tab("gmm-vae")
    tab = real.current_tab
    assert isinstance(tab, TrainingTab)
    chart = tab.scene.empty_places()[1]
    buttons = next(found for found in chart.findChildren(FillButtons))
    qtbot.waitUntil(buttons.isVisible)
    chart.setFixedHeight(90)
    qtbot.waitUntil(lambda: not buttons.isVisible())
    chart.setMaximumHeight(400)
    chart.setMinimumHeight(300)
    qtbot.waitUntil(buttons.isVisible)
