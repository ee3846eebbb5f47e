"""The derivations: what they say can be read, and what they point at is there."""

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import dgm_explorer.ui
from dgm_explorer.core.errors import InputError
from dgm_explorer.paths import resource_root
from dgm_explorer.session import TAB_KEYS
from dgm_explorer.theory.derivations import (
    DERIVATIONS,
    TAB_TITLES,
    Derivation,
    derivations_of,
    read_derivation,
)
from dgm_explorer.ui.formula import render_formula
from dgm_explorer.ui.notes_markup import parse_notes
from dgm_explorer.ui.tabs.gmm_vae import lower_panels as gmm_vae_panels
from dgm_explorer.ui.tabs.gmm_vae.gmm_vae_tab import GmmVaeTab
from dgm_explorer.ui.tabs.kl import lower_panels as kl_panels
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.tabs.vq_vae import lower_panels as vq_vae_panels
from dgm_explorer.ui.tabs.vq_vae.vq_vae_tab import VqVaeTab

SOURCES = Path(dgm_explorer.ui.__file__).parent
PANELS = {
    "kl": {entry.title for entry in kl_panels.ENTRIES.values()},
    "gmm-vae": {title for title, _ in gmm_vae_panels.TITLES.values()},
    "vq-vae": {title for title, _ in vq_vae_panels.TITLES.values()},
}
VIEWS = {
    ("kl", "Densities"): ("plots/density_plot.py", "class DensityPlot"),
    ("kl", "Landscapes"): ("tabs/kl/landscape_pair.py", "class LandscapePair"),
    ("kl", "Numbers"): ("tabs/kl/numbers_panel.py", "class NumbersPanel"),
    ("reparam", "Noise ε"): ("tabs/reparam/epsilon_plane.py", '"Noise ε"'),
    ("reparam", "Image z of the noise"): ("tabs/reparam/z_plane.py", '"Image z of the noise"'),
    ("reparam", "Factor"): ("tabs/reparam/lower_panels.py", '"Factor"'),
    ("reparam", "Graph"): ("tabs/reparam/lower_panels.py", '"Graph"'),
    ("reparam", "Gradients"): ("tabs/reparam/lower_panels.py", '"Gradients"'),
    ("reparam", "turn Q"): ("tabs/reparam/map_section.py", '"turn Q"'),
    ("gmm-vae", "Latent space"): ("plots/latent_view.py", '"Latent space"'),
    ("gmm-vae", "Bound"): ("tabs/gmm_vae/elbo_view.py", "class ElboView"),
    ("vq-vae", "Codebook mosaic"): ("tabs/vq_vae/mosaic/view.py", '"Codebook mosaic"'),
    ("vq-vae", "Settings"): ("tabs/vq_vae/config_fields.py", '"decay"'),
}
"""Views that are no panel with a title: the file that makes them, and what in it says so."""

each_derivation = pytest.mark.parametrize(
    "derivation", [read_derivation(key) for key in DERIVATIONS], ids=lambda d: d.key
)


def test_what_is_listed_is_what_is_shipped() -> None:
    files = {path.stem for path in (resource_root() / "derivations").glob("*.md")}
    assert files == set(DERIVATIONS)
    assert all(derivations_of(tab) for tab in TAB_KEYS)


def test_the_tabs_are_called_what_the_window_calls_them() -> None:
    assert (TAB_TITLES["kl"], TAB_TITLES["gmm-vae"]) == (KLTab.title, GmmVaeTab.title)
    assert TAB_TITLES["vq-vae"] == VqVaeTab.title
    assert tuple(TAB_TITLES) == TAB_KEYS


@each_derivation
def test_every_formula_is_typeset(derivation: Derivation, qapp: QApplication) -> None:  # noqa: ARG001
    blocks = parse_notes(derivation.text)
    assert blocks[0].kind == "title"
    assert blocks[0].spans[0].text == derivation.title
    formulas = [(block, span.text) for block in blocks for span in block.spans if span.kind == "formula"]
    assert len(formulas) > 8
    for block, tex in formulas:
        image = render_formula(tex, 16, "#000000", block.kind == "formula")
        assert image.width > 3
    words = " ".join(span.text for block in blocks for span in block.spans if span.kind != "formula")
    assert not set(words) & set("$\\*{}")


@each_derivation
def test_every_symbol_occurs_in_the_text_and_points_at_a_view_that_there_is(derivation: Derivation) -> None:
    before, _, after = derivation.text.partition("## Where to see it")
    items = [line for line in after.splitlines() if line.startswith("- ")]
    assert len(derivation.symbols) == len(items) >= 4
    assert {symbol.tab for symbol in derivation.symbols} <= set(derivation.tabs)
    assert derivation.symbols[0].tab == derivation.tabs[0]
    for symbol in derivation.symbols:
        assert bare(symbol.tex) in bare(before), symbol
        assert symbol.words.endswith(".")
        if symbol.place not in PANELS.get(symbol.tab, ()):
            file, mark = VIEWS[symbol.tab, symbol.place]
            assert mark in (SOURCES / file).read_text(encoding="utf-8"), symbol


def bare(tex: str) -> str:
    """TeX without what only spaces it."""
    return re.sub(r"\\[,;! ]|\s|\{(.)\}", r"\1", tex)


def test_a_key_that_is_none_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match=r"'bayes'.*moment-matching"):
        read_derivation("bayes")


@pytest.mark.parametrize("text", ["notes/kl.md", "derivations/forks-of-reverse-kl.md"])
def test_the_tied_minima_of_the_homework_have_the_value_that_the_table_shows(text: str) -> None:
    """At d = 2 and σ = 1, by mpmath: ±1.79696705 and 0.61914815 nats, to six digits."""
    words = (resource_root() / text).read_text(encoding="utf-8")
    assert re.search(r"1\.79697\$ with \$0\.619148\$ nats", words)
