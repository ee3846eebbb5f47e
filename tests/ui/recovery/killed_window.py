"""A process that opens a trace, keeps something in it, and waits to be killed."""

import sys
import time
from pathlib import Path

from dgm_explorer.ui.recovery.trace import WindowTrace


def main() -> None:
    trace = WindowTrace(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        trace.folder.session_file.write_text(sys.argv[2])
    print(trace.folder.path, flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
