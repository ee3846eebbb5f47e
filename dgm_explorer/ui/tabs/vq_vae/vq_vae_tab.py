"""The VQ-VAE tab."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.training_tab import TrainingTab
from dgm_explorer.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from dgm_explorer.core.code_sampler import MakeCodeSampler
    from dgm_explorer.core.training import MakeRun
    from dgm_explorer.core.vq_inference import MakeInference
    from dgm_explorer.ui.tabs.vq_vae.scene import VqVaeScene

LOOKS = (
    "run_folder",
    "compare_folder",
    "tile_picture",
    "tile_order",
    "usage_picture",
    "has_arrows",
    "is_loss_log",
    "panel",
    "code",
)


class VqVaeTab(TrainingTab):
    """An autoencoder whose latent space is a codebook, while it trains.

    Parameters
    ----------
    make_run : sets up a run, in the training thread.
    make_inference : makes a copy of the network for the mouse, in a worker's thread.
    make_code_sampler : makes a prior over code grids that is learnt, in a thread of its own.
    """

    key = "vq-vae"
    title = "VQ-VAE"
    notes_name = "vq-vae"

    def __init__(
        self,
        make_run: "MakeRun",
        make_inference: "MakeInference",
        make_code_sampler: "MakeCodeSampler",
        theme: Theme = LIGHT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(VqVaeState(), LOOKS, make_run, theme, parent)
        self._make_inference = make_inference
        self._make_code_sampler = make_code_sampler

    def _make_another(self) -> "VqVaeTab":
        return VqVaeTab(self._make_run, self._make_inference, self._make_code_sampler, self.theme)

    def make_scene_in_parts(self, store: Store, theme: Theme) -> Generator[None, None, "VqVaeScene"]:
        from dgm_explorer.ui.tabs.vq_vae.lower_panels import LowerPanels
        from dgm_explorer.ui.tabs.vq_vae.mosaic.panel import MosaicPanel
        from dgm_explorer.ui.tabs.vq_vae.scene import VqVaeScene

        yield
        mosaic = MosaicPanel()
        yield
        panels = yield from LowerPanels.make_in_parts(self._make_inference, self._make_code_sampler, theme)
        yield
        return VqVaeScene(store, self._make_run, mosaic, panels, theme)
