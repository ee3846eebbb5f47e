"""Everything visible of the GMM-VAE tab: one picture of one instant, in all views at once."""

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import PHASES
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.training import Command, MakeRun, MetricsTable, Recording, RunRequest
from dgm_explorer.runs.folder import default_parent
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.run.controller import RunController
from dgm_explorer.ui.run.readings import RunOnScreen, RunReadings
from dgm_explorer.ui.run.timeline_source import TimelineSource
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.gmm_vae.alarm_strip import AlarmStrip
from dgm_explorer.ui.tabs.gmm_vae.alarms import find_alarms
from dgm_explorer.ui.tabs.gmm_vae.compare_menu import fill_compare_menu
from dgm_explorer.ui.tabs.gmm_vae.dataset_loader import DatasetLoader
from dgm_explorer.ui.tabs.gmm_vae.elbo_view import ElboView
from dgm_explorer.ui.tabs.gmm_vae.latent_area import LatentArea
from dgm_explorer.ui.tabs.gmm_vae.live_section import PHASE_WORDS
from dgm_explorer.ui.tabs.gmm_vae.lower_panels import LowerPanels
from dgm_explorer.ui.tabs.gmm_vae.pending_changes import RunSettings
from dgm_explorer.ui.tabs.gmm_vae.second_run import MODEL, SecondRun
from dgm_explorer.ui.tabs.gmm_vae.settings_panel import SettingsPanel
from dgm_explorer.ui.tabs.gmm_vae.single_terms import component_terms, point_terms
from dgm_explorer.ui.tabs.gmm_vae.state_editor import GmmVaeEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.run_controls import RunControls
from dgm_explorer.ui.widgets.timeline import Timeline

