"""The VQ-VAE as a whole: sizes, terms, painting, collapse, and several processes."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_vae_config import Network, VqVaeConfig
from dgm_explorer.models.codebook import CodebookLossUpdate
from dgm_explorer.models.nearest_code import perplexity
from dgm_explorer.models.quantizer import VectorQuantizer
from dgm_explorer.models.vq_vae import Reconstructed, VqVae

SMALL = VqVaeConfig(codebook_size=16, code_dim=4, width=8, batch_size=32, learning_rate=5e-3)


def make_model(config: VqVaeConfig = SMALL, shape: tuple[int, int, int] = (8, 8, 1)) -> VqVae:
    return VqVae(config, shape, 0.1, torch.Generator().manual_seed(config.seed))


def noise_images(model: VqVae, n: int = 5) -> Tensor:
    height, width, n_channels = model.image_shape
    return torch.rand(n, n_channels, height, width, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("network", get_args(Network))
@pytest.mark.parametrize("shape", [(28, 28, 1), (29, 30, 3), (8, 8, 1), (5, 17, 3), (1, 1, 1)])
@torch.no_grad()
def test_images_of_any_size_come_back_in_it(network: Network, shape: tuple[int, int, int]) -> None:
    model = make_model(replace(SMALL, network=network), shape)
    x = noise_images(model)
    result = model(x)
    height, width, _ = shape
    stride = 4 if min(height, width) >= 16 else 2
    assert model.grid_shape == (-(-height // stride), -(-width // stride))
    assert result.quantized.codes.shape == (5, *model.grid_shape)
    assert result.images.shape == x.shape


@torch.no_grad()
def test_padding_repeats_the_border_and_does_not_count() -> None:
    config = replace(SMALL, network="local", stride=4, is_batch_normalized=False)
    model, whole = make_model(config, (6, 7, 1)), make_model(config, (8, 8, 1))
    x = noise_images(model)
    padded = torch.from_numpy(np.pad(x.numpy(), ((0, 0), (0, 0), (0, 2), (0, 1)), mode="edge"))
    small, large = model(x), whole(padded)
    torch.testing.assert_close(small.z_e, large.z_e)
    torch.testing.assert_close(small.images, large.images[..., :6, :7])
    expected = (x - large.images[..., :6, :7]).square().mean() / 0.1
    torch.testing.assert_close(model.losses(x, small).reconstruction, expected)


def test_terms_add_up_and_reach_the_encoder() -> None:
    model = make_model(replace(SMALL, codebook_update="codebook_loss"))
    x = noise_images(model)
    result = model(x)
    losses = model.losses(x, result)
    z_q = result.quantized.z_q.detach()
    distance = (result.z_e.detach() - z_q).square().mean()
    torch.testing.assert_close(losses.codebook.detach(), distance)
    torch.testing.assert_close(losses.commitment.detach(), 0.25 * distance)
    torch.testing.assert_close(losses.total, torch.stack(losses).sum())
    losses.total.backward()
    assert all(p.grad is not None and bool(p.grad.isfinite().all()) for p in model.parameters())


def test_decoder_gradient_arrives_at_z_e_unchanged() -> None:
    model = make_model()
    x = noise_images(model)
    result = model(x)
    result.z_e.retain_grad()
    result.quantized.z_q.retain_grad()
    model.losses(x, result).reconstruction.backward()
    assert result.z_e.grad is not None
    assert result.quantized.z_q.grad is not None
    assert torch.equal(result.z_e.grad, result.quantized.z_q.grad)


@pytest.mark.parametrize("quantizer", ["vq", "fsq"])
@torch.no_grad()
def test_painted_codes_decode_as_encoded_ones(quantizer: str) -> None:
    model = make_model(replace(SMALL, quantizer=quantizer)).eval()  # type: ignore[arg-type]
    x = noise_images(model)
    codes = model.encode_codes(x)
    torch.testing.assert_close(model.decode_codes(codes), model(x).images)
    assert codes.max() < model.quantizer.n_codes


def test_rows_of_a_data_set_are_images_channel_last() -> None:
    model = make_model(shape=(2, 3, 3))
    rows = torch.arange(36.0).view(2, 18)
    images = model.to_images(rows)
    assert images.shape == (2, 3, 2, 3)
    assert images[1, 2, 0, 1] == 18 + 5
    assert torch.equal(model.to_rows(images), rows)


def digits() -> Tensor:
    return torch.from_numpy(load_digits().images.astype(np.float32)[:, None] / 16)


def train(model: VqVae, x: Tensor, n_steps: int, learning_rate: float = 5e-3) -> list[float]:
    """Loss of each step."""
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    generator, losses = torch.Generator().manual_seed(0), []
    for _ in range(n_steps):
        batch = x[torch.randint(len(x), (32,), generator=generator)]
        result: Reconstructed = model(batch)
        total = model.losses(batch, result).total
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        model.learn(result)
        losses.append(float(total.detach()))
    return losses


@torch.no_grad()
def use(model: VqVae, x: Tensor) -> float:
    model.eval()
    counts = torch.bincount(model.encode_codes(x).flatten(), minlength=model.quantizer.n_codes)
    model.train()
    return float(perplexity(counts))


def test_the_recipe_fills_the_codebook_and_without_it_most_codes_are_lost() -> None:
    x = digits()
    full = make_model()
    losses = train(full, x, 60)
    assert np.mean(losses[-10:]) < 0.3 * losses[0]
    assert use(full, x) > 12
    bare = make_model(
        replace(SMALL, codebook_start="uniform", decay=0.99, revival_fraction=0, is_batch_normalized=False)
    )
    train(bare, x, 60)
    assert use(bare, x) < 9


def test_ingredients_change_between_steps_and_a_collapsed_codebook_recovers() -> None:
    x = digits()
    model = make_model(
        replace(SMALL, codebook_start="uniform", decay=0.99, revival_fraction=0, is_batch_normalized=False)
    )
    train(model, x, 20)
    collapsed = use(model, x)
    quantizer = model.quantizer
    assert isinstance(quantizer, VectorQuantizer)
    quantizer.revival_fraction, quantizer.estimator, model.is_normalized = 0.1, "rotation", True
    train(model, x, 40)
    assert use(model, x) > 2 * collapsed
    quantizer.update = CodebookLossUpdate(decay=0.95)
    assert all(np.isfinite(train(model, x, 5)))


def test_everything_depends_on_the_seed_alone() -> None:
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        model = make_model()
        train(model, digits(), 5)
        assert torch.equal(torch.get_rng_state(), before)
        results.append(model.state_dict())
    assert all(torch.equal(tensor, results[1][name]) for name, tensor in results[0].items())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"codebook_size": 1}, "codebook_size"),
        ({"stride": 3}, "stride"),
        ({"fsq_levels": (64, 64, 64)}, "fsq_levels"),
        ({"fsq_levels": (1, 8)}, "fsq_levels"),
        ({"decay": 1.0}, "decay"),
        ({"commitment": float("nan")}, "commitment"),
        ({"revival_fraction": 2.0}, "revival_fraction"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        VqVaeConfig(**change)  # type: ignore[arg-type]
