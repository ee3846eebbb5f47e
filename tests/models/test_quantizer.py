"""The quantiser against the paper's formulas, written out over single vectors."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import RunFailed
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.codebook import Codebook, CodebookLossUpdate, EmaUpdate
from dgm_explorer.models.quantizer import VectorQuantizer, as_rows, straight_through

K, D = 9, 3


def make_quantizer(**changes: object) -> VectorQuantizer:
    settings: dict[str, object] = {"codebook_size": K, "code_dim": D, "revival_fraction": 0.0} | changes
    return VectorQuantizer(VqVaeConfig(**settings), torch.Generator().manual_seed(4))  # type: ignore[arg-type]


def encoded(n: int = 6, seed: int = 1) -> Tensor:
    return torch.randn(n, D, 4, 5, generator=torch.Generator().manual_seed(seed))


def state(codebook: Codebook) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in codebook.state_dict().items()}


class LoopEma:
    """Appendix A.1 in float64, one vector after another."""

    def __init__(self, vectors: Tensor, decay: float, epsilon: float) -> None:
        self.vectors = vectors.double().numpy().copy()
        self.counts, self.sums = np.ones(len(vectors)), self.vectors.copy()
        self._decay, self._epsilon = decay, epsilon

    def learn(self, rows: Tensor) -> None:
        counts, sums = np.zeros_like(self.counts), np.zeros_like(self.sums)
        for row in rows.double().numpy():
            nearest = int(((row - self.vectors) ** 2).sum(1).argmin())
            counts[nearest] += 1
            sums[nearest] += row
        total = 0.0
        for k in range(len(counts)):
            self.counts[k] = self._decay * self.counts[k] + (1 - self._decay) * counts[k]
            self.sums[k] = self._decay * self.sums[k] + (1 - self._decay) * sums[k]
            total += self.counts[k]
        for k in range(len(counts)):
            share = (self.counts[k] + self._epsilon) / (total + len(counts) * self._epsilon)
            self.vectors[k] = self.sums[k] / (share * total)


@pytest.mark.parametrize(("decay", "epsilon"), [(0.99, 1e-5), (0.5, 0.1)])
def test_moving_averages_are_the_papers(decay: float, epsilon: float) -> None:
    quantizer = make_quantizer(decay=decay, epsilon=epsilon)
    loop = LoopEma(quantizer.codebook.vectors.detach(), decay, epsilon)
    for seed in range(8):
        z_e = encoded(seed=seed)
        quantizer.learn(z_e, quantizer(z_e).codes)
        loop.learn(as_rows(z_e))
    np.testing.assert_allclose(quantizer.codebook.counts.numpy(), loop.counts, rtol=1e-6)
    np.testing.assert_allclose(quantizer.codebook.vectors.detach().numpy(), loop.vectors, rtol=0, atol=1e-6)


def test_the_notes_formula_is_the_case_of_one_vector_and_a_use_of_one() -> None:
    quantizer = make_quantizer(decay=0.9, epsilon=1e-10)
    z_e, before = encoded(1)[:, :, :1, :1], quantizer.codebook.vectors.detach().clone()
    code = int(quantizer(z_e).codes)
    quantizer.learn(z_e, torch.full((1, 1, 1), code))
    expected = before.clone()
    expected[code] = 0.9 * before[code] + 0.1 * z_e.flatten()
    torch.testing.assert_close(quantizer.codebook.vectors.detach(), expected)


def test_a_code_that_nothing_uses_stays_where_it_is_from_the_first_step_on() -> None:
    quantizer = make_quantizer(decay=0.99)
    with torch.no_grad():
        quantizer.codebook.move(torch.arange(K) == 2, torch.full((K, D), 50.0), torch.tensor(1.0))
    for _ in range(200):
        z_e = encoded()
        quantizer.learn(z_e, quantizer(z_e).codes)
    torch.testing.assert_close(
        quantizer.codebook.vectors[2].detach(), torch.full((D,), 50.0), rtol=2e-3, atol=0
    )


@pytest.mark.parametrize("decay", [0.0, 0.4])
def test_a_code_that_nothing_uses_is_finite_by_the_least_smoothing_there_is(decay: float) -> None:
    with pytest.raises(InputError, match="epsilon"):  # its count underflows to 0, and then it is 0 / 0
        make_quantizer(decay=decay, epsilon=0.0)
    quantizer = make_quantizer(decay=decay, epsilon=1e-10)
    z_e = encoded()
    for _ in range(200):
        quantizer.learn(z_e, torch.zeros(6, 4, 5, dtype=torch.int64))
    expected = torch.zeros(K, D)
    expected[0] = as_rows(z_e).mean(0)
    torch.testing.assert_close(quantizer.codebook.vectors.detach(), expected)


def test_quantising_changes_nothing_and_uses_the_codes_of_before() -> None:
    quantizer = make_quantizer()
    before, z_e = state(quantizer.codebook), encoded()
    quantized = quantizer(z_e)
    assert all(torch.equal(tensor, before[name]) for name, tensor in quantizer.codebook.state_dict().items())
    torch.testing.assert_close(quantized.z_q, quantizer.lookup(quantized.codes), rtol=0, atol=0)


def test_gradient_passes_straight_through() -> None:
    quantizer = make_quantizer(commitment=0.0)
    z_e = encoded().requires_grad_()
    z_q = quantizer(z_e).z_q
    z_q.retain_grad()
    (z_q.sin() * torch.arange(5.0)).sum().backward()
    assert z_e.grad is not None
    assert z_q.grad is not None
    assert torch.equal(z_e.grad, z_q.grad)
    assert quantizer.codebook.vectors.grad is None
    jacobian = torch.autograd.functional.jacobian(lambda z: straight_through(z, z.round()), torch.rand(4))
    assert torch.equal(jacobian, torch.eye(4))


@pytest.mark.parametrize("update", ["ema", "codebook_loss"])
def test_terms_and_their_gradients_are_those_of_equation_3(update: str) -> None:
    quantizer = make_quantizer(codebook_update=update, commitment=0.7)
    z_e = encoded().requires_grad_()
    quantized = quantizer(z_e)
    distance = float((z_e - quantizer.lookup(quantized.codes)).detach().square().mean())
    assert float(quantized.commitment_loss.detach()) == pytest.approx(0.7 * distance)
    assert float(quantized.codebook_loss.detach()) == pytest.approx(
        distance if update == "codebook_loss" else 0
    )
    (quantized.commitment_loss + quantized.codebook_loss).backward()
    offset = (z_e - quantizer.lookup(quantized.codes)).detach()
    torch.testing.assert_close(z_e.grad, 0.7 * 2 * offset / offset.numel())
    expected = torch.zeros(K, D).index_add(
        0, quantized.codes.flatten(), as_rows(-2 * offset / offset.numel())
    )
    found = quantizer.codebook.vectors.grad
    torch.testing.assert_close(torch.zeros(K, D) if found is None else found, expected * (found is not None))
    assert (found is not None) == (update == "codebook_loss")


def test_one_way_of_learning_takes_over_from_the_other() -> None:
    quantizer = make_quantizer(codebook_update="codebook_loss")
    optimizer = torch.optim.SGD(quantizer.parameters(), lr=5.0)
    for seed in range(3):
        z_e = encoded(seed=seed)
        quantized = quantizer(z_e)
        optimizer.zero_grad()
        quantized.codebook_loss.backward()
        optimizer.step()
        quantizer.learn(z_e, quantized.codes)
    before = quantizer.codebook.vectors.detach().clone()
    quantizer.update = EmaUpdate(decay=0.999999, epsilon=1e-10)
    quantizer.learn(z_e, quantizer(z_e).codes)
    torch.testing.assert_close(quantizer.codebook.vectors.detach(), before, rtol=0, atol=1e-4)
    quantizer.update = CodebookLossUpdate(decay=0.9)
    assert float(quantizer(z_e).codebook_loss.detach()) > 0


@pytest.mark.parametrize("update", ["ema", "codebook_loss"])
def test_revival_sets_code_use_and_sum_together(update: str) -> None:
    quantizer = make_quantizer(codebook_update=update, revival_fraction=0.3)
    with torch.no_grad():
        quantizer.codebook.vectors[5:] = 100.0
        quantizer.codebook.sums.copy_(quantizer.codebook.vectors)
    z_e = encoded()
    dead = torch.arange(K) >= 5
    for _ in range(200):
        learnt = quantizer.learn(z_e, quantizer(z_e).codes)
        if bool(learnt.is_revived.any()):
            break
    codebook = quantizer.codebook
    assert torch.equal(learnt.is_revived & dead, dead)
    torch.testing.assert_close(
        codebook.sums, codebook.counts[:, None] * codebook.vectors.detach(), rtol=1e-4, atol=0
    )
    rows = as_rows(z_e)
    assert all((rows == vector).all(1).any() for vector in codebook.vectors[dead])
    assert len(codebook.vectors[dead].unique(dim=0)) == 4
    quantizer.learn(z_e, quantizer(z_e).codes)
    assert codebook.vectors[dead].norm(dim=1).max() < 10  # the next update does not pull them back


def test_without_a_fraction_nothing_is_revived() -> None:
    quantizer = make_quantizer()
    z_e = encoded()
    assert not quantizer.learn(z_e, torch.zeros(6, 4, 5, dtype=torch.int64)).is_revived.any()


@pytest.mark.parametrize("spoiler", [math.nan, math.inf])
@pytest.mark.parametrize("update", ["ema", "codebook_loss"])
def test_a_batch_that_is_not_finite_leaves_the_codebook_untouched(update: str, spoiler: float) -> None:
    quantizer = make_quantizer(codebook_update=update, revival_fraction=0.9)
    z_e = encoded()
    before = state(quantizer.codebook)
    z_e[2, 1, 3, 3] = spoiler
    learnt = quantizer.learn(z_e, quantizer(z_e).codes)
    assert not learnt.is_accepted
    assert not learnt.is_revived.any()
    assert all(torch.equal(tensor, before[name]) for name, tensor in quantizer.codebook.state_dict().items())
    with pytest.raises(RunFailed, match="not finite"):
        quantizer.start(z_e)


def test_k_means_start_sets_all_three() -> None:
    quantizer = make_quantizer(codebook_start="kmeans")
    z_e = 3 + 0.2 * encoded(20)
    quantizer.start(z_e)
    quantized = quantizer(z_e)
    counts = torch.bincount(quantized.codes.flatten(), minlength=K).float()
    assert torch.equal(quantizer.codebook.counts, counts)
    torch.testing.assert_close(quantizer.codebook.sums, counts[:, None] * quantizer.codebook.vectors.detach())
    before = float(make_quantizer()(z_e).commitment_loss)
    assert float(quantized.commitment_loss) < 0.02 * before


def test_nothing_depends_on_torchs_own_generator() -> None:
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        quantizer = make_quantizer(revival_fraction=0.9, seed=3)
        quantizer.start(encoded())
        quantizer.learn(encoded(), torch.zeros(6, 4, 5, dtype=torch.int64))
        assert torch.equal(torch.get_rng_state(), before)
        results.append(quantizer.codebook.vectors.detach())
    assert torch.equal(*results)
