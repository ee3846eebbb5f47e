"""Changes to what a tab trains: its data, its model, its recipe."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol, cast

from PySide6.QtCore import QObject, Signal

from dgm_explorer.core.config_words import describe_changes
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.editor import Editor
from dgm_explorer.ui.store import Store

OTHER_WORDS = {"limit": "most examples", "snapshot_every_s": "seconds between snapshots"}
"""What the user reads for numbers beside the configuration."""


class TrainingState(Protocol):
    """What the settings need of the state of a tab that trains."""

    @property
    def source(self) -> DataSource: ...

    @property
    def config(self) -> Any: ...

    @property
    def snapshot_every_s(self) -> float: ...


class RunEditor(Editor):
    """Writes into the store of a tab that trains; a subclass knows what suits its model.

    Parameters
    ----------
    store : of a `TrainingState`.
    words : what the user reads for each field of the configuration; kept as an attribute.
    looks_of_data : what is looked at of one run's data, and its value when there are other ones.
    """

    noticed = Signal(str)
    """One sentence about what was changed beside what was asked for."""

    def __init__(
        self,
        store: Store,
        words: Mapping[str, str],
        looks_of_data: Mapping[str, object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(store, parent)
        self.words = {**OTHER_WORDS, **words}
        self.looks_of_data = looks_of_data

    @property
    def training_state(self) -> TrainingState:
        return cast(TrainingState, self._store.state)

    def suggest_config(self, source: DataSource, config: Any) -> Any:
        """``config`` with what depends on the data adapted to ``source``."""
        raise NotImplementedError

    def set_config(self, **changes: object) -> bool:
        """Change fields of the model or the recipe."""
        try:
            config = replace(self.training_state.config, **changes)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        return self.apply(config=config)

    def set_limit(self, limit: int) -> bool:
        """Use at most so many examples; 0 for all."""
        try:
            source = replace(self.training_state.source, limit=limit)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        return self.apply(source=source)

    def set_source(self, source: DataSource) -> bool:
        """Choose other data, and with them, in the same step of the history, what suits them."""
        state = self.training_state
        config = old = state.config
        if (source.name, source.path) != (state.source.name, state.source.path):
            config = self.suggest_config(source, config)
        is_accepted = self.apply(source=source, config=config, **self.looks_of_data)
        changes = describe_changes(old, config, self.words)
        if is_accepted and changes:
            self.noticed.emit(f"Adapted to {source.title}; Undo takes it back: {changes}.")
        return is_accepted

    def set_defaults(self) -> bool:
        """Model and recipe as they are for these data when the program starts."""
        state = self.training_state
        old = state.config
        config = self.suggest_config(state.source, type(old)())
        is_accepted = self.apply(config=config)
        changes = describe_changes(old, config, self.words)
        if is_accepted:
            self.noticed.emit(f"Defaults: {changes}." if changes else "These are the defaults already.")
        return is_accepted
