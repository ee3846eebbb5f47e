"""How long from the start of the process to the first paint of the window, with torch and without.

Each start is a fresh process on Qt's offscreen platform. The two kinds alternate, and the quickest start
of each kind counts: whatever else the machine does can only add to it.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dgm_explorer.bench.report import Figure

STARTS_OF_EACH_KIND = 5
LARGEST_RATIO = 0.4
TIMEOUT_S = 120
_CHILD = """
import gc
import sys
if sys.argv[3] == "eager":
    import torch
# As the gui command does; whoever imports torch eagerly does it before any command.
gc.disable()
from dgm_explorer.ui.quick_imports import quicken_imports
quicken_imports()
from dgm_explorer.bench.first_paint import print_first_paint
print_first_paint(float(sys.argv[1]), sys.argv[2])
"""


def measure(starts: int = STARTS_OF_EACH_KIND) -> list[Figure]:
    """Start the program and the same program with torch imported first, ``starts`` times each."""
    _first_paint_s("plain")  # fills the file cache
    _first_paint_s("eager")
    pairs = [(_first_paint_s("plain"), _first_paint_s("eager")) for _ in range(starts)]
    plain = min(pair[0] for pair in pairs)
    eager = min(pair[1] for pair in pairs)
    return [
        Figure.at_most("first_paint_vs_eager_torch", plain / eager, "ratio", LARGEST_RATIO),
        Figure("first_paint_s", plain, "s"),
    ]


def _first_paint_s(kind: str) -> float:
    """Seconds from the birth of a child process to the end of its first paint."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        # As on a user's machine, the program is compiled once, not at every start.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        start = repr(time.time())
        command = [sys.executable, "-c", _CHILD, start, str(Path(folder) / "window.png"), kind]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=TIMEOUT_S
        )
    return float(done.stdout)
