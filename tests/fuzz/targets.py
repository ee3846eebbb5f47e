"""What is attacked: who makes the cases, who reads them, and what they may cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
    limit_s : of the processor; a case that takes longer hangs.
    is_heavy : needs torch or a window; left out of the sample in the test suite.
    writes : patterns of files that may appear; those below ``case/`` may also change.
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


UNPACKED = 32
"""Bytes for one byte of an array: a float64, its copies, and a float32 where it was one byte (points)."""
PACKED = 1032 * UNPACKED
"""Deflate packs 1032 bytes into one at most."""
TARGETS = {
    target.name: target
    for target in (
        Target("session", "documents:make_session", "readers:open_session", 1300),
        Target("lecture", "documents:make_lecture", "readers:open_lecture", 700),
        Target("idx", "arrays:make_idx", "readers:open_data", 1100, PACKED),
        Target("npy", "arrays:make_npy", "readers:open_npy", 1100),
        Target("npz", "arrays:make_npz", "readers:open_data", 1100, PACKED),
        Target("image", "images:make_single_image", "readers:open_single_image", 900, 64, 600),
        Target("image-folder", "images:make_image_folder", "readers:open_data", 600, 1032 * 4, 64),
        Target("csv", "tables:make_csv", "readers:open_points", 700, 32),
        Target("snapshot", "run_folders:make_snapshot", "readers:open_snapshot", 700),
        Target("checkpoint", "run_folders:make_checkpoint", "readers:open_checkpoint", 300),
        Target("lines", "run_folders:make_lines", "readers:follow_lines", 600, 128),
        Target(
            "run-folder", "run_folders:make_run_folder", "readers:follow_run", 600, writes="*metrics.jsonl"
        ),
        Target(
            "command-line",
            "command_lines:make_command_line",
            "run_command:run_command_line",
            800,
            PACKED,
            64,
            writes="case/new* work/*",
        ),
        Target("settings", "window:make_settings", "window:open_settings", 300, writes="case/window.ini*"),
        *(
            Target(name, make, read, share, PACKED, 512, limit_s=30, is_heavy=True, writes=writes)
            for name, make, read, share, writes in (
                ("resume", "trained:make_resume", "trained:resume", 300, ""),
                ("inference", "trained:make_inference_case", "trained:infer", 200, ""),
                ("evaluate", "trained:make_evaluation", "trained:evaluate", 150, ""),
                ("train", "trained:make_training", "trained:train", 60, "case/*"),
                ("shown-session", "window:make_shown_session", "window:show_session", 120, ""),
                ("shown-run", "window:make_shown_run", "window:show_run", 80, ""),
            )
        ),
    )
}
