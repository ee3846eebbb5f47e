"""Pictures and tables written to files."""

import csv
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGraphicsItem
from pytestqt.qtbot import QtBot

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.export import (
    PICTURE_SCALE,
    ExportablePlot,
    PlotTable,
    export_csv,
    export_png,
)
from dgm_explorer.ui.picture_file import export_picture, on_screen_size
from dgm_explorer.ui.plots.density_plot import DensityPlot


class Parabola(pg.PlotWidget):
    export_name = "parabola"

    def __init__(self) -> None:
        super().__init__(background="#ffffff")
        self.resize(320, 200)
        self.x = np.linspace(-1, 1, 11)
        self.plot(self.x, self.x**2, pen=pg.mkPen("#D55E00", width=3))

    def export_table(self) -> PlotTable:
        return PlotTable(("x", "kl_nats"), (self.x, self.x**2))


@pytest.fixture
def plot(qtbot: QtBot) -> Parabola:
    widget = Parabola()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_a_plot_widget_meets_the_protocol(plot: Parabola) -> None:
    assert isinstance(plot, ExportablePlot)


def test_png_holds_the_curve_at_twice_the_resolution(plot: Parabola, tmp_path: Path) -> None:
    export_png(plot, tmp_path / "a.png")
    image = QImage(str(tmp_path / "a.png"))
    assert (image.width(), image.height()) == (320 * PICTURE_SCALE, 200 * PICTURE_SCALE)
    colors = {image.pixelColor(x, y).name() for x in range(0, 640, 2) for y in range(0, 400, 2)}
    assert "#d55e00" in colors


def test_svg_holds_the_curve_as_a_path_in_its_colour(plot: Parabola, tmp_path: Path) -> None:
    export_picture(plot, on_screen_size(plot), tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    tags = [element.tag.split("}")[1] for element in ElementTree.fromstring(text).iter()]
    assert "path" in tags or "polyline" in tags
    assert "image" not in tags
    assert "#d55e00" in text.lower()


def test_the_axes_of_a_plot_that_caches_them_are_vectors(qtbot: QtBot, tmp_path: Path) -> None:
    plot = DensityPlot()
    qtbot.addWidget(plot)
    plot.show()
    export_picture(plot, on_screen_size(plot), tmp_path / "a.svg")
    elements = list(ElementTree.fromstring((tmp_path / "a.svg").read_text()).iter())
    assert {"density", "x", "−5", "5"} <= {(element.text or "").strip() for element in elements}
    assert not [element for element in elements if element.tag.endswith("image")]
    modes = {item.cacheMode() for item in plot.items()}
    assert modes == {QGraphicsItem.CacheMode.NoCache, QGraphicsItem.CacheMode.DeviceCoordinateCache}


def test_csv_names_its_columns_and_keeps_every_digit(tmp_path: Path) -> None:
    values = np.array([0.1, 1 / 3, np.inf, np.nan, 1e-300])
    table = PlotTable(("sigma", "kind"), (values, ("a", "b,c", 'd"', "", "é")))
    export_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["sigma", "kind"]
    np.testing.assert_array_equal([float(row[0]) for row in rows], values)
    assert [row[1] for row in rows] == ["a", "b,c", 'd"', "", "é"]


@pytest.mark.parametrize(
    ("header", "columns"),
    [(("a",), ()), (("a", "b"), (np.zeros(2), np.zeros(3)))],
)
def test_a_ragged_table_is_refused(header: tuple[str, ...], columns: tuple[np.ndarray, ...]) -> None:
    with pytest.raises(ValueError, match="a"):
        PlotTable(header, columns)


def test_a_place_that_cannot_be_written_is_one_sentence_and_leaves_nothing(
    plot: Parabola, tmp_path: Path
) -> None:
    missing = tmp_path / "no-such-folder"
    for write in (
        lambda: export_png(plot, missing / "a.png"),
        lambda: export_picture(plot, on_screen_size(plot), missing / "a.svg"),
        lambda: export_csv(plot.export_table(), missing / "a.csv"),
    ):
        with pytest.raises(InputError, match=r"no-such-folder.*cannot be written"):
            write()
    assert list(tmp_path.glob("no-such*")) == []
