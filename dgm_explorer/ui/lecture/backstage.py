"""What a lecture sets aside when it begins and brings back when it ends."""

from dataclasses import dataclass

from dgm_explorer.ui.document import DocumentPlace
from dgm_explorer.ui.store import Kept
from dgm_explorer.ui.widgets.banner import Tone


@dataclass(frozen=True, slots=True)
class Backstage:
    """The window as it was.

    Attributes
    ----------
    theme : its name.
    tab : key of the tab in front.
    has_controls, has_notes, has_status_bar : what was visible beside the pictures.
    banner_text, banner_tone : what the banner said; empty if it was hidden.
    document : name and file of the session.
    stores : states and histories, by the keys of their tabs.
    """

    theme: str
    tab: str
    has_controls: bool
    has_notes: bool
    has_status_bar: bool
    banner_text: str
    banner_tone: Tone
    document: DocumentPlace
    stores: dict[str, Kept]
