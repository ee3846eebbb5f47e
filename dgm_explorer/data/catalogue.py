"""Every data set by its name: what there is, where it lies, and loading it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from dgm_explorer.core.dataset import (
    DOWNLOADED,
    EMBEDDED,
    FROM_PATH,
    PAINTED,
    TOYS,
    Dataset,
    DataSource,
)
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.array_file import read_array_file
from dgm_explorer.data.assemble import Examples, assemble
from dgm_explorer.data.bounded import unreadable
from dgm_explorer.data.digits import DIGITS_SHAPE, N_DIGITS, load_digits
from dgm_explorer.data.download import is_cached, locate, own_folder
from dgm_explorer.data.idx import is_idx
from dgm_explorer.data.idx_set import find_idx_set, part_of, read_idx_set
from dgm_explorer.data.image_folder import read_image_folder
from dgm_explorer.data.known_sets import KNOWN_SETS, KNOWN_SHAPE, N_KNOWN, KnownSet
from dgm_explorer.data.labels import plain_name
from dgm_explorer.data.progress import Report, go_on, tell
from dgm_explorer.data.toys import CELLS_PER_SIDE, N_ARMS, N_POINTS, N_RINGS, make_toy

NAMES = (*EMBEDDED, *DOWNLOADED, *TOYS)
Place: TypeAlias = Literal["embedded", "computed", "own folder", "cache", "to be downloaded"]
_TOY_TITLES = {
    "pinwheel": f"{N_ARMS} spiral arms in the plane",
    "moons": "two half circles in the plane",
    "rings": f"{N_RINGS} rings in the plane",
    "grid": f"{CELLS_PER_SIDE}×{CELLS_PER_SIDE} Gaussians in the plane",
}


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One data set that can be asked for by name.

    Attributes
    ----------
    name : as in `core.dataset.SOURCES`.
    title : what it shows, in a few words.
    licence : under which it may be used.
    n : number of examples.
    shape : (height, width, channels) of an image, or (2,) for points in the plane.
    place : where it comes from when it is loaded now.
    """

    name: str
    title: str
    licence: str
    n: int
    shape: tuple[int, ...]
    place: Place

    @property
    def is_local(self) -> bool:
        """Whether it loads without a network."""
        return self.place != "to be downloaded"


def describe_sources() -> tuple[SourceInfo, ...]:
    """What can be asked for by name, the default first; looks at the disk, never at the network."""
    digits = SourceInfo(
        "digits", "handwritten digits, small", "CC BY 4.0", N_DIGITS, DIGITS_SHAPE, "embedded"
    )
    known = (
        SourceInfo(item.name, item.title, item.licence, N_KNOWN, KNOWN_SHAPE, _place(item))
        for item in (KNOWN_SETS[name] for name in DOWNLOADED)
    )
    toys = (SourceInfo(name, _TOY_TITLES[name], "MIT", N_POINTS, (2,), "computed") for name in TOYS)
    return (digits, *known, *toys)


def parse_source(text: str, limit: int = 0) -> DataSource:
    """The source that a user's ``NAME`` or path means; a name of a data set wins over a file called so.

    The path is made absolute, so that a run begun in one folder can be resumed from another.

    Raises
    ------
    InputError
        If it is neither; it names the known data sets.
    """
    if text in NAMES:
        return DataSource(text, limit=limit)
    try:
        is_there = bool(text) and Path(text).exists()
    except (OSError, ValueError):  # too long, or a zero byte in it
        is_there = False
    if not is_there:
        raise InputError(
            f"data {text[:200]!r} is neither a data set ({', '.join(NAMES)}) nor a file or folder here."
        )
    path = str(Path(text).absolute())
    if any("\ud800" <= sign <= "\udfff" for sign in path):  # how Python spells bytes that are no UTF-8
        raise InputError(f"data {text[:200]!r}: a run cannot note such a name; rename it to plain text.")
    return DataSource(FROM_PATH, path=path, limit=limit)


def load_dataset(source: DataSource, report: Report = go_on) -> Dataset:
    """Read, make or download what ``source`` names; callable from any thread.

    ``report`` is called with words and the share done; notes on how values were scaled go there too.

    Raises
    ------
    InputError
        If it cannot be had or used: what, where, and what to do.
    Cancelled
        As soon as ``report`` answers False.
    """
    path = Path(source.path)
    name = plain_name(path.absolute().name) if source.name == FROM_PATH else source.name
    tell(report, f"loading {name}")
    if source.name == FROM_PATH:
        examples = _read_path(path, source.limit, report)
    elif source.name in DOWNLOADED:
        known = KNOWN_SETS[source.name]
        examples = read_idx_set(locate(known, report), known.class_names, report)
    elif source.name in TOYS:
        examples = make_toy(source.name)
    elif source.name == PAINTED:
        examples = _painted(source)
    else:
        examples = load_digits()
    return assemble(name, examples, source.limit)


def _read_path(path: Path, limit: int, report: Report) -> Examples:
    """Whatever lies there, told by its contents and not by its name."""
    try:
        is_folder = path.is_dir()
    except OSError as error:
        raise unreadable(path, error) from error
    if is_folder:
        parts = find_idx_set(path)
        return read_idx_set(parts, (), report) if parts else read_image_folder(path, limit, report)
    if is_idx(path):
        return read_idx_set((part_of(path),), (), report)
    return read_array_file(path, report)


def _painted(source: DataSource) -> Examples:
    """Painted points as they are: they are drawn over the plane in which they were painted."""
    if not source.painted:
        raise InputError("data: there are no painted points; paint some with the mouse.")
    return Examples(np.array(source.painted, dtype=np.float32))


def _place(known: KnownSet) -> Place:
    if own_folder(known) is not None:
        return "own folder"
    return "cache" if is_cached(known) else "to be downloaded"
