"""The present values behind a panel, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.tabs.tab import Tab

Answer = Callable[[Any, Any], str]
"""From the tab and the panel to one line, or a few, of what it shows at present."""


def present_value(tab: Tab, key: str, panel: QWidget) -> str:
    """What the panel of this key shows at present; empty where its picture says it all."""
    answer = _answers(tab.key).get(key)
    return "" if answer is None else answer(tab, panel)


def _answers(tab_key: str) -> Mapping[str, Answer]:
    """Imported when first asked: no part of the first paint."""
    if tab_key == "kl":
        from dgm_explorer.ui.what_is_this.kl import ANSWERS
    elif tab_key == "reparam":
        from dgm_explorer.ui.what_is_this.reparam import ANSWERS
    elif tab_key == "gmm-vae":
        from dgm_explorer.ui.what_is_this.gmm_vae import ANSWERS
    elif tab_key == "vq-vae":
        from dgm_explorer.ui.what_is_this.vq_vae import ANSWERS
    else:
        return {}
    return ANSWERS
