"""From paintings to code grids, and what an exchange does to the images: against plain loops."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm_explorer.core.vq_vae_painting import Painting, Remap
from dgm_explorer.ui.tabs.vq_vae.paint.codes import (
    MOST_TILES,
    brush_cells,
    codes_with_tiles,
    known_base,
    nearest_other_code,
    paint_grid,
    remap_table,
    shrink,
)
from dgm_explorer.ui.tabs.vq_vae.paint.effect import N_SHOWN, error_change, plan_effect
from tests.ui.tabs.vq_vae.cases import DEAD_CODE, GRID, K, N, make_snapshot

REMAPS = st.lists(
    st.builds(Remap, st.sampled_from(["swap", "merge"]), st.integers(0, 7), st.integers(0, 7)), max_size=6
)


@settings(max_examples=60, deadline=None)
@given(REMAPS)
def test_exchanges_one_after_the_other_give_the_table(remaps: list[Remap]) -> None:
    n_codes = 6
    expected = list(range(n_codes))
    for remap in remaps:
        if max(remap.a, remap.b) < n_codes:
            expected = [remap.map(code) for code in expected]
    assert remap_table(remaps, n_codes).tolist() == expected


def test_hand_painted_cells_lie_over_what_was_exchanged() -> None:
    base = np.array([[0, 1], [1, 2]])
    painting = Painting().with_remap("merge", 1, 2).with_cells([(0, 1)], 1)
    grid = paint_grid(base, painting, 3)
    assert grid.codes.tolist() == [[0, 1], [2, 2]]
    assert (grid.n_painted, grid.n_remapped, grid.n_left_out) == (1, 2, 0)


def test_what_does_not_fit_another_run_is_left_out() -> None:
    painting = Painting().with_cells([(0, 0), (5, 0), (0, 5)], 2).with_cells([(1, 1)], 9)
    grid = paint_grid(np.zeros((2, 2), np.int64), painting.with_remap("swap", 0, 40), 3)
    assert grid.codes.tolist() == [[2, 0], [0, 0]]
    assert grid.n_left_out == 4


def test_bases() -> None:
    snapshot = make_snapshot()
    modal = known_base(Painting("modal"), snapshot, 0)
    assert modal is not None
    for row in range(GRID[0]):
        for column in range(GRID[1]):
            counts = np.bincount(snapshot.codes[:, row, column], minlength=K)
            assert counts[modal[row, column]] == counts.max()
    one = known_base(Painting("code", 60_000), snapshot, 0)
    assert one is not None
    assert set(one.ravel()) == {K - 1}
    own = known_base(Painting("example", 3), snapshot, 3)
    assert own is not None
    np.testing.assert_array_equal(own, snapshot.codes[3])
    assert known_base(Painting("example", N + 3), snapshot, N + 3) is None


def test_many_codes_have_tiles_only_where_they_are_used_most() -> None:
    assert codes_with_tiles(make_snapshot()).tolist() == list(range(K))
    n = MOST_TILES + 200
    counts = np.random.default_rng(0).permutation(n).astype(np.float32)
    many = replace(make_snapshot(), codebook=np.zeros((n, 2), np.float32), epoch_counts=counts)
    codes = codes_with_tiles(many)
    assert len(codes) == MOST_TILES
    assert (np.diff(codes) > 0).all()
    assert counts[codes].min() == np.sort(counts)[-MOST_TILES]


def test_the_nearest_other_code_is_one_in_use() -> None:
    snapshot = make_snapshot()  # codes on a circle, so that both neighbours are equally near
    assert nearest_other_code(snapshot, 2) in (1, 3)
    assert nearest_other_code(snapshot, 0) == 1  # the last one lies as near, but is dead
    assert DEAD_CODE == K - 1
    all_dead = replace(snapshot, ages=np.full(K, 1000))
    assert nearest_other_code(all_dead, 0) == 1
    assert nearest_other_code(snapshot, -1) == -1


def test_a_wide_brush_stays_on_the_grid() -> None:
    assert brush_cells([(1, 1)], 1, (4, 4)) == [(1, 1)]
    assert set(brush_cells([(0, 0)], 3, (4, 4))) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert len(brush_cells([(2, 2), (2, 3)], 5, (9, 9))) == 30


@pytest.mark.parametrize("shape", [(1, 3), (8, 8), (40, 28), (7, 130), (1, 1)])
def test_shrunk_images_are_means_over_squares(shape: tuple[int, int]) -> None:
    images = np.random.default_rng(0).uniform(size=(3, *shape, 2)).astype(np.float32)
    small = shrink(images, 10)
    assert max(small.shape[1:3]) <= max(10, 1)
    side = -(-max(shape) // 10)
    np.testing.assert_allclose(small[0, 0, 0], images[0, :side, :side].mean(axis=(0, 1)), rtol=1e-5)


def test_what_an_exchange_reaches_is_counted_over_all_analysed_images() -> None:
    snapshot = make_snapshot()
    plan = plan_effect(snapshot, [Remap("merge", 0, 1)])
    assert plan.n_cells == sum(code == 0 for code in snapshot.codes.ravel())
    per_image = [sum(code == 0 for code in grid.ravel()) for grid in snapshot.codes]
    assert plan.n_images == sum(n > 0 for n in per_image)
    shown = [per_image[place] for place in plan.shown]
    assert sorted(shown, reverse=True) == sorted(per_image, reverse=True)[:N_SHOWN]
    assert (plan.after != 0).all()
    again = plan_effect(replace(snapshot, codes=snapshot.codes[::-1]), [Remap("merge", 0, 1)], plan.shown)
    np.testing.assert_array_equal(again.shown, plan.shown)


def test_an_exchange_without_any_effect_and_without_any_image() -> None:
    snapshot = make_snapshot()
    plan = plan_effect(snapshot, [Remap("swap", DEAD_CODE, 400)])
    assert (plan.n_cells, plan.n_images, len(plan.shown)) == (0, 0, 0)
    nothing = replace(snapshot, probe=np.zeros(0, np.int64), codes=np.zeros((0, *GRID), np.int64))
    assert not len(plan_effect(nothing, [Remap("swap", 0, 1)]).decoded)


def test_the_error_is_divided_by_the_variance_behind_the_held_out_one() -> None:
    rng = np.random.default_rng(0)
    inputs, before, after = rng.uniform(size=(3, 20, 9)).astype(np.float32)
    snapshot = make_snapshot()  # mse 0.01, nmse 0.08
    change = error_change(inputs, before, after, snapshot)
    variance = 0.01 / 0.08
    assert change.before == pytest.approx(np.square(before - inputs).mean() / variance, rel=1e-5)
    assert change.after == pytest.approx(np.square(after - inputs).mean() / variance, rel=1e-5)
    no_held_out = replace(snapshot, mse=float("nan"), nmse=float("nan"))
    own = error_change(inputs, before, after, no_held_out)
    assert own.before == pytest.approx(np.square(before - inputs).mean() / inputs.var(), rel=1e-5)
