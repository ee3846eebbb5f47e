"""The PixelCNN sees only what came before, learns what can be learnt, and samples what it learnt."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.errors import Cancelled, InputError
from dgm_explorer.models.pixel_cnn import PixelCnn
from dgm_explorer.training.pixel_cnn_run import MOST_LOGITS, PixelCnnRun

K = 4


def draw_grids(n: int, seed: int) -> IntArray:
    """The first cell uniform, every later one the cell before it plus 1, or (1 in 5) anything."""
    rng = np.random.default_rng(seed)
    chain = rng.integers(0, K, (n, 9))
    for cell in range(1, 9):
        follows = rng.random(n) < 0.8
        chain[:, cell] = np.where(follows, (chain[:, cell - 1] + 1) % K, chain[:, cell])
    return chain.reshape(n, 3, 3)


def test_logits_depend_on_earlier_cells_alone() -> None:
    torch.manual_seed(0)
    model = PixelCnn(K, 5, 4)
    torch.nn.init.normal_(model.last[1].weight)
    codes = torch.randint(K, (1, 5, 4))
    before = model(codes)
    for row in range(5):
        for column in range(4):
            changed = codes.clone()
            changed[0, row, column] = (codes[0, row, column] + 1) % K
            moved = (model(changed) - before).abs().amax((0, 1)).reshape(-1) > 0
            cell = row * 4 + column
            assert not moved[: cell + 1].any()
            assert cell == 19 or moved[cell + 1 :].any()


def test_it_learns_the_chain_to_its_entropy_and_samples_it() -> None:
    run = PixelCnnRun(draw_grids(4000, 0), K, n_steps=100)
    assert run.progress.bits_per_code == 2
    *_, progress = run.steps()
    assert progress.step == 100
    likely = 0.8 + 0.2 / K
    entropy = (math.log2(K) + 8 * stats.entropy([likely, *[0.2 / K] * 3], base=2)) / 9
    assert entropy - 0.1 < progress.bits_per_code < entropy + 0.1
    assert run.bits_per_code(draw_grids(500, 1)) == pytest.approx(entropy, abs=0.1)
    drawn = run.sample(1000).reshape(1000, 9)
    follows = (drawn[:, 1:] == (drawn[:, :-1] + 1) % K).mean()
    assert follows == pytest.approx(likely, abs=0.04)


def test_a_sample_is_that_of_passes_over_whole_grids() -> None:
    """Each cell is drawn from a window around it; a grid larger than the window shows whether it suffices."""
    torch.manual_seed(0)
    model = PixelCnn(K, 9, 18)
    torch.nn.init.normal_(model.last[1].weight)
    drawn = model.sample(2, torch.Generator().manual_seed(1))
    generator = torch.Generator().manual_seed(1)
    expected = torch.zeros_like(drawn)
    with torch.no_grad():
        for row in range(9):
            for column in range(18):
                shares = model(expected)[:, :, row, column].softmax(1)
                expected[:, row, column] = torch.multinomial(shares, 1, generator=generator)[:, 0]
    assert torch.equal(drawn, expected)


def test_a_sample_that_nobody_wants_any_more_ends_within_a_cell() -> None:
    run = PixelCnnRun(draw_grids(5, 0), K)
    asked = iter([True, True, False])
    with pytest.raises(Cancelled):
        run.sample(1, lambda: next(asked))


def test_many_codes_pass_in_small_batches() -> None:
    codes = np.random.default_rng(0).integers(0, 8192, (5, 24, 24))
    run = PixelCnnRun(codes, 8192, n_steps=1)
    passes: list[int] = []
    run._model.register_forward_pre_hook(lambda _, inputs: passes.append(len(inputs[0])))
    for _ in run.steps():
        pass
    assert passes
    assert max(passes) * 24 * 24 * 8192 <= MOST_LOGITS
    assert run.bits_per_code(codes) == pytest.approx(13, abs=0.2)


def test_few_grids_are_not_learnt_by_heart() -> None:
    codes = np.random.default_rng(0).integers(0, 64, (30, 4, 4))
    run = PixelCnnRun(codes, 64, n_steps=20)
    *_, progress = run.steps()
    assert progress.bits_per_code <= 6
    assert run.sample(2).shape == (2, 4, 4)


def test_it_neither_reads_nor_moves_the_common_random_stream() -> None:
    before = torch.get_rng_state()
    bits = []
    for _ in range(2):
        *_, progress = PixelCnnRun(draw_grids(50, 0), K, n_steps=3).steps()
        bits.append(progress.bits_per_code)
    assert bits[0] == bits[1]
    assert torch.equal(before, torch.get_rng_state())


def test_strange_grids_are_refused() -> None:
    with pytest.raises(InputError, match="two grids"):
        PixelCnnRun(np.zeros((1, 2, 2), dtype=np.int64), K)
    with pytest.raises(InputError, match="outside 0 to 3"):
        PixelCnnRun(np.full((3, 2, 2), K), K)
