"""Whether a run that is over goes on, or another one begins."""

from dataclasses import replace

from dgm_explorer.core.training import RunRequest
from dgm_explorer.ui.run.readings import ControllerState


def goes_on(state: ControllerState, own: RunRequest, wanted: RunRequest) -> bool:
    """Whether what is wanted is more of the run on the screen.

    A run that stopped or failed goes on with the settings that it has, and any run that is over with more
    epochs: its plan may grow, but nothing else of it.

    Parameters
    ----------
    state : of that run.
    own : what it was started with.
    wanted : by the present settings.
    """
    if (own.model, own.source) != (wanted.model, wanted.source):
        return False
    if own.config == wanted.config:
        return state in ("stopped", "failed")
    if state not in ("stopped", "failed", "finished") or type(own.config) is not type(wanted.config):
        return False
    more = wanted.config.epochs - own.config.epochs
    return bool(more > 0) and replace(own.config, epochs=wanted.config.epochs) == wanted.config
