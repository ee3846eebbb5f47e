"""Which run stands for each model when its training is measured."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dgm_explorer.core import gmm_vae_config, vq_vae_config
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import RunRequest
from dgm_explorer.core.vq_vae_config import VqVaeConfig


@dataclass(frozen=True, slots=True)
class Subject:
    """A run without end, so that every stretch of it does the same work.

    Attributes
    ----------
    model : its name on the command line.
    source, config : what is trained.
    """

    model: str
    source: DataSource
    config: Any

    def request_in(self, parent: Path) -> RunRequest:
        """The run, below ``parent``."""
        return RunRequest(self.model, self.source, self.config, "cpu", parent=parent)


GMM_VAE = Subject(
    gmm_vae_config.MODEL,
    DataSource("digits"),
    GmmVaeConfig(pretrain_epochs=0, is_mixture_fitted=False, epochs=100_000),
)
"""Joint training from the first step."""

VQ_VAE = Subject(vq_vae_config.MODEL, DataSource("digits"), VqVaeConfig(epochs=100_000))

SUBJECTS = {subject.model: subject for subject in (GMM_VAE, VQ_VAE)}
