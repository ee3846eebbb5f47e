"""The codes of a snapshot as small images: arrays only.

Shapes in this file: n tiles of h × w pixels with c channels, K codes in all.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import TilePicture

MOST_OCTAVES = 3
"""The frames tell 2⁻³ to 2³ times the mean use apart."""
GHOST_OPACITY = 0.25
"""Of the picture of a code that is dead, though examples still use it."""
SCALE_QUANTILE = 0.9
"""Share of the tiles whose largest change lies on the scale; the rest is cut off."""
CHANGE_SEEN = 0.02
"""A change of less than this share of the scale is no part of a window."""
MOST_NUMBERS = 2_000_000
"""In the levels of all tiles; of more only every second or third pixel may be painted."""
_STEPS = (1.0, 2.0, 5.0, 10.0)

PixelArray = NDArray[np.uint32]


class Window(NamedTuple):
    """Part of an image, in pixels; ``bottom`` and ``right`` are the first ones outside."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True, slots=True, eq=False)
class TileLevels:
    """What the tiles show.

    Attributes
    ----------
    values : (n, h, w, c) levels from 0, black, to 1, white, or (n, h, w, 1) changes of them; NaN where
        there is nothing to show.
    scale : the change that has the full colour; 0 for levels.
    """

    values: Float32Array
    scale: float = 0.0


def tile_levels(
    snapshot: VqVaeSnapshot,
    picture: TilePicture,
    codes: IntArray,
    image_shape: tuple[int, int, int],
    window: Window | None = None,
) -> TileLevels:
    """The picture of each of ``codes`` (n,).

    Parameters
    ----------
    image_shape : (height, width, channels) of the data.
    window : part of the image that is shown of a change; None for all of it.
    """
    if picture == "patch":
        return TileLevels(snapshot.patches[codes])
    if picture == "exemplars":
        return TileLevels(in_small_grids(snapshot.exemplars[codes]))
    if picture == "constant":
        return TileLevels(snapshot.constant_images[codes].reshape(-1, *image_shape))
    changes = mean_changes(snapshot, image_shape)
    shown = changes if window is None else changes[(slice(None), *window.slices)]
    return TileLevels(shown[codes][..., None], change_scale(changes))


def mean_changes(snapshot: VqVaeSnapshot, image_shape: tuple[int, int, int]) -> Float32Array:
    """Change of the background by each code, (K, height, width); mean over the channels."""
    changes = snapshot.background_changes.reshape(-1, *image_shape)
    total = changes[..., 0]
    for channel in range(1, image_shape[2]):
        total = total + changes[..., channel]
    return total if image_shape[2] == 1 else total / np.float32(image_shape[2])


