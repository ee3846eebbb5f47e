"""Changes to the GMM-VAE state, asked for by controls, refused as a whole or applied as a whole."""

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QObject, Signal

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.gmm_vae_suggestion import describe_changes, suggest_config
from dgm_explorer.ui.store import Store


class GmmVaeEditor(QObject):
    """Writes into the store on behalf of everything that the hand can touch.

    A change that the state refuses leaves the state as it was and becomes one sentence in `refused`.
    """

    refused = Signal(str)
    noticed = Signal(str)
    """One sentence about what was changed beside what was asked for."""

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    @property
    def state(self) -> GmmVaeState:
        return cast(GmmVaeState, self._store.state)

    def apply(self, **changes: object) -> bool:
        """Change fields of the state; True if it was accepted."""
        try:
            self._store.update(**changes)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        return True

    def set_config(self, **changes: object) -> bool:
        """Change fields of the model or the recipe."""
        try:
            config = replace(self.state.config, **changes)  # type: ignore[arg-type]  # checked by the config
        except InputError as error:
            self.refused.emit(str(error))
            return False
        return self.apply(config=config)

    def set_limit(self, limit: int) -> bool:
        """Use at most so many examples; 0 for all."""
        try:
            source = replace(self.state.source, limit=limit)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        return self.apply(source=source)

    def set_source(self, source: DataSource) -> bool:
        """Choose other data, and with them, in the same step of the history, what suits them."""
        state = self.state
        config = state.config
        if (source.name, source.path) != (state.source.name, state.source.path):
            config = suggest_config(source, config)
        is_accepted = self.apply(source=source, config=config, component=-1)
        changes = describe_changes(state.config, config)
        if is_accepted and changes:
            self.noticed.emit(f"Adapted to {source_title(source)}: {changes}. Undo takes it back.")
        return is_accepted

    def set_defaults(self) -> bool:
        """Model and recipe as they are for these data when the program starts."""
        state = self.state
        config = suggest_config(state.source, type(state.config)())
        is_accepted = self.apply(config=config)
        changes = describe_changes(state.config, config)
        if is_accepted:
            self.noticed.emit(f"Defaults: {changes}." if changes else "These are the defaults already.")
        return is_accepted


def source_title(source: DataSource) -> str:
    """What a user calls the data: the name of the set, of the file or of the folder."""
    if source.name == "path":
        return source.path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or source.path
    return "painted points" if source.name == "painted" else source.name
