"""What rows of images with their grids of codes hold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from dgm_explorer.core.arrays import Float32Array, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class RowsTable:
    """What a `RowsView` shows.

    Attributes
    ----------
    images : (n, p, height, width, 1 or 3) parts of each row, values in [0, 1]; NaN where one is missing.
    codes : (n, h, w) grid of each row; below 0 where it is not known yet.
    n_codes : K.
    stride : pixels of an image per cell.
    codes_at : the grid is painted before this part; -1 for nowhere.
    captions : words below each row; none or one each.
    tip : tool tip of a row, asked for when it opens.
    """

    images: Float32Array
    codes: IntArray
    n_codes: int
    stride: int
    codes_at: int = -1
    captions: tuple[str, ...] = ()
    tip: Callable[[int], str] | None = None

    @property
    def n_parts(self) -> int:
        """Images and grid side by side."""
        return int(self.images.shape[1]) + (self.codes_at >= 0)

    def part_of_image(self, image: int) -> int:
        """Where one of the images of a row stands, the grid counted."""
        return image + (0 <= self.codes_at <= image)

    def image_at(self, part: int) -> int:
        """The image at a place that is not the grid's."""
        return part - (0 <= self.codes_at < part)


class RowPlace(NamedTuple):
    """What is under the mouse: a row of the table and a cell of its grid; -1 for none."""

    item: int
    row: int
    column: int
