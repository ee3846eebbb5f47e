"""*Copy as Python* of the KL tab, run without this program, against the numbers on the screen."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.session import preset_names, read_preset
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from tests.scripts.running import run_scripts

LONGEST = 55
"""Lines that are not empty, with five of the mixture."""


@pytest.fixture
def tab(qtbot: QtBot) -> KLTab:
    tab = KLTab()
    qtbot.addWidget(tab, before_close_func=KLTab.finish)
    tab.resize(900, 700)
    tab.show()
    return tab


def preset_states() -> list[KLState]:
    presets = (read_preset(name) for name in preset_names())
    return [preset.kl for preset in presets if preset.tab == "kl" and preset.kl is not None]


def show(tab: KLTab, state: KLState, qtbot: QtBot) -> dict[str, float]:
    """Put a state on the screen; the three numbers that are then there, in nats."""
    assert tab.store is not None
    tab.store.replace(state)
    tab.draw_now()
    if state.dimension == 1:
        frame = tab.frame
        return {"H(p)": frame.entropy, "KL(p||q)": frame.kl_forward, "KL(q||p)": frame.kl_reverse}
    qtbot.waitUntil(lambda: tab.plane.is_settled, timeout=20_000)
    numbers = tab.plane.numbers()
    assert numbers is not None
    return {"H(p)": numbers.entropy, "KL(p||q)": numbers.kl_forward, "KL(q||p)": numbers.kl_reverse}


def test_the_script_of_every_preset_prints_the_numbers_on_the_screen(
    tab: KLTab, qtbot: QtBot, tmp_path: Path
) -> None:
    states = preset_states()
    assert {state.dimension for state in states} == {1, 2}
    assert {state.is_sigma_fixed for state in states} == {True, False}
    on_screen, scripts = [], []
    for state in states:
        on_screen.append(show(tab, state, qtbot))
        scripts.append(tab.python_script())
    for state, numbers, printed in zip(states, on_screen, run_scripts(scripts, tmp_path), strict=True):
        for name, value in numbers.items():
            assert printed[name].error < 1e-7, (state, name)
            assert printed[name].agrees_with(value), (state, name, printed[name], value)
    for script in scripts:
        code = [line for line in script.splitlines() if line.strip()]
        assert len(code) <= LONGEST
        assert max(map(len, code)) <= 150


def test_a_number_that_is_wrong_is_found_out(tab: KLTab, qtbot: QtBot, tmp_path: Path) -> None:
    numbers = show(tab, KLState(), qtbot)
    script = re.sub(r"q_mu, q_sigma = .*", "q_mu, q_sigma = 0.8001, 1.2", tab.python_script())
    (printed,) = run_scripts([script], tmp_path)
    assert not printed["KL(p||q)"].agrees_with(numbers["KL(p||q)"])


def test_scales_of_a_thousand_to_one_bits_and_weights_of_zero(
    tab: KLTab, qtbot: QtBot, tmp_path: Path
) -> None:
    needle = (Component1D(2.0, 0.0, 0.001), Component1D(3.0, 1.0, 2.0), Component1D(0.0, 5.0, 1.0))
    far = (Component1D(1.0, -100.0, 1.0), Component1D(1.0, 100.0, 1.0))
    states = [
        KLState(p=needle, q=Gaussian1D(0.2, 0.5), units="bits"),
        KLState(p=far, q=Gaussian1D(0.0, 50.0)),
    ]
    on_screen, scripts = [], []
    for state in states:
        on_screen.append(show(tab, state, qtbot))
        scripts.append(tab.python_script())
    assert "bits" in scripts[0]
    for state, numbers, printed in zip(states, on_screen, run_scripts(scripts, tmp_path), strict=True):
        per_nat = 1.4426950408889634 if state.units == "bits" else 1.0
        for name, value in numbers.items():
            assert printed[name].agrees_with(per_nat * value), (name, printed[name], value)


def test_what_is_known_of_p_decides_what_is_estimated(tab: KLTab, qtbot: QtBot, tmp_path: Path) -> None:
    """The surrogates differ from divergences by known constants: H(p) and −log Z."""
    line, plane = KLState(n_samples=2000), KLState(n_samples=2000, dimension=2)
    scripts, expected, names, shown = [], [], [], []
    for state in (line, plane):
        numbers = show(tab, state, qtbot)
        for knowledge, name, value in (
            ("samples", "-E_p[log q]", numbers["KL(p||q)"] + numbers["H(p)"]),
            ("unnormalised", "-ELBO", numbers["KL(q||p)"] - state.log_z),
        ):
            show(tab, replace(state, knowledge=knowledge), qtbot)
            scripts.append(tab.python_script())
            expected.append(value)
            names.append(name)
            text = re.search(r"the window shows (\S+) ± \S+ nats \(MC, N = 2000\)", scripts[-1])
            assert text
            shown.append(text[1].replace("−", "-"))
    for printed, name, value, text in zip(
        run_scripts(scripts, tmp_path), names, expected, shown, strict=True
    ):
        assert 0 < printed[name].error < 0.5
        assert printed[name].agrees_with(value), (name, printed[name], value)
        decimals = len(text.partition(".")[2])
        assert f"{printed[name].value:.{decimals}f}" == text, (name, printed[name], text)


def test_the_script_says_what_the_window_shows(tab: KLTab, qtbot: QtBot) -> None:
    show(tab, KLState(), qtbot)
    script = tab.python_script()
    assert "# the window shows 5.0907 nats (quadrature)" in script
