"""Places of codes, receptive fields, rows that fit, and answers of the network, without a window."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from dgm_explorer.core.vq_inference import Encoded
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.vq_vae import VqVae
from dgm_explorer.ui.tabs.vq_vae.reconstructions import requests as recon_requests
from dgm_explorer.ui.tabs.vq_vae.reconstructions.fields import Fields, cut_fields
from dgm_explorer.ui.tabs.vq_vae.reconstructions.pictures import Pictures
from dgm_explorer.ui.tabs.vq_vae.reconstructions.requests import OWN, ImageRequest, answer
from dgm_explorer.ui.tabs.vq_vae.reconstructions.row_geometry import fit_rows
from dgm_explorer.ui.tabs.vq_vae.reconstructions.use import find_use
from tests.ui.tabs.vq_vae import cases

# -- where a code is used ---------------------------------------------------------------------------------


def test_places_are_those_that_counting_one_by_one_finds() -> None:
    codes = cases.make_codes()
    for code in range(cases.K):
        use = find_use(codes, code, most_images=10, most_cells=15)
        counts = [sum(int(cell) == code for cell in grid.ravel()) for grid in codes]
        by_count = sorted((i for i in range(len(codes)) if counts[i]), key=lambda i: (-counts[i], i))
        assert use.places.tolist() == by_count[:10]
        assert use.counts.tolist() == [counts[i] for i in by_count[:10]]
        assert (use.n_cells, use.n_images, use.n_analysed) == (sum(counts), len(by_count), len(codes))
        assert all(codes[tuple(cell)] == code for cell in use.cells)
        assert len({tuple(cell) for cell in use.cells.tolist()}) == len(use.cells)
        assert len(use.cells) == min(15, int(use.counts.sum()))


def test_a_code_that_stands_nowhere() -> None:
    use = find_use(cases.make_codes(), cases.DEAD_CODE, 10, 10)
    assert (use.n_cells, use.n_images) == (0, 0)
    assert use.places.shape == (0,)
    assert use.cells.shape == (0, 3)


# -- receptive fields -------------------------------------------------------------------------------------


def test_patches_are_cut_as_from_a_padded_image() -> None:
    images = np.random.default_rng(0).uniform(size=(3, 9, 7, 2)).astype(np.float32)
    fields = Fields(size=6, stride=2)
    cells = np.array([(0, 0, 0), (2, 4, 3), (1, 2, 1)])
    padded = np.pad(images, ((0, 0), (6, 6), (6, 6), (0, 0)))
    for patch, (image, row, column) in zip(cut_fields(images, cells, fields), cells, strict=True):
        y, x = 6 + fields.start(row), 6 + fields.start(column)
        np.testing.assert_array_equal(patch, padded[image, y : y + 6, x : x + 6])


@pytest.mark.parametrize("network", ["light", "residual", "local"])
@pytest.mark.parametrize("stride", [1, 2, 4, 8])
def test_fields_are_where_gradients_say(network: str, stride: int) -> None:
    """Pixels that move the encoder's output of a cell in the middle, by autograd."""
    config = VqVaeConfig(codebook_size=4, code_dim=2, network=network, width=8, stride=stride)  # type: ignore[arg-type]
    side = 16 * stride
    model = VqVae(config, (side, side, 1), 1.0, torch.Generator().manual_seed(0))
    fields = Fields(model.receptive_field.size, stride)
    x = torch.rand(8, 1, side, side, generator=torch.Generator().manual_seed(1), requires_grad=True)
    cell = model.grid_shape[0] // 2
    model.encoder(x)[:, :, cell, cell].square().sum().backward()
    assert x.grad is not None
    seen = np.flatnonzero(x.grad.abs().sum((0, 1, 2)).numpy())
    first, last = fields.start(cell), fields.start(cell) + fields.size - 1
    assert first <= seen[0]
    assert seen[-1] <= last
    slack = 2 if network == "residual" else 0  # gradients of ReLUs may die out at the very edge
    assert seen[0] - first <= slack * stride
    assert last - seen[-1] <= slack * stride


