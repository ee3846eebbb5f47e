"""One component from close by, or all of them side by side."""

import math
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.ui.plots.image_grid import ImageGrid, ImageTable
from dgm_explorer.ui.plots.point_groups import PointGroup
from dgm_explorer.ui.tabs.gmm_vae.component_facts import ComponentFacts, component_facts
from dgm_explorer.ui.tabs.gmm_vae.points_picture import PointsPicture
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.widgets.form import set_color, set_text
from dgm_explorer.ui.widgets.snapshot_panel import as_images, example_words, scrolling

N_TYPICAL: Final = 24
_ALL_IMAGES: Final = "Decoded means μ of all components; click one"
_ALL_POINTS: Final = "Decoded means (large) and samples of all components over the data"
_NOT_FITTED: Final = "The components are not fitted to the codes yet: pre-training comes first"


class ComponentDetails(QWidget):
    """The decoded means of all components; of a chosen one its mean, samples and typical examples."""

    chosen = Signal(int)
    """A component was picked among the means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.all_means = ImageGrid("Decoded means", min_tile_px=20)
        self.all_means.clicked.connect(self.chosen)
        self.mean = ImageGrid("Decoded mean")
        self.samples = ImageGrid("Samples of the component", min_tile_px=14)
        self.typical = ImageGrid("Most typical examples", min_tile_px=14)
        self.points = PointsPicture("Component in the plane")
        self._captions = [QLabel(text) for text in ("decoded μ", "samples", "typical data")]
        self._pages = QStackedWidget()
        self._one = QWidget()
        self._all = scrolling(self.all_means)
        self._build()

    def _build(self) -> None:
        grid = QGridLayout(self._one)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        views = (self.mean, scrolling(self.samples), scrolling(self.typical))
        for column, (caption, view, stretch) in enumerate(zip(self._captions, views, (2, 2, 3), strict=True)):
            caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(caption, 0, column)
            grid.addWidget(view, 1, column)
            grid.setColumnStretch(column, stretch)
        grid.setRowStretch(1, 1)
        for page in (self._all, self._one, self.points):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.title)
        layout.addWidget(self._pages, 1)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for view in (self.all_means, self.mean, self.samples, self.typical, self.points):
            view.set_theme(theme)
        for caption in self._captions:
            set_color(caption, theme.muted_text)

    def clear(self, words: str) -> None:
        set_text(self.title, "")
        self.all_means.clear(words)
        for view in (self.mean, self.samples, self.typical):
            view.clear("")
        self._pages.setCurrentWidget(self._all)

    def show_component(self, snapshot: GmmVaeSnapshot, dataset: Dataset, index: int) -> None:
        """Look at one component; -1 for all."""
        if dataset.image_shape is None:
            self._show_points(snapshot, dataset, index)
        elif index < 0:
            self._show_all(snapshot, dataset.image_shape)
        else:
            self._show_one(snapshot, dataset, dataset.image_shape, index)

    def _show_all(self, snapshot: GmmVaeSnapshot, shape: tuple[int, int, int]) -> None:
        set_text(self.title, _ALL_IMAGES if snapshot.has_mixture else _NOT_FITTED)
        images = as_images(snapshot.component_images, shape)
        marks = tuple(self._theme.component(index) for index in range(snapshot.n_components))
        self.all_means.set_table(ImageTable(images, marks=marks, tip=partial(_component_tip, snapshot)))
        self._pages.setCurrentWidget(self._all)

    def _show_one(
        self, snapshot: GmmVaeSnapshot, dataset: Dataset, shape: tuple[int, int, int], index: int
    ) -> None:
        facts = component_facts(snapshot, dataset, index, N_TYPICAL)
        set_text(self.title, facts_words(facts, index))
        mean = as_images(snapshot.component_images[index : index + 1], shape)
        self.mean.set_table(ImageTable(mean, tip=lambda _: f"decoder at μ of component {index + 1}"))
        samples = as_images(snapshot.samples[index], shape)
        tip = f"decoder at μ + σε of component {index + 1}; ε stays the same during a run"
        self.samples.set_table(ImageTable(samples, tip=lambda _: tip))
        typical = as_images(dataset.inputs[facts.typical], shape)
        self.typical.set_table(ImageTable(typical, tip=partial(_typical_tip, dataset, facts)))
        self._pages.setCurrentWidget(self._one)

    def _show_points(self, snapshot: GmmVaeSnapshot, dataset: Dataset, index: int) -> None:
        theme = self._theme
        groups: list[PointGroup] = []
        chosen = range(snapshot.n_components) if index < 0 else (index,)
        means = snapshot.component_images.astype(np.float64)
        for k in chosen:
            groups.append(PointGroup(snapshot.samples[k].astype(np.float64), theme.component(k), 230, 5.0))
            groups.append(PointGroup(means[k : k + 1], theme.component(k), 255, 13.0))
        if index < 0:
            set_text(self.title, _ALL_POINTS if snapshot.has_mixture else _NOT_FITTED)
        else:
            facts = component_facts(snapshot, dataset, index, N_TYPICAL)
            words = f"{facts_words(facts, index)}; large: decoded μ, outlined: most typical data"
            set_text(self.title, words)
            typical = dataset.inputs[facts.typical].astype(np.float64)
            groups.insert(0, PointGroup(typical, theme.text, 255, 8.0))
            groups.insert(1, PointGroup(typical, theme.component(index), 255, 5.0))
        self.points.show_points(dataset.inputs, dataset.fingerprint, groups)
        self._pages.setCurrentWidget(self.points)


def facts_words(facts: ComponentFacts, index: int) -> str:
    """Such as “Component 3: mean γ 0.104, π 0.098; 104 of 1000 data, 97 % of them “7””."""
    own = f"{facts.n_members} of {facts.n_probe} data"
    if math.isfinite(facts.class_share):
        own += f", {100 * facts.class_share:.0f} % of them “{facts.class_name}”"
    return f"Component {index + 1}: mean γ {facts.occupancy:.3f}, π {facts.weight:.3f}; {own}"


def _component_tip(snapshot: GmmVaeSnapshot, index: int) -> str:
    occupancy, pi = float(snapshot.occupancy[index]), math.exp(float(snapshot.log_pi[index]))
    return f"Component {index + 1}: decoder at its mean\nmean γ = {occupancy:.4f}, π = {pi:.4f}"


def _typical_tip(dataset: Dataset, facts: ComponentFacts, index: int) -> str:
    return f"{example_words(dataset, int(facts.typical[index]))}: γ = {facts.typical_gamma[index]:.4f}"
