"""Every page of every tab of the real window, with a small run where the tab trains."""

from collections.abc import Iterator
from typing import Any, get_args

from PySide6.QtWidgets import QTabWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_state import UsagePicture
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.tabs.tab import Tab
from tests.ui.settling import settle

TABS = ("kl", "reparam", "gmm-vae", "vq-vae")
START_MS = 60_000
"""torch is imported by the first run."""
_FEW = DataSource("digits", limit=200)
_SMALL: dict[str, Any] = {
    "gmm-vae": GmmVaeConfig(
        hidden=(32,), pretrain_epochs=2, mixture_init="gmm", epochs=2, batch_size=32, n_components=4
    ),
    "vq-vae": VqVaeConfig(codebook_size=8, code_dim=2, epochs=3, batch_size=32),
}


def train(window: MainWindow, key: str, qtbot: QtBot) -> None:
    """Train a small model to its end in the tab of this key; nothing for a tab that trains none."""
    window.show_tab(key)
    if key not in _SMALL:
        return
    tab: Any = window.current_tab
    tab.store.update(source=_FEW, config=_SMALL[key], snapshot_every_s=0.05)
    tab.play_pause()
    qtbot.waitUntil(lambda: tab.scene.desk.run.state == "finished", timeout=START_MS)
    qtbot.waitUntil(lambda: tab.scene.dataset is not None, timeout=START_MS)


def turn_pages(tab: Tab) -> Iterator[str]:
    """Turn every page to the front, in both dimensions where there are two; yields what is in front."""
    assert tab.store is not None
    has_two = hasattr(tab.store.state, "dimension")
    for changes in ({"dimension": 1}, {"dimension": 2}) if has_two else ({},):
        tab.store.update(**changes)
        for book in tab.findChildren(QTabWidget):
            for index in range(book.count()):
                book.setCurrentIndex(index)
                settle()
                yield f"{tab.key} {changes.get('dimension', '')} {book.tabText(index)}"
    for picture in get_args(UsagePicture) if hasattr(tab.store.state, "usage_picture") else ():
        tab.store.update(usage_picture=picture, panel="usage")
        settle()
        yield f"{tab.key} usage {picture}"
