"""A claim of the course notes as plain data."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

TabKey: TypeAlias = Literal["kl", "reparam", "gmm-vae", "vq-vae"]
Verdict: TypeAlias = Literal["right", "imprecise", "wrong"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of the course notes; texts are in the markup of the notes, with ``$TeX$`` inside.

    Attributes
    ----------
    key : problem and part, such as ``1B-a``.
    tab : of the window, where it can be seen.
    title : a few words.
    formulas : TeX of what is right, a line each, none wider than a narrow panel.
    notes : what the notes say, in words.
    notes_formulas : TeX of what they write, to stand beside ``formulas``; empty where theirs are right or
        in words only.
    verdict : on the notes. ``imprecise``: the conclusion stands, something on the way to it does not, or
        not always.
    explanation : what is right and why, in one to three sentences.
    source : paper or book, with section or equation.
    check : key of the check that computes it, see `checks.registry`.
    derivation : key of the derivation that leads to it, see `derivations`.
    show_me : name of the preset that makes it visible; None where there is none.
    """

    key: str
    tab: TabKey
    title: str
    formulas: tuple[str, ...]
    notes: str
    notes_formulas: tuple[str, ...]
    verdict: Verdict
    explanation: str
    source: str
    check: str
    derivation: str
    show_me: str | None = None
