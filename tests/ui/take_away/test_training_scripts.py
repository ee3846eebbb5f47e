"""*Copy as Python* of the training tabs: run without this program, against what the window shows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.training.make_run import make_run
from dgm_explorer.ui.tabs.gmm_vae.gmm_vae_tab import GmmVaeTab
from dgm_explorer.ui.tabs.training_tab import TrainingTab
from tests.scripts.running import run_scripts


def test_the_five_terms_at_the_end_and_in_pretraining(
    show_run: Callable[[Path], TrainingTab], gmm_run: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    tab = show_run(gmm_run)
    scripts, snapshots = [], []
    steps = [mark.step for mark in tab.scene.desk.source.marks]
    for step in (steps[-1], steps[0]):
        tab.scene.desk.look_at(step)
        qtbot.waitUntil(lambda step=step: tab.scene.snapshot.step == step, timeout=20_000)
        scripts.append(tab.python_script())
        snapshots.append(tab.scene.snapshot)
    assert [snapshot.phase for snapshot in snapshots] == ["joint", "pretrain"]
    for snapshot, printed in zip(snapshots, run_scripts(scripts, tmp_path), strict=True):
        for letter, value in zip(TERMS, snapshot.held_out_terms.astype(float), strict=True):
            assert printed[letter].agrees_with(value, rel=1e-5), (letter, printed[letter], value)
        assert printed["elbo"].agrees_with(float(snapshot.held_out_terms.astype(float).sum()))
        assert printed["elbo"].error < 1.0
    assert "# the window shows" in scripts[0]


def test_use_perplexity_and_quantisation(
    show_run: Callable[[Path], TrainingTab], vq_run: Path, tmp_path: Path
) -> None:
    tab = show_run(vq_run)
    snapshot = tab.scene.snapshot
    (printed,) = run_scripts([tab.python_script()], tmp_path)
    assert printed["perplexity"].agrees_with(snapshot.epoch_perplexity, rel=1e-5)
    assert printed["batch perplexity"].agrees_with(snapshot.batch_perplexity, rel=1e-5)
    assert printed["dead codes"].value == snapshot.is_dead.sum()
    assert printed["codes used"].value == (snapshot.epoch_counts > 0).sum()
    assert printed["nearest code agrees"].value == 1.0


def test_without_a_run_there_is_nothing_to_copy(qtbot: QtBot) -> None:
    tab = GmmVaeTab(make_run)
    qtbot.addWidget(tab, before_close_func=TrainingTab.finish)
    with pytest.raises(InputError, match="no run yet"):
        tab.python_script()
