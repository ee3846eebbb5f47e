"""``python -m tests.soak.window ADDRESS FRAMES [arguments of the program]``: the program, with the probe.

Nothing else is changed: it is started by the program's own ``main``.
"""

import faulthandler
import signal
import sys
from pathlib import Path


def main() -> int:
    """Start the program; its exit status."""
    address, frames = sys.argv[1], Path(sys.argv[2])
    sys.argv[1:] = sys.argv[3:]
    faulthandler.register(signal.SIGUSR1, all_threads=True)  # the driver asks where a hanging window is

    from dgm_explorer.cli import gui

    start = gui.run

    def run_with_probe(options: object) -> int:
        import dgm_explorer.app as app
        from tests.soak.probe import Probe

        make = app.make_window

        def make_window(wanted: "app.WindowOptions") -> "app.MainWindow":
            window = make(wanted)
            Probe(window, address, frames)
            return window

        app.make_window = make_window
        return start(options)  # type: ignore[arg-type]

    gui.run = run_with_probe  # type: ignore[assignment]

    from dgm_explorer.__main__ import main as run_program

    return run_program()


if __name__ == "__main__":
    sys.exit(main())
