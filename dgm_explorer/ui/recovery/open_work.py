"""What an autosave belongs to: the session's own file and the runs that trained."""

from dataclasses import dataclass
from pathlib import Path

from dgm_explorer.checked_json import DocumentKind, convert_checked, read_document, write_document
from dgm_explorer.core.errors import InputError

KIND = DocumentKind(format="dgm-explorer-open-work", version=1, noun="autosave", max_bytes=1 << 16)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Written beside each autosave.

    Attributes
    ----------
    name : of the session, as the title of the window had it.
    tab : title of the tab in front.
    file : of the session; empty where it never had one.
    training : folders of the runs that trained in the window.
    """

    name: str = ""
    tab: str = ""
    file: str = ""
    training: tuple[str, ...] = ()


def write_work(path: Path, work: OpenWork) -> None:
    """Write it in one step.

    Raises
    ------
    InputError
        If the place cannot be written to.
    """
    write_document(path, KIND, work)


def read_work(path: Path) -> OpenWork:
    """What was written; nothing is said of what cannot be read."""
    try:
        return convert_checked(read_document(path, KIND), OpenWork, path)
    except InputError:
        return OpenWork()