def in_small_grids(exemplars: Float32Array) -> Float32Array:
    """(n, s, p, p, c) side by side in each tile, nearest first, one pixel apart; NaN in between."""
    n, n_each, height, width, channels = exemplars.shape
    columns = math.ceil(math.sqrt(n_each))
    rows = -(-n_each // columns)
    cells = np.full((n, rows, columns, height + 1, width + 1, channels), np.nan, np.float32)
    for place in range(n_each):
        cells[:, place // columns, place % columns, :height, :width] = exemplars[:, place]
    joined = cells.transpose(0, 1, 3, 2, 4, 5)
    tiles = joined.reshape(n, rows * (height + 1), columns * (width + 1), channels)
    return tiles[:, :-1, :-1]


def change_scale(changes: Float32Array) -> float:
    """A round number that few tiles exceed; ``changes`` (K, h, w)."""
    if not changes.size:
        return 1.0
    largest = _largest(changes.reshape(len(changes), -1), axis=1)
    finite = largest[np.isfinite(largest)]
    high = float(np.quantile(finite, SCALE_QUANTILE)) if len(finite) else 1.0
    if not 1e-6 < high < 1e6:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(high))
    return decade * next((step for step in _STEPS if step * decade >= high * (1 - 1e-6)), 10.0)


def changed_window(changes: Float32Array, before: Window | None = None) -> Window | None:
    """The smallest window around every change worth seeing and around ``before``; None for nothing.

    ``changes`` (K, h, w). Windows that only grow keep the tiles of a run from changing their size.
    """
    seen = _largest(changes, axis=0) > CHANGE_SEEN * change_scale(changes)
    if not seen.any():
        return before
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    found = Window(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    if before is None:
        return found
    corner = min(found.top, before.top), min(found.left, before.left)
    return Window(*corner, max(found.bottom, before.bottom), max(found.right, before.right))


def _largest(changes: Float32Array, axis: int) -> Float32Array:
    """Largest absolute value along an axis; NaN does not count."""
    return np.asarray(np.fmax(np.fmax.reduce(changes, axis=axis), -np.fmin.reduce(changes, axis=axis)))


def thinned(levels: TileLevels, zoom: float) -> TileLevels:
    """Fewer pixels of very many, where the screen has no room for them at ``zoom`` screen pixels each."""
    step = int(1 / zoom)
    if levels.values.size <= MOST_NUMBERS or step < 2:
        return levels
    return TileLevels(levels.values[:, step // 2 :: step, step // 2 :: step], levels.scale)


def use_ratios(counts: Float32Array) -> FloatArray:
    """Share of each code divided by 1/K, (K,); 0 for all where nothing was counted."""
    finite = np.nan_to_num(counts.astype(np.float64), posinf=0.0, neginf=0.0)
    total = float(finite.sum())
    return np.asarray(finite * (len(counts) / total if total > 0 else 0.0))


def frame_levels(ratios: FloatArray) -> FloatArray:
    """Logarithm of the use, from 0 for 2⁻³ of the mean to 1 for 2³ times the mean, cut off there."""
    octaves = np.log2(np.maximum(ratios, 2.0 ** -(MOST_OCTAVES + 1)))
    return np.asarray(np.clip(0.5 + 0.5 * octaves / MOST_OCTAVES, 0.0, 1.0))


def opacities(snapshot: VqVaeSnapshot) -> FloatArray:
    """How strongly the picture of each code is painted, (K,): not at all for one without any use."""
    used = np.where(snapshot.epoch_counts > 0, GHOST_OPACITY, 0.0)
    return np.where(snapshot.is_dead, used, 1.0)


def tile_pixels(levels: TileLevels, diverging: PixelArray, background: int) -> PixelArray:
    """Colours 0xffrrggbb of all tiles, (n, h, w).

    Parameters
    ----------
    diverging : colours of changes from -scale to scale; an odd number of them has 0 in its middle.
    background : colour of whatever has no value.
    """
    values = levels.values
    if levels.scale:
        pixels = _diverging_pixels(values[..., 0], levels.scale, diverging)
    else:
        pixels = _grey_pixels(values[..., 0]) if values.shape[3] < 3 else _rgb_pixels(values)
    sums = values.reshape(len(values), -1).sum(axis=1)
    odd = np.flatnonzero(~np.isfinite(sums))
    pixels[odd] = np.where(np.isnan(values[odd]).any(axis=3), np.uint32(background), pixels[odd])
    return pixels


def faded(pixels: PixelArray, opacity: FloatArray, background: int) -> PixelArray:
    """The same with the colours of some tiles mixed with ``background``, in place; ``opacity`` (n,)."""
    for tile in np.flatnonzero(opacity < 1.0):
        pixels[tile] = _mixed(pixels[tile], float(opacity[tile]), background)
    return pixels


def _mixed(pixels: PixelArray, opacity: float, background: int) -> PixelArray:
    mixed = np.full_like(pixels, 0xFF000000)
    for shift in (0, 8, 16):
        channel = (pixels >> shift & 0xFF) * opacity + (background >> shift & 0xFF) * (1 - opacity)
        mixed |= channel.astype(np.uint32) << shift
    return mixed


def _bytes(values: Float32Array) -> PixelArray:
    """Levels as 0 … 255; NaN as 0."""
    scaled = np.fmax(values, 0.0)
    np.fmin(scaled, 1.0, out=scaled)
    scaled *= 255.0
    scaled += 0.5
    return scaled.astype(np.uint8).astype(np.uint32)


def _grey_pixels(values: Float32Array) -> PixelArray:
    pixels = _bytes(values)
    pixels *= np.uint32(0x010101)
    pixels |= np.uint32(0xFF000000)
    return pixels


def _rgb_pixels(values: Float32Array) -> PixelArray:
    levels = _bytes(values)
    pixels = levels[..., 0] << 16 | levels[..., 1] << 8 | levels[..., 2] | 0xFF000000
    return pixels.astype(np.uint32, copy=False)


def _diverging_pixels(values: Float32Array, scale: float, colors: PixelArray) -> PixelArray:
    middle = (len(colors) - 1) / 2
    places = np.fmin(np.fmax(values, -scale), scale)
    places *= middle / scale
    places += middle + 0.5
    return np.asarray(np.take(colors, places.astype(np.intp), mode="clip"))
