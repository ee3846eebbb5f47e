"""``dgm-explorer diagnostics``: what somebody who helps needs to know, without opening the window."""

import argparse

from dgm_explorer.cli.parser import OneLineParser


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser(
        "diagnostics", help="print versions, folders, the last crash and the end of the log, for a report"
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Print the text and return the exit status."""
    from dgm_explorer.ui.recovery.diagnostics import describe_everything

    print(describe_everything(), end="")
    return 0
