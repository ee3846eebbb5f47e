"""An X server without a window manager, for as long as a soak lasts."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = "1920x1200x24"
PATIENCE_S = 20.0


@contextmanager
def open_display(name: str) -> Iterator[str]:
    """The display ``name``, or a free one if it is empty; taken as it is where one answers already."""
    if name and Path(f"/tmp/.X11-unix/X{name.lstrip(':')}").exists():
        yield name
        return
    command = ["Xvfb", *([name] if name else []), "-displayfd", "1", "-screen", "0", SIZE, "-noreset"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            number = server.stdout.readline().strip()
            if not number:
                raise OSError(f"Xvfb did not start: {' '.join(command)}")
            time.sleep(0.2)
            yield f":{number}"
        finally:
            server.terminate()
            server.wait(PATIENCE_S)
