"""What somebody who helps needs to know, as one text to be copied. Nothing here knows Qt or loads torch."""

import os
import platform
import sys
import time
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import dgm_explorer
from dgm_explorer.paths import config_dir, state_dir
from dgm_explorer.runs.folder import default_parent
from dgm_explorer.ui.recovery.crash_logs import newest_crash_log, read_crash_log

PACKAGES = ("PySide6-Essentials", "pyqtgraph", "numpy", "scipy", "torch", "scikit-learn")
VARIABLES = (
    *("QT_QPA_PLATFORM", "QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP"),
    *("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "LANG"),
)
LOG_NAME = "dgm-explorer.log"
LOG_LINES = 40
CRASH_LINES = 60
MAX_TAIL_BYTES = 1 << 15
MAX_LINE = 400

Rows = Iterable[tuple[str, str]]


def describe_everything(window: Rows = (), more_versions: Rows = ()) -> str:
    """The whole text: plain lines, the home folder written as ``~``.

    Parameters
    ----------
    window : screens, theme and the like; empty where there is no window.
    more_versions : of what only the window knows, such as Qt.
    """
    state = state_dir()
    now = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    sections = [
        f"DGM Explorer {dgm_explorer.__version__}, diagnostics of {now}",
        _section("Versions", (*_versions(), *more_versions)),
        _section("System", _system()),
        _section("Window", window),
        _section("Folders", _folders(state)),
        _last_crash(state),
        _last_words(state / LOG_NAME),
    ]
    return without_home("\n\n".join(section for section in sections if section)) + "\n"


def without_home(text: str) -> str:
    """``text`` with the user's home folder as ``~``, however it is written."""
    homes = {str(Path.home()), os.path.realpath(Path.home())}
    for home in sorted(homes, key=len, reverse=True):
        if len(home) > 1:  # a service may live in /
            for written in (home.replace("\\", "\\\\"), home, home.replace("\\", "/")):
                text = text.replace(written, "~")
    return text


def _versions() -> Rows:
    yield "Python", f"{platform.python_version()} ({platform.python_implementation()})"
    for package in PACKAGES:
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package, "not found"


def _system() -> Rows:
    yield "platform", platform.platform()
    yield "processors", f"{os.cpu_count()} ({platform.machine()})"
    yield "packed", "yes" if getattr(sys, "frozen", False) else "no"
    for name in VARIABLES:
        if name in os.environ:
            yield name, os.environ[name]


def _folders(state: Path) -> Rows:
    for name, path in (("settings", config_dir()), ("state", state), ("runs", default_parent())):
        is_writable = os.access(path, os.W_OK)
        yield name, f"{path}{'' if is_writable else ' (cannot be written to, or is not there yet)'}"


def _last_crash(state: Path) -> str:
    path = newest_crash_log(state)
    if path is None:
        return "Last crash: none recorded"
    lines = read_crash_log(path).splitlines()[:CRASH_LINES]
    return _block(f"Last crash, {path}", lines)


def _last_words(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - MAX_TAIL_BYTES))
            lines = file.read(MAX_TAIL_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    return _block(f"Log, {log}", lines[-LOG_LINES:]) if lines else "Log: empty"


def _section(title: str, rows: Rows) -> str:
    lines = [f"{name}: {value}" for name, value in rows]
    return _block(title, lines) if lines else ""


def _block(title: str, lines: Iterable[str]) -> str:
    return "\n".join((title, *(f"  {_printable(line)}" for line in lines)))


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line[:MAX_LINE])
