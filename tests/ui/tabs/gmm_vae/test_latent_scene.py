"""A snapshot as a picture of its latent space."""

from dataclasses import replace

import numpy as np
import pytest

from dgm_explorer.ui.tabs.gmm_vae.latent_colors import cluster_colors, label_colors
from dgm_explorer.ui.tabs.gmm_vae.latent_scene import make_picture
from dgm_explorer.ui.theme import LIGHT
from tests.ui.tabs.gmm_vae.latent_cases import K, N, make_dataset, make_snapshot


def test_two_dimensions_are_drawn_as_they_are() -> None:
    snapshot = make_snapshot()
    picture = make_picture(snapshot, make_dataset(), "cluster", LIGHT)
    scene = picture.scene
    assert (scene.positions == snapshot.latent_means).all()
    assert (scene.rgb == cluster_colors(snapshot.responsibilities, LIGHT)).all()
    assert scene.axis_names == ("z₁", "z₂")
    for k, shape in enumerate(scene.components):
        assert shape.mean == pytest.approx(snapshot.component_means[k])
        assert shape.covariance == pytest.approx(np.diag(np.exp(snapshot.component_log_vars[k])))
        assert (shape.index, shape.rgb) == (k, LIGHT.component(k))
    assert [shape.share for shape in scene.components] == pytest.approx([0.5, 0.3, 0.2])


def test_dots_know_their_rows_of_the_data() -> None:
    dataset = make_dataset()
    picture = make_picture(make_snapshot(), dataset, "label", LIGHT)
    assert picture.rows.tolist() == list(range(0, 2 * N, 2))
    assert (picture.scene.rgb == label_colors(dataset.labels[::2], 4, LIGHT)).all()
    assert picture.dot_of(10) == 5
    assert picture.dot_of(11) == -1


def test_without_labels_colours_are_those_of_clusters_and_say_so() -> None:
    for dataset in (None, make_dataset(has_labels=False)):
        scene = make_picture(make_snapshot(), dataset, "label", LIGHT).scene
        assert scene.key.words == "argmax γ"
        assert len(scene.key.entries) == K


def test_fewer_dots_are_evenly_thinned_and_always_the_same() -> None:
    first = make_picture(make_snapshot(), make_dataset(), "mixed", LIGHT, n_points=30)
    again = make_picture(make_snapshot(seed=1), make_dataset(), "mixed", LIGHT, n_points=30)
    assert first.scene.positions.shape == (30, 2)
    assert (first.places == again.places).all()
    assert set(np.diff(first.places)) <= {4, 5}
    assert (first.scene.positions == make_snapshot().latent_means[first.places]).all()


def test_the_selection_is_kept_by_rows_of_the_data() -> None:
    selected = np.array([0, 10, 11])
    scene = make_picture(make_snapshot(), make_dataset(), "label", LIGHT, selected=selected).scene
    assert np.flatnonzero(scene.is_selected).tolist() == [0, 5]
    nothing = np.zeros(0, np.int64)
    assert make_picture(make_snapshot(), None, "label", LIGHT, selected=nothing).scene.is_selected is None


def test_a_table_of_the_dots_says_what_their_colours_can_say() -> None:
    snapshot, dataset = make_snapshot(), make_dataset()
    table = make_picture(snapshot, dataset, "mixed", LIGHT, n_points=30).scene.details()
    columns = dict(zip(table.header, table.columns, strict=True))
    for dot, row in enumerate(columns["example"]):
        gamma = snapshot.responsibilities[list(snapshot.probe).index(row)]
        assert columns["label"][dot] == ("cat", "dog", "hen", "owl")[row % 4]
        assert gamma[columns["component"][dot] - 1] == max(gamma) == columns["confidence"][dot]
    assert "label" not in make_picture(snapshot, None, "label", LIGHT).scene.details().header
    early = make_picture(replace(snapshot, phase="pretrain"), dataset, "label", LIGHT).scene.details()
    assert early.header == ("example", "label")


def test_a_selection_that_is_not_shown_greys_everything() -> None:
    scene = make_picture(make_snapshot(), None, "cluster", LIGHT, selected=np.array([1])).scene
    assert scene.is_selected is not None
    assert not scene.is_selected.any()


def test_five_dimensions_are_projected_and_the_axes_say_so() -> None:
    snapshot = make_snapshot(latent_dim=5)
    picture = make_picture(snapshot, make_dataset(), "cluster", LIGHT)
    variances = np.linalg.eigvalsh(np.cov(snapshot.latent_means.T.astype(float)))[::-1]
    share = 100 * variances / variances.sum()
    assert picture.scene.axis_names == (
        f"PC 1 · {share[0]:.0f} % of the variance",
        f"PC 2 · {share[1]:.0f} % of the variance",
    )
    assert np.var(picture.scene.positions, axis=0, ddof=1) == pytest.approx(variances[:2], rel=1e-4)


def test_a_projection_does_not_flip_between_snapshots() -> None:
    snapshot = make_snapshot(latent_dim=5)
    mirrored = replace(
        snapshot,
        latent_means=snapshot.latent_means + np.float32(0.01) * make_snapshot(5, seed=3).latent_means,
    )
    first = make_picture(snapshot, None, "cluster", LIGHT)
    second = make_picture(mirrored, None, "cluster", LIGHT, previous=first.plane)
    assert np.abs(second.scene.positions - first.scene.positions).max() < 0.3


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_places_become_codes_that_lie_there(latent_dim) -> None:
    plane = make_picture(make_snapshot(latent_dim), None, "cluster", LIGHT).plane
    code = plane.to_latent(1.5, -0.5)
    assert code.shape == (latent_dim,)
    place = plane.place_means(code[None])[0]
    assert place[: min(latent_dim, 2)] == pytest.approx([1.5, -0.5][: min(latent_dim, 2)])
    assert plane.place_means(plane.moved(code, 2.0, 1.0)[None])[0][0] == pytest.approx(2.0)


def test_one_dimension_is_a_strip_without_meaning_upwards() -> None:
    snapshot = make_snapshot(latent_dim=1)
    picture = make_picture(snapshot, None, "cluster", LIGHT)
    scene = picture.scene
    assert (scene.positions[:, 0] == snapshot.latent_means[:, 0]).all()
    assert scene.axis_names == ("z", "spread by number, no meaning")
    assert not scene.has_equal_aspect
    moved = make_picture(make_snapshot(1, seed=5), None, "cluster", LIGHT).scene
    assert (moved.positions[:, 1] == scene.positions[:, 1]).all()
    variances = np.exp(snapshot.component_log_vars[:, 0])
    assert [shape.covariance[0, 0] for shape in scene.components] == pytest.approx(variances)


def test_ellipses_keep_out_of_the_colours_of_labels() -> None:
    scene = make_picture(make_snapshot(), make_dataset(), "label", LIGHT).scene
    assert {shape.rgb for shape in scene.components} == {LIGHT.muted_text}
