"""``python -m tests.soak``: hours of a clumsy hand in minutes.

``--minutes 60`` drives the real window, in a process of its own under Xvfb, with a real pointer and real
keys (XTest): drags, wheels, clicks, numbers, keys, menus, presets, data, themes, undo, training, timeline,
panels, sizes. Five sixths of the time are one life of the window. It begins with a tour of two minutes,
each preset, each lecture, training and checks, by which everything is loaded once; every five minutes it is
brought to the same picture and its memory measured, which is compared. In the last sixth it is killed
(``kill -9``) now and then, opened again, and the run that was cut off must go on.
``--cycles 1000`` starts and stops training so often in one window: threads, processes, files and memory
must come back. ``--kills 1000`` kills ``dgm-explorer train`` so often: every folder must open and go on.
``--replay FILE`` does the actions of an earlier soak again; ``--seed`` chooses other ones.

What is done and found goes to ``records.jsonl`` in ``--out``, one JSON line each; complaints are also
shown at once; a table ends it. Exit status 1 if there was a complaint. A complaint is anything on standard
error or in the log, a hang (no answer for 15 s), an end, a run that does not go on. A frame is the time
between two ticks of a 5 ms timer in the GUI thread: for so long no event was handled. Of each frame over
50 ms it is told what the thread computed, how long it waited for a core that other work had, and where it
was. Linux only; needs Xvfb.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.soak.cycles import cycle
from tests.soak.drive import Driver, replay, soak
from tests.soak.hand import Hand
from tests.soak.program import Program
from tests.soak.records import RecordBook, read_record
from tests.soak.rest import rest, tour
from tests.soak.screen import open_display
from tests.soak.summary import summarise

SHOWN = frozenset({"complaint", "hang", "ended", "kept", "kills", "cycles", "resumed"})
BAD = frozenset({"complaint", "hang", "ended", "kept"})


def main() -> int:
    """Do what the command line asks for; 1 if anything was wrong."""
    options = _parse()
    folder: Path = options.out or Path(tempfile.mkdtemp(prefix="dgm-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    book = RecordBook(folder / "records.jsonl", SHOWN)
    print(f"records: {book.path}", flush=True)
    try:
        if options.kills:
            from tests.soak.kills import kill_often  # imports torch

            kill_often(options.kills, options.seed, book.add)
        else:
            _play(options, folder, book)
    except KeyboardInterrupt:
        print("broken off")
    finally:
        book.close()
    return _report(folder)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--minutes", type=float, default=10.0)
    what.add_argument("--cycles", type=int, default=0)
    what.add_argument("--kills", type=int, default=0)
    what.add_argument("--replay", type=Path, metavar="RECORDS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="folder; a new temporary one if not given")
    parser.add_argument("--display", default="", help="such as :47; a free one if not given")
    return parser.parse_args()


def _play(options: argparse.Namespace, folder: Path, book: RecordBook) -> None:
    with open_display(options.display) as display:
        os.environ["DISPLAY"] = display
        program, hand = Program(folder, display), Hand(display)
        driver = Driver(program, hand, book.add)
        try:
            if options.cycles:
                cycle(driver, options.cycles)
            elif options.replay:
                replay(driver, options.replay)
            else:
                soak(driver, 50.0 * options.minutes, 10.0 * options.minutes, options.seed, tour, rest)
        finally:
            hand.let_go_of_all()
            program.kill()
            hand.close()


def _report(folder: Path) -> int:
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    records = [read_record(line) for line in lines]
    frames = folder / "frames.jsonl"
    if frames.exists():
        for line in frames.read_text(encoding="utf-8").splitlines():
            records.append(read_record(f'{{"kind": "frame", {line[1:]}'))
    text = summarise(records)
    (folder / "summary.txt").write_text(f"{text}\n", encoding="utf-8")
    print(text)
    return int(any(record.kind in BAD for record in records))


if __name__ == "__main__":
    sys.exit(main())
