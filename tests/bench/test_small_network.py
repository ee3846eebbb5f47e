"""The published network and ours, as the benchmark trains them."""

import pytest
import torch

from dgm_explorer.bench.notebook_vq_vae import NotebookTraining, make_decoder, make_encoder
from dgm_explorer.bench.small_network import BATCH, CONFIG, make_images, measure_small_network
from dgm_explorer.core.vq_vae_config import VqVaeConfig


def n_weights(module: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def test_the_published_network_has_the_published_sizes() -> None:
    """Weights counted by hand: k² · in · out + out for each convolution, no bias in residual blocks."""
    z_e = make_encoder()(torch.zeros(2, 1, 28, 28))
    assert z_e.shape == (2, 64, 7, 7)
    assert make_decoder()(z_e).shape == (2, 1, 28, 28)
    residual = 2 * (9 * 128 * 32 + 32 * 128)
    down = 16 * 64 + 64 + 16 * 64 * 128 + 128 + 9 * 128 * 128 + 128 + residual + 128 * 64 + 64
    up = 9 * 64 * 128 + 128 + residual + 16 * 128 * 64 + 64 + 16 * 64 + 1
    assert (n_weights(make_encoder()), n_weights(make_decoder())) == (down, up)


def test_the_published_training_learns() -> None:
    images = torch.from_numpy(make_images().inputs[:4]).view(4, 1, 28, 28)
    torch.manual_seed(0)
    training = NotebookTraining(images)
    for _ in range(20):
        assert training.step() == 4
    assert training.errors[-1] < 0.9 * training.errors[0]


def test_ours_are_the_defaults_but_for_the_batch() -> None:
    default = VqVaeConfig()
    assert CONFIG.batch_size == BATCH
    assert (CONFIG.network, CONFIG.n_codes, CONFIG.n_code_dims) == ("light", 64, 16)
    assert (CONFIG.network, CONFIG.is_batch_normalized) == (default.network, default.is_batch_normalized)


def test_every_figure_is_measured_and_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        figures = {figure.name: figure for figure in measure_small_network(rounds=1, stretch_s=0.2)}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    ratio = figures["small_net_vs_notebook_net"]
    assert (ratio.goal, ratio.unit) == (">= 10", "ratio")
    speeds = [figures[f"{name}_images_per_cpu_s"].value for name in ("small_net", "notebook_net")]
    assert ratio.value == pytest.approx(speeds[0] / speeds[1])
