"""What the decoder makes: reconstructions beside their inputs, and samples of every component."""

import math
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.image_grid import Caption, ImageGrid, ImageTable
from dgm_explorer.ui.plots.point_groups import PointGroup
from dgm_explorer.ui.tabs.gmm_vae.points_picture import PointsPicture
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import set_color, set_text
from dgm_explorer.ui.widgets.snapshot_panel import SnapshotPanel, as_images, example_words, scrolling

_DIVIDER_LEVEL: Final = 0.35


class PicturesPanel(SnapshotPanel):
    """Pairs on the left and samples on the right; for points in the plane both in one plot."""

    export_name = "pictures"

    component_clicked = Signal(int)
    """A sample was clicked: the component that it comes from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pairs = ImageGrid("Inputs and reconstructions", min_tile_px=16)
        self.samples = ImageGrid("Samples by component", min_tile_px=14)
        self.points = PointsPicture("Data, reconstructions and samples")
        self.samples.clicked.connect(self._choose)
        self._titles = (QLabel("input | reconstruction"), QLabel("samples, one row per component"))
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self._legend = QLabel()
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setWordWrap(True)
        self._legend.setToolTip("A line leads from each input to its reconstruction.")
        self._images = QWidget()
        self._plane = QWidget()
        self._pages = QStackedWidget()
        self._build()

    def _build(self) -> None:
        grid = QGridLayout(self._images)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        for column, (title, view) in enumerate(zip(self._titles, (self.pairs, self.samples), strict=True)):
            title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(title, 0, column)
            grid.addWidget(scrolling(view), 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        plane = QHBoxLayout(self._plane)  # a unit is equally long on both axes: height is what it lacks
        plane.setContentsMargins(0, 0, 0, 0)
        plane.addWidget(self.points, 3)
        plane.addWidget(self._legend, 1)
        self._pages.addWidget(self.words)
        self._pages.addWidget(self._images)
        self._pages.addWidget(self._plane)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.addWidget(self._pages)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for view in (self.pairs, self.samples, self.points):
            view.set_theme(theme)
        for label in (*self._titles, self.words):
            set_color(label, theme.muted_text)
        self.show_again()

    def _show(self, snapshot: GmmVaeSnapshot, dataset: Dataset) -> None:
        if dataset.image_shape is None:
            self._show_points(snapshot, dataset)
        else:
            self._show_images(snapshot, dataset, dataset.image_shape)

    def _clear(self, words: str) -> None:
        for view in (self.pairs, self.samples):
            view.clear("")
        set_text(self.words, words)
        self._pages.setCurrentWidget(self.words)

    def _show_images(self, snapshot: GmmVaeSnapshot, dataset: Dataset, shape: tuple[int, int, int]) -> None:
        inputs = as_images(dataset.inputs[snapshot.shown], shape)
        pairs = side_by_side(inputs, as_images(snapshot.reconstructions, shape))
        self.pairs.set_table(ImageTable(pairs, tip=partial(_pair_tip, dataset, snapshot)))
        n_components, n_samples = snapshot.samples.shape[:2]
        captions = tuple(Caption(str(k + 1), self.theme.component(k)) for k in range(n_components))
        samples = as_images(snapshot.samples, shape)
        table = ImageTable(samples, n_samples, captions, tip=partial(_sample_tip, snapshot))
        self.samples.set_table(table)
        self._pages.setCurrentWidget(self._images)

    def _show_points(self, snapshot: GmmVaeSnapshot, dataset: Dataset) -> None:
        theme = self.theme
        groups = []
        for k in range(snapshot.n_components):
            groups.append(PointGroup(snapshot.samples[k].astype(np.float64), theme.component(k), 230, 5.0))
        shown = dataset.inputs[snapshot.shown].astype(np.float64)
        reconstructions = snapshot.reconstructions.astype(np.float64)
        groups.append(PointGroup(reconstructions, theme.text, 255, 4.0, joined_to=shown))
        self.points.show_points(dataset.inputs, dataset.fingerprint, groups)
        set_text(
            self._legend,
            f"<span style='color:{self.points.data_rgb}'>●</span> data<br>"
            f"<span style='color:{theme.text}'>–●</span>&nbsp;reconstructions<br>"
            f"<span style='color:{theme.component(0)}'>●</span>"
            f"<span style='color:{theme.component(1)}'>●</span>"
            f"<span style='color:{theme.component(2)}'>●</span> samples by component",
        )
        self._pages.setCurrentWidget(self._plane)

    def _choose(self, tile: int) -> None:
        if self._given is not None:
            self.component_clicked.emit(tile // self._given[0].samples.shape[1])

    def export_table(self) -> PlotTable:
        """The samples; for points in the plane every group."""
        if self._pages.currentWidget() is self._plane:
            return self.points.export_table()
        return self.samples.export_table()


def side_by_side(inputs: Float32Array, reconstructions: Float32Array) -> Float32Array:
    """(m, h, w, c) and (m, h, w, c) as (m, h, 2 w + 1, c), a grey line between them."""
    divider = np.full_like(inputs[:, :, :1], _DIVIDER_LEVEL)
    return np.concatenate([inputs, divider, reconstructions], axis=2)


def _pair_tip(dataset: Dataset, snapshot: GmmVaeSnapshot, index: int) -> str:
    row = int(snapshot.shown[index])
    difference = dataset.inputs[row].astype(np.float64) - snapshot.reconstructions[index]
    rms = math.sqrt(float((difference**2).mean()))
    kind = "held out" if bool(dataset.is_held_out[row]) else "trained on"
    return (
        f"{example_words(dataset, row)}, {kind}\n"
        f"left: input, right: decoder at the mean of q(z|x)\nRMS difference {rms:.3f}"
    )


def _sample_tip(snapshot: GmmVaeSnapshot, tile: int) -> str:
    k, sample = divmod(tile, snapshot.samples.shape[1])
    noise = ", ".join(f"{value:.2f}" for value in snapshot.sample_noise[k, sample][:4])
    more = ", …" if snapshot.latent_dim > 4 else ""
    return f"Component {k + 1}: decoder at μ + σε, ε = ({noise}{more}) all along the run"
