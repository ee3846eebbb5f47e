"""What the latent view draws, as values: dots, Gaussians, names of the axes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import BoolArray, Float32Array, FloatArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.color_key import ColorKey

ByteArray: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class ComponentShape:
    """One Gaussian of the prior as it lies in the picture.

    Attributes
    ----------
    index : what signals name the component by, from 0; people read one more.
    mean, covariance : (2,) and (2, 2) in the coordinates of the picture.
    share : π_c.
    rgb : its colour, ``#rrggbb``.
    """

    index: int
    mean: FloatArray
    covariance: FloatArray
    share: float
    rgb: str


@dataclass(frozen=True, slots=True, eq=False)
class LatentScene:
    """One picture of the latent space, (n,) dots under K Gaussians.

    Attributes
    ----------
    positions : (n, 2); dots that are not finite are left out.
    rgb : (n, 3) colours; later dots cover earlier ones.
    is_selected : (n,) which dots keep their colour, the others being grey behind them; None for all.
    components : Gaussians drawn over the dots.
    axis_names : what the two axes measure.
    key : what the colours mean.
    has_equal_aspect : whether a unit is equally long on both axes.
    details : what more a table says of the dots, a row each; made when a table is asked for.
    """

    positions: Float32Array = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    rgb: ByteArray = field(default_factory=lambda: np.zeros((0, 3), np.uint8))
    is_selected: BoolArray | None = None
    components: tuple[ComponentShape, ...] = ()
    axis_names: tuple[str, str] = ("z₁", "z₂")
    key: ColorKey = field(default_factory=ColorKey)
    has_equal_aspect: bool = True
    details: Callable[[], PlotTable] = lambda: PlotTable((), ())
