"""Inside the window: whose memory it is, so that what grows can be named."""

import ctypes
import gc
from collections import Counter
from pathlib import Path
from typing import Any

MB = 2**20
MOST_TYPES = 400
FIELDS = (
    *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks"),
    "keepcost",
)


class Mallinfo2(ctypes.Structure):
    """As glibc's malloc.h has it; bytes, but for the two counts of blocks."""

    _fields_ = [(name, ctypes.c_size_t) for name in FIELDS]


def describe_memory() -> dict[str, Any]:
    """What the C library has lent, what it holds in gaps, and how many objects Python looks after.

    Returns
    -------
    ``in_use_mb``, ``free_mb`` : of malloc's heap; what is free need not be resident.
    ``mapped_mb`` : blocks too large for the heap.
    ``resident_mb`` : of the process, by the kind of mapping.
    ``objects`` : number of living ones, per type; the `MOST_TYPES` most frequent.
    """
    gc.collect()
    info = _mallinfo()
    types = Counter(_name(type(thing)) for thing in gc.get_objects())
    return {
        "in_use_mb": round(info.uordblks / MB, 1),
        "free_mb": round(info.fordblks / MB, 1),
        "mapped_mb": round(info.hblkhd / MB, 1),
        "resident_mb": _resident(),
        "objects": dict(types.most_common(MOST_TYPES)),
    }


def _mallinfo() -> Mallinfo2:
    read = ctypes.CDLL(None).mallinfo2
    read.restype = Mallinfo2
    info: Mallinfo2 = read()
    return info


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _resident() -> dict[str, float]:
    """MB of malloc's heap, of other memory of no file, and of files."""
    sizes: Counter[str] = Counter()
    kind = ""
    with Path("/proc/self/smaps").open(encoding="utf-8") as lines:
        for line in lines:
            head, *rest = line.split()
            if not head.endswith(":"):
                name = rest[4] if len(rest) > 4 else ""
                kind = "heap" if name == "[heap]" else "files" if name.startswith("/") else "anonymous"
            elif head == "Rss:":
                sizes[kind] += int(rest[0])
    return {name: round(size / 1024, 1) for name, size in sizes.items()}
