"""Every panel of every tab: its picture, laid out anew at a size, and its data."""

import csv
import re
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QSlider,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.picture_size import PictureSize
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.ui.export import ExportablePlot, PlotTable, export_csv, export_npz
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.panel_walk import find_panel, walk_panels
from dgm_explorer.ui.picture_file import SUFFIXES, export_picture, laid_out, layout_of, on_screen_size, settle
from dgm_explorer.ui.tabs.kl.estimator_panel import EstimatorPanel
from dgm_explorer.ui.tabs.kl.family_panel import FamilyPanel
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.tabs.training_tab import TrainingTab

DATA_S = 20.0
"""For what a panel computes beside the window; a busy machine is no failure."""
SIZE = PictureSize(14, 10, "cm", 150)
WITHOUT_DATA_YET = {"selected-examples", "alternatives-for-the-cell", "samples-pixelcnn"}
"""Panels that say what to do before they have anything."""


@pytest.fixture
def make_tab(qtbot: QtBot) -> Callable[[type[Tab], object], Tab]:
    def make(kind: type[Tab], state: object) -> Tab:
        tab = kind()
        assert tab.store is not None
        tab.store.replace(state)
        qtbot.addWidget(tab, before_close_func=Tab.finish)
        tab.resize(1100, 700)
        tab.show()
        return tab

    return make


