"""The vector quantiser against the usual ones: how much faster, how much smaller, and how exact.

65,536 vectors of 64 numbers and 512 codes, forward and update by moving averages, on one thread. Times are
medians of its processor time over rounds in which the rivals alternate, so that other programs do not
count. The rival package is measured where it is installed; nothing else of the program needs it.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

import torch
from torch import Tensor

from dgm_explorer.bench.onehot_quantizer import OneHotQuantizer
from dgm_explorer.bench.peak_memory import measure_peak_extra_mb
from dgm_explorer.bench.report import Figure
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.models.nearest_code import nearest_codes
from dgm_explorer.models.quantizer import VectorQuantizer

N_IMAGES, SIDE = 64, 32
CONFIG = VqVaeConfig(codebook_size=512, code_dim=64, decay=0.99, revival_fraction=0.0)
ROUNDS = 5
RIVAL_PACKAGE = "vector_quantize_pytorch"
_HAS_FINE_THREAD_TIME = time.get_clock_info("thread_time").resolution < 1e-6
_seconds = time.thread_time if _HAS_FINE_THREAD_TIME else time.perf_counter


def measure(rounds: int = ROUNDS, n_images: int = N_IMAGES) -> list[Figure]:
    """Measure everything in one run, about a minute."""
    z_e = torch.randn(n_images, CONFIG.code_dim, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    ours, *rivals = contenders(z_e).items()
    with _one_thread():
        times_ms = {name: list[float]() for name, _ in (ours, *rivals)}
        for _ in range(rounds):
            for name, step in (ours, *rivals):
                times_ms[name].append(_milliseconds(step))
        medians = {name: statistics.median(values) for name, values in times_ms.items()}
        peak_mb = measure_peak_extra_mb(ours[1])
        n_wrong = count_wrong_codes()
    goals = {"onehot": 4.0, RIVAL_PACKAGE: 6.0}
    return [
        *(
            Figure.at_least(f"vs_{name}", medians[name] / medians["ours"], "ratio", goals[name])
            for name, _ in rivals
        ),
        Figure.at_most("peak_extra_mb", peak_mb, "MB", 100.0),
        Figure("codes_equal_float64", float(n_wrong == 0), "1 = all", "= 1", n_wrong == 0),
        Figure("ours_ms", medians["ours"], "ms"),
    ]


def contenders(z_e: Tensor) -> dict[str, Callable[[], object]]:
    """One step of each quantiser on vectors (B, D, h, w), ours first."""
    quantizer = VectorQuantizer(CONFIG, torch.Generator().manual_seed(1))
    onehot = OneHotQuantizer(quantizer.codebook.vectors.detach())

    def step() -> None:
        by_vector = z_e.contiguous(memory_format=torch.channels_last)  # as `VqVae.encode` hands them on
        quantizer.learn(by_vector, quantizer(by_vector).codes)

    steps: dict[str, Callable[[], object]] = {"ours": step, "onehot": lambda: onehot(z_e)}
    if find_spec(RIVAL_PACKAGE) is None:
        print(f"bench quantizer: {RIVAL_PACKAGE} is not installed and left out", file=sys.stderr)
    else:
        steps[RIVAL_PACKAGE] = _rival_step(z_e)
    return steps


def _rival_step(z_e: Tensor) -> Callable[[], object]:
    """vector-quantize-pytorch with the same estimator, decay and weight as ours."""
    rival = import_module(RIVAL_PACKAGE).VectorQuantize(
        dim=CONFIG.code_dim,
        codebook_size=CONFIG.codebook_size,
        decay=CONFIG.decay,
        commitment_weight=CONFIG.commitment,
        accept_image_fmap=True,
        rotation_trick=False,
    )
    return lambda: rival(z_e)


def count_wrong_codes(n: int = 20_000) -> int:
    """Codes that differ from those of float64: of random, of shifted and of repeated codes."""
    generator = torch.Generator().manual_seed(2)
    z, codebook = (torch.randn(m, CONFIG.code_dim, generator=generator) for m in (n, CONFIG.codebook_size))
    cases = ((z, codebook), (100 + 0.01 * z, 100 + 0.01 * codebook), (z, codebook[:64].repeat(8, 1)))
    return sum(int((nearest_codes(*case) != _codes_of_float64(*case)).sum()) for case in cases)


def _codes_of_float64(z: Tensor, codebook: Tensor) -> Tensor:
    """Brute force, term by term."""
    points, codes = z.double(), codebook.double()
    parts = [
        torch.cdist(points[i : i + 2000], codes, compute_mode="donot_use_mm_for_euclid_dist").argmin(1)
        for i in range(0, len(points), 2000)
    ]
    return torch.cat(parts)


def _milliseconds(step: Callable[[], object]) -> float:
    began_s = _seconds()
    step()
    return 1e3 * (_seconds() - began_s)


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
