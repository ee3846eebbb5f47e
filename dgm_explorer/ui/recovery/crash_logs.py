"""What crashes below Python have left: the newest few, each bounded. Nothing here knows Qt."""

import os
import time
from contextlib import suppress
from pathlib import Path

MAX_KEPT = 5
MAX_BYTES = 1 << 16


def crash_folder(state: Path) -> Path:
    """Where they are kept, given the user's state folder."""
    return state / "crashes"


def keep_crash_log(source: Path, state: Path) -> Path | None:
    """Keep the text that faulthandler wrote to ``source``; None where it wrote none, or it cannot be kept.

    The time in its name is that of the crash.
    """
    try:
        with source.open("rb") as file:
            text = file.read(MAX_BYTES)
            crashed_at = os.fstat(file.fileno()).st_mtime
        if not text.strip():
            return None
        folder = crash_folder(state)
        folder.mkdir(parents=True, exist_ok=True)
        name = time.strftime("%Y%m%d-%H%M%S", time.gmtime(crashed_at))
        kept = folder / f"{name}-{source.parent.name}.log"
        kept.write_bytes(text)
        os.utime(kept, (crashed_at, crashed_at))
    except (OSError, ValueError, OverflowError):
        return None
    with suppress(OSError):
        source.unlink()
    for old in _kept(state)[:-MAX_KEPT]:
        with suppress(OSError):
            old.unlink()
    return kept


def newest_crash_log(state: Path) -> Path | None:
    """The last crash that left a text; None for none."""
    kept = _kept(state)
    return kept[-1] if kept else None


def read_crash_log(path: Path) -> str:
    """Its text; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def describe_crash(text: str) -> str:
    """The first line of faulthandler's text, such as ``Fatal Python error: Segmentation fault``."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return "".join(letter for letter in first[:120] if letter.isprintable())


def _kept(state: Path) -> list[Path]:
    """Oldest first: the time stands in front of each name."""
    try:
        return sorted(crash_folder(state).glob("*.log"))
    except OSError:
        return []
