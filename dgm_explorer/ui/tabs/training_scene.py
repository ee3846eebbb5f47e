"""Everything visible of a tab that trains a model, but for its pictures."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from dgm_explorer.core.config_words import in_words
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.run_words import describe_phase
from dgm_explorer.core.training import Command, MakeRun, Recording, RunRequest
from dgm_explorer.runs.folder import default_parent
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.run.readings import RunOnScreen
from dgm_explorer.ui.run.recorded import Recorded, last_recorded
from dgm_explorer.ui.run.run_desk import RunDesk
from dgm_explorer.ui.settings.field_spec import ModelSettings
from dgm_explorer.ui.settings.pending_changes import RunSettings
from dgm_explorer.ui.settings.run_editor import RunEditor
from dgm_explorer.ui.settings.settings_panel import SettingsPanel
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.lazy_tab import TabScene
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.alarm_strip import AlarmStrip
from dgm_explorer.ui.widgets.fill_buttons import OPEN_RUN, PLAY, FillButtons

NOTHING_YET = "Nothing is trained yet."
SOON = "The first picture comes in a moment."
NO_PICTURES = "No pictures of this run are recorded."

RATE = "learning_rate"
"""The field of a configuration that a run takes at once and then lets fall."""


class TrainingScene(TabScene):
    """Controls above, pictures in the middle, the timeline below, settings beside.

    A subclass makes its pictures, calls `lay_out` with them, draws in `draw`, `draw_curves` and
    `draw_second` what the desk then has, and ends its constructor with `begin`.

    Parameters
    ----------
    model : name of the model in run folders.
    store : of the tab's state, which has the fields of `GmmVaeState` that are no looks; the only truth
        about what is asked for.
    editor : writes into the store.
    settings : of the model.
    make_run : sets up a run, in the training thread.

    Attributes
    ----------
    snapshot : the model's, of the instant looked at; None before the first.
    """

    def __init__(
        self,
        model: str,
        store: Store,
        editor: RunEditor,
        settings: ModelSettings,
        make_run: MakeRun,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._store = store
        self.theme = theme
        self.editor = editor
        editor.setParent(self)
        phases = [describe_phase(phase) for phase in settings.phases]
        self.desk = RunDesk(model, phases, make_run, self.make_request, theme, self)
        self.player = self.desk.run
        self.alarms = AlarmStrip()
        self.settings = SettingsPanel(settings, editor, theme)
        self._column = QVBoxLayout()
        self._live_names = settings.live_names
        self._wants_settings = True
        self.snapshot: Any = None
        self._opened: Path | None = None
        self._fill: list[FillButtons] = []
        self._resuming: Path | None = None

    def lay_out(self, pictures: QWidget) -> None:
        """Put everything in its place, with ``pictures`` in the middle."""
        self._column.setSpacing(2)
        controls, timeline = self.desk.controls, self.desk.timeline
        for widget, stretch in ((controls, 0), (pictures, 1), (self.alarms, 0), (timeline, 0)):
            self._column.addWidget(widget, stretch)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._column, 1)
        layout.addWidget(self.settings)
        first, *others = self.empty_places()
        self._fill = [FillButtons(first, (PLAY, OPEN_RUN)), *map(FillButtons, others)]
        self._fill.append(FillButtons(timeline.track, (OPEN_RUN,)))

    def begin(self) -> None:
        """Listen to the hand, the state and the run, and show the state as it is."""
        self._store.changed.connect(self._take_state)
        self.editor.refused.connect(self._refuse)
        self.editor.noticed.connect(self.noticed)
        self.settings.command_requested.connect(self._tell_run)
        self.settings.restart_requested.connect(self._restart)
        desk = self.desk
        desk.controls.device_chosen.connect(self._choose_device)
        desk.run_changed.connect(self._take_run)
        desk.picture_changed.connect(self._take_picture)
        desk.examples_changed.connect(self.draw)
        desk.curves_due.connect(self.draw_curves)
        desk.second_changed.connect(self.draw_second)
        desk.standing_changed.connect(self._show_standing)
        desk.playing_changed.connect(self._say_what_comes)
        desk.playing_changed.connect(self._go_on)
        desk.playing_changed.connect(self.playing_changed)
        desk.message.connect(self.message)
        desk.message_over.connect(self.message_over)
        desk.noticed.connect(self.noticed)
        self.set_theme(self.theme)
        self.show_state(self._store.state)
        self.clear()
        desk.show_folder(self._store.state.run_folder)

    # -- what a subclass has ------------------------------------------------------------------------------

    def make_recording(self) -> Recording:
        """How often the next run writes, and what its snapshots hold."""
        return Recording(snapshot_every_s=self._store.state.snapshot_every_s)

    def show_words(self, words: str) -> None:
        """Show words where pictures will be."""
        raise NotImplementedError

    def empty_places(self) -> Sequence[QWidget]:
        """What is empty before the first run, the most important first; each gets a button that fills it."""
        raise NotImplementedError

    def show_step(self, step: int | None) -> None:
        """The step looked back on, for curves; None for the newest."""
        raise NotImplementedError

    def draw(self) -> None:
        """Show `snapshot`, unless it is None, in every view."""
        raise NotImplementedError

    def draw_curves(self) -> None:
        """Show the desk's histories."""
        raise NotImplementedError

    def draw_second(self) -> None:
        """Show the run compared with, or that there is none."""
        raise NotImplementedError

    def show_state(self, state: Any) -> None:
        """Set every control, none answers back; overriders call this one too."""
        self.settings.show_state(state)
        self.desk.controls.set_device(state.device)
        self.desk.second.open(Path(state.compare_folder) if state.compare_folder else None)

    def set_theme(self, theme: Theme) -> None:
        """Colours and sizes, and draw anew; overriders call this one last."""
        self.theme = theme
        for part in (self.desk, self.alarms, self.settings):
            part.set_theme(theme)
        self._place_settings()
        self.draw()

    def plots(self) -> Sequence[ExportablePlot]:
        """What can be exported, the most important first."""
        return ()

    def recorded(self) -> Recorded:
        """The recorded snapshot that comes nearest to what is on the screen.

        Raises
        ------
        InputError
            If there is none.
        """
        screen = self.desk.run.on_screen
        step = None if self.snapshot is None else self.snapshot.step
        return last_recorded(None if screen is None else screen.folder, step)

    @property
    def dataset(self) -> Dataset | None:
        """Examples of the run on the screen; None until they are loaded."""
        return self.desk.dataset

    @property
    def short_names(self) -> tuple[str, str]:
        """The four digits that end the name of the run on the screen and of the one compared with."""
        own, other = (name.rpartition("-")[2] for name in (self.desk.name, self.desk.second.name))
        return own, other

    # -- what the tab asks --------------------------------------------------------------------------------

    def make_request(self) -> RunRequest:
        """What Play starts, from the present settings."""
        state = self._store.state
        return RunRequest(
            self._model,
            state.source,
            state.config,
            state.device,
            parent=default_parent(),
            recording=self.make_recording(),
        )

    def set_controls_visible(self, is_visible: bool) -> None:
        self._wants_settings = is_visible
        self._place_settings()

    def open_path(self, path: Path) -> bool:
        """Train on this data file or folder next."""
        return self.settings.open_path(path)

    def open_run(self, folder: Path) -> None:
        """Show the run in a folder; its data, model and recipe become the present settings."""
        self._opened, self._resuming = folder, None
        self.desk.run.follow(folder)

    def resume_run(self, folder: Path) -> None:
        """Show the run in a folder, and go on with it once it has been read."""
        self.open_run(folder)
        self._resuming = folder

    def put_run_away(self) -> None:
        """Begin again with an empty screen; the run stays in its folder."""
        self._opened = self._resuming = None
        self.desk.put_away()
        self.clear()

    def finish(self) -> None:
        """Stop whatever trains or reads and wait for it."""
        self.desk.finish()

    # -- state and run ------------------------------------------------------------------------------------

    @Slot(object, object)
    def _take_state(self, old: Any, new: Any) -> None:
        self.show_state(new)
        if new.run_folder != old.run_folder:
            self.desk.show_folder(new.run_folder)

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        told = in_words(sentence, self.editor.words)
        self.message.emit(told)
        self.message_over.emit(told)
        self.show_state(self._store.state)

    @Slot(object)
    def _take_run(self, screen: RunOnScreen) -> None:
        """Another run is on the screen: nothing of the one before is left."""
        self.clear()
        folder = str(screen.folder)
        is_other = folder != self._store.state.run_folder
        self.editor.apply(run_folder=folder, **(self.editor.looks_of_data if is_other else {}))
        if screen.folder == self._opened:
            self._take_settings(screen.request)
        elif screen.request.resume or screen.request.branch_from is not None:
            self._take_origin(screen.request)
        self._opened = None
        self.draw_second()

    @Slot()
    def _say_what_comes(self) -> None:
        """A run that prepares itself says so where its pictures will be."""
        if self.snapshot is None:
            self.clear()

    @Slot()
    def _go_on(self) -> None:
        """A run that is to be resumed has been read, with its own data, model and recipe: train it."""
        run, screen = self.desk.run, self.desk.run.on_screen
        if self._resuming is None or screen is None or screen.folder != self._resuming:
            return
        if run.state != "preparing":
            self._resuming = None
        if run.state == "stopped":
            request = replace(
                screen.request,
                folder=screen.folder,
                resume=True,
                device=self._store.state.device,
                recording=self.make_recording(),
            )
            QTimer.singleShot(0, self, lambda: run.start(request))  # the state is still being told

    def clear(self) -> None:
        """Nothing is left of the run before."""
        self.snapshot = None
        self.alarms.show_sentences(())
        run = self.desk.run
        is_coming = run.readings.is_active
        is_over = run.on_screen is not None and run.state in ("finished", "stopped")
        self.show_words(SOON if is_coming else NO_PICTURES if is_over else NOTHING_YET)
        for buttons in self._fill:
            buttons.set_wanted(not (is_coming or is_over))

    @Slot(object)
    def _take_picture(self, snapshot: Any) -> None:
        self.snapshot = snapshot
        for buttons in self._fill:
            buttons.set_wanted(False)
        self.show_step(None if self.desk.is_live else snapshot.step)
        self.draw()

    def _take_settings(self, request: RunRequest) -> None:
        """Those of a run that was opened: the controls tell of it, and Play goes on with it."""
        state = self._store.state
        is_other = (request.source, request.config) != (state.source, state.config)
        if is_other and self.editor.apply(source=request.source, config=request.config):
            self.noticed.emit("The settings are those of the run opened; Undo brings yours back.")

    def _take_origin(self, request: RunRequest) -> None:
        """Of a run that goes on from a checkpoint: its step, and what can be switched as it was there."""
        said = []
        if request.branch_from is not None:
            name = request.branch_from.name.rpartition("-")[2]
            said.append(f"Branched from step {request.branch_step or 0:,} of run {name}.")
        own = self._store.state.config
        as_then = replace(own, **self._switched(request.config))
        if as_then != own and self.editor.apply(config=as_then):
            said.append("What can be switched is as it was at that step; Undo switches it as before.")
        if said:
            self.noticed.emit(" ".join(said))

    def _switched(self, config: Any) -> dict[str, object]:
        """What of a configuration a running run takes at once, but for the rate, which falls by itself."""
        names = (name for name in self._live_names if name != RATE)
        return {name: getattr(config, name) for name in names}

    @Slot(object)
    def _tell_run(self, command: Command) -> None:
        """Hand on what the settings switch; the state has it already."""
        request, config = self.desk.training_request, self._store.state.config
        if request is None or command.name not in self._live_names:
            self.desk.run.apply(command)
            return
        self.desk.run.switch(
            command, replace(request.config, **{command.name: getattr(config, command.name)})
        )

    @Slot()
    def _show_standing(self) -> None:
        """Tell the settings what can be changed now."""
        request = self.desk.training_request
        running = None if request is None else RunSettings(request.source, request.config)
        self.settings.set_running(running, self.desk.phase if self.desk.takes_commands else "")

    @Slot()
    def _restart(self) -> None:
        self.desk.run.start(self.make_request())

    @Slot(str)
    def _choose_device(self, device: str) -> None:
        self.editor.apply(device=device)

    @Slot(object)
    def fill_compare_menu(self, menu: QMenu) -> None:
        """Offer the other runs of this model to be compared with."""
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
