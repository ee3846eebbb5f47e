"""Films of the visible panels, as the menu asks for them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QProgressDialog, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import PictureSize
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.film.film_dialog import FilmDialog
from dgm_explorer.ui.film.film_maker import FilmMaker
from dgm_explorer.ui.film.film_plan import FilmPlan
from dgm_explorer.ui.run.recorded import recorded_steps
from dgm_explorer.ui.tabs.training_tab import TrainingTab


class FilmCommands(QObject):
    """Asks, and makes one film at a time, through a second tab that nobody sees: the window stays as it is.

    Parameters
    ----------
    folder : where the file dialog starts.
    window : parent of the dialogs.
    """

    written = Signal(str)
    """A film was written: one sentence."""

    refused = Signal(str)
    """There is no film: one sentence."""

    def __init__(self, folder: Callable[[], Path], window: QWidget) -> None:
        super().__init__(window)
        self._folder = folder
        self._window = window
        self._twin: TrainingTab | None = None
        self._maker: FilmMaker | None = None
        self._progress: QProgressDialog | None = None
        self._path = Path()

    def ask_and_export(self, tab: TrainingTab, plot: ExportablePlot) -> None:
        """From the recorded snapshots of the run on the tab's screen."""
        if self._maker is not None:
            self.refused.emit("One film is being made already: wait for it, or cancel it.")
            return
        try:
            folder, steps = _snapshots_of(tab)
        except InputError as error:
            self.refused.emit(str(error))
            return
        assert isinstance(plot, QWidget)
        dialog = FilmDialog(plot, plot.export_name, steps, self._window)
        dialog.save_requested.connect(
            lambda chosen, rate, size: self._save(tab, plot, folder, chosen, rate, size)
        )
        dialog.open()

    def finish(self) -> None:
        """Give up what is being made; the window closes."""
        if self._maker is not None:
            self._maker.cancel()

    def _save(
        self,
        tab: TrainingTab,
        plot: ExportablePlot,
        folder: Path,
        steps: tuple[int, ...],
        rate: float,
        size: PictureSize,
    ) -> None:
        path = file_dialogs.ask_film_to_save(self._window, self._folder() / plot.export_name)
        if path is None:
            return
        self._path = path
        twin = self._twin = tab.make_twin()
        twin.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        twin.resize(tab.size())
        twin.set_theme(tab.theme)
        twin.show()
        plan = FilmPlan(plot.export_name, folder, steps, rate, size, path)
        maker = self._maker = FilmMaker(twin, plan, getattr(plot, "view_range", None))
        progress = self._progress = QProgressDialog(
            f"Making a film of {len(steps):,} frames…", "Cancel", 0, len(steps), self._window
        )
        progress.setWindowTitle("Export film")
        progress.setMinimumDuration(0)
        progress.setAutoClose(False)
        progress.setAutoReset(False)
        progress.setValue(0)
        maker.progressed.connect(progress.setValue)
        progress.canceled.connect(maker.cancel)
        maker.finished.connect(self._end)
        maker.start()

    @Slot(str)
    def _end(self, sentence: str) -> None:
        twin, progress = self._twin, self._progress
        self._twin = self._maker = self._progress = None
        if progress is not None:
            progress.canceled.disconnect()
            progress.close()
            progress.deleteLater()
        if twin is not None:
            twin.finish()
            twin.hide()
            twin.deleteLater()
        if sentence:
            self.refused.emit(sentence)
        else:
            self.written.emit(f"Written to {self._path}")


def _snapshots_of(tab: TrainingTab) -> tuple[Path, tuple[int, ...]]:
    """Folder of the run on the screen, and the steps of its recorded snapshots."""
    screen = tab.scene.desk.run.on_screen
    reader, steps = recorded_steps(None if screen is None else screen.folder)
    return reader.folder.path, steps
