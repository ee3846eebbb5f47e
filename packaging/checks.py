"""The test command: style, import contracts, types, a real mouse, and pytest at the end."""

import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCREEN = "1920x1200x24"
DISPLAY_TIMEOUT_S = 20
FAILED = "FAILED"
_IN_PARALLEL = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
"""One process a core; four are enough, and each may hold torch. What a file shares stays in one process."""


@dataclass(frozen=True)
class Step:
    """A check with its outcome; ``outcome`` is "ok", `FAILED` or why it was skipped."""

    name: str
    outcome: str
    seconds: float


def run(root: Path, python: Path, pytest_arguments: Sequence[str]) -> int:
    """Run every check and return 0 if all passed; with arguments, only pytest with these.

    All steps run whatever the earlier ones said. pytest comes last, so that its summary closes the
    output.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    pytest = [str(python), "-m", "pytest"]
    if pytest_arguments:
        return subprocess.run([*pytest, *pytest_arguments], cwd=root, env=environment, check=False).returncode
    steps = [
        _step("ruff", [str(python), "-m", "ruff", "check"], root, environment),
        _step("import-linter", [str(python.with_name("lint-imports"))], root, environment),
        _step("mypy --strict", [str(python), "-m", "mypy"], root, environment),
        _real_mouse_step([*pytest, "-m", "x11"], root, environment),
    ]
    for step in steps:
        print(f"[test] {step.name:<14} {step.seconds:6.1f} s  {step.outcome}", flush=True)
    steps.append(_step("pytest", [*pytest, "-m", "not x11", *_IN_PARALLEL], root, environment))
    failed = [step.name for step in steps if step.outcome == FAILED]
    if failed:
        print(f"[test] failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _step(name: str, command: list[str], root: Path, environment: Mapping[str, str]) -> Step:
    print(f"[test] {name}: {' '.join(command[1:])}", flush=True)
    start = time.monotonic()
    status = subprocess.run(command, cwd=root, env=environment, check=False).returncode
    return Step(name, FAILED if status else "ok", time.monotonic() - start)


def _real_mouse_step(command: list[str], root: Path, environment: Mapping[str, str]) -> Step:
    name = "real mouse"
    missing = [tool for tool in ("Xvfb", "xdotool") if not shutil.which(tool)]
    if missing:
        return Step(name, f"skipped: {' and '.join(missing)} not installed", 0.0)
    try:
        with _virtual_screen() as display:
            return _step(name, command, root, {**environment, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"})
    except RuntimeError as error:
        print(f"[test] {name}: {error}", flush=True)
        return Step(name, FAILED, 0.0)


@contextmanager
def _virtual_screen() -> Iterator[str]:
    """Start an X server without a monitor on a free display and yield the display's name."""
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL) as server:
        os.close(write_end)
        try:
            yield f":{_read_display_number(read_end)}"
        finally:
            os.close(read_end)
            server.terminate()


def _read_display_number(read_end: int) -> int:
    ready, _, _ = select.select([read_end], [], [], DISPLAY_TIMEOUT_S)
    answer = os.read(read_end, 16) if ready else b""
    if not answer.strip():
        raise RuntimeError(f"Xvfb did not start within {DISPLAY_TIMEOUT_S} s")
    return int(answer)
