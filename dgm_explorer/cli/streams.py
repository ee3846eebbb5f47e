"""Standard output and error, whatever the program was started with."""

import io
import os
import sys


def make_streams_usable() -> None:
    """Let every print succeed: on a closed stream, and in an encoding without Greek letters.

    A stream that was closed, or that a windowed start never had, is None in Python, where a complaint
    printed to it would land on the *other* stream. A pipe on Windows cannot spell "σ": it gets ``\\u03c3``.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
