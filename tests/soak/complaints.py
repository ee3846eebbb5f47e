"""Everything that the program complained of, wherever it did so."""

import re
from pathlib import Path

from tests.soak.program import Program

HARMLESS = re.compile(r"^\s*$|propagateSizeHints|This plugin does not support|XDG_RUNTIME_DIR not set")
"""Said where no window manager or no session of a user is."""


class Complaints:
    """Reads what has come to standard error and the log since the last look."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._read: dict[Path, int] = {}

    def take(self) -> str:
        """What was said, empty for nothing; what is said in several places is taken once."""
        program = self._program
        said = [self._new_text(path) for path in (program.stderr, program.log)]
        return next((text for text in said if text), "")

    def _new_text(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                size, read = file.seek(0, 2), self._read.get(path, 0)
                file.seek(read if size >= read else 0)
                text = file.read().decode(errors="replace")
                self._read[path] = file.tell()
        except OSError:
            return ""
        return "\n".join(line for line in text.splitlines() if not HARMLESS.search(line))


def headline(complaint: str) -> str:
    """What makes two complaints the same: the line that names the error, without numbers."""
    lines = [line for line in complaint.splitlines() if not line.startswith((" ", "\t"))]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Warning)\b", line)]
    return re.sub(r"\d+", "…", (named or lines or [complaint.strip()])[-1])[:200]
