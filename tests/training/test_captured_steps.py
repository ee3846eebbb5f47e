"""Steps as a card runs them: networks and losses as one graph each, products in bfloat16."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.gmm_vae import GmmVae
from dgm_explorer.models.vq_vae import VqVae
from dgm_explorer.training.devices import Place
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from dgm_explorer.training.vq_vae_run import VqVaeModelRun

BFLOAT16_STEP = 2.0**-8
"""Relative distance of neighbouring numbers."""


def graph_of(function: Callable[..., object]) -> Callable[..., object]:
    """Traced as for a card, without its compiler; anything that would split the graph is an error."""
    return torch.compile(function, backend="eager", fullgraph=True, dynamic=False)


@pytest.fixture(scope="module")
def images() -> Dataset:
    rng = np.random.default_rng(0)
    inputs = rng.random((200, 64), dtype=np.float32)
    return Dataset("noise", inputs, None, (), (8, 8, 1), np.arange(200) % 10 == 0, "0")


def make_gmm_vae(data: Dataset, place: Place) -> GmmVaeModelRun:
    return GmmVaeModelRun(GmmVaeConfig(hidden=(16,), pretrain_epochs=1, epochs=1, batch_size=32), data, place)


def make_vq_vae(data: Dataset, place: Place) -> VqVaeModelRun:
    return VqVaeModelRun(VqVaeConfig(epochs=1, batch_size=32), data, place)


@pytest.mark.parametrize("make", [make_gmm_vae, make_vq_vae])
def test_each_captured_function_is_one_graph_that_trains_as_the_function_does(
    images: Dataset, make: Callable[[Dataset, Place], GmmVaeModelRun | VqVaeModelRun]
) -> None:
    torch.compiler.reset()
    place = Place(compiler=graph_of, has_bfloat16=True)
    captured, plain = make(images, place), make(images, Place(has_bfloat16=True))
    assert place.notes == []
    for run in (captured, plain):
        for _ in run.steps():
            pass
    for name, tensor in plain.model.state_dict().items():
        torch.testing.assert_close(captured.model.state_dict()[name], tensor, rtol=1e-4, atol=1e-5)


def gmm_vae(autocast: Place) -> GmmVae:
    config = GmmVaeConfig(hidden=(256, 256), latent_dim=2)
    return GmmVae(config, 64, torch.Generator().manual_seed(0), autocast.autocast)


def test_terms_of_the_bound_stay_close_in_bfloat16(images: Dataset) -> None:
    """Only products of the networks are rounded: (a) moves by less than a step of bfloat16, the rest by less
    than such a step of the codes and log variances that they are made of."""
    x, noise = torch.from_numpy(images.inputs), torch.randn(1, 200, 2)
    exact = gmm_vae(Place()).terms(x, noise)
    rounded = gmm_vae(Place(has_bfloat16=True)).terms(x, noise)
    for ours, theirs in zip(rounded, exact, strict=True):
        assert ours.dtype == torch.float32
        assert (ours - theirs).abs().max() <= BFLOAT16_STEP * theirs.abs().max().clamp_min(1)
    assert not torch.equal(rounded.a, exact.a), "bfloat16 was in use"


def test_codes_lie_on_no_lattice_in_bfloat16(images: Dataset) -> None:
    mean = gmm_vae(Place(has_bfloat16=True)).encode(torch.from_numpy(images.inputs)).mean
    assert not torch.equal(mean, mean.bfloat16().float())


def vq_vae(place: Place) -> VqVae:
    config = VqVaeConfig(is_batch_normalized=False)
    return VqVae(config, (8, 8, 1), 0.1, torch.Generator().manual_seed(0), place.autocast).eval()


def margin(z: Tensor, codebook: Tensor) -> Tensor:
    """How far each vector (N, D) is from changing its code (N,), as a distance."""
    distances, nearest = torch.cdist(z.double(), codebook.double()).sort(1)
    gap = (codebook[nearest[:, 1]] - codebook[nearest[:, 0]]).norm(dim=1)
    return torch.div(distances[:, 1] ** 2 - distances[:, 0] ** 2, 2 * gap)


def test_codes_of_well_separated_vectors_are_those_of_float32(images: Dataset) -> None:
    """A vector moves by a few steps of bfloat16; those further than that from a border keep their code."""
    exact, rounded = vq_vae(Place()), vq_vae(Place(has_bfloat16=True))
    x = exact.to_images(torch.from_numpy(images.inputs))
    z, moved = exact.encode(x), rounded.encode(x)
    assert moved.dtype == torch.float32
    z, moved = (one.movedim(1, -1).flatten(0, 2).detach() for one in (z, moved))
    shift = (moved - z).norm(dim=1)
    assert 0 < shift.max() <= 4 * BFLOAT16_STEP * z.norm(dim=1).max()
    with torch.no_grad():  # codes among the vectors, so that many of these are clear and some are not
        for model in (exact, rounded):
            model.quantizer.codebook.vectors.copy_(z[:: len(z) // 64][:64])  # type: ignore[attr-defined]
    is_clear = margin(z, exact.quantizer.codebook.vectors) > shift  # type: ignore[attr-defined]
    assert is_clear.float().mean() > 0.5
    codes, codes_moved = (model.encode_codes(x).flatten() for model in (exact, rounded))
    assert torch.equal(codes[is_clear], codes_moved[is_clear])
