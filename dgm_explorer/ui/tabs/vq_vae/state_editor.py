"""Changes to the VQ-VAE state, asked for by controls, refused as a whole or applied as a whole."""

from typing import Any

from PySide6.QtCore import QObject

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.vq_vae_suggestion import FIELD_WORDS, suggest_config
from dgm_explorer.ui.settings.run_editor import RunEditor
from dgm_explorer.ui.store import Store


class VqVaeEditor(RunEditor):
    """Other data bring the configuration that suits them, and no code is chosen any more."""

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(store, FIELD_WORDS, {"code": -1}, parent)

    def suggest_config(self, source: DataSource, config: Any) -> Any:
        return suggest_config(source, config)
