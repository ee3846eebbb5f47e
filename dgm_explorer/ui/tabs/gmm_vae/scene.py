"""Everything visible of the GMM-VAE tab: one picture of one instant, in all views at once."""

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import MODEL, PHASES
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.run_words import describe_phase
from dgm_explorer.core.training import Command, MakeRun, Recording, RunRequest
from dgm_explorer.runs.folder import default_parent
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.run.readings import RunOnScreen
from dgm_explorer.ui.run.run_desk import RunDesk
from dgm_explorer.ui.settings.pending_changes import RunSettings
from dgm_explorer.ui.settings.settings_panel import SettingsPanel
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.gmm_vae.alarms import find_alarms
from dgm_explorer.ui.tabs.gmm_vae.config_fields import SETTINGS
from dgm_explorer.ui.tabs.gmm_vae.elbo_view import ElboView
from dgm_explorer.ui.tabs.gmm_vae.latent_area import LatentArea
from dgm_explorer.ui.tabs.gmm_vae.lower_panels import LowerPanels
from dgm_explorer.ui.tabs.gmm_vae.single_terms import component_terms, point_terms
from dgm_explorer.ui.tabs.gmm_vae.state_editor import GmmVaeEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.alarm_strip import AlarmStrip

NOTHING_YET = "Press Space, or Play, to train."


