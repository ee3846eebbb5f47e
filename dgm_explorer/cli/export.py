"""``dgm-explorer export``: a panel as picture, data or film, or the setting as Python, without a window."""

import argparse
import os
import sys
from pathlib import Path

from dgm_explorer.cli.data import ProgressLine
from dgm_explorer.cli.gui import TABS, THEMES
from dgm_explorer.cli.interrupt import ends_at_once
from dgm_explorer.cli.parser import OneLineParser, parse_within, path_name
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import LARGEST_DPI, LEAST_DPI, PictureSize, parse_size
from dgm_explorer.qt_libraries import why_qt_cannot_start

ENDINGS = (".png", ".svg", ".pdf", ".csv", ".npz", ".gif", ".mp4")
LEAST_RATE, LARGEST_RATE, USUAL_RATE = 1.0, 50.0, "10"
LARGEST_STEP = 10**15


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser(
        "export",
        help="write a panel as picture, data or film, or the setting as Python",
        description="What the export menu of the window does. No screen is needed.",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--preset", metavar="NAME", help="show a preset")
    source.add_argument("--session", metavar="FILE", type=path_name, help="show a session file")
    source.add_argument("--run", dest="run_folder", metavar="DIR", type=path_name, help="show a run")
    parser.add_argument("--tab", choices=TABS, help="that of the preset, session or run, else kl")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--panel", metavar="NAME", help="the panel, by its name in --list-panels")
    what.add_argument("--python", action="store_true", help="the setting as a script; printed without --out")
    what.add_argument("--list-panels", action="store_true", help="print the names of the panels there")
    parser.add_argument(
        "--out", metavar="FILE", type=path_name, help="ends in .png .svg .pdf .csv .npz .gif .mp4, or .py"
    )
    parser.add_argument("--size", metavar="WxH", help="1920x1080, 8.5x6cm; as in the window if not given")
    parser.add_argument("--dpi", metavar="D", help="96: type as on the screen; 300 is usual for centimetres")
    parser.add_argument("--theme", choices=THEMES, default="light", help="light if not given")
    parser.add_argument(
        "--fps",
        metavar="N",
        default=USUAL_RATE,
        help=f"frames per second of a film, {USUAL_RATE} if not given",
    )
    parser.add_argument("--from-step", metavar="N", help="where a film begins")
    parser.add_argument("--to-step", metavar="N", help="where a film ends")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check what was asked for before Qt takes its time to start, then do it."""
    size = _size_of(options)
    _check_out(options)
    rate = parse_within("--fps", options.fps, float, LEAST_RATE, LARGEST_RATE)
    first, last = (_step(f"--{name}-step", getattr(options, f"{name}_step")) for name in ("from", "to"))
    if options.run_folder is not None:
        from dgm_explorer.runs.run_info import open_run_folder

        open_run_folder(options.run_folder)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    reason = why_qt_cannot_start(os.environ)
    if reason is not None:
        raise InputError(f"nothing can be painted: {reason}")
    with ends_at_once():
        _take_away(options, size, rate, first, last)
    return 0


def _take_away(
    options: argparse.Namespace, size: PictureSize | None, rate: float, first: int | None, last: int | None
) -> None:
    from dgm_explorer.app import WindowOptions, run_unseen
    from dgm_explorer.ui.take_away import Wish, take_away

    line = ProgressLine(sys.stderr)
    wish = Wish(
        panel=options.panel or "",
        out=options.out,
        size=size,
        is_list=options.list_panels,
        is_script=options.python,
        frames_per_second=rate,
        first_step=first,
        last_step=last,
        report=line.report,
    )
    window = WindowOptions(
        tab=options.tab,
        preset=options.preset,
        session=options.session,
        run=options.run_folder,
        theme=options.theme,
        is_unseen=True,
    )
    has_source = any((options.preset, options.session, options.run_folder, options.tab))
    try:
        run_unseen(window, lambda shown: take_away(shown, wish, () if has_source else TABS))
    finally:
        line.end()


def _size_of(options: argparse.Namespace) -> PictureSize | None:
    dpi = None
    if options.dpi is not None:
        dpi = parse_within("--dpi", options.dpi, float, LEAST_DPI, LARGEST_DPI)
    if options.size is None:
        if dpi is not None:
            raise InputError("--dpi needs --size; give both.")
        return None
    try:
        return parse_size(options.size, dpi)
    except InputError as error:
        raise InputError(f"--{error}") from error


def _check_out(options: argparse.Namespace) -> None:
    out: Path | None = options.out
    if out is None:
        if options.panel is not None:
            raise InputError(f"--panel needs --out; name a file that ends in {', '.join(ENDINGS)}.")
        return
    if options.list_panels:
        raise InputError("--list-panels prints; leave --out away.")
    if options.python and out.suffix.lower() != ".py":
        raise InputError(f"--out {out}: a script ends in .py; choose such a name.")
    if not options.python and out.suffix.lower() not in ENDINGS:
        raise InputError(f"--out {out}: the name must end in one of {', '.join(ENDINGS)}.")
    try:
        is_there = os.path.lexists(out)
    except ValueError as error:  # a zero byte in it
        raise InputError(f"--out {str(out)[:60]!r} is no name of a file; choose another one.") from error
    if is_there and not options.force:
        raise InputError(f"--out {out} is there already; choose another name, or add --force.")


def _step(option: str, text: str | None) -> int | None:
    return None if text is None else parse_within(option, text, int, 0, LARGEST_STEP)
