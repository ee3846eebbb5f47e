"""Session files (``.dgm.json``) and presets: the states of the tabs as checked, versioned JSON.

How they are checked is said in `checked_json`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dgm_explorer.checked_json import DocumentKind, convert_checked, read_document, write_document
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.paths import resource_root

MAX_BYTES = 1 << 20
SESSION = DocumentKind(format="dgm-explorer-session", version=1, noun="session", max_bytes=MAX_BYTES)
TAB_KEYS = ("kl", "reparam", "gmm-vae", "vq-vae")


@dataclass(frozen=True, slots=True)
class Session:
    """What a session file keeps.

    Attributes
    ----------
    tab : key of the tab in front, one of `TAB_KEYS`.
    kl, reparam, gmm_vae, vq_vae : states of these tabs; None where the file does not speak of a tab and
        leaves it alone.
    title, description : what a preset is called and what to look at in it.
    """

    tab: str = "kl"
    kl: KLState | None = None
    reparam: ReparamState | None = None
    gmm_vae: GmmVaeState | None = None
    vq_vae: VqVaeState | None = None
    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if self.tab not in TAB_KEYS:
            raise InputError(f"tab {self.tab[:40]!r} is not known; use one of {', '.join(TAB_KEYS)}.")


def read_session(path: Path | str) -> Session:
    """Read a session file.

    Raises
    ------
    InputError
        If the file cannot be read, is not a session of this version, holds a key or a value that
        does not belong there, or is larger than `MAX_BYTES`.
    """
    return convert_checked(read_document(Path(path), SESSION), Session, Path(path))


def write_session(path: Path | str, session: Session) -> None:
    """Write a session file in one step: what stood there before stays if anything fails.

    Raises
    ------
    InputError
        If the place cannot be written to.
    """
    write_document(Path(path), SESSION, session)


def preset_names() -> tuple[str, ...]:
    """Names of the presets that the program ships, in the order of its menu."""
    return tuple(_preset_files())


def read_preset(name: str) -> Session:
    """Read a shipped preset.

    Raises
    ------
    InputError
        If there is no preset of that name; the message lists the names.
    """
    files = _preset_files()
    if name not in files:
        raise InputError(f"there is no preset {name[:60]!r}; use one of {', '.join(files)}.")
    return read_session(files[name])


def _preset_files() -> Mapping[str, Path]:
    """Name → file; the two digits that lead a file name only give the order."""
    folder = resource_root() / "presets"
    return {re.sub(r"^\d+-", "", path.stem): path for path in sorted(folder.glob("*.json"))}
