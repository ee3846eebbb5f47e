"""``dgm-explorer [gui]``: open the window."""

import argparse
import gc
import os
import re
from pathlib import Path

from dgm_explorer.cli.interrupt import ends_at_once
from dgm_explorer.cli.parser import OneLineParser, parse_within, path_name, require_ending
from dgm_explorer.core.errors import InputError
from dgm_explorer.driver.places import PLACES, choose_place
from dgm_explorer.qt_libraries import why_qt_cannot_start

TABS = ("kl", "reparam", "gmm-vae", "vq-vae")
THEMES = ("light", "dark", "projector")
LONGEST_RUN_S = 1e6
LARGEST_SIDE_PX = 8192


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser("gui", help="open the window (the default)")
    parser.add_argument("--tab", choices=TABS, help="the tab in front")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--preset", metavar="NAME", help="start with a preset")
    source.add_argument("--session", metavar="FILE", type=path_name, help="start with a session file")
    source.add_argument(
        "--run", dest="run_folder", metavar="DIR", type=path_name, help="show a run, live if it trains"
    )
    source.add_argument("--lecture", metavar="NAME", help="begin a lecture, by its name or its file (.json)")
    parser.add_argument(
        "--screenshot", metavar="PNG", type=path_name, help="paint the window to a file and quit"
    )
    parser.add_argument("--quit-after", metavar="SECONDS", help="quit after this time")
    parser.add_argument("--theme", choices=THEMES, default="", help="the remembered one if not given")
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", help="of the window, in pixels")
    parser.add_argument(
        "--train-in",
        choices=PLACES,
        default="",
        help="auto: in a process of its own, or in a thread of the window where there is none to be had; "
        "without this option as DGM_EXPLORER_TRAIN_IN says, or auto",
    )
    parser.add_argument(
        "--smoke", action="store_true", help="open every tab, train ten steps in each that trains, and quit"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check what was asked for, then open the window and return its exit status."""
    quit_after_s = None
    if options.quit_after is not None:
        quit_after_s = parse_within("--quit-after", options.quit_after, float, 0.0, LONGEST_RUN_S)
    size = _parse_size(options.size)
    _require_readable(options.preset, options.session, options.lecture)
    if options.run_folder is not None:
        from dgm_explorer.runs.run_info import open_run_folder

        open_run_folder(options.run_folder)
    if options.screenshot is not None:
        require_ending("--screenshot", options.screenshot, ".png")
        _require_folder(options.screenshot)
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    reason = why_qt_cannot_start(os.environ)
    if reason is not None:
        raise InputError(f"the window cannot open: {reason}")

    # Importing and building make 10⁵ objects that stay: collecting among them would take a twentieth of
    # the time to the first paint. The window's event loop starts the collector again.
    gc.disable()
    with ends_at_once():
        return _open_window(options, size, quit_after_s)


def _open_window(
    options: argparse.Namespace, size: tuple[int, int] | None, quit_after_s: float | None
) -> int:
    from dgm_explorer.ui.quick_imports import quicken_imports

    quicken_imports()
    from dgm_explorer.app import WindowOptions, run_window

    return run_window(
        WindowOptions(
            tab=options.tab,
            preset=options.preset,
            session=options.session,
            run=options.run_folder,
            lecture=options.lecture,
            screenshot=options.screenshot,
            quit_after_s=quit_after_s,
            theme=options.theme,
            size=size,
            train_in=choose_place(options.train_in),
            smoke=options.smoke,
        )
    )


def _require_readable(preset: str | None, session: Path | None, lecture: str | None) -> None:
    """Refuse a wrong name before Qt takes its time to start."""
    if lecture is not None:
        from dgm_explorer.lecture import find_lecture

        find_lecture(lecture)
    if preset is None and session is None:
        return
    from dgm_explorer.session import read_preset, read_session

    if preset is not None:
        read_preset(preset)
    if session is not None:
        read_session(session)


def _require_folder(screenshot: Path) -> None:
    folder = screenshot.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(
            f"--screenshot {screenshot}: {folder} is not a folder that can be written to; choose another one."
        )


def _parse_size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,4})x([0-9]{1,4})", text)
    size = (int(match[1]), int(match[2])) if match is not None else (0, 0)
    if min(size) == 0 or max(size) > LARGEST_SIDE_PX:
        raise InputError(
            f"--size: {text[:60]!r} is not a size up to {LARGEST_SIDE_PX}x{LARGEST_SIDE_PX}; "
            "write one such as 1280x800."
        )
    return size
