"""``dgm-explorer data``: which data sets there are, and fetching one of them."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

from dgm_explorer.cli.parser import OneLineParser
from dgm_explorer.core.errors import InputError

if TYPE_CHECKING:
    from dgm_explorer.data.catalogue import SourceInfo

_WHERE = {"own folder": "in DGM_EXPLORER_DATA", "cache": "cached"}
_HEADINGS = ("name", "what", "examples", "size", "licence", "where")


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser("data", help="list the data sets, or fetch one")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="print what there is and where it lies")
    listing.add_argument("--json", action="store_true", help="print JSON in place of a table")
    listing.set_defaults(run=run_list)
    fetching = actions.add_parser("fetch", help="download a data set and keep it")
    fetching.add_argument("name", metavar="NAME", help="as in the list")
    fetching.set_defaults(run=run_fetch)


def run_list(options: argparse.Namespace) -> int:
    """Print the table; nothing is downloaded."""
    from dgm_explorer.data.catalogue import describe_sources

    sources = describe_sources()
    if options.json:
        print(json.dumps([{**asdict(info), "is_local": info.is_local} for info in sources], indent=1))
    else:
        print(_as_table(sources))
    return 0


def run_fetch(options: argparse.Namespace) -> int:
    """Download unless it is there already, with the progress on standard error."""
    from dgm_explorer.data.catalogue import describe_sources
    from dgm_explorer.data.download import fetch
    from dgm_explorer.data.known_sets import KNOWN_SETS

    sources = {info.name: info for info in describe_sources()}
    if options.name not in sources:
        raise InputError(f"data fetch: {options.name[:60]!r} is not known; name one of {', '.join(sources)}.")
    place = sources[options.name].place
    if place not in ("cache", "to be downloaded"):
        print(f"{options.name}: nothing to fetch ({_WHERE.get(place, place)})")
        return 0
    line = ProgressLine(sys.stderr)
    try:
        folder = fetch(KNOWN_SETS[options.name], line.report)
    finally:
        line.end()
    print(f"{options.name}: {folder}")
    return 0


class ProgressLine:
    """One line that is written over on a terminal, a line for every tenth elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._width = 0
        self._next_share = 0.0

    def report(self, words: str, share: float | None) -> bool:
        """Show how far it is; always to go on."""
        if share is not None:
            words = f"{words} ({share:4.0%})"
        if self._is_terminal:
            self._stream.write("\r" + words.ljust(self._width))
            self._width = len(words)
        elif share is not None and share >= self._next_share:
            self._stream.write(words + "\n")
            self._next_share = (int(share * 10) + 1) / 10
        self._stream.flush()
        return True

    def end(self) -> None:
        """Leave the line for what comes next."""
        if self._is_terminal and self._width:
            self._stream.write("\n")
            self._stream.flush()


def _as_table(sources: "Sequence[SourceInfo]") -> str:
    rows = [_HEADINGS, *(_row(info) for info in sources)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _row(info: "SourceInfo") -> tuple[str, ...]:
    where = _WHERE.get(info.place, info.place)
    return info.name, info.title, str(info.n), _size(info.shape), info.licence, where


def _size(shape: tuple[int, ...]) -> str:
    """``28×28`` for grey images, ``32×32×3`` for colour, ``2`` numbers for points."""
    return "×".join(map(str, shape[:-1] if len(shape) == 3 and shape[2] == 1 else shape))
