"""The parts of `bench quantizer` measure what they say."""

import pytest
import torch
from torch import Tensor

from dgm_explorer.bench import quantizer
from dgm_explorer.bench.onehot_quantizer import OneHotQuantizer
from dgm_explorer.bench.peak_memory import measure_peak_extra_mb
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.quantizer import VectorQuantizer


def test_peak_memory_is_that_of_tensors_alive_together() -> None:
    def step() -> Tensor:
        first, second = torch.zeros(10, 250_000), torch.zeros(5, 250_000)
        del first
        return second + torch.zeros(250_000)

    assert measure_peak_extra_mb(step) == pytest.approx(15, rel=0.02)


@torch.no_grad()
def test_the_published_quantizer_computes_what_ours_does() -> None:
    config = VqVaeConfig(codebook_size=32, code_dim=8, decay=0.99, revival_fraction=0)
    z_e = torch.randn(4, 8, 5, 5, generator=torch.Generator().manual_seed(0))
    ours = VectorQuantizer(config, torch.Generator().manual_seed(1))
    theirs = OneHotQuantizer(ours.codebook.vectors)
    ours.codebook.counts.zero_()  # as published, which costs codes that are not used at once
    quantized = ours(z_e)
    z_q, loss = theirs(z_e)
    torch.testing.assert_close(quantized.z_q, z_q)
    torch.testing.assert_close(quantized.commitment_loss, loss)
    learnt = ours.learn(z_e, quantized.codes)
    is_used = learnt.counts > 0
    torch.testing.assert_close(ours.codebook.vectors[is_used], theirs.codebook[is_used])


def test_wrong_codes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert quantizer.count_wrong_codes(300) == 0
    monkeypatch.setattr(quantizer, "nearest_codes", lambda z, _: torch.zeros(len(z), dtype=torch.int64))
    assert quantizer.count_wrong_codes(300) > 600


def test_figures_have_their_names_and_a_missing_rival_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quantizer, "find_spec", lambda _: None)
    figures = quantizer.measure(rounds=1, n_images=1)
    names = [figure.name for figure in figures]
    assert names == ["vs_onehot", "peak_extra_mb", "codes_equal_float64", "ours_ms"]
    assert "vector_quantize_pytorch is not installed" in capsys.readouterr().err
