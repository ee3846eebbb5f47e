"""A frame of the KL tab's plots changes the items that are there and makes no new ones."""

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtWidgets import QGraphicsView
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.ui.picture_file import export_picture, on_screen_size
from dgm_explorer.ui.plots.density_plot import DensityPlot
from dgm_explorer.ui.plots.landscape_view import LandscapeView
from dgm_explorer.ui.plots.markers import Marker
from dgm_explorer.ui.plots.plot import Plot

MU = np.linspace(-8.0, 8.0, 256)
SIGMA = np.geomspace(0.05, 10.0, 256)


@dataclass(frozen=True)
class Optimum:
    mu: float
    sigma: float
    kl: float = 0.5
    kind: str = "tied"


def values_at(frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Shapes like those of both divergences, moving."""
    shift, spread = 0.02 * frame, np.log(SIGMA)[:, None] ** 2
    forward = (9.0 + (MU - shift) ** 2) / (2 * SIGMA[:, None] ** 2) + np.log(SIGMA)[:, None]
    reverse = 0.5 * (np.abs(MU) - 3.0 - shift) ** 2 + spread
    return forward, reverse


class Scene:
    def __init__(self, qtbot: QtBot) -> None:
        self.density = DensityPlot()
        self.views = [LandscapeView("KL(p‖q)", "forward"), LandscapeView("KL(q‖p)", "reverse")]
        self.plots: list[Plot] = [self.density, *self.views]
        self.frame = 0
        self.landscapes = [values_at(frame) for frame in range(10)]
        for plot in self.plots:
            qtbot.addWidget(plot)
            plot.resize(480, 300)
            plot.show()
            qtbot.waitExposed(plot)
        for view in self.views:
            view.set_view(-8.0, 8.0, 0.05, 10.0)
        self.set_frame()

    def set_frame(self) -> None:
        self.frame += 1
        shift = 0.02 * (self.frame % 10)
        self.density.set_mixture((Component1D(0.5, -3.0 + shift, 1.0), Component1D(0.5, 3.0, 1.0)))
        self.density.set_q(Gaussian1D(shift, 1.5))
        self.density.set_optima(Optimum(shift, 3.0), (Optimum(-3.0 + shift, 1.0), Optimum(3.0, 1.0)))
        for view, values in zip(self.views, self.landscapes[self.frame % 10], strict=True):
            view.set_values(values, MU, SIGMA)
            view.set_q(shift, 1.5)
            view.set_markers([Marker(-3.0 + shift, 1.0, "tied"), Marker(3.0, 1.0, "tied")])

    def repaint(self) -> None:
        for plot in self.plots:
            plot.viewport().repaint()

    def draw_frame(self) -> None:
        self.set_frame()
        self.repaint()


@pytest.fixture
def scene(qtbot: QtBot) -> Scene:
    return Scene(qtbot)


def test_a_frame_creates_no_items(scene: Scene) -> None:
    before = [len(plot.scene().items()) for plot in scene.plots]
    for _ in range(5):
        scene.draw_frame()
    assert [len(plot.scene().items()) for plot in scene.plots] == before


def test_every_plot_can_be_written_as_vectors(scene: Scene, tmp_path) -> None:
    for plot in scene.plots:
        path = tmp_path / f"{plot.export_name}.svg"
        export_picture(plot, on_screen_size(plot), path)
        assert path.stat().st_size > 5000


def test_no_plot_keeps_an_image_of_its_background(scene: Scene) -> None:
    """Of one colour, and as large as the plot: 14 MB in a window of 1900 × 1150."""
    assert {plot.cacheMode() for plot in scene.plots} == {QGraphicsView.CacheModeFlag.CacheNone}
