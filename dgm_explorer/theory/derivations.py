"""The derivations that the program ships, each with the places where its symbols can be seen.

They are texts in the markup of the notes, ``resources/derivations/<key>.md``. Under the heading
``Where to see it`` every item links a symbol to a place:
``- $\\mu$, *KL divergence: Landscapes*: where the marker stands across.``
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dgm_explorer.core.errors import InputError
from dgm_explorer.paths import resource_root
from dgm_explorer.theory.claim import TabKey

TAB_TITLES: Mapping[TabKey, str] = {
    "kl": "KL divergence",
    "reparam": "Reparametrisation",
    "gmm-vae": "GMM-VAE",
    "vq-vae": "VQ-VAE",
}
DERIVATIONS: Mapping[str, tuple[TabKey, ...]] = {
    "kl-of-two-gaussians": ("kl", "gmm-vae"),
    "moment-matching": ("kl",),
    "forks-of-reverse-kl": ("kl",),
    "gradients-of-an-average": ("reparam", "kl"),
    "linear-map": ("reparam",),
    "expected-log-gaussian": ("gmm-vae",),
    "elbo-in-five-terms": ("gmm-vae",),
    "straight-through": ("vq-vae",),
    "running-mean": ("vq-vae",),
}
"""By key, in the order of a list: the tabs whose pictures they speak of."""

_SYMBOL = re.compile(
    r"^- \$(?P<tex>[^$]+)\$, \*(?P<tab>[^:*]+): (?P<place>[^*]+)\*: (?P<words>.+)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class SymbolPlace:
    """Where a symbol of a derivation can be seen.

    Attributes
    ----------
    tex : the symbol.
    tab : key of the tab.
    place : panel or view of the tab, by the name that it has there.
    words : what to look at.
    """

    tex: str
    tab: TabKey
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """One derivation.

    Attributes
    ----------
    key : name of its file.
    title : its first line.
    tabs : keys of the tabs that it speaks of.
    text : all of it, in the markup of the notes.
    symbols : where to see them, in the order of the text.
    """

    key: str
    title: str
    tabs: tuple[TabKey, ...]
    text: str
    symbols: tuple[SymbolPlace, ...]


def derivations_of(tab: str) -> tuple[str, ...]:
    """Keys of the derivations that speak of a tab."""
    return tuple(key for key, tabs in DERIVATIONS.items() if tab in tabs)


def read_derivation(key: str) -> Derivation:
    """Read a shipped derivation.

    Raises
    ------
    InputError
        If there is none of that key; it lists the keys.
    """
    if key not in DERIVATIONS:
        raise InputError(f"there is no derivation {key[:40]!r}; use one of {', '.join(DERIVATIONS)}.")
    text = (resource_root() / "derivations" / f"{key}.md").read_text(encoding="utf-8")
    title = text.partition("\n")[0].removeprefix("# ")
    return Derivation(key, title, DERIVATIONS[key], text, _find_symbols(text))


def _find_symbols(text: str) -> tuple[SymbolPlace, ...]:
    keys = {title: key for key, title in TAB_TITLES.items()}
    return tuple(
        SymbolPlace(match["tex"], keys[match["tab"]], match["place"], match["words"])
        for match in _SYMBOL.finditer(text)
    )
