"""Networks of the VQ-VAE: what they see, what they give back, and what their weights depend on."""

from typing import get_args

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from dgm_explorer.core.vq_vae_config import Network, VqVaeConfig
from dgm_explorer.models.vq_networks import Networks, ResidualBlock, make_networks, receptive_field

NETWORKS: tuple[Network, ...] = get_args(Network)


def make(network: Network, stride: int, n_channels: int = 1, seed: int = 0) -> Networks:
    config = VqVaeConfig(network=network, width=8, code_dim=5)
    return make_networks(config, n_channels, stride, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("stride", [1, 2, 4, 8])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_images_become_grids_and_grids_images(network: Network, stride: int, n_channels: int) -> None:
    networks = make(network, stride, n_channels)
    x = torch.rand(2, n_channels, 3 * stride, 2 * stride)
    z = networks.encoder(x)
    assert z.shape == (2, 5, 3, 2)
    assert networks.decoder(z).shape == x.shape


def positive(networks: Networks) -> Networks:
    """Weights all above 0, so that no influence is lost to a ReLU or cancelled."""
    with torch.no_grad():
        for network in networks:
            for parameter in network.parameters():
                parameter.abs_().add_(0.01)
    return networks


def touched(gradient: Tensor | None) -> tuple[int, int]:
    """First and last pixel with a gradient along the rows of (1, C, H, W)."""
    assert gradient is not None
    rows = gradient.abs().sum((0, 1, 3)).nonzero()[:, 0].tolist()
    assert rows == list(range(rows[0], rows[-1] + 1))
    return rows[0], rows[-1]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("stride", [1, 2, 4])
def test_receptive_field_is_where_the_gradient_arrives(network: Network, stride: int) -> None:
    encoder, _ = positive(make(network, stride))
    field = receptive_field(encoder)
    assert field.stride == stride
    n = 24  # so many vectors along either side that the field of the middle one lies inside
    x = torch.rand(1, 1, n * stride, n * stride, requires_grad=True)
    encoder(x)[0, :, n // 2, n // 2].sum().backward()
    first = field.offset + stride * (n // 2)
    assert touched(x.grad) == (first, first + field.size - 1)


def test_published_sizes() -> None:
    assert receptive_field(make("light", 4).encoder) == (10, 4, -3)  # two 4×4 convolutions of stride 2
    assert receptive_field(make("local", 4).encoder) == (4, 4, 0)
    config = VqVaeConfig(network="residual", code_dim=64)
    encoder, decoder = make_networks(config, 3, 4, torch.Generator())
    # counted in the authors' Sonnet example, whose 1×1 and 3×3 convolutions have biases too
    encoder_size = (3 * 64 * 16 + 64) + (64 * 128 * 16 + 128) + (128 * 128 * 9 + 128)
    residual = 2 * ((128 * 32 * 9 + 32) + (32 * 128 + 128))
    assert count(encoder) == encoder_size + residual + (128 * 64 + 64)
    decoder_size = (64 * 128 * 9 + 128) + (128 * 64 * 16 + 64) + (64 * 3 * 16 + 3)
    assert count(decoder) == decoder_size + residual


def count(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@torch.no_grad()
def test_a_code_of_the_local_network_is_one_patch_wherever_it_stands() -> None:
    _, decoder = make("local", 4)
    vectors = torch.randn(3, 5, generator=torch.Generator().manual_seed(1))
    grid = torch.tensor([[0, 1, 2], [2, 0, 0]])
    image = decoder(vectors[grid].permute(2, 0, 1)[None])[0, 0]
    patches = image.unfold(0, 4, 4).unfold(1, 4, 4)
    for code in range(3):
        places = patches[grid == code]
        torch.testing.assert_close(places, places[:1].expand_as(places))


@torch.no_grad()
def test_residual_blocks_leave_their_input_alone() -> None:
    block = ResidualBlock(6)
    x = torch.randn(2, 6, 4, 4)
    before = x.clone()
    first, second = block.branch[1], block.branch[3]
    hidden = functional.conv2d(x.clamp_min(0), first.weight, first.bias, padding=1).clamp_min(0)  # type: ignore[union-attr, arg-type]
    expected = x + functional.conv2d(hidden, second.weight, second.bias)  # type: ignore[union-attr, arg-type]
    torch.testing.assert_close(block(x), expected)
    assert torch.equal(x, before)


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_depend_on_the_seed_alone_and_are_spread_as_torchs(network: Network) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one, two, other = make(network, 4), make(network, 4), make(network, 4, seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    pairs = zip(one.encoder.parameters(), two.encoder.parameters(), strict=True)
    assert all(torch.equal(p, q) for p, q in pairs)
    assert not torch.equal(next(one.encoder.parameters()), next(other.encoder.parameters()))
    reference = torch.nn.ConvTranspose2d(8, 8, 4, 2)
    ours = next(m for m in one.decoder.modules() if isinstance(m, torch.nn.ConvTranspose2d))
    fan_in = ours.weight[0].numel()
    assert float(ours.weight.detach().abs().max()) == pytest.approx(fan_in**-0.5, rel=0.05)
    assert float(reference.weight.detach().abs().max()) == pytest.approx((8 * 16) ** -0.5, rel=0.05)
