"""What the panels of the VQ-VAE tab show at present."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.tabs.vq_vae.scene import VqVaeScene
from dgm_explorer.ui.tabs.vq_vae.vq_vae_tab import VqVaeTab
from dgm_explorer.ui.what_is_this.present import Answer
from dgm_explorer.ui.what_is_this.run import RUN_ANSWERS, of_picture
from dgm_explorer.ui.widgets.number_words import number_text


def _scene(tab: VqVaeTab) -> VqVaeScene:
    assert isinstance(tab.scene, VqVaeScene)
    return tab.scene


def _codebook(snapshot: VqVaeSnapshot) -> str:
    n_codes, n_numbers = snapshot.codebook.shape
    return f"K = {n_codes} codes of D = {n_numbers} numbers; {_use(snapshot)}"


def _use(snapshot: VqVaeSnapshot) -> str:
    used, dead = np.count_nonzero(snapshot.epoch_counts), np.count_nonzero(snapshot.is_dead)
    perplexity = number_text(snapshot.epoch_perplexity)
    return f"{used} used by the analysed images, {dead} dead, perplexity {perplexity}."


def _error(snapshot: VqVaeSnapshot) -> str:
    height, width = snapshot.codes.shape[1:]
    return (
        f"grids of {height} × {width} codes; mean squared error {number_text(snapshot.mse)} per pixel on "
        f"held-out images, {number_text(snapshot.nmse)} of their variance."
    )


def _places(tab: VqVaeTab, panel: QWidget) -> str:
    code = _scene(tab).state.code
    chosen = f"Code {code} is chosen." if code >= 0 else "No code is chosen: click one."
    return f"{of_picture(_use)(tab, panel)}\n{chosen}"


def _embedding(snapshot: VqVaeSnapshot) -> str:
    return f"{len(snapshot.points):,} encoder outputs, {snapshot.n_codes} codes; drift {snapshot.drift:.2g}."


def _painting(tab: VqVaeTab, panel: QWidget) -> str:
    code = _scene(tab).state.code
    brush = f"The brush lays code {code}." if code >= 0 else "Choose a code for the brush."
    return f"{of_picture(_error)(tab, panel)}\n{brush}"


def _quantiser(tab: VqVaeTab, _panel: QWidget) -> str:
    config = _scene(tab).state.config
    return f"K = {config.n_codes}, D = {config.code_dim}"


ANSWERS: Final[Mapping[str, Answer]] = {
    "codebook-mosaic": of_picture(_codebook),
    "reconstructions": of_picture(_error),
    "distances": _places,
    "code-usage": of_picture(_use),
    "code-usage-over-time": of_picture(_use),
    "code-pairs": of_picture(_use),
    "code-places": _places,
    "all-code-places": _places,
    "vq-vae-embedding": of_picture(_embedding),
    "painting": _painting,
    "samples": of_picture(_codebook),
    "vq-vae-curves": of_picture(_error),
    "vq-vae-losses": of_picture(_error),
    "vq-vae-perplexity": of_picture(_use),
    "vq-vae-dead-codes": of_picture(_use),
    "Quantiser": _quantiser,
    "tab": of_picture(_codebook),
    **RUN_ANSWERS,
}
