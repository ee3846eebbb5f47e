"""Which libraries of a Linux system Qt needs, and which of them are missing here.

The Qt wheels bring Qt itself but link these. Without one of them Qt ends the program with an abort
or an import error that names one library whichever is missing, so they are looked for beforehand.
Standard library only: ``packaging/setup_env.py`` reads this table before anything is installed.
"""

import ctypes
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SystemLibrary:
    """A shared library and the packages that bring it on Debian/Ubuntu and on Fedora."""

    soname: str
    debian: str
    fedora: str


EVERY_PLATFORM = (
    SystemLibrary("libEGL.so.1", "libegl1", "mesa-libEGL"),
    SystemLibrary("libGL.so.1", "libgl1", "mesa-libGL"),
    SystemLibrary("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    SystemLibrary("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    SystemLibrary("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    SystemLibrary("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
)
X11 = (
    SystemLibrary("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
    SystemLibrary("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    SystemLibrary("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    SystemLibrary("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    SystemLibrary("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    SystemLibrary("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    SystemLibrary("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
)
WAYLAND = (SystemLibrary("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor"),)


def is_loadable(soname: str) -> bool:
    """Ask the system's loader for a library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_libraries(
    wanted: Sequence[SystemLibrary] = (*EVERY_PLATFORM, *X11, *WAYLAND),
) -> tuple[SystemLibrary, ...]:
    """Return those libraries that the system's loader does not find; none but Linux lacks any."""
    if not sys.platform.startswith("linux"):
        return ()
    return tuple(library for library in wanted if not is_loadable(library.soname))


def install_command(missing: Sequence[SystemLibrary]) -> str:
    """Write the command that installs libraries, for the package manager that is here."""
    debian = " ".join(dict.fromkeys(library.debian for library in missing))
    fedora = " ".join(dict.fromkeys(library.fedora for library in missing))
    if shutil.which("apt-get"):
        return f"run: sudo apt-get install {debian}"
    if shutil.which("dnf"):
        return f"run: sudo dnf install {fedora}"
    return f"install the packages that your system has for: {debian} (Debian) or {fedora} (Fedora)"


def why_qt_cannot_start(environment: Mapping[str, str]) -> str | None:
    """Return one sentence if Qt would abort on this system, None if it will start.

    Parameters
    ----------
    environment : the variables that Qt reads: ``QT_QPA_PLATFORM``, ``DISPLAY``, ``WAYLAND_DISPLAY``.
    """
    if not sys.platform.startswith("linux"):
        return None
    platforms = _candidate_platforms(environment)
    if not platforms:
        return (
            "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); start it from a desktop "
            "session, or use --screenshot PNG, which needs none."
        )
    reasons = [_why_platform_fails(platform) for platform in platforms]
    return None if None in reasons else reasons[0]


def _candidate_platforms(environment: Mapping[str, str]) -> list[str]:
    """Names of the platforms that Qt would try, as in ``"wayland;xcb:option"``."""
    asked_for = environment.get("QT_QPA_PLATFORM", "")
    if asked_for:
        return [entry.partition(":")[0] for entry in asked_for.split(";")]
    by_display = {"DISPLAY": "xcb", "WAYLAND_DISPLAY": "wayland"}
    return [platform for variable, platform in by_display.items() if environment.get(variable)]


def _why_platform_fails(platform: str) -> str | None:
    extra = {"xcb": X11, "wayland": WAYLAND}.get(platform, ())
    missing = missing_libraries((*EVERY_PLATFORM, *extra))
    if missing:
        names = ", ".join(library.soname for library in missing)
        return f"Qt needs {names}, which this system lacks; {install_command(missing)}."
    if platform == "xcb" and not _x_server_answers():
        return "the X server named in DISPLAY does not answer; set DISPLAY to one that runs."
    return None


def _x_server_answers() -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    has_error = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_error
