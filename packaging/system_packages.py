"""The system's own packages: libraries that Qt links, and the tools of the real-mouse tests."""

import importlib.util
import os
import shutil
import subprocess
import sys

from environment import SetupError, say

from dgm_explorer.qt_libraries import install_command, missing_libraries

TEST_TOOLS = {"Xvfb": "xvfb", "xdotool": "xdotool"}


def provide(*, for_tests: bool) -> None:
    """Install what is missing with apt-get where there is one; elsewhere say what to install."""
    libraries = missing_libraries()
    packages = list(dict.fromkeys(library.debian for library in libraries))
    if importlib.util.find_spec("ensurepip") is None:
        packages.append("python3-venv")
    tools = [package for tool, package in TEST_TOOLS.items() if not shutil.which(tool)]
    optional = tools if for_tests and sys.platform.startswith("linux") else []
    if not packages and not optional:
        return
    if shutil.which("apt-get") is None:
        _name_what_is_missing(packages, install_command(libraries) if libraries else "")
        return
    is_done = _apt_install([*packages, *optional])
    if not is_done and packages:
        raise SetupError(
            f"the system packages could not be installed; run: sudo apt-get install {' '.join(packages)}"
        )


def _name_what_is_missing(packages: list[str], command: str) -> None:
    if "python3-venv" in packages:
        raise SetupError("this Python cannot make virtual environments; install its venv package.")
    if command:
        say(f"the window will not open before some libraries are installed; {command}")


def _apt_install(packages: list[str]) -> bool:
    """Return whether apt-get installed all of them."""
    prefix = _become_root()
    if prefix is None:
        return False
    say("installing system packages: " + " ".join(packages))
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    # One unreachable source fails the update although the rest is there: the installation decides.
    subprocess.run([*apt, "update"], check=False, stdout=subprocess.DEVNULL)
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    return subprocess.run(install, check=False, stdout=subprocess.DEVNULL).returncode == 0


def _become_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    return [sudo] if sys.stdin is not None and sys.stdin.isatty() else [sudo, "-n"]
