"""The virtual environment: made, repaired and filled with the tested versions."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA_INDEX = "https://download.pytorch.org/whl/cu130"
IMPORTS = (
    "import contourpy, msgspec, numpy, PIL, pooch, pyqtgraph, PySide6.QtCore, "
    "safetensors, scipy, sklearn, torch"
)


@dataclass(frozen=True)
class Purpose:
    """A virtual environment: where it lies, and what the program itself does not need but this does.

    Attributes
    ----------
    folder : inside the repository.
    extra : name of the optional dependencies in pyproject.toml.
    tool : the module that they must bring.
    """

    folder: str
    extra: str
    tool: str


DEVELOPMENT = Purpose(".venv", "test", "pytest")
BUNDLE = Purpose("build/bundle-env", "bundle", "PyInstaller")


class SetupError(Exception):
    """The set-up cannot go on; the message says what to do."""


def say(text: str) -> None:
    """Tell the user which step is being taken."""
    print(f"[setup] {text}", file=sys.stderr, flush=True)


def provide(root: Path, accelerator: str, purpose: Purpose = DEVELOPMENT) -> Path:
    """Return the Python of a complete environment; the second call only compares a stamp.

    Raises
    ------
    SetupError
        If the machine cannot run torch, or pip failed; pip has shown its own reason by then.
    """
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise SetupError("there is no torch for Macs with an Intel processor; use an Apple silicon Mac.")
    venv = root / purpose.folder
    python = _python_in(venv)
    stamp = venv / "dgm-setup.json"
    key = _key(root, accelerator)
    if _runs(python, "import sys"):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == key:
            return python
        if not _runs(python, "import pip"):
            _make(venv)
    else:
        _make(venv)
    stamp.unlink(missing_ok=True)
    _install(root, python, accelerator, ["-e", f"{root}[{purpose.extra}]"])
    if not _runs(python, f"{IMPORTS}, {purpose.tool}"):
        say("what an earlier, broken-off set-up left does not work together; starting afresh")
        _make(venv)
        _install(root, python, accelerator, ["-e", f"{root}[{purpose.extra}]"])
    stamp.write_text(key, encoding="utf-8")
    return python


def make_clean(root: Path, venv: Path, wanted: list[str]) -> Path:
    """Make an environment with nothing but these packages and what they need; return its Python."""
    _make(venv)
    python = _python_in(venv)
    _install(root, python, "cpu", wanted)
    return python


def _python_in(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _key(root: Path, accelerator: str) -> str:
    """What the installed environment depends on; a changed key means installing again."""
    constraints = root / "packaging" / "constraints.txt"
    parts = (root / "pyproject.toml").read_bytes() + constraints.read_bytes()
    return json.dumps(
        {"files": hashlib.sha256(parts).hexdigest(), "accelerator": accelerator, "root": str(root)}
    )


def _runs(python: Path, statement: str) -> bool:
    if not python.exists():
        return False
    command = [str(python), "-c", statement]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _make(venv: Path) -> None:
    say(f"making {venv}")
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=False).returncode != 0:
        raise SetupError(f"{venv} could not be made; see the reason above, then call this again.")


def _install(root: Path, python: Path, accelerator: str, wanted: list[str]) -> None:
    say("installing the program and its packages; the first time takes minutes")
    constraints = root / "packaging" / "constraints.txt"
    command = [*_pip(python), "install", "-c", str(constraints)]
    command += [*_torch_arguments(python, constraints, accelerator), *wanted]
    # Standard output belongs to the program that is started next.
    if subprocess.run(command, check=False, stdout=sys.stderr).returncode != 0:
        raise SetupError("pip could not install the packages; see its reason above, then call this again.")


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "--disable-pip-version-check"]


def _torch_arguments(python: Path, constraints: Path, accelerator: str) -> list[str]:
    """Return the pip arguments that select the build of torch; none where the plain one is right.

    The plain build is CUDA on Linux, CPU on Windows, and CPU with MPS on macOS.
    """
    if sys.platform == "darwin":
        return []
    wants_cuda = _has_nvidia() if accelerator == "auto" else accelerator == "cuda"
    if os.name == "nt":
        return ["--extra-index-url", CUDA_INDEX] if wants_cuda else []
    if wants_cuda or _finds_cpu_build(python, constraints):
        return []
    return ["--extra-index-url", CPU_INDEX]


def _has_nvidia() -> bool:
    return bool(shutil.which("nvidia-smi")) or Path("/proc/driver/nvidia/version").exists()


def _finds_cpu_build(python: Path, constraints: Path) -> bool:
    """Whether pip, as set up here, already prefers a ``+cpu`` build (a wheel folder, a mirror)."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        probe = [*_pip(python), "install", "--dry-run", "--quiet", "--ignore-installed", "--no-deps"]
        probe += ["--report", str(report), "-c", str(constraints), "torch"]
        # pip complains of a broken configuration on standard output
        if subprocess.run(probe, check=False, stdout=sys.stderr).returncode != 0:
            raise SetupError("pip cannot find torch; see its reason above, then call this again.")
        found = json.loads(report.read_text(encoding="utf-8"))
    version: str = found["install"][0]["metadata"]["version"]
    return version.endswith("+cpu")
