"""Runs generated scripts in a Python that cannot import this program, and reads what they print."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_DRIVER = """
import runpy, sys
sys.modules["dgm_explorer"] = None  # importing it fails
for path in sys.argv[1:]:
    print("== " + path)
    runpy.run_path(path)
"""
_LINE = re.compile(r"(.+?) = ([-+\d.e]+|nan|inf)(?: \+- ([-+\d.e]+))?")


@dataclass(frozen=True, slots=True)
class Printed:
    """A number with its error; 0 where a script prints none."""

    value: float
    error: float

    def agrees_with(self, other: float, n_errors: float = 4.0, rel: float = 1e-8) -> bool:
        """Whether ``other`` lies within the error; ``rel`` is for the digits that are not printed."""
        return abs(self.value - other) <= n_errors * self.error + rel * (1e-3 + abs(other))


def run_scripts(scripts: Sequence[str], folder: Path) -> list[dict[str, Printed]]:
    """What each prints, by the names before the equals signs; warnings are errors."""
    paths = [folder / f"script{index}.py" for index in range(len(scripts))]
    for path, script in zip(paths, scripts, strict=True):
        path.write_text(script, encoding="utf-8")
    driver = folder / "driver.py"
    driver.write_text(_DRIVER)
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(driver), *map(str, paths)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    parts = done.stdout.split("== ")[1:]
    return [_read(part) for part in parts]


def _read(text: str) -> dict[str, Printed]:
    found = (match for line in text.splitlines() if (match := _LINE.match(line)))
    return {match[1]: Printed(float(match[2]), float(match[3] or 0)) for match in found}
