"""What is attacked: who makes the cases, who reads them, and what they may cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from tests.fuzz.case import Case
from tests.fuzz.draw import Draw

Make: TypeAlias = Callable[[Draw], Case]
Read: TypeAlias = Callable[[Path, Sequence[str]], bool]
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of input.

    Attributes
    ----------
    name : in reports.
    make, read : ``module:function`` in this package; imported when first wanted.
    share : of all cases, relative to the other targets.
    factor, constant_mib : a case of n bytes may take factor · n bytes and so many mebibytes.
    limit_s : a case that takes longer hangs.
    is_heavy : needs torch or a window; left out of the sample in the test suite.
    writes : files that it may change, as a pattern; new ones may appear beside the case.
    """

    name: str
    make: str
    read: str
    share: int
    factor: float = 64
    constant_mib: float = 16
    limit_s: float = 10
    is_heavy: bool = False
    writes: str = ""

    def make_case(self, seed: int | str) -> Case:
        """The case with this seed, always the same."""
        return _find(self.make)(Draw(f"{self.name}:{seed}"))

    def read_case(self, folder: Path, words: Sequence[str]) -> bool:
        """Hand a case that was laid out to the program."""
        return bool(_find(self.read)(folder, words))

    def budget(self, size: int) -> float:
        """Bytes that a case of this size may take."""
        return self.factor * size + self.constant_mib * MIB


def _find(where: str) -> Callable[..., object]:
    module, _, name = where.partition(":")
    found: Callable[..., object] = getattr(import_module(f"tests.fuzz.{module}"), name)
    return found


PACKED = 1032 * 10
"""Deflate packs 1032 bytes into one at most; a byte becomes a float32, copied once, and looked at."""
_target = partial(Target)
TARGETS = {
    target.name: target
    for target in (
        _target("session", "documents:make_session", "readers:open_session", 1300),
        _target("lecture", "documents:make_lecture", "readers:open_lecture", 700),
        _target("idx", "arrays:make_idx", "readers:open_data", 1100, PACKED),
        _target("npy", "arrays:make_npy", "readers:open_npy", 1100),
        _target("npz", "arrays:make_npz", "readers:open_data", 1100, PACKED),
        _target("image", "images:make_single_image", "readers:open_single_image", 900, 64, 600),
        _target("image-folder", "images:make_image_folder", "readers:open_data", 600, 1032 * 4, 64),
        _target("csv", "tables:make_csv", "readers:open_points", 700, 256),
        _target("snapshot", "run_folders:make_snapshot", "readers:open_snapshot", 700),
        _target("checkpoint", "run_folders:make_checkpoint", "readers:open_checkpoint", 300),
        _target("lines", "run_folders:make_lines", "readers:follow_lines", 600, 128),
        _target(
            "run-folder", "run_folders:make_run_folder", "readers:follow_run", 600, writes="*metrics.jsonl"
        ),
    )
}
