"""What there is to say about each panel, as ``resources/panels/<tab>.json`` has it; no Qt."""

import json
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from dgm_explorer.paths import resource_root

WHOLE_TAB = "tab"
"""Key of what is said where no panel is."""


@dataclass(frozen=True, slots=True)
class PanelText:
    """What a panel is.

    Attributes
    ----------
    title : its name.
    text : one to three sentences.
    formula : TeX without dollar signs; empty for a panel of controls that has none.
    """

    title: str
    text: str
    formula: str


def tabs_with_texts() -> tuple[str, ...]:
    """The keys of the tabs of which something is said."""
    return tuple(sorted(path.stem for path in (resource_root() / "panels").glob("*.json")))


@lru_cache(maxsize=8)
def panel_texts(tab_key: str) -> MappingProxyType[str, PanelText]:
    """Everything that is said about a tab, by panel; empty for a tab without texts.

    A panel goes by its export name, its class, or the title of its box.
    """
    path = resource_root() / "panels" / f"{tab_key}.json"
    if not path.is_file():
        return MappingProxyType({})
    found = json.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType({key: PanelText(**entry) for key, entry in found.items()})
