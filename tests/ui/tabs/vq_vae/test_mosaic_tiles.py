"""Tiles of codes as arrays and as one image, and the order in which they stand."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from dgm_explorer.core.arrays import Float32Array, FloatArray
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, VqVaeSnapshot
from dgm_explorer.ui.tabs.vq_vae.mosaic.key import diverging_colors
from dgm_explorer.ui.tabs.vq_vae.mosaic.order import (
    LEAST_INTERVAL_S,
    MOST_TILES,
    TileSorter,
    similarity_order,
    use_order,
)
from dgm_explorer.ui.tabs.vq_vae.mosaic.picture import FramedTiles, compose, lay_out
from dgm_explorer.ui.tabs.vq_vae.mosaic.tiles import (
    GHOST_OPACITY,
    TileLevels,
    Window,
    change_scale,
    changed_window,
    faded,
    frame_levels,
    in_small_grids,
    opacities,
    thinned,
    tile_levels,
    tile_pixels,
    use_ratios,
)
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR, Theme
from tests.ui.tabs.vq_vae.cases import DEAD_CODE, IMAGE_SHAPE, K, make_snapshot

GREEN = 0xFF00FF00
COLORS = diverging_colors(LIGHT)


def levels(*values: float) -> TileLevels:
    """Tiles of one pixel."""
    return TileLevels(np.array(values, np.float32).reshape(-1, 1, 1, 1))


def pixels_of(image: QImage) -> NDArray[np.uint32]:
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


# -- colours ----------------------------------------------------------------------------------------------


def test_levels_are_greys_from_black_to_white_and_what_is_missing_is_the_background() -> None:
    pixels = tile_pixels(levels(0, 0.5, 1, -2, 7, np.nan), COLORS, GREEN).ravel()
    assert [hex(pixel) for pixel in pixels] == [
        "0xff000000",
        "0xff808080",
        "0xffffffff",
        "0xff000000",
        "0xffffffff",
        hex(GREEN),
    ]


def test_colour_images_keep_their_channels() -> None:
    values = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 1.0], [np.nan, 1.0, 1.0]], np.float32)
    pixels = tile_pixels(TileLevels(values.reshape(3, 1, 1, 3)), COLORS, GREEN)
    assert [hex(pixel) for pixel in pixels.ravel()] == ["0xffff0000", "0xff0080ff", hex(GREEN)]


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR])
def test_no_change_has_the_background_and_its_two_directions_the_ends_of_the_scale(theme: Theme) -> None:
    values = np.array([0.0, -0.2, 0.2, -9.0, 9.0], np.float32).reshape(-1, 1, 1, 1)
    pixels = tile_pixels(TileLevels(values, scale=0.2), diverging_colors(theme), GREEN).ravel()
    names = [f"#{pixel & 0xFFFFFF:06x}" for pixel in pixels]
    darker, brighter = theme.reverse.lower(), theme.forward.lower()
    assert names == [theme.plot_background, darker, brighter, darker, brighter]


def test_a_faded_tile_is_a_mixture_and_an_empty_one_the_background() -> None:
    pixels = tile_pixels(levels(0, 0, 0), COLORS, 0)
    mixed = faded(pixels, np.array([1.0, 0.25, 0.0]), 0xFFC86432).ravel()
    assert [hex(pixel) for pixel in mixed] == ["0xff000000", "0xff964b25", "0xffc86432"]


def test_tiles_larger_than_the_screen_shows_are_thinned_only_when_there_are_very_many() -> None:
    few, many = (TileLevels(np.zeros((n, 40, 40, 3), np.float32)) for n in (10, 500))
    assert thinned(few, 0.3) is few
    assert thinned(many, 0.3).values.shape == (500, 13, 13, 3)
    assert thinned(many, 0.7) is many


# -- pictures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_each", [1, 2, 3, 4, 5])
def test_exemplars_lie_side_by_side_with_nothing_but_lines_between(n_each: int) -> None:
    exemplars = np.random.default_rng(0).uniform(size=(2, n_each, 3, 3, 1)).astype(np.float32)
    tiles = in_small_grids(exemplars)
    columns = int(np.ceil(np.sqrt(n_each)))
    for place in range(n_each):
        row, column = divmod(place, columns)
        found = tiles[:, 4 * row : 4 * row + 3, 4 * column : 4 * column + 3]
        np.testing.assert_array_equal(found, exemplars[:, place])
    assert np.isfinite(tiles).sum() == exemplars.size


def test_each_picture_shows_the_codes_asked_for() -> None:
    snapshot, codes = make_snapshot(), np.array([3, 0, 4])
    patch = tile_levels(snapshot, "patch", codes, IMAGE_SHAPE).values
    np.testing.assert_array_equal(patch, snapshot.patches[[3, 0, 4]])
    constant = tile_levels(snapshot, "constant", codes, IMAGE_SHAPE).values
    np.testing.assert_array_equal(constant[1, ..., 0], snapshot.constant_images[0].reshape(8, 8))
    change = tile_levels(snapshot, "change", codes, IMAGE_SHAPE, Window(2, 3, 6, 8))
    expected = snapshot.background_changes[4].reshape(8, 8)[2:6, 3:8]
    np.testing.assert_array_equal(change.values[2, ..., 0], expected)
    assert change.scale > 0


def test_the_change_of_a_colour_image_is_the_mean_over_its_channels() -> None:
    changes = np.random.default_rng(0).normal(size=(K, 48)).astype(np.float32)
    snapshot = replace(make_snapshot(), background_changes=changes)
    shown = tile_levels(snapshot, "change", np.arange(K), (4, 4, 3)).values[..., 0]
    np.testing.assert_allclose(shown, changes.reshape(K, 4, 4, 3).mean(axis=3), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("largest", "scale"), [(0.17, 0.2), (0.2, 0.2), (0.21, 0.5), (3.0, 5.0), (0.0, 1.0)])
def test_the_scale_of_changes_is_a_round_number(largest: float, scale: float) -> None:
    changes = np.full((20, 2, 2), -largest, np.float32)
    assert change_scale(changes) == pytest.approx(scale)
    changes[0] = 40 * largest  # one code alone does not make all the others pale
    changes[1] = np.nan
    assert change_scale(changes) == pytest.approx(scale)


def test_the_window_encloses_every_change_and_only_grows() -> None:
    changes = np.zeros((3, 9, 9), np.float32)
    assert changed_window(changes) is None
    changes[1, 4, 2], changes[2, 6, 5] = 0.5, -0.5
    window = changed_window(changes)
    assert window == Window(4, 2, 7, 6)
    assert changed_window(np.zeros_like(changes), window) == window
    assert changed_window(changes, Window(0, 3, 5, 8)) == Window(0, 2, 7, 8)


# -- use --------------------------------------------------------------------------------------------------


def test_the_frame_is_the_logarithm_of_the_use_around_one_in_k() -> None:
    counts = np.array([8, 1, 1 / 8, 0, 64, 1 / 64], np.float32)
    ratios = use_ratios(counts)
    assert ratios.mean() == pytest.approx(1)
    np.testing.assert_allclose(frame_levels(counts.astype(np.float64)), [1, 0.5, 0, 0, 1, 0])
    assert use_ratios(np.zeros(4, np.float32)).tolist() == [0, 0, 0, 0]


def test_dead_codes_are_empty_or_a_ghost_where_examples_still_use_them() -> None:
    ages = np.array([0, DEAD_AGE - 1, DEAD_AGE, DEAD_AGE, 500, 0])
    counts = np.array([5, 0, 0, 3, 0, 0], np.float32)
    snapshot = replace(make_snapshot(), ages=ages, epoch_counts=counts)
    assert opacities(snapshot).tolist() == [1, 1, 0, GHOST_OPACITY, 0, 1]


# -- one image --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "ratio"), [(1, 1.0), (7, 1.0), (60, 2.0), (300, 1.0)])
def test_pixels_become_squares_inside_frames_of_their_own_colour(n: int, ratio: float) -> None:
    rng = np.random.default_rng(n)
    pixels = (rng.integers(0, 1 << 24, (n, 3, 4)) | 0xFF000000).astype(np.uint32)
    frames = (rng.integers(0, 1 << 24, n) | 0xFF000000).astype(np.uint32)
    layout = lay_out(n, (3, 4), (500, 400), ratio)
    image = pixels_of(compose(FramedTiles(pixels, frames, np.zeros(n, np.bool_), GREEN), layout))
    zoom, line = int(layout.tiles.zoom), layout.frame
    assert zoom >= 1
    covered = np.zeros(image.shape, np.bool_)
    for index in range(n):
        x, y, width, height = layout.framed(index)
        tile = image[y : y + height, x : x + width].copy()
        covered[y : y + height, x : x + width] = True
        inner = tile[line:-line, line:-line]
        np.testing.assert_array_equal(inner, np.kron(pixels[index], np.ones((zoom, zoom), np.uint32)))
        inner[:] = frames[index]
        assert (tile == frames[index]).all()
        assert layout.index_at(x + width / 2, y + height / 2) == index
    assert (image[~covered] == GREEN).all()


def test_a_hollow_tile_has_a_line_for_a_frame() -> None:
    layout = lay_out(4, (4, 4), (300, 300), 1.0)
    pixels, frames = np.full((4, 4, 4), GREEN, np.uint32), np.full(4, 0xFF0000FF, np.uint32)
    hollow = np.array([False, True, False, False])
    image = pixels_of(compose(FramedTiles(pixels, frames, hollow, GREEN), layout))
    thickness = []
    for index in (0, 1):
        x, y, _, height = layout.framed(index)
        thickness.append(int((image[y + height // 2, x : x + 10] == 0xFF0000FF).sum()))
    assert thickness == [layout.frame, 1]


def test_tiles_below_their_own_size_keep_their_colours_to_themselves() -> None:
    levels_of_tiles = np.tile([0xFF000000, 0xFFFFFFFF], 200).astype(np.uint32)
    pixels = np.broadcast_to(levels_of_tiles[:, None, None], (400, 28, 28)).copy()
    layout = lay_out(400, (28, 28), (300, 300), 1.0)
    assert layout.tiles.zoom < 1
    framed = FramedTiles(pixels, np.full(400, GREEN, np.uint32), np.zeros(400, np.bool_), GREEN)
    image = pixels_of(compose(framed, layout))
    for index in range(400):
        x, y, width, height = layout.framed(index)
        assert image[y + height // 2, x + width // 2] == levels_of_tiles[index]


@given(n=st.integers(1, 1024), side=st.integers(1, 40), room=st.tuples(*2 * [st.integers(60, 2000)]))
@settings(deadline=None, max_examples=40)
def test_the_image_fits_its_room_wherever_a_tile_has_a_pixel_at_least(
    n: int, side: int, room: tuple[int, int]
) -> None:
    layout = lay_out(n, (side, side), room, 1.0)
    if min(layout.tiles.tile_size) > 1:
        assert layout.size[0] <= room[0]
        assert layout.size[1] <= room[1]


# -- order ------------------------------------------------------------------------------------------------


def chain_length(points: FloatArray, order: NDArray[np.int64]) -> float:
    return float(np.linalg.norm(np.diff(points[order], axis=0), axis=1).sum())


def test_the_most_used_come_first_and_equals_by_index() -> None:
    counts = np.array([3, 9, 0, 9, 1], np.float32)
    assert use_order(counts).tolist() == [1, 3, 0, 4, 2]


def test_codes_on_a_line_are_walked_from_one_end_to_the_other() -> None:
    rng = np.random.default_rng(0)
    places = rng.permutation(40)
    order = similarity_order(places[:, None] * np.array([1.0, -2.0, 0.5]))
    assert np.abs(np.diff(places[order])).tolist() == [1] * 39


@pytest.mark.parametrize("seed", range(5))
def test_the_chain_of_few_codes_is_nearly_the_shortest_there_is(seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(7, 3))
    shortest = min(chain_length(points, np.array(order)) for order in itertools.permutations(range(7)))
    assert chain_length(points, similarity_order(points)) <= 1.06 * shortest


def test_a_chain_through_clusters_leaves_each_of_them_once() -> None:
    rng = np.random.default_rng(0)
    cluster = rng.permutation(np.repeat(np.arange(8), 16))
    points = 20 * rng.normal(size=(8, 5))[cluster] + 0.1 * rng.normal(size=(128, 5))
    assert (np.diff(cluster[similarity_order(points)]) != 0).sum() == 7


@given(n=st.integers(1, 300), dimension=st.integers(1, 5), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=25)
def test_every_code_stands_once_in_the_chain_whatever_its_numbers(n: int, dimension: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points: Float32Array = rng.normal(size=(n, dimension)).astype(np.float32)
    points[rng.random(n) < 0.3] = rng.choice([0.0, np.nan, np.inf, -np.inf, 1e30])
    assert sorted(similarity_order(points).tolist()) == list(range(n))


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def moved(snapshot: VqVaeSnapshot, by: float) -> VqVaeSnapshot:
    """Codes in reverse order, gone that far of the way."""
    codebook = (1 - by) * snapshot.codebook + by * snapshot.codebook[[0, 4, 2, 1, 5, 3]]
    return replace(snapshot, step=snapshot.step + 1, codebook=codebook)


def test_tiles_stay_until_the_codes_have_moved_much_and_some_time_has_passed() -> None:
    clock = Clock()
    sorter = TileSorter(clock)
    sorter.choose("similarity")
    snapshot = make_snapshot()
    first = sorter.codes_of(snapshot).tolist()
    assert first == similarity_order(snapshot.codebook).tolist()
    far = moved(snapshot, 1.0)
    assert sorter.codes_of(far).tolist() == first
    clock.now_s += LEAST_INTERVAL_S + 0.1
    assert sorter.codes_of(moved(snapshot, 0.1)).tolist() == first
    assert sorter.step == snapshot.step
    assert sorter.codes_of(far).tolist() == similarity_order(far.codebook).tolist() != first
    assert sorter.step == far.step


def test_sorting_on_request_waits_for_nothing() -> None:
    sorter = TileSorter(Clock())
    sorter.choose("use")
    snapshot = make_snapshot()
    first = sorter.codes_of(snapshot).tolist()
    other = replace(snapshot, epoch_counts=snapshot.epoch_counts[::-1].copy())
    assert sorter.codes_of(other).tolist() == first
    sorter.forget()
    assert sorter.codes_of(other).tolist() == use_order(other.epoch_counts).tolist() != first


def test_by_use_tiles_are_sorted_anew_once_the_shares_have_changed_much() -> None:
    clock = Clock()
    sorter = TileSorter(clock)
    sorter.choose("use")
    snapshot = make_snapshot()
    first = sorter.codes_of(snapshot).tolist()
    clock.now_s += LEAST_INTERVAL_S + 0.1
    counts = snapshot.epoch_counts.copy()
    counts[[0, 1]] = counts[[1, 0]]
    assert sorter.codes_of(replace(snapshot, epoch_counts=counts)).tolist() == first
    other = replace(snapshot, epoch_counts=snapshot.epoch_counts[::-1].copy())
    assert sorter.codes_of(other).tolist() == use_order(other.epoch_counts).tolist()


@pytest.mark.parametrize("order", ["index", "use", "similarity"])
def test_of_very_many_codes_the_first_ones_are_shown(order: str) -> None:
    rng = np.random.default_rng(0)
    n = MOST_TILES + 500
    counts = rng.permutation(n).astype(np.float32)
    snapshot = replace(
        make_snapshot(), codebook=rng.normal(size=(n, 2)).astype(np.float32), epoch_counts=counts
    )
    sorter = TileSorter()
    sorter.choose(order)  # type: ignore[arg-type]
    codes = sorter.codes_of(snapshot)
    expected = np.arange(MOST_TILES) if order == "index" else np.flatnonzero(counts >= 500)
    assert sorted(codes.tolist()) == expected.tolist()


def test_another_number_of_codes_is_sorted_at_once() -> None:
    sorter = TileSorter(Clock())
    sorter.choose("similarity")
    snapshot = make_snapshot()
    sorter.codes_of(snapshot)
    fewer = replace(snapshot, codebook=snapshot.codebook[:4], epoch_counts=snapshot.epoch_counts[:4])
    assert sorted(sorter.codes_of(fewer).tolist()) == [0, 1, 2, 3]
    assert DEAD_CODE not in sorter.codes_of(fewer)
