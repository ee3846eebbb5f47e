#!/usr/bin/env python3
"""Build the program as a folder that needs no Python, with the CPU build of torch; needs nothing but Python.

    python3 packaging/build_bundle.py          dist/dgm-explorer/, on macOS also dist/DGM Explorer.app
    python3 packaging/build_bundle.py --deb    and dist/dgm-explorer_<version>_<architecture>.deb

Build on the oldest system that it shall run on: what it needs of the C library is that system's.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(1, str(ROOT))  # version and system libraries are those of the program itself

import deb  # noqa: E402
import environment  # noqa: E402
from environment import SetupError, say  # noqa: E402

DIST = ROOT / "dist"
ICONS = ROOT / "build" / "icons"
BUNDLE = DIST / "dgm-explorer"
MB = 1e6


def main() -> int:
    """Build what was asked for and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--deb", action="store_true", help="make a Debian package of it, too")
    arguments = parser.parse_args()
    try:
        if arguments.deb:
            deb.require_tools()
        build_bundle()
        if arguments.deb:
            package = deb.build(ROOT, BUNDLE, ICONS, DIST)
            say(f"{package}: {package.stat().st_size / MB:.0f} MB")
    except SetupError as error:
        print(f"build: {error}", file=sys.stderr)
        return 2
    return 0


def build_bundle() -> None:
    """Make the environment, the icons and the folder."""
    python = environment.provide(ROOT, "cpu", environment.BUNDLE)
    run([str(python), "packaging/icons.py", str(ICONS)])
    say("collecting the program; this takes some minutes")
    options = ["--noconfirm", "--log-level", "ERROR", "--distpath", str(DIST)]
    options += ["--workpath", str(ROOT / "build" / "pyinstaller")]
    run([str(python), "-W", "ignore", "-m", "PyInstaller", *options, "packaging/dgm-explorer.spec"])
    if sys.platform.startswith("linux"):
        strip_symbols(BUNDLE / "_internal")
    files = [path for path in BUNDLE.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files)
    say(f"{BUNDLE}: {size / MB:.0f} MB in {len(files)} files; try it: {BUNDLE / 'dgm-explorer'} --smoke")


def strip_symbols(folder: Path) -> None:
    """Take names for debuggers out of Python and torch, an eighth of the whole.

    Not out of the rest: the OpenBLAS of NumPy and SciPy no longer loads after it.
    """
    if shutil.which("strip") is None:
        say("strip (package binutils) is not installed; the folder stays an eighth larger")
        return
    libraries = [*folder.glob("libpython*"), *folder.glob("python3*/lib-dynload/*.so")]
    libraries += folder.glob("torch/lib/*.so")
    run(["strip", "--strip-unneeded", *map(str, libraries)])


def run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr).returncode != 0:
        raise SetupError(f"{Path(command[0]).name} failed; see its reason above.")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
