"""Opening and saving, as the menu, the recent files and a dropped file ask for it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.document import Document
from dgm_explorer.ui.window_settings import WindowSettings


class SessionCommands(QObject):
    """Connects the document with file dialogs, the list of recent files and the window's banner.

    Parameters
    ----------
    document : what is read and written.
    settings : remembers the recent files.
    last_session : where the session is kept when the window closes.
    window : parent of the dialogs.
    """

    refused = Signal(str)
    """A file cannot be read or written: one sentence; nothing has changed."""

    saved = Signal(str)
    """The session is in its file: one sentence."""

    def __init__(
        self, document: Document, settings: WindowSettings, last_session: Path, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document = document
        self._settings = settings
        self._last_session = last_session
        self._window = window
        self.tab_key = "kl"
        """Key of the tab in front; written into every session."""

    @property
    def recent_files(self) -> tuple[Path, ...]:
        return self._settings.recent_files

    def folder(self) -> Path:
        """Where file dialogs start: beside the present file or the last one."""
        near = (self._document.path, *self._settings.recent_files)
        return next((path.parent for path in near if path is not None and path.parent.is_dir()), Path.home())

    def open_file(self, path: Path) -> None:
        try:
            self._document.open_file(path)
        except InputError as error:
            self._settings.drop_recent_file(path.absolute())
            self.refused.emit(str(error))
        else:
            self._settings.add_recent_file(path)

    def open_preset(self, name: str) -> None:
        try:
            self._document.open_preset(name)
        except InputError as error:
            self.refused.emit(str(error))

    def ask_and_open(self) -> None:
        path = file_dialogs.ask_session_to_open(self._window, self.folder())
        if path is not None:
            self.open_file(path)

    def reopen_last(self) -> None:
        try:
            self._document.reopen(self._last_session)
        except InputError as error:
            self.refused.emit(str(error))

    def save(self) -> bool:
        """Write to the session's file, asking for one if there is none; False if it was not written."""
        if self._document.path is None:
            return self.ask_and_save()
        return self._save_to(self._document.path)

    def ask_and_save(self) -> bool:
        suggestion = self._document.path or self.folder() / f"session{file_dialogs.SESSION_SUFFIX}"
        path = file_dialogs.ask_session_to_save(self._window, suggestion)
        return path is not None and self._save_to(path)

    def may_close(self) -> bool:
        """Ask what becomes of a session *file* that is behind the screen.

        A session that never had a file asks nothing: `keep_for_next_time` holds it.
        """
        if not self._document.has_unsaved_file:
            return True
        button = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Save the session?",
            f"{self._document.name} has changed since it was saved.",
            button.Save | button.Discard | button.Cancel,
            button.Save,
        )
        return self.save() if answer == button.Save else answer == button.Discard

    def keep_for_next_time(self) -> None:
        """Write what is on the screen where *Reopen last session* finds it."""
        try:
            self._last_session.parent.mkdir(parents=True, exist_ok=True)
            self._document.write_copy(self._last_session, self.tab_key)
        except (OSError, InputError) as error:
            self.refused.emit(f"The session could not be kept for the next start ({error}).")

    def _save_to(self, path: Path) -> bool:
        try:
            self._document.save(path, self.tab_key)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        self._settings.add_recent_file(path)
        self.saved.emit(f"Saved as {path}.")
        return True
