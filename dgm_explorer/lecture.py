"""Lectures: a list of steps, each a session state with a caption, as checked, versioned JSON.

How they are checked is said in `checked_json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dgm_explorer.checked_json import DocumentKind, convert_checked, read_document
from dgm_explorer.core.checks import require_int
from dgm_explorer.core.errors import InputError
from dgm_explorer.paths import resource_root
from dgm_explorer.session import Session

LECTURE = DocumentKind(format="dgm-explorer-lecture", version=1, noun="lecture", max_bytes=1 << 20)
SUFFIX = ".json"
MAX_STEPS = 60
MAX_TITLE, MAX_DESCRIPTION = 60, 400
MAX_CAPTION, MAX_QUESTION, MAX_ANSWER = 240, 120, 240
"""Longest texts in characters: the room that the caption bar has for large type."""


@dataclass(frozen=True, slots=True)
class LectureStep:
    """One picture and what is said of it.

    Attributes
    ----------
    state : what is on the screen; a tab that it does not speak of stays as it is.
    caption : one or two sentences, with ``$formulas$``.
    question : what to predict; empty for none.
    answer : hidden until it is asked for; empty where there is no question.
    are_controls_visible, are_notes_visible : whether the controls and the notes stand beside the pictures.
    lower_percent : share of the height for the lower panels, where the tab has such; 0: as the user has it.
    """

    state: Session
    caption: str
    question: str = ""
    answer: str = ""
    are_controls_visible: bool = False
    are_notes_visible: bool = False
    lower_percent: int = 0

    def __post_init__(self) -> None:
        _require_text("caption", self.caption, MAX_CAPTION)
        if bool(self.question) != bool(self.answer):
            raise InputError("a question needs an answer, and an answer a question; write both or none.")
        if self.question:
            _require_text("question", self.question, MAX_QUESTION)
            _require_text("answer", self.answer, MAX_ANSWER)
        if self.lower_percent:
            require_int("lower_percent", self.lower_percent, 10, 90)


@dataclass(frozen=True, slots=True)
class Lecture:
    """What a lecture file keeps.

    Attributes
    ----------
    title : on the caption bar and in the menu.
    steps : in their order, one to `MAX_STEPS`.
    description : what it is about, for the menu.
    """

    title: str
    steps: tuple[LectureStep, ...]
    description: str = ""

    def __post_init__(self) -> None:
        _require_text("title", self.title, MAX_TITLE)
        if self.description:
            _require_text("description", self.description, MAX_DESCRIPTION)
        if not 1 <= len(self.steps) <= MAX_STEPS:
            raise InputError(f"{len(self.steps)} steps; give between 1 and {MAX_STEPS}.")


def read_lecture(path: Path | str) -> Lecture:
    """Read a lecture file.

    Raises
    ------
    InputError
        If the file cannot be read, is no lecture of this version, or holds a key, a value or a text that
        does not belong there; one sentence that names the file and the place.
    """
    return convert_checked(read_document(Path(path), LECTURE), Lecture, Path(path))


def lecture_names() -> tuple[str, ...]:
    """Names of the lectures that the program ships, in the order of its menu."""
    return tuple(_lecture_files())


def find_lecture(name: str) -> Lecture:
    """Read a shipped lecture by its name, or any lecture by its file, which ends in ``.json``.

    Raises
    ------
    InputError
        If there is none of that name, in which case the message lists the names, or it cannot be read.
    """
    if name.endswith(SUFFIX):
        return read_lecture(name)
    files = _lecture_files()
    if name not in files:
        raise InputError(
            f"there is no lecture {name[:60]!r}; use one of {', '.join(files)}, or a file ending in {SUFFIX}."
        )
    return read_lecture(files[name])


def _lecture_files() -> Mapping[str, Path]:
    """Name → file; the digit that leads a file name only gives the order."""
    folder = resource_root() / "lectures"
    return {path.stem.partition("-")[2]: path for path in sorted(folder.glob(f"[0-9]-*{SUFFIX}"))}


def _require_text(name: str, text: str, most: int) -> None:
    if not text.strip():
        raise InputError(f"the {name} is empty; write one.")
    if len(text) > most:
        raise InputError(f"the {name} has {len(text)} characters; shorten it to {most}.")
    if not text.isprintable():
        raise InputError(f"the {name} holds a line break or another control character; remove it.")
    if text.count("$") % 2:
        raise InputError(f"the {name} has a formula that does not end; put a $ before and after it.")
