"""The table at the end of a soak, from its records."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.soak.complaints import headline
from tests.soak.records import Record

WARM_UP_S = 300.0
WINDOW_S = 300.0
"""Memory goes up and down with what is on the screen: medians of this long are compared."""
WORST = 12


@dataclass(frozen=True, slots=True)
class Growth:
    """Memory of one life of the window, without the examples of data sets that were loaded at the time.

    Attributes
    ----------
    early_mb : median over `WINDOW_S` behind the first `WARM_UP_S`.
    late_mb : median over the last `WINDOW_S`.
    """

    early_mb: float
    late_mb: float

    @property
    def percent(self) -> float:
        return 100 * (self.late_mb / self.early_mb - 1)

    def describe(self) -> str:
        early, late = f"{self.early_mb:.0f} MB", f"{self.late_mb:.0f} MB"
        return f"without them 5–10 min {early}, last 5 min {late}: {self.percent:+.1f} %"


def growth_of(samples: Sequence[Record]) -> Growth | None:
    """Of the samples of one life; None where it was too short for two windows."""
    if not samples:
        return None
    begin_s, end_s = samples[0].at_s + WARM_UP_S, samples[-1].at_s
    if end_s - begin_s < 2 * WINDOW_S:
        return None
    early = [_own_mb(s) for s in samples if begin_s <= s.at_s <= begin_s + WINDOW_S]
    late = [_own_mb(s) for s in samples if s.at_s >= end_s - WINDOW_S]
    return Growth(statistics.median(early), statistics.median(late))


def _own_mb(sample: Record) -> float:
    return float(sample.values["rss_mb"]) - float(sample.values["data_mb"])


def summarise(records: Iterable[Record]) -> str:
    """A table for people."""
    kinds: dict[str, list[Record]] = {}
    for record in records:
        kinds.setdefault(record.kind, []).append(record)
    parts = [
        _actions(kinds.get("action", [])),
        _complaints(kinds.get("complaint", []) + kinds.get("ended", []) + kinds.get("hang", [])),
        _memory(kinds.get("sample", [])),
        _frames(kinds.get("frame", []), kinds.get("action", [])),
        _kills(kinds),
    ]
    return "\n\n".join(part for part in parts if part)


def _actions(actions: Sequence[Record]) -> str:
    if not actions:
        return ""
    counts = Counter(action.values["name"] for action in actions)
    rows = [f"  {count:6d}  {name}" for name, count in counts.most_common()]
    return "\n".join((f"{len(actions)} actions", *rows))


def _complaints(complaints: Sequence[Record]) -> str:
    counts = Counter(headline(complaint.values["text"]) for complaint in complaints)
    rows = [f"  {count:6d}  {text}" for text, count in counts.most_common()]
    n_hangs = sum(complaint.kind == "hang" for complaint in complaints)
    n_ends = sum(complaint.kind == "ended" for complaint in complaints)
    return "\n".join((f"{len(complaints)} complaints ({n_hangs} hangs, {n_ends} ends)", *rows))


def _memory(samples: Sequence[Record]) -> str:
    lives: dict[int, list[Record]] = {}
    for sample in samples:
        lives.setdefault(sample.values["life"], []).append(sample)
    rows = ["memory and threads of the window, per life"]
    for life, some in lives.items():
        rss = [sample.values["rss_mb"] for sample in some]
        threads = [sample.values["threads"] for sample in some]
        files = [sample.values["files"] for sample in some]
        children = [sample.values["children_rss_mb"] for sample in some]
        growth = growth_of(some)
        data = max(sample.values["data_mb"] for sample in some)
        minutes = (some[-1].at_s - some[0].at_s) / 60
        grown = "" if growth is None else f"; {growth.describe()}"
        rows.append(
            f"  life {life}, {minutes:.1f} min: RSS {rss[0]:.0f} … {max(rss):.0f} MB, of it examples up to "
            f"{data:.0f} MB{grown}; children up to "
            f"{max(children):.0f} MB; threads {threads[0]} … {max(threads)}, last {threads[-1]}; files "
            f"{files[0]} … {max(files)}, last {files[-1]}"
        )
    return "\n".join(rows) if samples else ""


def own_ms(frame: Record) -> float:
    """Length of a frame without the time that it waited for a core: what other work had taken."""
    return float(frame.values["ms"]) - float(frame.values["no_core_ms"])


def _frames(frames: Sequence[Record], actions: Sequence[Record]) -> str:
    if not frames:
        return "no frame longer than 50 ms" if actions else ""
    worst = sorted(frames, key=own_ms, reverse=True)
    longest = max(frame.values["ms"] for frame in frames)
    n_long = sum(own_ms(frame) > 100 for frame in frames)
    rows = [
        f"frames (the event loop handled nothing for so long): {len(frames)} over 50 ms; worst "
        f"{longest:.0f} ms, without waiting for a core {own_ms(worst[0]):.0f} ms; {n_long} of those over "
        "100 ms. The worst:"
    ]
    for frame in worst[:WORST]:
        before = [a for a in actions if a.at_s <= frame.at_s + 0.001]
        last = f"{before[-1].values['name']}: {before[-1].values['on']}" if before else "start"
        stacks = [stack for stack in frame.values["stacks"] if stack]
        place = stacks[len(stacks) // 2] if stacks else "?"
        rows.append(
            f"  {frame.values['ms']:6.0f} ms (computed {frame.values['cpu_ms']:.0f}, no core "
            f"{frame.values['no_core_ms']:.0f}) after “{last[:60]}”: {place[:260]}"
        )
    return "\n".join(rows)


def _kills(kinds: dict[str, list[Record]]) -> str:
    killed, resumed = kinds.get("window killed", []), kinds.get("resumed", [])
    n_runs = sum(bool(record.values["runs"]) for record in killed)
    rows = (
        [f"window killed {len(killed)} times, {n_runs} with a run, {len(resumed)} resumed"] if killed else []
    )
    rows += [f"child killed {len(kinds['child killed'])} times"] if "child killed" in kinds else []
    rows += [f"{r.kind}: {r.values}" for r in (*kinds.get("kills", []), *kinds.get("cycles", []))]
    return "\n".join(rows)
