"""The session on the screen: which file it belongs to and whether that file is up to date."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.session import Session, read_preset, read_session, write_session
from dgm_explorer.ui.store import Store

UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """What a `Document` knows besides the states: which file is on the screen, and what was last saved."""

    path: Path | None
    name: str
    title: str
    description: str
    clean: Mapping[str, Any]
    described: Mapping[str, Any]


class Document(QObject):
    """Reads and writes sessions into and out of the stores.

    A session that cannot be read leaves stores, name and file as they were. Opening one is an
    ordinary change of the store, so that undo brings back what was there.

    Parameters
    ----------
    stores : the tabs' stores by the names that their states have in a `Session`.
    """

    opening = Signal()
    """A session is about to change much of the screen."""

    opened = Signal(object)
    """A `Session` was put on the screen."""

    named = Signal()
    """Name, file or *modified* may have changed."""

    def __init__(self, stores: Mapping[str, Store], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stores = stores
        self._clean = self._states()
        self.path: Path | None = None
        self.name = UNTITLED
        self._title = ""
        self._description = ""
        self._described = self._clean
        for store in stores.values():
            store.changed.connect(self._announce)

    @property
    def is_modified(self) -> bool:
        """Whether the screen differs from what was last opened or saved."""
        return self._states() != self._clean

    @property
    def has_unsaved_file(self) -> bool:
        """Whether closing would leave a *file* behind that the user may think is up to date."""
        return self.path is not None and self.is_modified

    def open_file(self, path: Path) -> None:
        """Read a session file.

        Raises
        ------
        InputError
            With one sentence for the user; nothing has changed.
        """
        self._show(read_session(path), path, _name_of(path))

    def open_preset(self, name: str) -> None:
        """Read a shipped preset; saving it asks for a file name.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        session = read_preset(name)
        self._show(session, None, session.title or name)

    def reopen(self, path: Path) -> None:
        """Read what `write_copy` kept, without taking that file for the session's own.

        Raises
        ------
        InputError
            If there is none yet or it cannot be read.
        """
        session = read_session(path)
        self._show(session, None, session.title or UNTITLED)

    def recover(self, path: Path, file: Path | None) -> None:
        """Read what an autosave kept; ``file`` is the session's own again, if it can still be read.

        What differs from that file counts as unsaved; without one, what differs from the screen before.

        Raises
        ------
        InputError
            If the autosave cannot be read; nothing has changed.
        """
        session = read_session(path)
        clean = self._clean
        try:
            saved = None if file is None else read_session(file)
        except InputError:
            saved = file = None
        self._show(session, file, session.title or UNTITLED if file is None else _name_of(file))
        self._clean = clean if saved is None else {**clean, **self._given(saved)}
        self.named.emit()

    def save(self, path: Path, tab: str) -> None:
        """Write the session to ``path`` and make that its file.

        Raises
        ------
        InputError
            If the file cannot be written; session and old file are untouched.
        """
        self.write_copy(path, tab)
        self._title, self._description = self._words()
        self._clean = self._states()
        self.path = path
        self.name = _name_of(path)
        self.named.emit()

    def write_copy(self, path: Path, tab: str) -> None:
        """Write the session to ``path`` and leave name and *modified* alone."""
        write_session(path, self.session(tab))

    def session(self, tab: str) -> Session:
        """What is on the screen, as a value that stays as it is; ``tab`` is in front."""
        title, description = self._words()
        return Session(tab, title=title, description=description, **self._states())

    def keep_place(self) -> DocumentPlace:
        """Name and file of the session, to return to once its states are back."""
        return DocumentPlace(
            self.path, self.name, self._title, self._description, self._clean, self._described
        )

    def return_to(self, place: DocumentPlace) -> None:
        """Be as `keep_place` found the document."""
        self.path, self.name = place.path, place.name
        self._title, self._description = place.title, place.description
        self._clean, self._described = dict(place.clean), dict(place.described)
        self.named.emit()

    def _words(self) -> tuple[str, str]:
        """Title and description; those of a preset are gone with what it is about."""
        is_described = self.path is not None or _subjects(self._states()) == _subjects(self._described)
        return (self._title, self._description) if is_described else ("", "")

    def _show(self, session: Session, path: Path | None, name: str) -> None:
        self.path, self.name = path, name
        self._title, self._description = session.title, session.description
        given = self._given(session)
        self._clean = self._described = {**self._states(), **given}
        self.opening.emit()
        for key, state in given.items():
            self._stores[key].replace(state)
        self.opened.emit(session)
        self.named.emit()

    def _given(self, session: Session) -> dict[str, Any]:
        """The states that a session speaks of."""
        found = {key: getattr(session, key) for key in self._stores}
        return {key: state for key, state in found.items() if state is not None}

    def _states(self) -> dict[str, Any]:
        return {key: store.state for key, store in self._stores.items()}

    def _announce(self) -> None:
        self.named.emit()


def _name_of(path: Path) -> str:
    """The name of a session's file without its endings."""
    return path.name.removesuffix(".json").removesuffix(".dgm")


def _subjects(states: Mapping[str, Any]) -> list[object]:
    """What a description may speak of: change it, and the description is no longer true."""
    return [_subject(state) for state in states.values()]


def _subject(state: object) -> object:
    if isinstance(state, KLState):
        return state.dimension, state.p if state.dimension == 1 else state.p2
    if isinstance(state, ReparamState):
        return state.dimension, state.objective
    if isinstance(state, GmmVaeState | VqVaeState):
        return state.source, state.config
    return state
