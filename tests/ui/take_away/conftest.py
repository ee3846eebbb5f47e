"""Small runs, trained once, and the tabs that show them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThreadPool
from pytestqt.qtbot import QtBot

from dgm_explorer.cli.main import run
from dgm_explorer.training.make_run import make_run
from dgm_explorer.training.pixel_cnn_run import make_code_sampler
from dgm_explorer.training.vq_inference import make_inference
from dgm_explorer.ui.tabs.gmm_vae.gmm_vae_tab import GmmVaeTab
from dgm_explorer.ui.tabs.training_tab import TrainingTab
from dgm_explorer.ui.tabs.vq_vae.vq_vae_tab import VqVaeTab

LOAD_MS = 60_000

SETTINGS = {
    "gmm-vae": ("pretrain_epochs=2", "epochs=3", "hidden=32", "n_components=4"),
    "vq-vae": ("epochs=4", "codebook_size=8", "code_dim=2"),
}


def _train(model: str, folder: Path) -> Path:
    options = [word for setting in SETTINGS[model] for word in ("--set", setting)]
    every = ["--snapshot-every", "0.05"]
    out = folder / f"{model}-run"
    assert run(["train", model, "--data", "digits", "--out", str(out), *options, *every]) == 0
    return out


@pytest.fixture(scope="session")
def gmm_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run."""
    return _train("gmm-vae", tmp_path_factory.mktemp("gmm"))


@pytest.fixture(scope="session")
def vq_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run."""
    return _train("vq-vae", tmp_path_factory.mktemp("vq"))


def is_there(tab: TrainingTab) -> bool:
    """Whether the run's newest picture is drawn and nothing works beside the window."""
    scene = tab.scene
    is_busy = any(pool.activeThreadCount() for pool in tab.findChildren(QThreadPool))
    return scene.snapshot is not None and scene.dataset is not None and not is_busy


@pytest.fixture
def show_run(qtbot: QtBot) -> Iterator[Callable[[Path], TrainingTab]]:
    """Opens a run in a tab of its own and waits until all of it is there."""
    made: list[TrainingTab] = []

    def show(folder: Path) -> TrainingTab:
        if "gmm-vae" in folder.name:
            tab: TrainingTab = GmmVaeTab(make_run)
        else:
            tab = VqVaeTab(make_run, make_inference, make_code_sampler)
        made.append(tab)
        qtbot.addWidget(tab, before_close_func=TrainingTab.finish)
        tab.resize(1180, 900)
        with qtbot.waitExposed(tab):
            tab.show()
        tab.open_run(folder)
        qtbot.waitUntil(lambda: is_there(tab), timeout=LOAD_MS)
        return tab

    yield show
    for tab in made:
        tab.finish()
