"""What the panels of the GMM-VAE tab show at present."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.ui.tabs.gmm_vae.gmm_vae_tab import GmmVaeTab
from dgm_explorer.ui.tabs.gmm_vae.scene import GmmVaeScene
from dgm_explorer.ui.tabs.gmm_vae.terms import nats_text
from dgm_explorer.ui.what_is_this.present import Answer
from dgm_explorer.ui.what_is_this.run import RUN_ANSWERS, of_picture
from dgm_explorer.ui.widgets.number_words import counted, number_text


def _scene(tab: GmmVaeTab) -> GmmVaeScene:
    assert isinstance(tab.scene, GmmVaeScene)
    return tab.scene


def _latent(snapshot: GmmVaeSnapshot) -> str:
    n_used = int(np.count_nonzero(snapshot.occupancy >= 0.01))
    return (
        f"{len(snapshot.probe):,} examples in {snapshot.latent_dim} dimensions; {n_used} of "
        f"{snapshot.n_components} components hold a hundredth of them or more."
    )


def _bound(snapshot: GmmVaeSnapshot) -> str:
    terms = snapshot.train_terms
    parts = ", ".join(f"({name}) {nats_text(float(v))}" for name, v in zip(TERMS, terms, strict=True))
    held_out = nats_text(float(snapshot.held_out_terms.sum()))
    elbo = nats_text(float(terms.sum()))
    return f"mean over training examples: ELBO {elbo} nats (held out {held_out}): {parts}"


def _components(snapshot: GmmVaeSnapshot) -> str:
    shares = ", ".join(f"{100 * share:.0f} %" for share in snapshot.occupancy)
    return f"shares of the components: {shares}"


def _pictures(snapshot: GmmVaeSnapshot) -> str:
    return f"{len(snapshot.shown)} examples, {snapshot.samples.shape[1]} samples of each component."


def _quality(snapshot: GmmVaeSnapshot) -> str:
    named = (("accuracy", snapshot.accuracy), ("NMI", snapshot.nmi), ("ARI", snapshot.ari))
    return ", ".join(f"{name} {number_text(value)}" for name, value in named)


def _selection(tab: GmmVaeTab, _panel: QWidget) -> str:
    count = len(_scene(tab).latent.picker.selected_rows)
    return (
        f"{counted(count, 'example')} selected."
        if count
        else "Nothing selected: take Lasso, above the latent space."
    )


def _model(tab: GmmVaeTab, _panel: QWidget) -> str:
    config = _scene(tab).state.config
    return f"J = {config.latent_dim}, K = {config.n_components}"


ANSWERS: Final[Mapping[str, Answer]] = {
    "latent": of_picture(_latent),
    "latent-second-run": of_picture(_latent),
    "gmm-vae-elbo": of_picture(_bound),
    "gmm-vae-elbo-detail": of_picture(_bound),
    "gmm-vae-bound": of_picture(_bound),
    "FormulaPanel": of_picture(_bound),
    "components": of_picture(_components),
    "pictures": of_picture(_pictures),
    "gmm-vae-quality": of_picture(_quality),
    "QualityPanel": of_picture(_quality),
    "ConfusionView": of_picture(_quality),
    "SelectionStrip": _selection,
    "selected-examples": _selection,
    "Model": _model,
    "tab": of_picture(_bound),
    **RUN_ANSWERS,
}
