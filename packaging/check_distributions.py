#!/usr/bin/env python3
"""Build wheel and sdist, and try the wheel in a clean environment; needs nothing but Python.

    python3 packaging/check_distributions.py [--keep FOLDER]

The environment is filled by pip as on anybody's machine, with the CPU build of torch: 1.3 GB below build/,
deleted at the end.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import environment
from environment import SetupError, say

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = (".venv", ".git/", "build/", "dist/", "__pycache__", ".pyc", ".hypothesis", ".log", ".DS_Store")
PROBE = """
import sys
from pathlib import Path
import dgm_explorer
from dgm_explorer.paths import resource_root
home = Path(dgm_explorer.__file__).parent
assert Path(sys.prefix) in home.parents, home
assert resource_root() == home / "resources", resource_root()
for folder in ("derivations", "icons", "lectures", "notes", "presets"):
    assert any((resource_root() / folder).iterdir()), folder
"""


def main() -> int:
    """Build and check, and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="put wheel and sdist there")
    arguments = parser.parse_args()
    (ROOT / "build").mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="distributions-", dir=ROOT / "build") as folder:
            check(Path(folder), (arguments.keep or Path(folder) / "dist").resolve())
    except SetupError as error:
        print(f"check: {error}", file=sys.stderr)
        return 1
    say("wheel and sdist are in order")
    return 0


def check(folder: Path, dist: Path) -> None:
    """Raise SetupError for the first thing that is not as it should be."""
    tools = environment.make_clean(ROOT, folder / "tools", ["hatchling", "twine"])
    run([str(tools), "-m", "hatchling", "build", "-d", str(dist)], ROOT)
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    run([str(tools), "-m", "twine", "check", "--strict", str(wheel), str(sdist)], ROOT)
    refuse_strays(wheel, sdist)
    compare_with_sdist(tools, wheel, sdist, folder)
    try_wheel(wheel, folder)


def refuse_strays(wheel: Path, sdist: Path) -> None:
    """Nothing but the program in the wheel; nothing built or remembered in either."""
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    for name in [*names, *wheel_names(wheel)]:
        if any(part in name for part in FORBIDDEN):
            raise SetupError(f"{name} must not be shipped.")
    for name in wheel_names(wheel):
        if not name.startswith(("dgm_explorer/", "dgm_explorer-")):
            raise SetupError(f"{name} would be installed beside the program.")
    for path in (wheel, sdist):
        say(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def compare_with_sdist(tools: Path, wheel: Path, sdist: Path, folder: Path) -> None:
    """Whoever builds from the sdist gets the same wheel."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    unpacked = folder / sdist.name.removesuffix(".tar.gz")
    run([str(tools), "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "again")], unpacked)
    (again,) = (folder / "again").glob("*.whl")
    if differences := wheel_names(wheel) ^ wheel_names(again):
        raise SetupError(f"the wheel of the sdist differs: {', '.join(sorted(differences)[:5])}.")


def try_wheel(wheel: Path, folder: Path) -> None:
    """Install it and start it, in an empty folder, far from the repository."""
    python = environment.make_clean(ROOT, folder / "env", [str(wheel)])
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    program = [str(python), "-m", "dgm_explorer"]
    run([str(python), "-m", "pip", "check"], elsewhere)
    run([str(python), "-c", PROBE], elsewhere)
    run([*program, "--screenshot", "window.png"], elsewhere)
    if not (elsewhere / "window.png").is_file():
        raise SetupError("the installed program painted no window.")
    run([*program, "--smoke"], elsewhere)


def wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def run(command: list[str], folder: Path) -> None:
    say(" ".join(Path(part).name if part.startswith(os.sep) else part for part in command)[:100])
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    alone = {"QT_QPA_PLATFORM": "offscreen", **alone, "PYTHONUTF8": "1"}
    if subprocess.run(command, cwd=folder, env=alone, check=False, stdout=sys.stderr).returncode != 0:
        raise SetupError("the step above failed.")


if __name__ == "__main__":
    sys.exit(main())
