"""What every tab that trains has: a run with its controls, its timeline, its examples, and a second run."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QMenu

from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.run_notes import RunNote
from dgm_explorer.core.training import MakeRun, MetricsTable, RunRequest, Snapshot
from dgm_explorer.runs.folder import default_parent
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.runs.listing import RunSummary, list_runs
from dgm_explorer.ui.run.compare_menu import fill_compare_menu
from dgm_explorer.ui.run.controller import RunController
from dgm_explorer.ui.run.dataset_loader import DatasetLoader
from dgm_explorer.ui.run.fit import describe_misfit
from dgm_explorer.ui.run.note_book import NoteBook
from dgm_explorer.ui.run.readings import RunOnScreen, RunReadings
from dgm_explorer.ui.run.run_controls import RunControls
from dgm_explorer.ui.run.run_list import RunList
from dgm_explorer.ui.run.second_run import SecondRun
from dgm_explorer.ui.run.timeline import Timeline
from dgm_explorer.ui.run.timeline_source import TimelineSource
from dgm_explorer.ui.theme import Theme

SHORTEST_CURVES_MS, LONGEST_CURVES_MS = 400, 1500
CURVES_GROWTH = 0.04
"""Curves are drawn anew when the run has gone on for this share of its time: by less they hardly change."""


class RunDesk(QObject):
    """Joins what starts, follows, looks back on and compares the runs of one model; its tab draws what comes.

    Lives in the GUI thread. The tab finds a place for the widgets `controls` and `timeline`.

    Parameters
    ----------
    model : name of the model in run folders.
    phases : its phases in their order, as words.
    make_run : sets up a run, in the training thread.
    make_request : what Play starts, from the tab's present settings.

    Attributes
    ----------
    run : starts, pauses and follows.
    source : the picture of the instant looked at.
    examples : the data set of the run on the screen.
    second : the run compared with.
    history : metrics of the run on the screen.
    notes : what else happened in it.
    """

    run_changed = Signal(object)
    """`RunOnScreen`: another run is on the screen; nothing of the one before is left."""

    picture_changed = Signal(object)
    """The snapshot to draw: the newest, or the one looked back on."""

    examples_changed = Signal()
    """`dataset` is there."""

    curves_due = Signal()
    """`history` has more than was drawn."""

    second_changed = Signal()
    """The second run has other curves or another picture, or is gone."""

    standing_changed = Signal()
    """What the run takes from a hand, and in which phase it is, may be different now."""

    playing_changed = Signal()

    message = Signal(str)
    """One sentence that should not be missed."""

    message_over = Signal(str)
    """What this message said is over."""

    noticed = Signal(str)
    """One sentence that asks for nothing."""

    def __init__(
        self,
        model: str,
        phases: Sequence[str],
        make_run: MakeRun,
        make_request: Callable[[], RunRequest],
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self.run = RunController(make_run, make_request, self)
        self.source = TimelineSource(phases, self)
        self.examples = DatasetLoader(self)
        self.second = SecondRun(model, self)
        self._others = RunList(lambda: list_runs(default_parent()), self)
        self.history = MetricsHistory()
        self.notes = NoteBook()
        self.controls = RunControls(theme)
        self.timeline = Timeline(phases, theme)
        self._curves = QTimer(self)
        self._curves.setSingleShot(True)
        self._curves.timeout.connect(self.curves_due)
        self._since_run = QElapsedTimer()
        self._picture: Snapshot | None = None
        self._misfit = self._unlike = ""
        self._connect_run()
        self._connect_pictures()

    def _connect_run(self) -> None:
        run, controls = self.run, self.controls
        controls.play_requested.connect(run.play_pause)
        controls.step_requested.connect(run.step)
        controls.stop_requested.connect(run.stop)
        controls.reset_requested.connect(run.reset)
        run.run_changed.connect(self._take_run)
        run.metrics_ready.connect(self._take_metrics)
        run.metrics_ready.connect(self.source.take_metrics)
        run.noted.connect(self._take_notes)
        run.progressed.connect(self._take_readings)
        run.state_changed.connect(self._take_state)
        run.failed.connect(self.message)
        run.went_on.connect(self.message_over)
        run.refused.connect(self.message)
        run.noticed.connect(self.noticed)

    def _connect_pictures(self) -> None:
        source = self.source
        self.run.snapshot_ready.connect(source.take_live)
        source.picture_changed.connect(self._take_picture)
        source.marks_changed.connect(self.timeline.set_marks)
        source.checkpoints_changed.connect(self.timeline.set_checkpoints)
        source.picture_changed.connect(self.timeline.note_picture)
        source.refused.connect(self.timeline.stop_replay)
        source.refused.connect(self.message)
        self.timeline.position_changed.connect(self._look_at)
        self.timeline.branch_requested.connect(self.run.branch)
        self.examples.loaded.connect(self._take_examples)
        self.examples.failed.connect(self.message)
        self.second.changed.connect(self._take_second)
        self.second.failed.connect(self.message)

    @property
    def dataset(self) -> Dataset | None:
        """Examples of the run on the screen; None until they are loaded, or if its pictures are of others."""
        return None if self._misfit else self.examples.dataset

    @property
    def name(self) -> str:
        """Of the run's folder; empty before the first run."""
        return "" if self.run.on_screen is None else self.run.on_screen.folder.name

    @property
    def training_request(self) -> RunRequest | None:
        """What the run was started with that trains or pauses here; None where nothing trains."""
        screen = self.run.on_screen
        return screen.request if screen is not None and self.run.is_training_here else None

    @property
    def takes_commands(self) -> bool:
        """Whether a run trains or pauses here that can be changed between two steps."""
        return self.run.is_training_here and self.run.readings.state in ("running", "paused")

    @property
    def is_live(self) -> bool:
        """Whether the newest picture is on the screen, not one looked back on."""
        return self.source.position is None

    @property
    def phase(self) -> str:
        """Of the run on the screen; empty before it is set up."""
        progress = self.run.readings.progress
        return "" if progress is None else progress.phase

    def describe_work(self, title: str) -> str:
        """What closing the window would stop, the model being called ``title``; empty for nothing."""
        if not self.run.is_training_here:
            return ""
        progress = self.run.readings.progress
        where = "" if progress is None else f" (step {progress.step:,} of {progress.n_steps:,})"
        return f"The {title} is training{where}."

    def show_folder(self, folder: str) -> None:
        """Follow the run in this folder, unless it is on the screen or the name is empty."""
        screen = self.run.on_screen
        if folder and (screen is None or screen.folder != Path(folder)):
            self.run.follow(Path(folder))

    def look_at(self, step: int | None) -> None:
        """Look back on a recorded step, or at the newest picture (None), as the timeline does by hand."""
        self.timeline.set_position(step)
        self._look_at(step)

    def fill_compare_menu(self, menu: QMenu, choose: Callable[[Path | None], None]) -> None:
        """Offer the other runs of this model; ``choose`` gets a folder, or None for no comparison."""
        present = None if self.run.on_screen is None else self.run.on_screen.folder
        compared = self.second.folder

        def fill(menu: QMenu, runs: Sequence[RunSummary]) -> None:
            fill_compare_menu(menu, runs, self._model, default_parent(), present, compared, choose)

        self._others.fill(menu, fill)

    def put_away(self) -> None:
        """Have no run on the screen, as before the first; its folder keeps it."""
        self.run.put_away()
        self.history.clear()
        self.notes.clear()
        self.timeline.set_position(None)
        self.timeline.set_planned_steps(0)
        self.source.set_folder(None)
        self._picture, self._misfit = None, ""
        self._look_whether_comparable()
        self.controls.set_shown_step(None)
        self.curves_due.emit()
        self._take_state()

    def set_theme(self, theme: Theme) -> None:
        self.controls.set_theme(theme)
        self.timeline.set_theme(theme)

    def finish(self) -> None:
        """Stop whatever trains or reads and wait for it."""
        self.run.finish()
        self._curves.stop()  # the last metrics may have started it
        self.source.close()
        self.examples.close()
        self.second.close()
        self._others.close()

    @Slot(object)
    def _take_run(self, screen: RunOnScreen) -> None:
        self.history.clear()
        self.notes.clear()
        self._since_run.start()
        self.timeline.set_position(None)
        self.source.set_folder(screen.folder)
        self.examples.ask(screen.request.source)
        self._picture, self._misfit = None, ""
        self._look_whether_comparable()
        self.run_changed.emit(screen)
        self.curves_due.emit()
        self._take_state()

    @Slot(object)
    def _take_readings(self, readings: RunReadings) -> None:
        self.controls.show_readings(readings)
        if readings.progress is not None:
            self.timeline.set_planned_steps(readings.progress.n_steps if readings.is_active else 0)
        self.standing_changed.emit()

    @Slot()
    def _take_state(self) -> None:
        self.source.set_growing(self.run.readings.is_active)
        self.standing_changed.emit()
        self.playing_changed.emit()

    @Slot(object)
    def _take_metrics(self, tables: tuple[MetricsTable, ...]) -> None:
        self.history.append(tables)
        if not self._curves.isActive():
            wanted = round(CURVES_GROWTH * self._since_run.elapsed())
            self._curves.start(min(max(wanted, SHORTEST_CURVES_MS), LONGEST_CURVES_MS))

    @Slot(object)
    def _take_notes(self, notes: tuple[RunNote, ...]) -> None:
        """Say what is new, once; a second note of the same kind is only counted."""
        for note in self.notes.add(notes):
            self.noticed.emit(note.sentence)

    @Slot(object)
    def _look_at(self, step: int | None) -> None:
        self.source.set_position(step)
        self.second.go_to(step)
        self.standing_changed.emit()

    @Slot(object)
    def _take_picture(self, snapshot: Snapshot) -> None:
        self._picture = snapshot
        self._look_whether_it_fits()
        self.controls.set_shown_step(None if self.is_live else snapshot.step)
        self.picture_changed.emit(snapshot)

    @Slot()
    def _take_second(self) -> None:
        self._look_whether_comparable()
        self.second_changed.emit()

    def _look_whether_comparable(self) -> None:
        """Say, as long as it is compared, that a run of other data has numbers of other data."""
        first, second, before = self.run.on_screen, self.second, self._unlike
        self._unlike = ""
        if first is not None and second.data is not None and not _are_same(first.request.source, second.data):
            mine, its = first.request.source.title, second.data.title
            self._unlike = (
                f"{second.name} is a run on {its}, that on the screen one on {mine}: "
                "bounds and errors on different data cannot be compared."
            )
        if before and before != self._unlike:
            self.message_over.emit(before)
        if self._unlike and before != self._unlike:
            self.message.emit(self._unlike)

    @Slot(object)
    def _take_examples(self, _dataset: Dataset) -> None:
        self._look_whether_it_fits()
        self.examples_changed.emit()

    def _look_whether_it_fits(self) -> None:
        """Say once that picture and examples are not of one run; `dataset` then holds the examples back."""
        picture, dataset, before = self._picture, self.examples.dataset, self._misfit
        self._misfit = "" if picture is None or dataset is None else describe_misfit(picture, dataset)
        if self._misfit and self._misfit != before:
            self.message.emit(self._misfit)


def _are_same(one: DataSource, other: DataSource) -> bool:
    """Whether they are the same data, however many of them."""
    return (one.name, one.path, one.painted) == (other.name, other.path, other.painted)
