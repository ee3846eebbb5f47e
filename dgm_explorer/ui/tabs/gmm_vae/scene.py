"""Everything visible of the GMM-VAE tab: one picture of one instant, in all views at once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.gmm_vae_config import MODEL
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.training import Command, MakeRun, Recording
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.gmm_vae.alarms import find_alarms
from dgm_explorer.ui.tabs.gmm_vae.config_fields import SETTINGS
from dgm_explorer.ui.tabs.gmm_vae.elbo_view import ElboView
from dgm_explorer.ui.tabs.gmm_vae.latent_area import LatentArea
from dgm_explorer.ui.tabs.gmm_vae.lower_panels import LowerPanels
from dgm_explorer.ui.tabs.gmm_vae.single_terms import component_terms, point_terms
from dgm_explorer.ui.tabs.gmm_vae.state_editor import GmmVaeEditor
from dgm_explorer.ui.tabs.training_scene import TrainingScene
from dgm_explorer.ui.theme import Theme

_WAY_BACK = {
    "move_component": "The mean is set in the run itself, out of reach of Undo: drag it back, "
    "or branch from an earlier step.",
    "add_component": "The component is new in the run itself, out of reach of Undo: remove it, "
    "or branch from an earlier step.",
    "remove_component": "The component is gone from the run itself, out of reach of Undo: add one, "
    "or branch from an earlier step.",
}


@dataclass(frozen=True)
class GmmVaePictures:
    """What the scene is made of, each of which takes a while to make."""

    latent: LatentArea
    elbo: ElboView
    panels: LowerPanels


class GmmVaeScene(TrainingScene):
    """The latent space on the left, the bound and the lower panels on the right.

    Parameters
    ----------
    store : of `GmmVaeState`; the only truth about what is asked for.
    make_run : sets up a run, in the training thread.
    pictures : the scene takes them over.

    Attributes
    ----------
    heights : divides the height between the bound and the lower panels.
    """

    def __init__(
        self,
        store: Store,
        make_run: MakeRun,
        pictures: GmmVaePictures,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(MODEL, store, GmmVaeEditor(store), SETTINGS, make_run, theme, parent)
        self.latent, self.elbo, self.panels = pictures.latent, pictures.elbo, pictures.panels
        self.heights = QSplitter(Qt.Orientation.Vertical)
        self._is_component_last = False
        self.lay_out(self._arrange_pictures())
        self.desk.standing_changed.connect(self._show_editable)
        self._connect_pictures()
        self.begin()

    @property
    def state(self) -> GmmVaeState:
        state: GmmVaeState = self._store.state
        return state

    def make_recording(self) -> Recording:
        return replace(super().make_recording(), n_points=self.state.n_points)

    def _arrange_pictures(self) -> QWidget:
        right = self.heights
        right.setChildrenCollapsible(False)
        right.addWidget(self.elbo)
        right.addWidget(self.panels)
        right.setStretchFactor(0, 3)
        right.setStretchFactor(1, 2)
        pictures = QSplitter(Qt.Orientation.Horizontal)
        pictures.setChildrenCollapsible(False)
        pictures.addWidget(self.latent)
        pictures.addWidget(right)
        pictures.setSizes([480, 460])
        pictures.setStretchFactor(0, 1)
        pictures.setStretchFactor(1, 1)
        return pictures

    def _connect_pictures(self) -> None:
        latent, panels = self.latent, self.panels
        latent.coloring_chosen.connect(lambda key: self.editor.apply(coloring=key))
        latent.example_pinned.connect(self._take_pin)
        latent.component_chosen.connect(self._choose_component)
        latent.component_moved.connect(self._move_component)
        latent.compare_requested.connect(self.fill_compare_menu)
        latent.selection_changed.connect(self._show_selection)
        panels.panel_chosen.connect(lambda key: self.editor.apply(panel=key))
        panels.components.component_chosen.connect(self._choose_component)
        panels.components.add_requested.connect(self._add_component)
        panels.components.remove_requested.connect(self._remove_component)
        self.elbo.stacked_changed.connect(lambda is_on: self.editor.apply(is_terms_stacked=is_on))
        panels.selection.row_chosen.connect(latent.picker.pin_row)
        panels.selection.lasso_requested.connect(latent.lasso.click)
        panels.selection.clear_requested.connect(latent.picker.clear)
        panels.pictures.component_clicked.connect(self._choose_component)

    # -- what the window asks -----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        for part in (self.latent, self.elbo, self.panels):
            part.set_theme(theme)
        super().set_theme(theme)

    def plots(self) -> Sequence[ExportablePlot]:
        return (*self.latent.plots(), *self.elbo.plots(), *self.panels.plots())

    def python_script(self) -> str:
        from dgm_explorer.ui.tabs.gmm_vae.script import make_script

        recorded, screen = self.recorded(), self.desk.run.on_screen
        source = self.state.source if screen is None else screen.request.source
        return make_script(recorded, source, self.dataset)

    # -- state --------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _take_state(self, old: GmmVaeState, new: GmmVaeState) -> None:
        super()._take_state(old, new)
        if old.coloring != new.coloring:
            self.draw()

    def show_state(self, state: GmmVaeState) -> None:
        super().show_state(state)
        self.latent.set_coloring(state.coloring)
        self.latent.set_component(state.component)
        self.panels.set_panel(state.panel)
        self.panels.components.set_component(state.component)
        self.elbo.set_stacked(state.is_terms_stacked)

    # -- the run ------------------------------------------------------------------------------------------

    def show_words(self, words: str) -> None:
        self.latent.clear(words)
        self.panels.clear_panels(words)

    def empty_places(self) -> Sequence[QWidget]:
        panels = self.panels
        details, confusion = panels.components.details, panels.quality.confusion
        return (self.latent.view, self.elbo.chart, details, panels.pictures, confusion)

    def show_step(self, step: int | None) -> None:
        self.elbo.set_shown_step(step)
        self.panels.set_shown_step(step)

    @Slot()
    def _show_editable(self) -> None:
        """Tell the components whether they can be changed now."""
        refusal = "" if self.desk.takes_commands and self.desk.is_live else "Possible while a run trains here"
        self.panels.components.set_editable(refusal)
        self.latent.set_components_movable(not refusal)

    # -- pictures -----------------------------------------------------------------------------------------

    @Slot()
    def draw(self) -> None:
        snapshot: GmmVaeSnapshot | None = self.snapshot
        dataset = self.dataset
        if snapshot is None:
            return
        started_s = time.perf_counter()
        self.latent.show_snapshot(snapshot, dataset, self.state.n_points)
        if dataset is not None:
            self.panels.show_snapshot(snapshot, dataset)
        alarms = find_alarms(snapshot, self.desk.history)
        self.alarms.show_sentences([alarm.sentence for alarm in alarms])
        self._show_single()
        self.frame_done.emit(1e3 * (time.perf_counter() - started_s))

    @Slot()
    def draw_curves(self) -> None:
        history, second = self.desk.history, self.desk.second
        self.elbo.set_names(*self.short_names)
        self.elbo.show_history(history, second.history)
        self.panels.show_history(history, second.history)

    @Slot()
    def draw_second(self) -> None:
        own, other = (f"run {name}" if name else "" for name in self.short_names)
        self.latent.show_second(self.desk.second.snapshot, other, own)
        self.draw_curves()

    @Slot()
    def _take_pin(self) -> None:
        self._is_component_last = False
        self._show_single()

    def _show_single(self) -> None:
        """The five terms of the pinned example, or of the component, alone: of what was chosen last."""
        snapshot, dataset = self.snapshot, self.dataset
        if snapshot is None or dataset is None:
            self.elbo.show_single(None)
            return
        place, component = self.latent.pinned_place, self.state.component
        has_component = 0 <= component < snapshot.n_components
        if place is not None and not (has_component and self._is_component_last):
            self.elbo.show_single(point_terms(snapshot, dataset, place))
        elif has_component:
            self.elbo.show_single(component_terms(snapshot, dataset, component))
        else:
            self.elbo.show_single(None)

    # -- components ---------------------------------------------------------------------------------------

    @Slot(int)
    def _choose_component(self, index: int) -> None:
        self.editor.apply(component=index)
        self._is_component_last = True
        self._show_single()

    @Slot(int, object)
    def _move_component(self, index: int, mean: FloatArray) -> None:
        self._change_mixture("move_component", (float(index), *mean.tolist()))

    @Slot()
    def _add_component(self) -> None:
        place = self.latent.place_for_component()
        if place is not None:
            self._change_mixture("add_component", tuple(place.tolist()))

    @Slot(int)
    def _remove_component(self, index: int) -> None:
        self._change_mixture("remove_component", (float(index),))
        self.editor.apply(component=-1)

    def _change_mixture(self, name: str, value: tuple[float, ...]) -> None:
        self.desk.run.apply(Command(name, value))
        if self.desk.takes_commands:
            self.noticed.emit(_WAY_BACK[name])

    # -- selection ----------------------------------------------------------------------------------------

    @Slot(object)
    def _show_selection(self, rows: IntArray) -> None:
        self.panels.show_selection(self.dataset, rows)
