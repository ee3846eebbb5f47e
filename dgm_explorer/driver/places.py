"""Where the runs of a window can train."""

import os

from dgm_explorer.core.errors import InputError

PLACES = ("auto", "process", "thread")
PLACE_VARIABLE = "DGM_EXPLORER_TRAIN_IN"


def choose_place(asked_for: str) -> str:
    """One of `PLACES`: what was asked for, or what the environment says, or ``auto``.

    Raises
    ------
    InputError
        If that is not one of them.
    """
    place = asked_for or os.environ.get(PLACE_VARIABLE) or PLACES[0]
    if place not in PLACES:
        raise InputError(f"{PLACE_VARIABLE}: {place[:60]!r} is not known; use one of {', '.join(PLACES)}.")
    return place
