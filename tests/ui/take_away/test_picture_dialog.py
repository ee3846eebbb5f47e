"""The question "how large?", answered as a hand would."""

from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.picture_size import PictureSize
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.export_commands import ExportCommands
from dgm_explorer.ui.picture_dialog import PictureDialog
from dgm_explorer.ui.window_settings import WindowSettings


class SmallPlot(pg.PlotWidget):
    export_name = "small"

    def export_table(self) -> PlotTable:
        return PlotTable(("x",), (np.zeros(1),))


@pytest.fixture
def plot(qtbot: QtBot) -> SmallPlot:
    widget = SmallPlot()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    return widget


def choose(dialog: PictureDialog, key: str) -> None:
    """From the list, with the keyboard."""
    index = dialog.preset.findData(key)
    while dialog.preset.currentIndex() != index:
        down = dialog.preset.currentIndex() < index
        QTest.keyClick(dialog.preset, Qt.Key.Key_Down if down else Qt.Key.Key_Up)


def test_presets_fill_the_numbers_and_a_column_keeps_the_shape(plot: SmallPlot) -> None:
    dialog = PictureDialog(plot, "small", "", plot)
    dialog.open()
    assert dialog.chosen() == PictureSize(800, 600, "px", 192)
    assert dialog.note.text().startswith("800 × 600 pixels, laid out anew as 400 × 300")
    choose(dialog, "slide")
    assert dialog.chosen() == PictureSize(1920, 1080, "px", 192)
    choose(dialog, "column")
    assert dialog.chosen() == PictureSize(8.5, 6.38, "cm", 300)
    dialog.width_edit.setValue(4.0)
    assert dialog.preset.key == "custom"
    dialog.unit.setCurrentIndex(0)
    dialog.unit.activated.emit(0)
    assert dialog.chosen().unit == "px"
    assert dialog.chosen().pixels == (472, 754)
    dialog.height_edit.setValue(10_000_000)
    dialog.width_edit.setValue(16_384)
    assert "ask for fewer" in dialog.note.text()
    assert not dialog.save.isEnabled()
    dialog.reject()


def test_it_says_when_the_type_is_painted_smaller(plot: SmallPlot) -> None:
    plot.setMinimumSize(600, 300)
    dialog = PictureDialog(plot, "small", "6x4cm at 300 dpi", plot)
    dialog.open()
    assert "its type is painted at 38 %" in dialog.note.text()
    dialog.reject()


def test_the_last_size_is_remembered(plot: SmallPlot, tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "window.ini")
    window = plot.window()
    assert isinstance(window, QWidget)
    commands = ExportCommands(lambda: tmp_path, settings, window)
    commands.ask_and_export_picture(plot)
    (dialog,) = window.findChildren(PictureDialog)
    choose(dialog, "page")
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    again = WindowSettings(tmp_path / "window.ini")
    assert again.picture_size == "17x12.75cm at 300 dpi"
    dialog = PictureDialog(plot, "small", again.picture_size, plot)
    assert (dialog.preset.key, dialog.chosen()) == ("page", PictureSize(17, 12.75, "cm", 300))
    dialog.close()
    nonsense = PictureDialog(plot, "small", "nonsense", plot)
    assert nonsense.preset.key == "screen"
    nonsense.close()


def test_a_panel_that_shows_nothing_has_no_picture(
    plot: SmallPlot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SmallPlot, "export_table", lambda _: PlotTable(("x",), (np.zeros(0),)))
    commands = ExportCommands(lambda: tmp_path, WindowSettings(tmp_path / "window.ini"), plot)
    said: list[str] = []
    commands.refused.connect(said.append)
    commands.ask_and_export_picture(plot)
    commands.copy_picture(plot)
    assert not plot.findChildren(PictureDialog)
    assert said == 2 * ["small has no data yet; export it once it shows something."]
