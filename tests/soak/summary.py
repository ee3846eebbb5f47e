"""The table at the end of a soak, from its records."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.soak.complaints import headline
from tests.soak.records import Record

WORST = 12


def own_mb(sample: Record) -> float:
    """Memory of the window without the examples of data sets that were loaded at the time."""
    return float(sample.values["rss_mb"]) - float(sample.values["data_mb"])


def describe_growth(rests: Sequence[Record]) -> str:
    """From the first rest, five minutes behind the start, to the last one."""
    if not rests:
        return ""
    levels = [own_mb(rest) for rest in rests]
    growth = 100 * (levels[-1] / levels[0] - 1)
    told = ", ".join(f"{level:.0f}" for level in levels)
    return f"at the same picture, every five minutes: {told} MB; growth {growth:+.1f} %"


def describe_memory_growth(told: Sequence[Record]) -> str:
    """Whose memory it was at the first rest and at the last, and of which objects there are more."""
    if len(told) < 2:
        return ""
    first, last = told[0].values, told[-1].values
    kinds = sorted(first["resident_mb"])
    parts = [f"{kind} {first['resident_mb'][kind]:.0f} → {last['resident_mb'][kind]:.0f}" for kind in kinds]
    more = Counter(last["objects"])
    more.subtract(first["objects"])
    rows = [f"  {count:+6d}  {name}" for name, count in more.most_common(WORST) if count > 0]
    return "\n".join(
        (
            f"MB resident at the first and the last of them: {', '.join(parts)}; lent by malloc "
            f"{first['in_use_mb']:.0f} → {last['in_use_mb']:.0f} from its heap, "
            f"{first['mapped_mb']:.0f} → {last['mapped_mb']:.0f} beside it. Objects there are more of:",
            *rows,
        )
    )


def summarise(records: Iterable[Record]) -> str:
    """A table for people."""
    kinds: dict[str, list[Record]] = {}
    for record in records:
        kinds.setdefault(record.kind, []).append(record)
    parts = [
        _actions(kinds.get("action", [])),
        _complaints(kinds.get("complaint", []) + kinds.get("ended", []) + kinds.get("hang", [])),
        _memory(kinds.get("sample", [])),
        describe_growth(kinds.get("rest", [])),
        describe_memory_growth(kinds.get("memory", [])),
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
        data = max(sample.values["data_mb"] for sample in some)
        minutes = (some[-1].at_s - some[0].at_s) / 60
        rows.append(
            f"  life {life}, {minutes:.1f} min: RSS {rss[0]:.0f} … {max(rss):.0f} MB, of it examples up to "
            f"{data:.0f} MB; children up to "
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