class GmmVaeScene(QWidget):
    """Controls above, pictures in the middle, the timeline below, settings beside.

    Parameters
    ----------
    store : of `GmmVaeState`; the only truth about what is asked for.
    make_run : sets up a run, in the training thread.
    """

    message = Signal(str)
    noticed = Signal(str)
    frame_done = Signal(float)
    playing_changed = Signal()

    def __init__(self, store: Store, make_run: MakeRun, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.theme = theme
        self.editor = GmmVaeEditor(store, self)
        phases = [describe_phase(phase) for phase in PHASES]
        self.desk = RunDesk(MODEL, phases, make_run, self.make_request, theme, self)
        self.snapshot: GmmVaeSnapshot | None = None
        self.alarms = AlarmStrip()
        self.latent = LatentArea(theme)
        self.elbo = ElboView()
        self.panels = LowerPanels(theme)
        self.settings = SettingsPanel(SETTINGS, self.editor, theme)
        self._wants_settings = True
        self._is_component_last = False
        self._opened: Path | None = None
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.show_state(self.state)
        self._clear()

    @property
    def state(self) -> GmmVaeState:
        state: GmmVaeState = self._store.state
        return state

    @property
    def dataset(self) -> Dataset | None:
        """Examples of the run on the screen; None until they are loaded."""
        return self.desk.dataset

    def make_request(self) -> RunRequest:
        """What Play starts, from the present settings."""
        state = self.state
        recording = Recording(snapshot_every_s=state.snapshot_every_s, n_points=state.n_points)
        return RunRequest(
            MODEL, state.source, state.config, state.device, parent=default_parent(), recording=recording
        )

    def _lay_out(self) -> None:
        right = QSplitter(Qt.Orientation.Vertical)
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
        column = self._column = QVBoxLayout()
        column.setSpacing(2)
        controls, timeline = self.desk.controls, self.desk.timeline
        for widget, stretch in ((controls, 0), (self.alarms, 0), (pictures, 1), (timeline, 0)):
            column.addWidget(widget, stretch)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(column, 1)
        layout.addWidget(self.settings)

    def _connect(self) -> None:
        self._store.changed.connect(self._take_state)
        self.editor.refused.connect(self._refuse)
        self.editor.noticed.connect(self.noticed)
        self._connect_desk()
        self._connect_pictures()

    def _connect_desk(self) -> None:
        desk = self.desk
        desk.controls.device_chosen.connect(self._choose_device)
        desk.run_changed.connect(self._take_run)
        desk.picture_changed.connect(self._take_picture)
        desk.examples_changed.connect(self._draw)
        desk.curves_due.connect(self._draw_curves)
        desk.second_changed.connect(self._draw_second)
        desk.standing_changed.connect(self._show_standing)
        desk.playing_changed.connect(self.playing_changed)
        desk.message.connect(self.message)
        desk.noticed.connect(self.noticed)

    def _connect_pictures(self) -> None:
        latent, panels, settings = self.latent, self.panels, self.settings
        latent.coloring_chosen.connect(lambda key: self.editor.apply(coloring=key))
        latent.example_pinned.connect(self._take_pin)
        latent.component_chosen.connect(self._choose_component)
        latent.component_moved.connect(self._move_component)
        latent.compare_requested.connect(self._fill_compare)
        latent.selection_changed.connect(self._show_selection)
        panels.panel_chosen.connect(lambda key: self.editor.apply(panel=key))
        panels.components.component_chosen.connect(self._choose_component)
        panels.components.add_requested.connect(self._add_component)
        panels.components.remove_requested.connect(self._remove_component)
        self.elbo.stacked_changed.connect(lambda is_on: self.editor.apply(is_terms_stacked=is_on))
        panels.selection.row_chosen.connect(latent.picker.pin_row)
        panels.selection.clear_requested.connect(latent.picker.clear)
        panels.pictures.component_clicked.connect(self._choose_component)
        settings.command_requested.connect(self.desk.run.apply)
        settings.restart_requested.connect(lambda: self.desk.run.start(self.make_request()))

    # -- what the window asks -----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for part in (self.desk, self.alarms, self.latent, self.elbo, self.panels, self.settings):
            part.set_theme(theme)
        self._place_settings()
        self._draw()

    def set_controls_visible(self, is_visible: bool) -> None:
        self._wants_settings = is_visible
        self._place_settings()

    def plots(self) -> Sequence[ExportablePlot]:
        return (*self.latent.plots(), *self.elbo.plots(), *self.panels.plots())

    def open_path(self, path: Path) -> bool:
        """Train on this data file or folder next."""
        return self.settings.open_path(path)

    def open_run(self, folder: Path) -> None:
        """Show the run in a folder; its data, model and recipe become the present settings."""
        self._opened = folder
        self.desk.run.follow(folder)

    def finish(self) -> None:
        """Stop whatever trains or reads and wait for it."""
        self.desk.finish()

    # -- state --------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _take_state(self, old: GmmVaeState, new: GmmVaeState) -> None:
        self.show_state(new)
        if old.coloring != new.coloring:
            self._draw()
        if new.run_folder != old.run_folder:
            self.desk.show_folder(new.run_folder)

    def show_state(self, state: GmmVaeState) -> None:
        """Set every control; none answers back."""
        self.settings.show_state(state)
        self.desk.controls.set_device(state.device)
        self.latent.set_coloring(state.coloring)
        self.latent.set_component(state.component)
        self.panels.set_panel(state.panel)
        self.panels.components.set_component(state.component)
        self.elbo.set_stacked(state.is_terms_stacked)
        self.desk.second.open(Path(state.compare_folder) if state.compare_folder else None)

    def _refuse(self, sentence: str) -> None:
        self.message.emit(sentence)
        self.show_state(self.state)

    # -- the run ------------------------------------------------------------------------------------------

    @Slot(object)
    def _take_run(self, screen: RunOnScreen) -> None:
        """Another run is on the screen: nothing of the one before is left."""
        self._clear()
        self.editor.apply(run_folder=str(screen.folder), component=-1)
        if screen.folder == self._opened:
            self._take_settings(screen.request)
        self._opened = None

    def _take_settings(self, request: RunRequest) -> None:
        """Those of a run that was opened: the controls tell of it, and Play goes on with it."""
        is_other = (request.source, request.config) != (self.state.source, self.state.config)
        if is_other and self.editor.apply(source=request.source, config=request.config):
            self.noticed.emit("The settings are those of the run opened; Undo brings yours back.")

    def _clear(self) -> None:
        self.snapshot = None
        self.latent.clear(NOTHING_YET)
        self.panels.clear_panels(NOTHING_YET)
        self.alarms.show_sentences(())

    @Slot()
    def _show_standing(self) -> None:
        """Tell the settings and the components what can be changed now."""
        request, takes_commands = self.desk.training_request, self.desk.takes_commands
        running = None if request is None else RunSettings(request.source, request.config)
        self.settings.set_running(running, self.desk.phase if takes_commands else "")
        refusal = "" if takes_commands and self.desk.is_live else "Possible while a run trains here"
        self.panels.components.set_editable(refusal)
        self.latent.set_components_movable(not refusal)

    @Slot(str)
    def _choose_device(self, device: str) -> None:
        self.editor.apply(device=device)

    # -- pictures -----------------------------------------------------------------------------------------

    @Slot(object)
    def _take_picture(self, snapshot: GmmVaeSnapshot) -> None:
        self.snapshot = snapshot
        step = None if self.desk.is_live else snapshot.step
        self.elbo.set_shown_step(step)
        self.panels.set_shown_step(step)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        """Show the present snapshot in every view."""
        snapshot, dataset = self.snapshot, self.dataset
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
    def _draw_curves(self) -> None:
        history, second = self.desk.history, self.desk.second
        self.elbo.set_names(_short(self.desk.name), _short(second.name))
        self.elbo.show_history(history, second.history)
        self.panels.show_history(history, second.history)

    @Slot()
    def _draw_second(self) -> None:
        second = self.desk.second
        name = f"run {_short(second.name)}" if second.name else ""
        self.latent.show_second(second.snapshot, name, f"run {_short(self.desk.name)}")
        self._draw_curves()

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
        self.desk.run.apply(Command("move_component", (float(index), *mean.tolist())))

    @Slot()
    def _add_component(self) -> None:
        place = self.latent.place_for_component()
        if place is not None:
            self.desk.run.apply(Command("add_component", tuple(place.tolist())))

    @Slot(int)
    def _remove_component(self, index: int) -> None:
        self.desk.run.apply(Command("remove_component", (float(index),)))
        self.editor.apply(component=-1)

    # -- selection and comparison -------------------------------------------------------------------------

    @Slot(object)
    def _show_selection(self, rows: IntArray) -> None:
        self.panels.show_selection(self.dataset, rows)

    @Slot(object)
    def _fill_compare(self, menu: QMenu) -> None:
        self.desk.fill_compare_menu(menu, self._compare_with)

    def _compare_with(self, folder: Path | None) -> None:
        self.editor.apply(compare_folder="" if folder is None else str(folder))

    # -- Qt -----------------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """Without the settings: where both have no room the pictures come first."""
        return self._column.minimumSize()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_settings()

    def _place_settings(self) -> None:
        needed = self._column.minimumSize().width() + self.settings.width()
        self.settings.setVisible(self._wants_settings and self.width() > needed)


def _short(name: str) -> str:
    """What tells one run folder from another: the four digits at the end of its name."""
    return name.rpartition("-")[2]
