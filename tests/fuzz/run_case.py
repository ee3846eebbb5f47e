"""Hands one case to the program and watches what becomes of it."""

import gc
import hashlib
import os
import resource
import shutil
import stat
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import RunFailed
from tests.fuzz.case import Case
from tests.fuzz.readers import check_sentence
from tests.fuzz.targets import MIB, Target

FINE = ("accepted", "refused")
_BACKSTOP_MIB = 768
_SENTINELS = ("run/run.json", "run/metrics.jsonl", "a.npz", "a.npy", "a.dgm.json", "x", "window.ini")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case.

    Attributes
    ----------
    kind : one of `FINE`, or what is wrong: traceback, wrong, overwritten, memory, hang, crash.
    detail : the sentence that refused it, or the traceback.
    seconds, peak : of the processor, for reading it; bytes of resident memory on top of what was held before.
    size : bytes of the case.
    """

    kind: str
    detail: str = ""
    seconds: float = 0.0
    peak: int = 0
    size: int = 0


def make_ground(root: Path) -> None:
    """A folder with files that nobody may touch."""
    for name in _SENTINELS:
        path = root / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"kept as it is: " + name.encode())


def run_case(target: Target, case: Case, root: Path) -> Outcome:
    """Lay out, read, compare what lies on the disk before and after. ``root`` comes from `make_ground`."""
    folder = root / "case"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    words = case.lay_out(folder)
    before = _look_at(root)
    outcome = _read(target, case, folder, words)
    after = _look_at(root)
    changes = _changes(before, after, target.writes)
    if any(name.startswith("work/") for name in after.keys() - before.keys()):
        shutil.rmtree(root / "work")  # the next case shall not find what this one has written
        make_ground(root)
    for path in root.glob("copy.*"):
        path.unlink()
    if changes and outcome.kind in FINE:
        return Outcome("overwritten", ", ".join(changes), outcome.seconds, outcome.peak, outcome.size)
    return outcome


def _read(target: Target, case: Case, folder: Path, words: tuple[str, ...]) -> Outcome:
    old_folder = Path.cwd()
    os.chdir(folder.parent / "work")
    gc.collect()
    resident = _begin_peak()
    with _limited(target.budget(case.size)):
        start = time.process_time()
        kind, detail = _judge(target, folder, words)
        seconds = time.process_time() - start
    peak = max(0, _memory("VmHWM") - resident)
    os.chdir(old_folder)
    if kind in FINE and peak > target.budget(case.size):
        kind, detail = "memory", f"{peak / MIB:.0f} MiB for {case.size} bytes; {detail}"
    if kind in FINE and seconds > target.limit_s:
        kind, detail = "hang", f"{seconds:.1f} s; {detail}"
    return Outcome(kind, detail, seconds, peak, case.size)


def _judge(target: Target, folder: Path, words: tuple[str, ...]) -> tuple[str, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            is_accepted = target.read_case(folder, words)
    except (InputError, RunFailed) as error:
        try:
            check_sentence(str(error).replace(str(folder), ""))
        except AssertionError as complaint:
            return "wrong", str(complaint)
        if "fit into memory" in str(error):
            return "memory", str(error)
        return "refused", str(error)
    except AssertionError:
        return "wrong", traceback.format_exc(limit=-6)
    except MemoryError:
        return "memory", traceback.format_exc(limit=-6)
    except BaseException:
        return "traceback", traceback.format_exc(limit=-8)
    return ("accepted" if is_accepted else "refused"), ""


class _limited:  # noqa: N801 - a context, used as a word
    """No more address space than now, the budget, and something for luck: in place of a dying machine."""

    def __init__(self, budget: float) -> None:
        self._old = resource.getrlimit(resource.RLIMIT_AS)
        self._new = (int(_memory("VmSize") + budget + _BACKSTOP_MIB * MIB), self._old[1])

    def __enter__(self) -> None:
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, self._new)

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, self._old)


def _begin_peak() -> int:
    """Forget the peak so far; bytes that are resident now, 0 where that cannot be told."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return 1 << 62
    return _memory("VmRSS")


def _memory(name: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(name + ":"))


_Look = dict[str, str]


def _look_at(root: Path) -> _Look:
    """What lies where below ``root``: kind, and a digest of what is in it."""
    found: _Look = {}
    for parent, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            content = ""
            if stat.S_ISREG(mode):
                content = hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()
            found[str(path.relative_to(root))] = f"{stat.S_IFMT(mode):o} {content}"
    return found


def _changes(before: _Look, after: _Look, allowed: str) -> list[str]:
    """Old things that are different or gone, and new ones, outside of what is allowed.

    ``allowed`` is patterns; beside the case nothing old may change, whatever they say.
    """
    patterns = allowed.split()
    changed = [name for name in before if after.get(name) != before[name]]
    new = [name for name in after if name not in before and not name.startswith("copy.")]
    old_ones = [name for name in changed if not (name.startswith("case/") and _matches(name, patterns))]
    return sorted([*old_ones, *(name for name in new if not _matches(name, patterns))])


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
