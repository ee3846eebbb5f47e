"""What the numbers say, for each thing that may be known about p."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.frame import FrameEngine
from dgm_explorer.ui.tabs.kl.readings import Reading, readings
from dgm_explorer.ui.tabs.kl.wording import count_sentence


def read(state: KLState) -> dict[str, Reading]:
    return {reading.name: reading for reading in readings(state, FrameEngine().resolve(state))}


def value_and_error(reading: Reading) -> tuple[float, float]:
    value, error = re.fullmatch(r"(\S+) ± (\S+)", reading.text.replace("−", "-")).groups()
    return float(value), float(error)


def test_a_mixture_is_integrated_and_a_gaussian_exact() -> None:
    mixture = read(KLState())
    assert {reading.tag for reading in mixture.values()} == {"quadrature"}
    gaussian = read(replace(KLState(), p=(Component1D(2.0, 1.0, 2.0),), q=Gaussian1D(0.0, 1.0)))
    assert {reading.tag for reading in gaussian.values()} == {"exact"}
    assert float(gaussian["H(p)"].text) == pytest.approx(0.5 * math.log(2 * math.pi * math.e * 4), rel=1e-5)
    assert float(gaussian["KL(p‖q)"].text) == pytest.approx(-math.log(2) + 0.5 * (4 - 1 + 1), rel=1e-5)


def test_bits_are_nats_over_log_2() -> None:
    nats, bits = read(KLState()), read(replace(KLState(), units="bits"))
    for name in nats:
        assert float(bits[name].text) == pytest.approx(float(nats[name].text) / math.log(2), rel=1e-5)


def test_samples_give_the_cross_entropy_within_its_error() -> None:
    state = replace(KLState(), knowledge="samples", n_samples=10_000)
    known = read(state)
    assert not known["KL(p‖q)"].is_known
    assert not known["KL(q‖p)"].is_known
    value, error = value_and_error(known["−E_p[log q]"])
    exact = FrameEngine().resolve(state)
    assert abs(value - (exact.kl_forward + exact.entropy)) < 4 * error
    assert known["−E_p[log q]"].tag == "MC, N = 10000"


def test_an_unnormalised_density_gives_the_elbo_within_its_error() -> None:
    state = replace(KLState(), knowledge="unnormalised", log_z=3.0, n_samples=10_000)
    known = read(state)
    value, error = value_and_error(known["−ELBO"])
    assert abs(value - (FrameEngine().resolve(state).kl_reverse - 3.0)) < 4 * error
    assert "log Z" in known["KL(q‖p)"].explanation


def test_one_sample_has_no_error_bar() -> None:
    assert read(replace(KLState(), knowledge="samples", n_samples=1))["−E_p[log q]"].text.endswith("± –")


def test_the_count_in_words() -> None:
    points = FrameEngine().resolve(KLState()).reverse_points
    assert count_sentence(points) == "3 minima of KL(q‖p): 2 tied global, 1 local; 2 saddles"
    assert count_sentence(points[2:3]) == "1 minimum of KL(q‖p): 1 local"
    assert "searching" in count_sentence((), is_searching=True)
    assert np.isfinite([point.kl for point in points]).all()
