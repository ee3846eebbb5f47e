"""``dgm-explorer bench``: measure the running program."""

import argparse
import importlib

from dgm_explorer.cli.parser import OneLineParser

NAMES = ("kl", "drag", "startup")


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser("bench", help="measure how fast and how exact the program is")
    parser.add_argument("name", choices=[*NAMES, "all"], help="what to measure")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print; a goal that is missed is printed as such and is no error."""
    from dgm_explorer.bench.report import as_json, as_table

    names = NAMES if options.name == "all" else (options.name,)
    reports = [(name, importlib.import_module(f"dgm_explorer.bench.{name}").measure()) for name in names]
    if not options.json:
        print("\n\n".join(as_table(name, figures) for name, figures in reports))
    elif options.name == "all":
        print("[" + ",\n".join(as_json(name, figures) for name, figures in reports) + "]")
    else:
        print(as_json(*reports[0]))
    return 0
