"""The GMM-VAE tab."""

from collections.abc import Generator
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QSplitter, QWidget

from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.training_tab import TrainingTab
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.core.training import MakeRun
    from dgm_explorer.ui.tabs.gmm_vae.scene import GmmVaeScene

LOOKS = ("run_folder", "compare_folder", "coloring", "n_points", "is_terms_stacked", "panel", "component")


class GmmVaeTab(TrainingTab):
    """A mixture of Gaussians as the prior of an autoencoder, while it trains.

    Parameters
    ----------
    make_run : sets up a run, in the training thread.
    """

    key = "gmm-vae"
    title = "GMM-VAE"
    notes_name = "gmm-vae"

    def __init__(self, make_run: "MakeRun", theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(GmmVaeState(), LOOKS, make_run, theme, parent)

    def _make_another(self) -> "GmmVaeTab":
        return GmmVaeTab(self._make_run, self.theme)

    def make_scene_in_parts(self, store: Store, theme: Theme) -> Generator[None, None, "GmmVaeScene"]:
        from dgm_explorer.ui.tabs.gmm_vae.elbo_view import ElboView
        from dgm_explorer.ui.tabs.gmm_vae.latent_area import LatentArea
        from dgm_explorer.ui.tabs.gmm_vae.lower_panels import LowerPanels
        from dgm_explorer.ui.tabs.gmm_vae.scene import GmmVaePictures, GmmVaeScene

        yield
        latent = LatentArea(theme)
        yield
        elbo = ElboView()
        yield
        panels = LowerPanels(theme)
        yield
        return GmmVaeScene(store, self._make_run, GmmVaePictures(latent, elbo, panels), theme)

    def heights(self) -> QSplitter:
        return cast("GmmVaeScene", self.scene).heights
