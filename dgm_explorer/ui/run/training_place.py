"""Where a run of this window trains: in a thread of it, or in a process beside it."""

from dgm_explorer.core.training import MakeRun, RunRequest
from dgm_explorer.driver.in_child import MakeRunInChild
from dgm_explorer.ui.process_thread import ProcessThread
from dgm_explorer.ui.training_thread import TrainingThread


def make_training_thread(make_run: MakeRun, request: RunRequest, is_paused: bool) -> TrainingThread:
    """The thread that trains, or that attends to the process which does."""
    if isinstance(make_run, MakeRunInChild):
        return ProcessThread(make_run, request, is_paused)
    return TrainingThread(make_run, request, is_paused)


def warm_up(make_run: MakeRun) -> None:
    """Have a process at hand, if runs train in such; returns at once."""
    if isinstance(make_run, MakeRunInChild):
        make_run.warm_up()
