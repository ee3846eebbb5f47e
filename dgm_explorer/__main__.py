"""``python -m dgm_explorer`` and ``dgm-explorer``: start quickly, then hand over to the command line."""

import os
import sys


def main() -> int:
    """Run the command line and return the exit status."""
    if getattr(sys, "frozen", False):  # a bundle starts itself anew for each process of multiprocessing
        from multiprocessing import freeze_support

        freeze_support()
    # The arrays are small: more threads cost more than they bring, and they would take the cores
    # that the window and a training run need. Read once, when NumPy and torch are imported.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    # Qt would hand areas of a hundred rows to other threads and wait for them, three per cent of a frame
    # on an idle machine and far more beside a training run. Read once, at the first paint.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")

    from dgm_explorer.cli.main import run
    from dgm_explorer.cli.streams import make_streams_usable

    make_streams_usable()
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
