"""The commands and what they share: exit status 0 done, 2 wrong usage or input, 1 anything else."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from dgm_explorer import __version__
from dgm_explorer.cli import bench, data, diagnostics, evaluate, export, gui, kl, theory, train
from dgm_explorer.cli.parser import OneLineParser, join_negative_values
from dgm_explorer.core.errors import InputError

PROGRAM = "dgm-explorer"
DEFAULT_COMMAND = "gui"


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line.

    Wrong usage and input that cannot be used end with one line on standard error.
    """
    try:
        options = _make_parser().parse_args(_with_command(join_negative_values(arguments)))
        status: int = options.run(options)
        sys.stdout.flush()
    except InputError as error:
        _complain(str(error))
        return 2
    except BrokenPipeError:  # nobody reads on, as behind `| head`
        _drop_output()
        return 1
    except OSError as error:
        _complain(f"the answer cannot be written ({error.strerror or error}); send it somewhere with room.")
        _drop_output()
        return 1
    except MemoryError:
        _complain("there is not enough memory for this; ask for less, for instance by a smaller --grid.")
        return 1
    except KeyboardInterrupt:
        return 1
    return status


def _complain(message: str) -> None:
    """Say what is wrong in one line, as far as anybody can be told."""
    with suppress(OSError):
        print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)


def _drop_output() -> None:
    """Keep Python from complaining once more when it flushes at its end."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _with_command(arguments: list[str]) -> list[str]:
    """Put the default command in front where only its options are given."""
    first = arguments[0] if arguments else ""
    if first in ("-h", "--help", "--version") or (first and not first.startswith("-")):
        return arguments
    return [DEFAULT_COMMAND, *arguments]


def _make_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog=PROGRAM, description="Four ideas of deep generative modelling, to be taken in hand."
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (gui, kl, train, evaluate, export, theory, data, bench, diagnostics):
        module.add_command(commands)
    return parser
