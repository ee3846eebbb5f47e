"""Ten thousand hostile inputs in one command: ``python -m tests.fuzz``.

Every case is made from its target's name and a number, so that ``--replay session:17`` makes it again; what
fails is kept below ``--keep`` as a file that ``--replay FILE`` reads and that the tests take as a regression
once it lies in ``tests/fuzz/corpus``. Ends with status 1 if anything failed.
"""

import argparse
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.case import Case, from_text, to_text
from tests.fuzz.report import Tally, as_table
from tests.fuzz.run_case import FINE, Outcome
from tests.fuzz.targets import TARGETS, Target
from tests.fuzz.worker import work

START_S, PATIENCE_S = 600.0, 120.0
"""By the clock, for the imports and the cases that are not measured, and for one case that waits for
something: other programs may have the processor. What a case may compute is `Target.limit_s`."""


class Worker:
    """A process that is replaced when it dies or hangs."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._process: multiprocessing.process.BaseProcess | None = None

    def run(self, target: Target, what: object) -> Outcome:
        """One case, whatever it does to the process."""
        if self._process is None:
            self._start()
        try:
            self._connection.send((target.name, what))
            if not self._connection.poll(START_S):
                return self._end(Outcome("hang", "before the first case"))
            self._connection.recv()
            if not self._connection.poll(PATIENCE_S):
                return self._end(Outcome("hang", f"no answer within {PATIENCE_S:g} s"))
            outcome = self._connection.recv()
        except (EOFError, OSError):
            return self._end(Outcome("crash", "the process died"))
        assert isinstance(outcome, Outcome)
        return outcome

    def close(self) -> None:
        if self._process is not None:
            self._connection.send(None)
            self._process.join(10)
            self._end(Outcome("refused"))

    def _start(self) -> None:
        self._connection, other = self._context.Pipe()
        self._process = self._context.Process(target=work, args=(other,))
        self._process.start()
        other.close()

    def _end(self, outcome: Outcome) -> Outcome:
        assert self._process is not None
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._connection.close()
        self._process = None
        return outcome


def plan(n_cases: int, seed: int, names: list[str]) -> list[tuple[Target, str]]:
    """So many cases, shared among the targets and mixed; those that need much to be imported come last."""
    chosen = [TARGETS[name] for name in names]
    total = sum(target.share for target in chosen)
    tasks = []
    for target in chosen:
        n = round(n_cases * target.share / total)
        group = target.name if target.is_heavy else ""
        tasks += [(group, index / n, target, f"{seed}.{index}") for index in range(n)]
    tasks.sort(key=lambda task: task[:2])
    return [(target, number) for *_, target, number in tasks]


def main() -> int:
    options = _options()
    if options.replay:
        return _replay(options.replay)
    names = options.only.split(",") if options.only else list(TARGETS)
    tasks = plan(options.cases, options.seed, names)
    tallies = {name: Tally() for name in names}
    start = time.perf_counter()
    shares = [tasks[index :: options.jobs] for index in range(options.jobs)]
    lock = threading.Lock()

    def drive(share: list[tuple[Target, str]]) -> None:
        worker = Worker()
        for target, seed in share:
            if is_ending.is_set():
                break
            outcome = worker.run(target, seed)
            with lock:
                tallies[target.name].add(outcome, seed)
            if outcome.kind not in FINE:
                _keep(options.keep, target, seed, outcome)
        worker.close()

    is_ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: is_ending.set())  # what is done by then is told
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(drive, shares))
    seconds = time.perf_counter() - start
    print(as_table(tallies))
    n_failed = sum(tally.n_failed for tally in tallies.values())
    load = f"{options.jobs} processes, load {os.getloadavg()[0]:.1f}"
    n_done = sum(tally.n for tally in tallies.values())
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    load += f", {usage.ru_utime + usage.ru_stime:.0f} s of processor time"
    print(f"{n_done} of {len(tasks)} cases, {n_failed} failed, {seconds:.0f} s with {load}")
    return 1 if n_failed else 0


def _replay(what: str) -> int:
    """One case again, with everything it says."""
    content: Case | str
    if what.endswith(".json"):
        name, _, content = from_text(Path(what).read_text())
    else:
        name, _, content = what.partition(":")
    worker = Worker()
    outcome = worker.run(TARGETS[name], content)
    worker.close()
    print(
        f"{outcome.kind}: {outcome.seconds:.2f} s, {outcome.peak} bytes for {outcome.size}\n{outcome.detail}"
    )
    return 0 if outcome.kind in FINE else 1


def _keep(folder: Path, target: Target, seed: str, outcome: Outcome) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = outcome.detail.strip().splitlines() or [""]
    path = folder / f"{target.name}-{seed}.json"
    path.write_text(to_text(target.name, f"{outcome.kind}: {lines[-1][:300]}", target.make_case(seed)))
    print(
        f"{target.name}:{seed} {outcome.kind}\n{outcome.detail.strip()[-1500:]}\n",
        file=sys.stderr,
        flush=True,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", help=f"targets with commas between: {', '.join(TARGETS)}")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="where failing cases are kept")
    parser.add_argument("--replay", help="TARGET:SEED, or a kept file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
