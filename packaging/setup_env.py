#!/usr/bin/env python3
"""Set the project up in .venv and run it or its tests; needs nothing but Python.

    python3 packaging/setup_env.py run   [-- arguments of dgm-explorer]
    python3 packaging/setup_env.py test  [-- arguments of pytest]

The first call installs what is missing and takes minutes; the next one starts at once.
"""

import sys

if sys.version_info < (3, 11) or sys.maxsize < 2**32:
    sys.exit(
        f"setup: a 64-bit Python 3.11 or newer is needed, this is Python {sys.version.split()[0]}; "
        "install one from python.org or your system's packages and call this with it."
    )

import argparse
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(1, str(ROOT))  # the checks of system libraries are those of the program itself

import checks  # noqa: E402
import environment  # noqa: E402
import system_packages  # noqa: E402


def main() -> int:
    """Set up, then run or test; return the exit status."""
    arguments = parse_arguments()
    try:
        if not arguments.no_system:
            system_packages.provide(for_tests=arguments.action == "test")
        python = environment.provide(ROOT, arguments.accelerator)
    except environment.SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 2
    if arguments.action == "test":
        return checks.run(ROOT, python, arguments.rest)
    command = [str(python), "-m", "dgm_explorer", *arguments.rest]
    return subprocess.run(command, check=False).returncode


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("action", choices=["run", "test"])
    parser.add_argument(
        "--accelerator",
        choices=["auto", "cpu", "cuda"],
        default="auto",
        help="which build of torch to install; auto takes CUDA where there is an NVIDIA driver",
    )
    parser.add_argument("--no-system", action="store_true", help="do not install system packages")
    parser.add_argument("rest", nargs="*", help="after --: passed on")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