CURVES_MS = 200
"""Least time between two drawings of the curves: they change by a pixel."""

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
        self.run = RunController(make_run, self.make_request, self)
        self.source = TimelineSource(self)
        self.examples = DatasetLoader(self)
        self.second = SecondRun(self)
        self.history = MetricsHistory()
        self.snapshot: GmmVaeSnapshot | None = None
        self.controls = RunControls(theme)
        self.alarms = AlarmStrip()
        self.latent = LatentArea(theme)
        self.elbo = ElboView()
        self.panels = LowerPanels(theme)
        self.timeline = Timeline([PHASE_WORDS[phase] for phase in PHASES], theme)
        self.settings = SettingsPanel(self.editor, theme)
        self._wants_settings = True
        self._curves = QTimer(self)
        self._curves.setSingleShot(True)
        self._curves.setInterval(CURVES_MS)
        self._curves.timeout.connect(self._draw_curves)
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
        return self.examples.dataset

    @property
    def busy_sentence(self) -> str:
        """What closing the window would stop; empty for nothing."""
        if not self.run.is_training_here:
            return ""
        progress = self.run.readings.progress
        where = "" if progress is None else f" (step {progress.step:,} of {progress.n_steps:,})"
        return f"The GMM-VAE is training{where}."

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
        for widget, stretch in ((self.controls, 0), (self.alarms, 0), (pictures, 1), (self.timeline, 0)):
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
        self._connect_run()
        self._connect_pictures()

    def _connect_run(self) -> None:
        run, source, controls = self.run, self.source, self.controls
        controls.play_requested.connect(run.play_pause)
        controls.step_requested.connect(run.step)
        controls.stop_requested.connect(run.stop)
        controls.reset_requested.connect(run.reset)
        controls.device_chosen.connect(self._choose_device)
        run.run_changed.connect(self._take_run)
        run.snapshot_ready.connect(source.take_live)
        run.metrics_ready.connect(self._take_metrics)
        run.metrics_ready.connect(source.take_metrics)
        run.progressed.connect(self._take_readings)
        run.state_changed.connect(self._take_run_state)
        run.failed.connect(self.message)
        run.refused.connect(self.message)
        run.noticed.connect(self.noticed)
        source.picture_changed.connect(self._take_picture)
        source.marks_changed.connect(self.timeline.set_marks)
        source.refused.connect(self.message)
        self.timeline.position_changed.connect(self._look_at)
        self.timeline.branch_requested.connect(run.branch)
        self.examples.loaded.connect(self._draw)
        self.examples.failed.connect(self.message)
        self.second.changed.connect(self._draw_second)
        self.second.failed.connect(self.message)

    def _connect_pictures(self) -> None:
        latent, panels, settings = self.latent, self.panels, self.settings
        latent.coloring_chosen.connect(lambda key: self.editor.apply(coloring=key))
        latent.example_pinned.connect(self._show_single)
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
        settings.command_requested.connect(self.run.apply)
        settings.restart_requested.connect(lambda: self.run.start(self.make_request()))

    # -- what the window asks -----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for part in (self.controls, self.alarms, self.latent, self.elbo, self.panels, self.timeline):
            part.set_theme(theme)
        self.settings.set_theme(theme)
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

    def finish(self) -> None:
        """Stop whatever trains or reads and wait for it."""
        self.run.finish()
        self.source.close()
        self.examples.close()
        self.second.close()

    # -- state --------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _take_state(self, old: GmmVaeState, new: GmmVaeState) -> None:
        self.show_state(new)
        if old.coloring != new.coloring:
            self._draw()
        if new.run_folder != old.run_folder and new.run_folder and not self._is_on_screen(new.run_folder):
            self.run.follow(Path(new.run_folder))

    def show_state(self, state: GmmVaeState) -> None:
        """Set every control; none answers back."""
        self.settings.show_state(state)
        self.controls.set_device(state.device)
        self.latent.set_coloring(state.coloring)
        self.latent.set_component(state.component)
        self.panels.set_panel(state.panel)
        self.panels.components.set_component(state.component)
        self.elbo.set_stacked(state.is_terms_stacked)
        self.second.open(Path(state.compare_folder) if state.compare_folder else None)

    def _is_on_screen(self, folder: str) -> bool:
        return self.run.on_screen is not None and self.run.on_screen.folder == Path(folder)

    def _refuse(self, sentence: str) -> None:
        self.message.emit(sentence)
        self.show_state(self.state)

    # -- the run ------------------------------------------------------------------------------------------

    @Slot(object)
    def _take_run(self, screen: RunOnScreen) -> None:
        """Another run is on the screen: nothing of the one before is left."""
        self._clear()
        self.source.set_folder(screen.folder)
        self.examples.ask(screen.request.source)
        self.editor.apply(run_folder=str(screen.folder), component=-1)
        self._draw_curves()
        self._take_run_state()

    def _clear(self) -> None:
        self.history.clear()
        self.snapshot = None
        self.latent.clear(NOTHING_YET)
        self.panels.clear(NOTHING_YET)
        self.alarms.show_alarms(())

    @Slot(object)
    def _take_readings(self, readings: RunReadings) -> None:
        self.controls.show_readings(readings)
        if readings.progress is not None:
            self.timeline.set_planned_steps(readings.progress.n_steps if readings.is_active else 0)
        self._show_running()

    @Slot()
    def _take_run_state(self) -> None:
        self.source.set_growing(self.run.readings.is_active)
        self._show_running()
        self.playing_changed.emit()

    def _show_running(self) -> None:
        """Tell the settings and the components what can be changed now."""
        screen, readings = self.run.on_screen, self.run.readings
        can_change = self.run.is_training_here and readings.state in ("running", "paused")
        phase = readings.progress.phase if readings.progress is not None else ""
        running = None
        if screen is not None and self.run.is_training_here:
            running = RunSettings(screen.request.source, screen.request.config)
        self.settings.set_running(running, phase if can_change else "")
        refusal = "" if can_change and self.source.position is None else "Possible while a run trains here"
        self.panels.components.set_editable(refusal)
        self.latent.set_components_movable(not refusal)

    @Slot(object)
    def _take_metrics(self, tables: tuple[MetricsTable, ...]) -> None:
        self.history.append(tables)
        if not self._curves.isActive():
            self._curves.start()

    @Slot(str)
    def _choose_device(self, device: str) -> None:
        self.editor.apply(device=device)

    @Slot(object)
    def _look_at(self, step: int | None) -> None:
        self.source.set_position(step)
        self.second.go_to(step)
        self._show_running()

    # -- pictures -----------------------------------------------------------------------------------------

    @Slot(object)
    def _take_picture(self, snapshot: GmmVaeSnapshot) -> None:
        self.snapshot = snapshot
        self.controls.set_shown_step(None if self.source.position is None else snapshot.step)
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
        self.alarms.show_alarms(find_alarms(snapshot, self.history))
        self._show_single()
        self.frame_done.emit(1e3 * (time.perf_counter() - started_s))

    @Slot()
    def _draw_curves(self) -> None:
        self.elbo.set_names(_short(self._name()), _short(self.second.name))
        self.elbo.show_history(self.history, self.second.history)
        self.panels.show_history(self.history, self.second.history)

    def _name(self) -> str:
        return "" if self.run.on_screen is None else self.run.on_screen.folder.name

    @Slot()
    def _draw_second(self) -> None:
        self.latent.show_second(self.second.snapshot, self.second.name)
        self._draw_curves()

    @Slot()
    def _show_single(self) -> None:
        """The five terms of the pinned example, or of the component chosen, alone."""
        snapshot, dataset = self.snapshot, self.dataset
        if snapshot is None or dataset is None:
            self.elbo.show_single(None)
            return
        place, component = self.latent.pinned_place, self.state.component
        if place is not None:
            self.elbo.show_single(point_terms(snapshot, dataset, place))
        elif 0 <= component < snapshot.n_components:
            self.elbo.show_single(component_terms(snapshot, dataset, component))
        else:
            self.elbo.show_single(None)

    # -- components ---------------------------------------------------------------------------------------

    @Slot(int)
    def _choose_component(self, index: int) -> None:
        self.editor.apply(component=index)
        self._show_single()

    @Slot(int, object)
    def _move_component(self, index: int, mean: FloatArray) -> None:
        self.run.apply(Command("move_component", (float(index), *mean.tolist())))

    @Slot()
    def _add_component(self) -> None:
        place = self.latent.place_for_component()
        if place is not None:
            self.run.apply(Command("add_component", tuple(place.tolist())))

    @Slot(int)
    def _remove_component(self, index: int) -> None:
        self.run.apply(Command("remove_component", (float(index),)))
        self.editor.apply(component=-1)

    # -- selection and comparison -------------------------------------------------------------------------

    @Slot(object)
    def _show_selection(self, rows: IntArray) -> None:
        self.panels.show_selection(self.dataset, rows)

    @Slot(object)
    def _fill_compare(self, menu: QMenu) -> None:
        present = None if self.run.on_screen is None else self.run.on_screen.folder
        fill_compare_menu(menu, default_parent(), present, self.second.folder, self._compare_with)

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
