"""Pictures and data of the visible plots, as the menu asks for them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.export import ExportablePlot, PlotTable, data_of, export_csv, export_npz
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.window_settings import WindowSettings

if TYPE_CHECKING:
    from dgm_explorer.core.picture_size import PictureSize
    from dgm_explorer.ui.film.film_commands import FilmCommands


class ExportCommands(QObject):
    """Asks how large and where to, and writes.

    Parameters
    ----------
    folder : where the file dialogs start.
    settings : remembers the size last chosen.
    window : parent of the dialogs; also what *Whole window* paints.
    """

    written = Signal(str)
    """A file was written, or something lies on the clipboard: one sentence."""

    refused = Signal(str)
    """A file could not be written: one sentence."""

    def __init__(self, folder: Callable[[], Path], settings: WindowSettings, window: QWidget) -> None:
        super().__init__(window)
        self._folder = folder
        self._settings = settings
        self._window = window
        self._films: FilmCommands | None = None

    def ask_and_export_picture(self, plot: ExportablePlot) -> None:
        """At a size that is asked for, as PNG, SVG or PDF by the ending of the name, or to the clipboard."""
        if self._data_of(plot) is not None:
            self._ask_size(_widget_of(plot), plot.export_name)

    def ask_and_export_window(self) -> None:
        self._ask_size(self._window, "dgm-explorer")

    def ask_and_export_data(self, plot: ExportablePlot) -> None:
        """As CSV or npz; where there are no data, that is said before a name is asked for."""
        table = self._data_of(plot)
        if table is None:
            return
        path = file_dialogs.ask_table_to_save(self._window, self._folder() / plot.export_name)
        if path is not None:
            write = export_npz if path.suffix.lower() == ".npz" else export_csv
            self._try(lambda: write(table, path), f"Written to {path}")

    def copy_picture(self, plot: ExportablePlot) -> None:
        """To the clipboard, as large as on the screen."""
        from dgm_explorer.ui.picture_file import on_screen_size

        if self._data_of(plot) is not None:
            widget = _widget_of(plot)
            self._copy(widget, on_screen_size(widget))

    def copy_python(self, tab: Tab) -> None:
        """The present setting as a script that computes the numbers on the screen, to the clipboard."""
        self._try(
            lambda: QGuiApplication.clipboard().setText(tab.python_script()),
            "A Python script with the present setting is on the clipboard: paste it into a file and run it",
        )

    def ask_and_export_film(self, tab: Tab, plot: ExportablePlot) -> None:
        """As MP4 or GIF, from the recorded snapshots of the run that the tab shows."""
        from dgm_explorer.ui.film.film_commands import FilmCommands
        from dgm_explorer.ui.tabs.training_tab import TrainingTab

        if not isinstance(tab, TrainingTab):
            raise TypeError(f"the tab {tab.key} trains nothing")
        if self._films is None:
            self._films = FilmCommands(self._folder, self._window)
            self._films.written.connect(self.written)
            self._films.refused.connect(self.refused)
        self._films.ask_and_export(tab, plot)

    def finish(self) -> None:
        """The window closes: a film that is being made is given up."""
        if self._films is not None:
            self._films.finish()

    def _data_of(self, plot: ExportablePlot) -> PlotTable | None:
        """What it shows; where that is nothing, it is said."""
        try:
            return data_of(plot)
        except InputError as error:
            self.refused.emit(str(error))
            return None

    def _ask_size(self, widget: QWidget, name: str) -> None:
        from dgm_explorer.ui.picture_dialog import PictureDialog

        dialog = PictureDialog(widget, name, self._settings.picture_size, self._window)
        dialog.accepted.connect(lambda: self._remember(dialog.size_words))
        dialog.save_requested.connect(lambda size: self._save(widget, name, size))
        dialog.copy_requested.connect(lambda size: self._copy(widget, size))
        dialog.open()

    def _remember(self, words: str) -> None:
        self._settings.picture_size = words

    def _save(self, widget: QWidget, name: str, size: "PictureSize") -> None:
        from dgm_explorer.ui.picture_file import export_picture

        path = file_dialogs.ask_picture_to_save(self._window, self._folder() / name)
        if path is not None:
            self._try(lambda: export_picture(widget, size, path), f"Written to {path}")

    def _copy(self, widget: QWidget, size: "PictureSize") -> None:
        from dgm_explorer.ui.picture_file import copy_picture

        self._try(lambda: copy_picture(widget, size), "The picture is on the clipboard")

    def _try(self, write: Callable[[], None], sentence: str) -> None:
        try:
            write()
        except InputError as error:
            self.refused.emit(str(error))
        else:
            self.written.emit(sentence)


def _widget_of(plot: ExportablePlot) -> QWidget:
    if not isinstance(plot, QWidget):
        raise TypeError(f"{plot!r} is not a widget and has no picture")
    return plot
