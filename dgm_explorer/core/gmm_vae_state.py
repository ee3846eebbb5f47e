"""The GMM-VAE tab as one frozen value: what a session file keeps and undo restores."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.device_choice import DeviceChoice
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import MAX_COMPONENTS, GmmVaeConfig

Coloring: TypeAlias = Literal["label", "cluster", "mixed", "confidence"]
LowerPanel: TypeAlias = Literal["components", "pictures", "quality", "selection"]


@dataclass(frozen=True, slots=True)
class GmmVaeState:
    """Data, model, recipe and what is looked at; results live in the run folder.

    Attributes
    ----------
    source, config, device : what the next run starts with; a change of these needs a restart.
    run_folder : folder of the run on the screen; empty before the first.
    compare_folder : a second run laid over it; empty for none.
    coloring : of the latent points: label, argmax γ, colours mixed by γ, or confidence max γ.
    n_points : most points in the latent picture.
    is_terms_stacked : ELBO terms stacked with their sum, or as lines.
    panel : which lower panel is in front.
    component : the component chosen; -1 for none.
    snapshot_every_s : between two snapshots of the timeline.
    """

    source: DataSource = field(default_factory=DataSource)
    config: GmmVaeConfig = field(default_factory=GmmVaeConfig)
    device: DeviceChoice = "auto"
    run_folder: str = ""
    compare_folder: str = ""
    coloring: Coloring = "label"
    n_points: int = 10_000
    is_terms_stacked: bool = True
    panel: LowerPanel = "components"
    component: int = -1
    snapshot_every_s: float = 1.0

    def __post_init__(self) -> None:
        if not 100 <= self.n_points <= 60_000:
            raise InputError(f"n_points = {self.n_points} must lie between 100 and 60000.")
        if not 0.05 <= self.snapshot_every_s <= 3600:
            raise InputError(f"snapshot_every_s = {self.snapshot_every_s:g} must lie between 0.05 and 3600.")
        if not -1 <= self.component < MAX_COMPONENTS:
            raise InputError(f"component = {self.component} must lie in -1 (none) … {MAX_COMPONENTS - 1}.")