# -- rows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 5, 20])
@pytest.mark.parametrize("image", [(8, 8), (28, 28), (20, 64), (256, 256), (1, 40)])
@pytest.mark.parametrize("room", [(520, 150), (1080, 400), (120, 900), (30, 20)])
def test_rows_lie_inside_and_apart(n: int, image: tuple[int, int], room: tuple[int, int]) -> None:
    rows = fit_rows(n=n, n_parts=3, image=image, room=room, least_side=40, gap=8, caption=15)
    assert 1 <= rows.n <= n
    assert rows.zoom == int(rows.zoom) or rows.zoom < 1
    width, height = rows.row_size
    corners = [rows.corner(index, 0) for index in range(rows.n)]
    if room[0] >= 120:
        assert all(x >= 0 and x + width <= room[0] for x, _ in corners)
    if rows.n > 1:
        assert all(y >= 0 and y + height <= room[1] for _, y in corners)
    for (x, y), (next_x, next_y) in pairwise(corners):
        assert next_x >= x + width + 8 or next_y >= y + height + 8
    for index in range(rows.n):
        for part in range(3):
            left, top = rows.corner(index, part)
            found, x_px, y_px = rows.find(left + rows.part_size[0] / 2, top + rows.part_size[1] / 2)
            assert found == index
            assert x_px == pytest.approx(image[1] / 2, abs=1 / rows.zoom)
            assert y_px == pytest.approx(image[0] / 2, abs=1 / rows.zoom)


def test_rows_grow_until_all_fit_and_no_smaller_than_told() -> None:
    def fit(n: int, room: tuple[int, int]) -> tuple[int, float]:
        rows = fit_rows(n=n, n_parts=3, image=(28, 28), room=room, least_side=40, gap=8, caption=15)
        return rows.n, rows.zoom

    assert fit(1, (520, 200)) == (1, 6)  # 3 · 6 · 28 + 4 = 508
    assert fit(20, (520, 200)) == (4, 2)  # two side by side of 172, two above each other of 71
    assert fit(20, (1100, 900)) == (20, 3)


def test_what_is_beside_the_rows_is_none_of_them() -> None:
    rows = fit_rows(n=3, n_parts=2, image=(10, 10), room=(300, 200), least_side=40, gap=8, caption=15)
    assert rows.find(rows.left - 1, rows.top + 3)[0] == -1
    width, height = rows.row_size
    assert rows.find(rows.left + width + 1, rows.top + 3)[0] == -1
    assert rows.find(rows.left + 2, rows.top + height - 2) == (0, -1.0, -1.0)  # its caption


# -- the network's answers --------------------------------------------------------------------------------


class CountingInference(cases.PlainInference):
    def __init__(self) -> None:
        self.sizes: list[int] = []

    def encode(self, images: np.ndarray) -> Encoded:
        self.sizes.append(len(images))
        return super().encode(images)


def make_request(rows: list[int], step: int = 200) -> ImageRequest:
    return ImageRequest(np.array(rows), cases.make_dataset().inputs[rows], step)


def test_images_in_parts_are_encoded_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recon_requests, "MOST_NUMBERS", 3 * 16 * cases.K)
    inference = CountingInference()
    found = answer(inference, make_request([4, 1, 9, 3, 7, 2, 8, 6]))
    assert inference.sizes == [1, 3, 3, 1]
    whole = cases.PlainInference().encode(found.images)
    np.testing.assert_array_equal(found.codes, whole.codes)
    np.testing.assert_array_equal(found.reconstructions, whole.reconstructions)
    np.testing.assert_array_equal(found.distances, whole.distances[0])
    assert found.largest == whole.distances[0].max()
    assert found.place_of(9) == 2
    assert found.place_of(5) == -1


def test_the_answer_to_a_stroke_keeps_the_other_images() -> None:
    inference = cases.PlainInference()
    older = answer(inference, make_request([4, 1], step=100))
    newer = answer(inference, make_request([4], step=101)).with_rest_of(older)
    assert newer.rows.tolist() == [4, 1]
    assert newer.steps.tolist() == [101, 100]
    np.testing.assert_array_equal(newer.codes[1], older.codes[1])


def test_pictures_come_from_the_snapshot_before_the_answer() -> None:
    snapshot, dataset = cases.make_snapshot(), cases.make_dataset()
    own = np.full(64, 0.5, np.float32)
    rows = np.array([30, OWN, 0])
    request = ImageRequest(rows, np.stack([dataset.inputs[30], own, dataset.inputs[0]]), 200)
    found = answer(cases.PlainInference(), request)
    pictures = Pictures(snapshot, dataset, found, own)
    np.testing.assert_array_equal(pictures.codes(30), snapshot.codes[30])
    np.testing.assert_array_equal(pictures.codes(OWN), found.codes[1])
    np.testing.assert_array_equal(pictures.reconstruction(0), snapshot.reconstructions[0])
    np.testing.assert_array_equal(pictures.reconstruction(30), found.reconstructions[0])
    assert np.isnan(pictures.reconstruction(31)).all()
    assert np.isnan(pictures.second_reconstruction(0)).all()
    assert pictures.is_complete(3)
    assert not pictures.is_complete(30)
    expected = ((dataset.inputs[30].astype(float) - found.reconstructions[0]) ** 2).mean()
    assert pictures.mse(30) == pytest.approx(expected)
    assert pictures.variance == pytest.approx(0.01 / 0.08)
