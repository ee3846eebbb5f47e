"""The program as a process of its own: started, asked, measured, killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 15.0
DUMP_S = 1.0
"""A process that was asked where it is needs so long to write it down."""


class HangError(Exception):
    """The window does not answer."""


class GoneError(Exception):
    """The window's process has ended by itself."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the processes hold.

    Attributes
    ----------
    rss_mb, threads, files : of the window.
    children, children_rss_mb : of all that it started.
    """

    rss_mb: float
    threads: int
    files: int
    children: int
    children_rss_mb: float


class Program:
    """One life of the window after the other, with the same user folders.

    Parameters
    ----------
    folder : gets the user's folders, the standard error of each life and the long frames.
    display : X display.
    """

    def __init__(self, folder: Path, display: str) -> None:
        self.folder = folder
        self.frames = folder / "frames.jsonl"
        self.runs = folder / "runs"
        self.stderr = folder / "stderr-0"
        self.lives = 0
        self._environment = {
            **os.environ,
            **{
                f"XDG_{name}_HOME": str(folder / name.lower())
                for name in ("CONFIG", "STATE", "DATA", "CACHE")
            },
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "DGM_EXPLORER_RUNS": str(self.runs),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: socket.socket | None = None

    @property
    def log(self) -> Path:
        """Where the program keeps what went wrong."""
        return self.folder / "state" / "dgm-explorer" / "dgm-explorer.log"

    def crash_logs(self) -> list[Path]:
        """What crashes have left, newest last."""
        state = self.log.parent
        logs = [*state.glob("windows/*/crash.log"), *state.glob("crashes/*.log")]
        return sorted((log for log in logs if log.stat().st_size), key=lambda log: log.stat().st_mtime)[-1:]

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, arguments: Sequence[str]) -> None:
        """Open the window and wait until it answers."""
        self.lives += 1
        self.stderr = self.folder / f"stderr-{self.lives}"
        address = self.folder / f"probe-{self.lives}"
        with socket.socket(socket.AF_UNIX) as listener, self.stderr.open("wb") as errors:
            listener.bind(str(address))
            listener.listen(1)
            listener.settimeout(START_TIMEOUT_S)
            command = [sys.executable, "-m", "tests.soak.window", str(address), str(self.frames), *arguments]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=self._environment
            )
            try:
                self._answers, _ = listener.accept()
            except TimeoutError as error:
                raise HangError("the window did not open") from error
        self._answers.settimeout(ANSWER_TIMEOUT_S)

    def look(self) -> dict[str, Any]:
        """What is on the screen, see `targets.describe_screen`; raises as `ask`."""
        return self.ask("look")

    def ask(self, question: str) -> dict[str, Any]:
        """What the probe answers to ``look`` or ``memory``.

        Raises
        ------
        HangError, GoneError
            If the window does not say.
        """
        assert self._answers is not None
        answer = b""
        try:
            self._answers.sendall(f"{question}\n".encode())
            while not answer.endswith(b"\n"):
                part = self._answers.recv(1 << 20)
                if not part:
                    raise GoneError(self.describe_end())
                answer += part
        except TimeoutError as error:
            os.kill(self.pid, signal.SIGUSR1)
            time.sleep(DUMP_S)
            raise HangError(
                f"no answer for {ANSWER_TIMEOUT_S} s; where it was is in {self.stderr}"
            ) from error
        except OSError as error:
            raise GoneError(self.describe_end()) from error
        answered: dict[str, Any] = json.loads(answer)
        return answered

    def describe_end(self) -> str:
        """How the process ended, which it must have done by itself."""
        assert self._process is not None
        try:
            status = self._process.wait(ANSWER_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return "its probe is gone, but the process lives"
        return f"it ended by itself with status {status}"

    def kill(self) -> None:
        """As the kernel does it when memory runs out."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        if self._answers is not None:
            self._answers.close()

    def end(self) -> int | None:
        """Ask it to close, as the session's end does, and wait; None if it did not."""
        assert self._process is not None
        self._process.terminate()
        try:
            return self._process.wait(ANSWER_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def children(self) -> list[int]:
        """Processes that the window started, and theirs."""
        return children_of(self.pid)

    def trainers(self) -> list[int]:
        """Those of them that train or wait for work, without the bookkeeper of shared memory."""
        return [pid for pid in self.children() if "resource_tracker" not in _command(pid)]

    def sample(self) -> Sample:
        children = self.children()
        return Sample(
            rss_mb=_rss_mb(self.pid),
            threads=_count(f"/proc/{self.pid}/task"),
            files=_count(f"/proc/{self.pid}/fd"),
            children=len(children),
            children_rss_mb=round(sum(map(_rss_mb, children)), 1),
        )


def children_of(pid: int) -> list[int]:
    """All living descendants of a process."""
    parents: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                state, parent = Path(entry.path, "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found, more = set[int](), {pid}
    while more := {child for child, parent in parents.items() if parent in more} - found:
        found |= more
    return sorted(found)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _rss_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def _count(folder: str) -> int:
    try:
        return sum(1 for _ in os.scandir(folder))
    except OSError:
        return 0
