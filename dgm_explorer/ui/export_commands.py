"""Pictures and data of the visible plots, as the menu asks for them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.export import ExportablePlot, export_csv, export_png, export_svg


class ExportCommands(QObject):
    """Asks where to and writes.

    Parameters
    ----------
    folder : where the file dialogs start.
    window : parent of the dialogs; also what *Whole window* paints.
    """

    written = Signal(str)
    """A file was written: one sentence."""

    refused = Signal(str)
    """A file could not be written: one sentence."""

    def __init__(self, folder: Callable[[], Path], window: QWidget) -> None:
        super().__init__(window)
        self._folder = folder
        self._window = window

    def ask_and_export_picture(self, plot: ExportablePlot) -> None:
        """As PNG or SVG, by the ending of the name."""
        if not isinstance(plot, QWidget):
            raise TypeError(f"{plot!r} is not a widget and has no picture")
        self._write_picture(plot, plot.export_name)

    def ask_and_export_window(self) -> None:
        self._write_picture(self._window, "dgm-explorer")

    def ask_and_export_data(self, plot: ExportablePlot) -> None:
        """As CSV."""
        path = file_dialogs.ask_table_to_save(self._window, self._folder() / plot.export_name)
        if path is not None:
            self._try(lambda: export_csv(plot.export_table(), path), path)

    def _write_picture(self, widget: QWidget, name: str) -> None:
        path = file_dialogs.ask_picture_to_save(self._window, self._folder() / name)
        if path is not None:
            write = export_svg if path.suffix.lower() == ".svg" else export_png
            self._try(lambda: write(widget, path), path)

    def _try(self, write: Callable[[], None], path: Path) -> None:
        try:
            write()
        except InputError as error:
            self.refused.emit(str(error))
        else:
            self.written.emit(f"Written to {path}")
