"""How large a picture is to be, and how large the panel in it is laid out."""

import math
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dgm_explorer.core.errors import InputError

LengthUnit: TypeAlias = Literal["px", "cm"]

SCREEN_DPI = 96.0
"""Dots per inch at which the type of a panel has the size of the screen."""
PRINT_DPI = 300.0
CM_PER_INCH = 2.54
LEAST_DPI, LARGEST_DPI = 24.0, 1200.0
LEAST_SIDE_PX, LARGEST_SIDE_PX = 16, 16_384
MOST_PIXELS = 100_000_000
_NUMBER = r"(\d{1,12}(?:\.\d{1,4})?)"
_SIZE = re.compile(rf"{_NUMBER}\s*[x×]\s*{_NUMBER}\s*(px|cm)?(?:\s+at\s+{_NUMBER}\s+dpi)?")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a widget is resized to, and how it is then painted.

    Attributes
    ----------
    width, height : of the widget, in its own pixels.
    scale : pixels of the picture for one of them.
    """

    width: int
    height: int
    scale: float


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Width and height of a picture.

    Attributes
    ----------
    width, height : in ``unit``.
    unit : ``px``, or ``cm`` on paper.
    dpi : dots per inch. At 96 a panel is laid out with one pixel of the picture for each of its own; at 192
        with two, so that type and lines are twice as large on the same number of pixels.
    """

    width: float
    height: float
    unit: LengthUnit = "px"
    dpi: float = SCREEN_DPI

    def __post_init__(self) -> None:
        if not (math.isfinite(self.dpi) and LEAST_DPI <= self.dpi <= LARGEST_DPI):
            raise InputError(f"size: {self.dpi:g} dpi must lie between {LEAST_DPI:g} and {LARGEST_DPI:g}.")
        if not (math.isfinite(self.width) and math.isfinite(self.height)):
            raise InputError("size: width and height must be finite numbers.")
        width, height = self.pixels
        if not (min(width, height) >= LEAST_SIDE_PX and max(width, height) <= LARGEST_SIDE_PX):
            raise InputError(
                f"size: {width}×{height} pixels; each side must lie between {LEAST_SIDE_PX} and "
                f"{LARGEST_SIDE_PX}."
            )
        if width * height > MOST_PIXELS:
            raise InputError(f"size: {width}×{height} pixels are more than {MOST_PIXELS:,}; ask for fewer.")

    def __str__(self) -> str:
        return f"{self.width:g}x{self.height:g}{self.unit} at {self.dpi:g} dpi"

    @property
    def pixels(self) -> tuple[int, int]:
        """Of a picture made of pixels."""
        if self.unit == "px":
            return round(self.width), round(self.height)
        return round(self.width / CM_PER_INCH * self.dpi), round(self.height / CM_PER_INCH * self.dpi)

    @property
    def points(self) -> tuple[float, float]:
        """On paper, in points of 1/72 inch."""
        if self.unit == "cm":
            return self.width / CM_PER_INCH * 72, self.height / CM_PER_INCH * 72
        return self.width / self.dpi * 72, self.height / self.dpi * 72

    def fit(self, least: tuple[int, int] = (0, 0)) -> Layout:
        """The layout at this size, of a widget that needs ``least`` (width, height) of its own pixels.

        Where the size gives it less it is laid out larger, with the same shape, and painted smaller.
        """
        width, height = self.pixels
        zoom = min(self.dpi / SCREEN_DPI, width / max(least[0], 1), height / max(least[1], 1))
        return Layout(max(1, round(width / zoom)), max(1, round(height / zoom)), zoom)


def parse_size(text: str, dpi: float | None = None) -> PictureSize:
    """Read ``1920x1080`` or ``8.5x6cm``, also with ``at 300 dpi`` behind it, as a `PictureSize` is written.

    ``dpi`` counts where the text names none; without both, 96 for pixels and 300 for centimetres.

    Raises
    ------
    InputError
        If it is neither, or too large or too small; with an example.
    """
    match = _SIZE.fullmatch(text.strip().lower())
    if match is None:
        raise InputError(f"size {text[:40]!r} is not understood; write one such as 1920x1080 or 8.5x6cm.")
    unit: LengthUnit = "cm" if match[3] == "cm" else "px"
    if match[4] is not None:
        dpi = float(match[4])
    elif dpi is None:
        dpi = SCREEN_DPI if unit == "px" else PRINT_DPI
    return PictureSize(float(match[1]), float(match[2]), unit, dpi)