def read_csv(path: Path) -> tuple[list[str], list[tuple[str, ...]]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, [*zip(*rows, strict=True)] if rows else [()] * len(header)


def check_data(table: PlotTable, folder: Path, name: str) -> None:
    """Both kinds of file hold what the panel says, number for number."""
    export_csv(table, folder / f"{name}.csv")
    header, columns = read_csv(folder / f"{name}.csv")
    assert header == list(table.header)
    export_npz(table, folder / f"{name}.npz")
    with np.load(folder / f"{name}.npz", allow_pickle=False) as archive:
        names = archive["names"].tolist()
        assert len(set(names)) == len(archive["units"]) == len(table.header)
        for key, wanted, words in zip(names, table.columns, columns, strict=True):
            found = archive[key]
            assert len(found) == len(wanted)
            if len(wanted) and found.dtype.kind == "U":
                assert tuple(found.tolist()) == tuple(wanted) == words
            else:
                np.testing.assert_array_equal(found, np.asarray(wanted, dtype=found.dtype))
                np.testing.assert_array_equal(np.array(words, dtype=float), found.astype(float))
    for name, unit in zip(table.header, table.units, strict=True):
        assert unit == ("nats" if name.endswith("_nats") else "bits" if name.endswith("_bits") else unit)


def check_picture(path: Path) -> None:
    """It has just the size asked for, and something on it."""
    width, height = SIZE.pixels
    if path.suffix == ".png":
        image = QImage(str(path))
        assert (image.width(), image.height()) == (width, height)
        assert round(image.dotsPerMeterX() * 0.0254) == SIZE.dpi
        colors = {image.pixel(x, y) for x in range(0, width, 5) for y in range(0, height, 5)}
        assert len(colors) > 2
    elif path.suffix == ".svg":
        root = ElementTree.fromstring(path.read_bytes())
        assert float(root.attrib["width"].removesuffix("mm")) == pytest.approx(140, abs=0.3)
        assert len(list(root.iter())) > 10
    else:
        data = path.read_bytes()
        assert data.startswith(b"%PDF")
        box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
        assert box is not None
        assert [float(box[1]), float(box[2])] == pytest.approx([14 / 2.54 * 72, 10 / 2.54 * 72], abs=0.6)
        assert data.count(b"/BaseFont") == 0 or b"/FontFile2" in data, "fonts are embedded"


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are taken of what is there: sweeps and landscapes need not be complete for it."""
    monkeypatch.setattr(settle, "__defaults__", (0.0,))


def walk(tab: Tab, folder: Path) -> list[str]:
    """Export every panel, each as another kind of picture."""
    names, kinds = [], cycle(SUFFIXES)
    for plot in walk_panels(tab, QApplication.processEvents):
        assert isinstance(plot, QWidget)
        name, size_before = plot.export_name, plot.size()
        assert re.fullmatch(r"[a-z0-9-]+", name)
        names.append(name)
        path = folder / f"{name}{next(kinds)}"
        export_picture(plot, SIZE, path)
        assert plot.size() == size_before
        check_picture(path)
        deadline_s = time.monotonic() + DATA_S
        table = plot.export_table()
        while name not in WITHOUT_DATA_YET and not len(table.columns[0]):
            assert time.monotonic() < deadline_s, f"{name} has no data"
            settle(tab)
            table = plot.export_table()
        check_data(table, folder, name)
    return names


def wait(qapp: QApplication) -> None:
    for _ in range(3):
        qapp.processEvents()


def test_every_panel_of_the_line(make_tab: Callable[..., Tab], tmp_path: Path) -> None:
    names = walk(make_tab(KLTab, KLState()), tmp_path)
    assert names == [
        *("densities", "landscape-forward", "landscape-reverse", "stationary-points", "integrands"),
        *("bifurcation-diagram", "landscape-family", "gradient-estimators"),
    ]


def test_every_panel_of_fixed_sigma_and_of_the_plane(make_tab: Callable[..., Tab], tmp_path: Path) -> None:
    fixed = KLState(q=Gaussian1D(0.5, 1.0), is_sigma_fixed=True)
    assert "kl-over-mean" in walk(make_tab(KLTab, fixed), tmp_path)
    plane = walk(make_tab(KLTab, KLState(dimension=2)), tmp_path)
    assert plane == ["plane", "landscape-forward", "landscape-reverse"]


def test_every_panel_of_the_reparametrisation(make_tab: Callable[..., Tab], tmp_path: Path) -> None:
    plane = walk(make_tab(ReparamTab, ReparamState()), tmp_path)
    assert {"reparam-planes", "epsilon-plane", "z-plane", "activation", "moments"} < set(plane)
    assert {"gradients-pathwise", "gradients-score", "variance-growth", "computation-graph"} < set(plane)
    line = walk(make_tab(ReparamTab, ReparamState(dimension=1)), tmp_path)
    assert {"quantile-picture", "quantile-curve", "epsilon-density", "z-density"} < set(line)


def test_every_panel_of_the_gmm_vae(
    show_run: Callable[[Path], TrainingTab], gmm_run: Path, tmp_path: Path
) -> None:
    names = walk(show_run(gmm_run), tmp_path)
    assert [name for name in names if name != "gmm-vae-elbo-detail"] == [  # where there is room for it
        *("latent", "gmm-vae-bound", "gmm-vae-elbo", "components", "pictures"),
        *("gmm-vae-clustering", "gmm-vae-quality", "gmm-vae-confusion", "selected-examples"),
    ]


def test_every_panel_of_the_vq_vae(
    show_run: Callable[[Path], TrainingTab], vq_run: Path, tmp_path: Path
) -> None:
    names = walk(show_run(vq_run), tmp_path)
    assert {"codebook-mosaic", "images-and-their-reconstructions", "distances"} < set(names)
    assert {"code-usage", "code-usage-over-time", "code-places", "all-code-places", "code-pairs"} < set(names)
    assert {"vq-vae-embedding", "painted-image", "painted-codes", "samples", "vq-vae-curves"} < set(names)
    assert len(names) == len(set(names)) == 22


def test_panels_of_what_was_chosen(
    show_run: Callable[[Path], TrainingTab], gmm_run: Path, vq_run: Path, tmp_path: Path
) -> None:
    """The terms of one component; where a code is used; the images that change places with the painting."""
    gmm, vq = show_run(gmm_run), show_run(vq_run)
    assert gmm.store is not None
    assert vq.store is not None
    gmm.store.update(component=1)
    gmm.scene.draw()
    QApplication.processEvents()
    vq.store.update(panel="reconstructions", code=int(vq.scene.snapshot.codes[0, 0, 0]))
    QApplication.processEvents()
    plots = {plot.export_name: plot for tab in (gmm, vq) for plot in tab.plots()}
    assert "gmm-vae-single-terms" in plots
    paint = vq.scene.panels.paint  # type: ignore[attr-defined]
    vq.store.update(panel="paint")
    paint.pages.setCurrentWidget(paint.exchange)
    QApplication.processEvents()
    plots |= {plot.export_name: plot for plot in vq.plots()}
    chosen = [name for name in plots if name not in {"latent", "codebook-mosaic"}]
    assert {"images-that-use-a-code-most", "images-before-and-after-the-exchange"} < set(chosen)
    for name in chosen:
        plot = plots[name]
        assert isinstance(plot, QWidget)
        if plot.isVisible():
            export_picture(plot, SIZE, tmp_path / f"{name}.pdf")
            check_picture(tmp_path / f"{name}.pdf")
        check_data(plot.export_table(), tmp_path, name)
    terms = plots["gmm-vae-single-terms"].export_table()
    assert terms.header == ("term", "value_nats", "standard_error_nats", "average_nats")
    assert len(terms.columns[0]) == 5


@pytest.fixture
def landscape(make_tab: Callable[..., Tab], qapp: QApplication) -> Iterator[QWidget]:
    tab = make_tab(KLTab, KLState())
    wait(qapp)
    plot = tab.plots()[2]
    assert isinstance(plot, QWidget)
    assert isinstance(plot, ExportablePlot)
    yield plot
    tab.finish()


def text_height(image: QImage, scale: float) -> float:
    """Of the title, the topmost dark rows, in pixels of the layout."""
    ground = image.pixel(image.width() // 2, 1)
    rows = [
        any(image.pixel(x, y) != ground for x in range(image.width() // 3, 2 * image.width() // 3))
        for y in range(image.height() // 4)
    ]
    first = rows.index(True)
    return rows[first:].index(False) / scale


def test_a_panel_is_laid_out_anew_and_not_stretched(landscape: QWidget, tmp_path: Path) -> None:
    """Twice the shape, the same type: what grows is the picture between the axes."""
    heights = []
    for size in (PictureSize(480, 360, "px", 96), PictureSize(1500, 400, "px", 96)):
        with laid_out(landscape, size) as layout:
            assert (landscape.width(), landscape.height()) == (layout.width, layout.height)
        export_picture(landscape, size, tmp_path / "a.png")
        image = QImage(str(tmp_path / "a.png"))
        assert (image.width(), image.height()) == size.pixels
        heights.append(text_height(image, 1.0))
    assert heights[0] == heights[1]
    export_picture(landscape, PictureSize(960, 720, "px", 192), tmp_path / "b.png")
    assert text_height(QImage(str(tmp_path / "b.png")), 2.0) == pytest.approx(heights[0], abs=1.0)


def test_the_screen_is_as_before(landscape: QWidget, tmp_path: Path) -> None:
    before, place = landscape.grab().toImage(), landscape.mapTo(landscape.window(), QPoint())
    export_picture(landscape, PictureSize(8.5, 6, "cm", 300), tmp_path / "a.pdf")
    assert landscape.window().updatesEnabled()
    assert landscape.mapTo(landscape.window(), QPoint()) == place
    assert landscape.grab().toImage() == before


def test_a_picture_has_no_buttons_to_press(
    make_tab: Callable[..., Tab], qapp: QApplication, tmp_path: Path
) -> None:
    tab = make_tab(KLTab, KLState(panel="estimators"))
    wait(qapp)
    (panel,) = tab.findChildren(EstimatorPanel)
    button = next(button for button in panel.findChildren(QPushButton) if button.isVisible())
    button.setFocus()
    place = button.geometry()
    with laid_out(panel, PictureSize(1200, 400, "px", 96)):
        assert not button.isVisible()
    wait(qapp)
    assert (button.isVisible(), button.geometry()) == (True, place)
    assert button.window().focusWidget() is button
    export_picture(panel, on_screen_size(panel), tmp_path / "a.png")
    assert button.isVisible()
    tab.finish()


@pytest.mark.parametrize("name", ["bifurcation-diagram", "landscape-family", "gradient-estimators"])
def test_a_picture_has_no_controls_and_says_what_they_stood_for(
    make_tab: Callable[..., Tab], qapp: QApplication, name: str
) -> None:
    tab = make_tab(KLTab, KLState(n_samples=50, alpha=0.25))
    panel = find_panel(tab, name, lambda: wait(qapp))
    assert isinstance(panel, QWidget)
    settle(tab, DATA_S)
    with laid_out(panel, PictureSize(10, 7, "cm", 96)):
        shown = [part for part in panel.findChildren(QWidget) if part.isVisible()]
        assert not [part for part in shown if isinstance(part, QAbstractSpinBox | QComboBox | QSlider)]
        words = " ".join(part.text() for part in shown if isinstance(part, QLabel))
        assert {"gradient-estimators": "N = 50", "landscape-family": "D₀.₂₅(p, q) = "}.get(
            name, "of KL(q‖p)"
        ) in words
        assert "Hellinger" not in words, "it names a place of the slider"
    assert any(part.isVisible() for part in panel.findChildren(QComboBox) + panel.findChildren(QSlider))
    tab.finish()


def test_a_picture_of_the_whole_window_has_its_controls(real: MainWindow) -> None:
    controls = [*real.findChildren(QComboBox), *real.findChildren(QSlider), *real.findChildren(QPushButton)]
    shown = [control for control in controls if control.isVisible()]
    assert shown
    with laid_out(real, PictureSize(1300, 800, "px", 96)):
        assert all(control.isVisible() for control in shown)


def test_a_landscape_of_the_family_has_the_width_of_its_picture(
    make_tab: Callable[..., Tab], qapp: QApplication
) -> None:
    tab = make_tab(KLTab, KLState())
    panel = find_panel(tab, "landscape-family", lambda: wait(qapp))
    assert isinstance(panel, FamilyPanel)
    before = panel.landscape.geometry()
    with laid_out(panel, PictureSize(10, 7, "cm", 96)):
        assert panel.landscape.width() > 0.95 * panel.width()
        assert panel.landscape.height() > 0.7 * panel.height()
    wait(qapp)
    assert panel.landscape.geometry() == before
    tab.finish()


def test_integrands_name_their_axis_without_the_plot_above(
    make_tab: Callable[..., Tab], qapp: QApplication
) -> None:
    tab = make_tab(KLTab, KLState())
    panel = find_panel(tab, "integrands", lambda: wait(qapp))
    assert isinstance(panel, QWidget)
    (plot,) = panel.findChildren(pg.PlotWidget)
    axis = plot.getAxis("bottom")
    for size in (PictureSize(700, 400, "px", 96), on_screen_size(panel)):
        with laid_out(panel, size):
            assert (axis.label.toPlainText().strip(), axis.label.isVisible()) == ("x", True)
        assert axis.label.toPlainText().strip() == ""


def test_a_panel_that_needs_more_room_is_painted_smaller_and_not_cut(
    make_tab: Callable[..., Tab], qapp: QApplication
) -> None:
    tab = make_tab(KLTab, KLState())
    wait(qapp)
    density = tab.plots()[0]
    assert isinstance(density, QWidget)
    narrow = PictureSize(3.6, 3, "cm", 300)
    layout = layout_of(density, narrow)
    assert layout.scale < 300 / 96
    assert layout.width / layout.height == pytest.approx(6 / 5, rel=0.01)
    with laid_out(density, narrow):
        item = density.plotItem  # type: ignore[attr-defined]
        assert item.sceneBoundingRect().right() <= density.width() + 1


def test_no_column_of_a_table_is_cut(make_tab: Callable[..., Tab], qapp: QApplication) -> None:
    tab = make_tab(KLTab, KLState())
    panel = find_panel(tab, "gradient-estimators", lambda: wait(qapp))
    assert isinstance(panel, QWidget)
    (table,) = panel.findChildren(QTableView)
    for width in (500, 900, 1200):
        with laid_out(panel, PictureSize(width, 500, "px", 96)):
            assert table.horizontalScrollBar().maximum() == 0


def test_on_the_screen_means_two_pixels_for_one(landscape: QWidget, tmp_path: Path) -> None:
    export_picture(landscape, on_screen_size(landscape), tmp_path / "a.png")
    image = QImage(str(tmp_path / "a.png"))
    assert image.size() == 2 * landscape.size()


@pytest.mark.parametrize(
    ("panel", "words"),
    [
        ("gradients", {"gradients-pathwise": "pathwise", "gradients-score": "score"}),
        ("growth", {"variance-growth": "pathwise"}),
        ("descent", {"descent-value": "pathwise, SGD", "descent-distance": "pathwise, SGD"}),
    ],
)
def test_pictures_of_estimators_have_their_key(
    make_tab: Callable[..., Tab], qtbot: QtBot, panel: str, words: dict[str, str]
) -> None:
    tab = make_tab(ReparamTab, ReparamState(panel=panel, n_points=50))
    tab.step()
    qtbot.wait(50)
    plots = {plot.export_name: plot for plot in tab.plots() if plot.export_name in words}
    assert plots.keys() == words.keys()
    for name, plot in plots.items():
        assert isinstance(plot, QWidget)
        with laid_out(plot, PictureSize(10, 7, "cm", 96)):
            key = plot.layout().itemAt(0).widget()
            assert key.isVisible()
            assert words[name] in key.text().replace("&nbsp;", " ")
            assert key.height() >= max(key.heightForWidth(key.width()), key.fontMetrics().height())
            (picture,) = plot.findChildren(pg.PlotWidget)
            assert picture.geometry().top() >= key.geometry().bottom()
    tab.finish()
