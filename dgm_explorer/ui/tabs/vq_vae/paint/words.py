"""What the Paint panel says about the painting at hand."""

from typing import Final

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.ui.tabs.vq_vae.paint.easel import Shown
from dgm_explorer.ui.widgets.number_words import counted
from dgm_explorer.ui.widgets.snapshot_panel import example_words

NO_CODE: Final = "Choose a code first, below"
"""Stands above the palette, beside a box to tick, in letters half as large again on a projector."""
HOW_TO_CHOOSE: Final = (
    "Choose a code first: in the palette, in the mosaic, or from a cell with the right button"
)
NO_IMAGES: Final = "Painting with codes takes images; these data are points in the plane."
SOON: Final = "The network of this instant is being set up."


def painting_parts(shown: Shown, dataset: Dataset, row: int, brush: int) -> list[str]:
    """Such as “brush: code 17”, “6 cells painted”, “example 3, label dress”; ``brush`` -1 for no code."""
    grid = shown.picture.grid
    parts = [brush_words(brush)]
    if brush >= 0 or grid.n_painted:
        parts.append(f"{counted(grid.n_painted, 'cell')} painted")
    if grid.n_remapped:
        parts.append(f"{grid.n_remapped} exchanged")
    if grid.n_left_out:
        parts.append(f"{counted(grid.n_left_out, 'change')} left out that do not fit this grid")
    if shown.painting.base == "example":
        parts.append(example_words(dataset, row))
    return parts


def brush_words(brush: int) -> str:
    """Such as “brush: code 17”; -1 for no code."""
    return f"brush: code {brush}" if brush >= 0 else NO_CODE
