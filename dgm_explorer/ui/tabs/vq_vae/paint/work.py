"""What the Paint panel has worked out beside the window: requests, answers and the work itself."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.vq_inference import VqInference
from dgm_explorer.core.vq_vae_painting import Painting
from dgm_explorer.ui.tabs.vq_vae.paint.codes import PaintedGrid, paint_grid, shrink

MOST_THUMBNAIL_PX: Final = 64

Shape: TypeAlias = tuple[int, int, int]
"""Height, width and channels of an image."""


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """What lies beneath a painting.

    Attributes
    ----------
    codes : (h, w).
    image : (d,) their decode.
    """

    codes: IntArray
    image: Float32Array


@dataclass(frozen=True, slots=True, eq=False)
class PictureRequest:
    """A painting to be decoded.

    Attributes
    ----------
    painting : the painting.
    n_codes : K.
    codes : (h, w) of the base; None where they are to be found by encoding ``image``.
    image : (d,) of the data set; None for a base that is none.
    base : the base decoded before by the same network; None for the first time.
    is_trial : whether it is only tried, under the mouse.
    """

    painting: Painting
    n_codes: int
    codes: IntArray | None
    image: Float32Array | None
    base: Base | None
    is_trial: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A painting decoded.

    Attributes
    ----------
    base : what lies beneath.
    grid : its codes.
    image : (d,) its decode.
    """

    base: Base
    grid: PaintedGrid
    image: Float32Array


@dataclass(frozen=True, slots=True, eq=False)
class ThumbnailRequest:
    """Small decodes of one grid with one of its cells replaced.

    Attributes
    ----------
    codes : (h, w).
    cell : row and column.
    candidates : (m,) codes to put there.
    shape : of an image.
    window : top, bottom, left and right of what is looked at, in pixels.
    """

    codes: IntArray
    cell: tuple[int, int]
    candidates: IntArray
    shape: Shape
    window: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class CompareRequest:
    """Images decoded as their codes are, and with codes exchanged.

    Attributes
    ----------
    before, after : (m, h, w).
    """

    before: IntArray
    after: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """(m, d) decodes of both."""

    before: Float32Array
    after: Float32Array


def do_paint_work(inference: VqInference, request: Any) -> Any:
    """In the worker's thread: a picture, thumbnails (m, height, width, channels), or images compared."""
    if isinstance(request, PictureRequest):
        return _decode_picture(inference, request)
    if isinstance(request, ThumbnailRequest):
        return _decode_thumbnails(inference, request)
    assert isinstance(request, CompareRequest)
    return _compare(inference, request)


def _decode_picture(inference: VqInference, request: PictureRequest) -> Picture:
    base = request.base
    if base is None:
        codes = request.codes
        if codes is None:
            assert request.image is not None
            codes = inference.encode(request.image[None]).codes[0]
        base = Base(codes, inference.decode(codes[None])[0])
    grid = paint_grid(base.codes, request.painting, request.n_codes)
    is_plain = np.array_equal(grid.codes, base.codes)
    return Picture(base, grid, base.image if is_plain else inference.decode(grid.codes[None])[0])


def _decode_thumbnails(inference: VqInference, request: ThumbnailRequest) -> Float32Array:
    grids = np.repeat(request.codes[None], len(request.candidates), axis=0)
    grids[:, *request.cell] = request.candidates
    images = inference.decode(grids).reshape(-1, *request.shape)
    top, bottom, left, right = request.window
    return shrink(images[:, top:bottom, left:right], MOST_THUMBNAIL_PX)


def _compare(inference: VqInference, request: CompareRequest) -> Compared:
    """An image without exchanged codes is decoded once."""
    before = inference.decode(request.before)
    differs = (request.before != request.after).any(axis=(1, 2))
    after = before.copy()
    if differs.any():
        after[differs] = inference.decode(request.after[differs])
    return Compared(before, after)
