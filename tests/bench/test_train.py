"""The parts of `bench train` measure what they say."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from dgm_explorer.bench.headless_run import HeadlessRun
from dgm_explorer.bench.reference_loop import ReferenceLoop
from dgm_explorer.bench.train_subjects import GMM_VAE, SUBJECTS
from dgm_explorer.bench.training_window import Ticks, TrainingWindow, turn_event_loop
from dgm_explorer.data.catalogue import load_dataset
from dgm_explorer.runs.reader import RunReader


@pytest.mark.usefixtures("qapp")
def test_a_blocked_event_loop_is_late_by_the_time_it_was_blocked() -> None:
    owner = QObject()
    ticks = Ticks(owner)
    QTimer.singleShot(20, lambda: time.sleep(0.1))
    turn_event_loop(0.2)
    assert max(ticks.stop()) >= 90


@pytest.mark.parametrize("model", SUBJECTS)
def test_the_headless_run_trains_as_long_as_it_is_told_and_records_itself(tmp_path: Path, model: str) -> None:
    run = HeadlessRun(SUBJECTS[model], tmp_path)
    began_s = time.perf_counter()
    speed = run.images_per_s(0.3)
    assert time.perf_counter() - began_s >= 0.3
    assert speed > 0
    run.close()
    (folder,) = tmp_path.iterdir()
    status = RunReader(folder).poll().status
    assert status is not None
    assert status.n_images >= 0.3 * speed
    assert status.state == "stopped"


def test_the_reference_loop_trains() -> None:
    loop = ReferenceLoop(GMM_VAE.config, load_dataset(GMM_VAE.source), n_workers=0)
    assert loop.images_per_cpu_s(0.2) > 0


def test_the_reference_loop_starts_no_more_workers_than_cores() -> None:
    loop = ReferenceLoop(GMM_VAE.config, load_dataset(GMM_VAE.source), n_workers=64)
    assert loop.images_per_s(0.1) > 0  # a warning would be an error


@pytest.mark.parametrize("model", SUBJECTS)
def test_the_window_trains_during_a_stretch_and_rests_between(
    qtbot: QtBot, tmp_path: Path, model: str
) -> None:
    window = TrainingWindow(SUBJECTS[model], tmp_path)
    try:
        speed, lags_ms = window.stretch(0.5)
        assert speed > 0
        assert len(lags_ms) > 10
        qtbot.waitUntil(lambda: window.tab.scene.desk.run.state == "paused", timeout=10_000)
    finally:
        window.close()
