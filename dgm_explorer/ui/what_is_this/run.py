"""What the panels that both training tabs have show at present."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.run.wording import describe_pace, describe_progress
from dgm_explorer.ui.tabs.training_tab import TrainingTab
from dgm_explorer.ui.what_is_this.present import Answer

NO_RUN: Final = "No picture of a run yet: Play, or Space, trains one."


def of_picture(say: Callable[[Any], str]) -> Answer:
    """Words about the snapshot on the screen, of the tab's own kind."""

    def answer(tab: TrainingTab, _panel: QWidget) -> str:
        snapshot = tab.scene.snapshot
        return NO_RUN if snapshot is None else f"Step {snapshot.step:,}: {say(snapshot)}"

    return answer


def _run(tab: TrainingTab, _panel: QWidget) -> str:
    readings = tab.scene.desk.run.readings
    return " · ".join(filter(None, (describe_progress(readings), describe_pace(readings))))


def _timeline(tab: TrainingTab, _panel: QWidget) -> str:
    snapshot = tab.scene.snapshot
    if snapshot is None:
        return NO_RUN
    where = "the newest picture" if tab.scene.desk.is_live else "a picture looked back on"
    return f"Step {snapshot.step:,}, {where}."


def _alarms(tab: TrainingTab, _panel: QWidget) -> str:
    return "" if tab.scene.alarms.isVisible() else "No alarm."


def _data(tab: TrainingTab, _panel: QWidget) -> str:
    dataset = tab.scene.dataset
    if dataset is None:
        return ""
    return f"{dataset.name}: {len(dataset):,} examples of {dataset.dimension} numbers"


RUN_ANSWERS: Final[Mapping[str, Answer]] = {
    "RunControls": _run,
    "Timeline": _timeline,
    "AlarmStrip": _alarms,
    "Data": _data,
}
