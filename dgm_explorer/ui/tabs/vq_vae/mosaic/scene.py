"""From a snapshot to everything that the mosaic shows of it; nothing here paints."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from dgm_explorer.core.arrays import BoolArray, FloatArray, IntArray
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import TileOrder, TilePicture
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.tabs.vq_vae.mosaic.tiles import TileLevels, Window, opacities, tile_levels, use_ratios
from dgm_explorer.ui.tabs.vq_vae.mosaic.words import caption, code_tip, codes_table


@dataclass(frozen=True, slots=True, eq=False)
class CodeTiles:
    """What a `MosaicView` shows.

    Attributes
    ----------
    codes : (n,) the code of each tile.
    levels : their pictures.
    ratios : (n,) use in units of 1/K.
    opacity : (n,) of the pictures.
    is_dead : (n,).
    ages : (n,) steps since the last use.
    caption : what the pictures are.
    tip : tool tip of a code, asked for when it opens.
    table : what is exported, asked for then.
    """

    codes: IntArray
    levels: TileLevels
    ratios: FloatArray
    opacity: FloatArray
    is_dead: BoolArray
    ages: IntArray
    caption: str
    tip: Callable[[int], str]
    table: Callable[[], PlotTable]


@dataclass(frozen=True, slots=True)
class TileChoice:
    """What is looked at.

    Attributes
    ----------
    picture, order : of the tiles.
    config : of the run.
    image_shape : (height, width, channels) of its data.
    window : part of the image that is shown of a change; None for all of it.
    """

    picture: TilePicture
    order: TileOrder
    config: VqVaeConfig
    image_shape: tuple[int, int, int]
    window: Window | None = None


def make_tiles(snapshot: VqVaeSnapshot, codes: IntArray, choice: TileChoice) -> CodeTiles:
    """Tiles of ``codes`` (n,), in this order."""
    return CodeTiles(
        codes,
        tile_levels(snapshot, choice.picture, codes, choice.image_shape, choice.window),
        use_ratios(snapshot.epoch_counts)[codes],
        opacities(snapshot)[codes],
        snapshot.is_dead[codes],
        snapshot.ages[codes],
        caption(choice.picture, choice.order, len(codes), snapshot.n_codes, choice.config.network == "local"),
        partial(code_tip, snapshot, choice.config),
        partial(codes_table, snapshot, codes, choice.config.epsilon),
    )
