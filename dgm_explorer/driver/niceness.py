"""Letting the window go first."""

import os
import sys
import threading
from contextlib import suppress

NICENESS = 10


def be_nice() -> None:
    """Called in a thread, for it and the threads it starts. On Linux each has its own niceness."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
