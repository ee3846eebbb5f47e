"""The VQ-VAE tab as one frozen value: what a session file keeps and undo restores."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.device_choice import DeviceChoice
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_painting import Painting
from dgm_explorer.core.vq_vae_suggestion import suggest_config

DIGITS = DataSource("digits")

TilePicture: TypeAlias = Literal["patch", "exemplars", "constant", "change"]
TileOrder: TypeAlias = Literal["index", "use", "similarity"]
VqPanel: TypeAlias = Literal["reconstructions", "usage", "embedding", "paint", "sample", "curves"]
UsagePicture: TypeAlias = Literal["histogram", "time", "positions", "pairs"]


@dataclass(frozen=True, slots=True)
class VqVaeState:
    """Data, model, recipe and what is looked at; results live in the run folder.

    Attributes
    ----------
    source, config, device : what the next run starts with; a change of these needs a restart.
    run_folder : folder of the run on the screen; empty before the first.
    compare_folder : a second run laid over it; empty for none.
    tile_picture, tile_order : what the tiles of the mosaic show, and how they are ordered.
    usage_picture : which picture of the usage is in front.
    has_arrows : whether the embedding view shows the gradients that pass straight through.
    is_loss_log : whether the loss terms are drawn on a logarithmic scale.
    panel : which panel is in front.
    code : the code chosen; -1 for none.
    painting : the image painted with codes.
    snapshot_every_s : between two snapshots of the timeline.
    """

    source: DataSource = DIGITS
    config: VqVaeConfig = field(default_factory=lambda: suggest_config(DIGITS, VqVaeConfig()))
    device: DeviceChoice = "auto"
    run_folder: str = ""
    compare_folder: str = ""
    tile_picture: TilePicture = "patch"
    tile_order: TileOrder = "index"
    usage_picture: UsagePicture = "histogram"
    has_arrows: bool = False
    is_loss_log: bool = True
    panel: VqPanel = "reconstructions"
    code: int = -1
    painting: Painting = field(default_factory=Painting)
    snapshot_every_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0.05 <= self.snapshot_every_s <= 3600:
            raise InputError(f"snapshot_every_s = {self.snapshot_every_s:g} must lie between 0.05 and 3600.")
        if not -1 <= self.code < 65_536:
            raise InputError(f"code = {self.code} must lie between -1 (none) and 65535.")
