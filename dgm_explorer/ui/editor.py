"""Changes to a tab's state, refused as a whole or applied as a whole."""

from PySide6.QtCore import QObject, Signal

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.store import Store


class Editor(QObject):
    """Writes into the store on behalf of everything that the hand can touch.

    A change that the state refuses leaves the state as it was and becomes one sentence in `refused`.
    """

    refused = Signal(str)

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    def apply(self, **changes: object) -> bool:
        """Change fields of the state; True if it was accepted."""
        try:
            self._store.update(**changes)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        return True
