"""One image of the user's own, brought to the shape of a data set."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.image_folder import COLOUR_MODES, GREY_MODES, in_mode, opened_image, wrong_mode
from dgm_explorer.data.scaling import divided

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 2**26
"""Of the file; unpacked with four bytes each they take 256 MiB, and once more while they are shrunk."""
_REDUCIBLE = COLOUR_MODES - {"P", "PA"} | {"L", "LA"}
_ORIENTATION = 0x0112


def read_single_image(path: Path, shape: tuple[int, int, int]) -> Float32Array:
    """An image file as (height, width, channels) values in [0, 1]; callable from any thread.

    It is turned as its EXIF says, its middle is cut out in the proportions of ``shape`` and brought to that
    size. What is transparent becomes white, as on paper; of an animation the first picture is taken.

    Parameters
    ----------
    shape : (height, width, channels); one channel makes it grey.

    Raises
    ------
    InputError
        If it is no image, damaged, too large, or holds measurements rather than grey or colour.
    """
    from PIL.Image import Resampling
    from PIL.ImageOps import exif_transpose, fit

    height, width, n_channels = shape
    if n_channels not in (1, 3):
        raise InputError(f"{path}: the data have {n_channels} channels; only grey or RGB can be shown.")
    with opened_image(path) as image:
        _check(path, image)
        image.draft("RGB", (2 * width, 2 * height))  # a large JPEG is unpacked at a fraction of its size
        turned = exif_transpose(_reduced(image, 2 * max(width, height)))
        plain = in_mode(_on_white(turned), "L" if n_channels == 1 else "RGB")
        fitted = fit(plain, (width, height), Resampling.LANCZOS)
        return divided(np.asarray(fitted).reshape(shape), 255)


def _check(path: Path, image: "Image") -> None:
    """Refuse by what the header says, before memory is taken."""
    if image.mode not in GREY_MODES | COLOUR_MODES:
        raise wrong_mode(path, image.mode)
    if image.width * image.height > MOST_PIXELS:
        raise InputError(
            f"{path}: {image.width}×{image.height} pixels are too many; shrink it to 8192×8192 or less."
        )


def _reduced(image: "Image", side: int) -> "Image":
    """A large image at a whole fraction of its size, never copied whole; no side below ``side``."""
    image.load()
    factor = min(image.size) // side
    if factor < 2 or image.mode not in _REDUCIBLE:
        return image
    orientation = image.getexif().get(_ORIENTATION, 1)
    smaller = image.reduce(factor)
    smaller.getexif()[_ORIENTATION] = orientation
    return smaller


def _on_white(image: "Image") -> "Image":
    """Without transparency."""
    from PIL.Image import alpha_composite, new

    if not image.has_transparency_data:
        return image
    opaque = image.convert("RGBA")
    return alpha_composite(new("RGBA", opaque.size, "white"), opaque).convert("RGB")
