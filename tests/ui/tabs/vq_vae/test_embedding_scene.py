"""A snapshot as a picture of its code space, against plain searches and closed forms."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.models.rotation_trick import rotate
from dgm_explorer.ui.plots.latent_plane import Projection, plane_of
from dgm_explorer.ui.tabs.vq_vae.code_colors import code_colors
from dgm_explorer.ui.tabs.vq_vae.embedding.arrows import FEW, make_arrows
from dgm_explorer.ui.tabs.vq_vae.embedding.scene import (
    MOST_DIMS_AT_ONCE,
    EmbeddingScene,
    Target,
    make_scene,
    nearest_two,
)
from dgm_explorer.ui.tabs.vq_vae.embedding.trails import MOST_INSTANTS, MOST_NUMBERS, TrailMemory
from dgm_explorer.ui.tabs.vq_vae.embedding.words import arrow_words, code_words, target_words
from dgm_explorer.ui.theme import LIGHT
from tests.ui.tabs.vq_vae.cases import CONFIG, DEAD_CODE, K, later, make_snapshot


def in_dimension(n_dims: int, n_codes: int = 40, step: int = 200, seed: int = 0) -> VqVaeSnapshot:
    """Random codes, their points quantised by the plain search."""
    rng = np.random.default_rng(seed)
    scale = np.linspace(2.0, 0.5, n_dims)
    codebook = (rng.normal(size=(n_codes, n_dims)) * scale).astype(np.float32)
    points = (rng.normal(size=(600, n_dims)) * scale).astype(np.float32)
    codes = np.square(points[:, None].astype(float) - codebook).sum(axis=2).argmin(axis=1)
    return replace(
        make_snapshot(step),
        codebook=codebook,
        points=points,
        point_codes=codes,
        arrow_starts=points[::6],
        arrow_codes=codes[::6],
        arrow_gradients=(1e-3 * rng.normal(size=points[::6].shape)).astype(np.float32),
        ages=np.zeros(n_codes, np.int64),
        revived_at=np.full(n_codes, -1),
    )


def scene_of(snapshot: VqVaeSnapshot, previous: EmbeddingScene | None = None) -> EmbeddingScene:
    return make_scene(snapshot, code_colors(LIGHT, snapshot.n_codes), previous)


# -- the picture ------------------------------------------------------------------------------------------


def test_dots_have_the_colour_of_their_true_code() -> None:
    snapshot = make_snapshot()
    scene, colors = scene_of(snapshot), code_colors(LIGHT, K)
    red, green, blue = scene.dot_rgb.astype(np.uint32).T
    np.testing.assert_array_equal((red << 16) | (green << 8) | blue, colors[snapshot.point_codes] & 0xFFFFFF)


def test_two_numbers_are_the_plane_itself_and_have_cells() -> None:
    snapshot = make_snapshot()
    scene = scene_of(snapshot)
    np.testing.assert_array_equal(scene.dots, snapshot.points)
    np.testing.assert_array_equal(scene.sites, snapshot.codebook)
    assert scene.pairs is not None
    assert "exact" in scene.statement


def test_one_number_is_a_line_with_intervals_and_says_so() -> None:
    snapshot = in_dimension(1, 5)
    scene = scene_of(snapshot)
    np.testing.assert_array_equal(scene.dots[:, 0], snapshot.points[:, 0])
    assert len(np.unique(scene.dots[:, 1])) == len(scene.dots)
    order = np.argsort(snapshot.codebook[:, 0])
    expected = {frozenset(pair) for pair in zip(order[:-1].tolist(), order[1:].tolist(), strict=True)}
    assert {frozenset(pair) for pair in scene.pairs.tolist()} == expected
    assert "height of a dot means nothing" in scene.statement


@pytest.mark.parametrize("n_dims", [3, 16])
def test_a_projection_has_no_cells_and_states_how_many_dots_lie_nearest_to_their_own_code(n_dims) -> None:
    snapshot = in_dimension(n_dims)
    scene = scene_of(snapshot)
    squares = np.square(scene.dots[:, None].astype(float) - scene.sites).sum(axis=2)
    share = float((squares.argmin(axis=1) == snapshot.point_codes).mean())
    assert scene.pairs is None
    assert scene.true_share == pytest.approx(share, abs=1e-12)
    assert 0.05 < share < 0.95
    assert scene.statement == (
        f"{100 * share:.0f} % of the dots lie nearest to their own code here: no cells are drawn because the "
        "picture is a projection."
    )


def test_axes_are_named_by_their_share_of_the_variance() -> None:
    snapshot = in_dimension(4)
    variances = np.linalg.eigvalsh(np.cov(snapshot.points.T))
    names = scene_of(snapshot).plane.axis_names
    for name, variance, number in zip(names, variances[::-1], (1, 2), strict=False):
        assert name == f"PC {number} · {100 * variance / variances.sum():.0f} % of the variance"


def test_the_picture_neither_flips_nor_spins_while_the_points_change() -> None:
    scene = None
    for seed in range(5):
        snapshot = in_dimension(6, seed=seed, step=100 + seed)
        older, scene = scene, scene_of(snapshot, scene)
        if older is not None:
            now, before = scene.plane.plane.axes, older.plane.plane.axes
            assert np.sum(now * before, axis=1) == pytest.approx([1, 1], abs=0.1)


def test_codes_of_very_many_numbers_get_new_axes_only_now_and_then() -> None:
    n_dims = MOST_DIMS_AT_ONCE + 2
    first = scene_of(in_dimension(n_dims, step=1000))
    assert scene_of(in_dimension(n_dims, step=1050, seed=1), first).plane is first.plane
    assert scene_of(in_dimension(n_dims, step=1200, seed=1), first).plane is not first.plane
    assert scene_of(in_dimension(n_dims, step=10, seed=1), first).plane is not first.plane


def test_another_number_of_dimensions_begins_anew() -> None:
    wide = scene_of(in_dimension(8), scene_of(in_dimension(5)))
    assert wide.plane.plane.axes.shape == (2, 8)
    assert isinstance(scene_of(in_dimension(5), scene_of(in_dimension(2))).plane, Projection)
    assert scene_of(in_dimension(2), wide).pairs is not None


@pytest.mark.parametrize("n_dims", [1, 2, 5])
def test_numbers_that_are_missing_do_no_harm(n_dims) -> None:
    snapshot = in_dimension(n_dims)
    points, codebook = snapshot.points.copy(), snapshot.codebook.copy()
    points[3], codebook[2] = np.nan, np.inf
    scene = scene_of(replace(snapshot, points=points, codebook=codebook))
    assert np.isfinite(scene.spread)
    nothing = replace(snapshot, points=np.full_like(points, np.nan), codebook=np.full_like(codebook, np.nan))
    assert scene_of(nothing).spread == 0
    none_at_all = replace(snapshot, points=points[:0], point_codes=snapshot.point_codes[:0])
    assert len(scene_of(none_at_all).dots) == 0


def test_a_lattice_keeps_its_neighbours() -> None:
    first = scene_of(make_snapshot())
    assert scene_of(make_snapshot(300), first).pairs is first.pairs
    assert scene_of(later(make_snapshot()), first).pairs is not first.pairs


# -- trails -----------------------------------------------------------------------------------------------


def test_a_trail_is_where_the_code_was_in_each_snapshot() -> None:
    memory, snapshot = TrailMemory(), make_snapshot()
    shown = [snapshot]
    for _ in range(3):
        shown.append(later(shown[-1]))
    for one in shown:
        memory.add(one)
    trails = memory.trails(plane_of(snapshot.points))
    np.testing.assert_allclose(trails.places, [one.codebook for one in shown])
    assert trails.is_joined.shape == (3, K)
    assert trails.is_joined.all()


def test_trails_are_bounded() -> None:
    memory, snapshot = TrailMemory(), make_snapshot()
    for _ in range(MOST_INSTANTS + 10):
        memory.add(snapshot := later(snapshot))
    assert len(memory) == MOST_INSTANTS
    large = TrailMemory()
    snapshot = replace(snapshot, codebook=np.zeros((2048, 512), np.float32), revived_at=np.full(2048, -1))
    for _ in range(10):
        large.add(snapshot := later(snapshot))
    assert len(large) * snapshot.codebook.size <= MOST_NUMBERS


def test_a_revived_code_has_no_trail_from_before() -> None:
    memory, snapshot = TrailMemory(), make_snapshot()
    steps = []
    for i in range(5):
        snapshot = later(snapshot)
        steps.append(snapshot.step)
        if i >= 3:
            revived_at = snapshot.revived_at.copy()
            revived_at[2] = steps[2] + 5
            memory.add(replace(snapshot, revived_at=revived_at))
        else:
            memory.add(snapshot)
    is_joined = memory.trails(plane_of(snapshot.points)).is_joined
    assert is_joined[:, 2].tolist() == [False, False, False, True]
    assert np.delete(is_joined, 2, axis=1).all()


def test_trails_begin_anew_where_time_does_not_go_on() -> None:
    memory, snapshot = TrailMemory(), make_snapshot()
    shown = [snapshot]
    for _ in range(5):
        shown.append(later(shown[-1]))
    for one in shown:
        memory.add(one)
    memory.add(shown[-1])
    assert len(memory) == 6  # shown again, as after another theme
    memory.add(shown[2])
    assert len(memory) == 1  # back on the timeline
    for one in shown[3:]:
        memory.add(one)
    memory.add(later(shown[-1], 100_000))
    assert len(memory) == 1  # far ahead on the timeline
    memory.add(later(in_dimension(3, K), 200_000))
    assert len(memory) == 1  # another run
    memory.forget()
    assert len(memory) == 0


# -- arrows -----------------------------------------------------------------------------------------------


def test_straight_through_hands_on_the_same_arrow() -> None:
    snapshot = make_snapshot()
    scene = scene_of(snapshot)
    arrows = make_arrows(snapshot, CONFIG, scene.plane, scene.spread, -1)
    np.testing.assert_allclose(arrows.z_e, snapshot.arrow_starts, rtol=1e-6)
    np.testing.assert_allclose(arrows.z_q, snapshot.codebook[snapshot.arrow_codes], rtol=1e-6)
    np.testing.assert_allclose(arrows.arriving, -arrows.factor * snapshot.arrow_gradients, rtol=1e-6)
    np.testing.assert_array_equal(arrows.handed, arrows.arriving)


@pytest.mark.parametrize("n_dims", [2, 7])
def test_the_rotation_trick_hands_on_what_autograd_says(n_dims) -> None:
    snapshot = in_dimension(n_dims)
    scene = scene_of(snapshot)
    code = int(np.bincount(snapshot.arrow_codes).argmax())
    arrows = make_arrows(snapshot, replace(CONFIG, estimator="rotation"), scene.plane, scene.spread, code)
    own = snapshot.arrow_codes == code
    z_e = torch.tensor(snapshot.arrow_starts[own], dtype=torch.float64, requires_grad=True)
    z_q = torch.tensor(snapshot.codebook[code], dtype=torch.float64).expand_as(z_e)
    gradient = torch.tensor(snapshot.arrow_gradients[own], dtype=torch.float64)
    (handed,) = torch.autograd.grad(rotate(z_e, z_q), z_e, gradient)
    assert arrows.is_rotated
    assert len(arrows.codes) == own.sum() > 0
    expected = -arrows.factor * scene.plane.place_means(handed.numpy())
    np.testing.assert_allclose(arrows.handed, expected, rtol=1e-9, atol=1e-9 * arrows.factor)


def test_finite_scalar_quantisation_knows_no_rotation() -> None:
    snapshot = make_snapshot()
    config = replace(CONFIG, estimator="rotation", quantizer="fsq")
    assert not make_arrows(snapshot, config, plane_of(snapshot.points), 1.0, -1).is_rotated


def test_a_few_points_have_arrows_or_those_of_a_code() -> None:
    snapshot = in_dimension(3)
    scene = scene_of(snapshot)
    assert len(make_arrows(snapshot, CONFIG, scene.plane, scene.spread, -1).codes) == FEW
    own = make_arrows(snapshot, CONFIG, scene.plane, scene.spread, 7).codes
    assert own.tolist() == [7] * int((snapshot.arrow_codes == 7).sum())


def test_the_scale_is_round_and_kept_while_it_suits() -> None:
    snapshot = in_dimension(2)
    scene = scene_of(snapshot)
    factor = make_arrows(snapshot, CONFIG, scene.plane, scene.spread, -1).factor
    assert float(f"{factor:.0e}") == pytest.approx(factor)
    assert f"{factor:.0e}"[0] in "125"
    for times, is_kept in ((1.5, True), (0.6, True), (100.0, False), (0.01, False)):
        other = replace(snapshot, arrow_gradients=snapshot.arrow_gradients * np.float32(times))
        again = make_arrows(other, CONFIG, scene.plane, scene.spread, -1, factor).factor
        assert (again == factor) == is_kept


def test_gradients_without_numbers_have_no_arrows() -> None:
    snapshot = in_dimension(2)
    gradients = snapshot.arrow_gradients.copy()
    gradients[:50] = np.nan
    scene = scene_of(snapshot)
    arrows = make_arrows(replace(snapshot, arrow_gradients=gradients), CONFIG, scene.plane, scene.spread, -1)
    assert np.isfinite(arrows.arriving).all()
    nothing = replace(snapshot, arrow_gradients=np.full_like(gradients, np.nan))
    assert len(make_arrows(nothing, CONFIG, scene.plane, scene.spread, -1).codes) == 0
    still = replace(snapshot, arrow_gradients=np.zeros_like(gradients))
    assert make_arrows(still, CONFIG, scene.plane, scene.spread, -1).factor == 1.0


def test_arrows_on_a_line_run_along_it() -> None:
    snapshot = in_dimension(1, 5)
    scene = scene_of(snapshot)
    arrows = make_arrows(snapshot, CONFIG, scene.plane, scene.spread, -1)
    np.testing.assert_array_equal(arrows.z_e[:, 1], arrows.z_q[:, 1])
    assert not arrows.arriving[:, 1].any()


# -- words ------------------------------------------------------------------------------------------------


def test_the_two_nearest_codes_are_those_of_a_plain_search() -> None:
    snapshot = in_dimension(5)
    for point in snapshot.points[:50].astype(float):
        distances = np.linalg.norm(snapshot.codebook - point, axis=1)
        found = nearest_two(snapshot.codebook, point)
        assert [found.code, found.second] == np.argsort(distances)[:2].tolist()
        assert [found.distance, found.second_distance] == pytest.approx(np.sort(distances)[:2])
    alone = nearest_two(snapshot.codebook[:1], snapshot.points[0].astype(float))
    assert (alone.code, alone.second) == (0, -1)


def test_a_dot_says_its_code_distance_and_second_nearest() -> None:
    snapshot = in_dimension(5)
    distances = np.linalg.norm(snapshot.codebook - snapshot.points[4].astype(float), axis=1)
    own, second = np.argsort(distances)[:2]
    assert target_words(snapshot, Target(int(own), 4)) == (
        f"dot of code {own} · distance {distances[own]:.3g} · "
        f"second: code {second} at {distances[second]:.3g}"
    )


def test_a_code_says_how_many_dots_are_its_own_and_whether_it_is_dead() -> None:
    snapshot = make_snapshot()
    n_own = int((snapshot.point_codes == 1).sum())
    expected = f"code 1 · {n_own} of {len(snapshot.points)} dots · nearest: code "
    assert code_words(snapshot, 1).startswith(expected)
    assert "unused for 35 steps" in code_words(snapshot, DEAD_CODE)
    assert code_words(snapshot, -1) == code_words(snapshot, K) == ""


def test_words_survive_codes_and_dots_without_numbers() -> None:
    snapshot = make_snapshot()
    nothing = replace(
        snapshot, codebook=np.full_like(snapshot.codebook, np.nan), points=snapshot.points * np.nan
    )
    assert "?" in target_words(nothing, Target(0, 3))
    assert code_words(nothing, 0).startswith("code 0")
    assert target_words(nothing, Target(0, 10_000))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (CONFIG, "the same arrow twice"),
        (replace(CONFIG, estimator="rotation"), "turns and scales"),
        (replace(CONFIG, quantizer="fsq"), "squashed"),
    ],
)
def test_the_arrows_are_explained_for_each_estimator(config, words) -> None:
    assert words in arrow_words(config, make_snapshot(), None, -1)
