"""*Copy as Python* of the Reparametrisation tab, run without this program."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.session import preset_names, read_preset
from dgm_explorer.ui.tabs.reparam.gradients_numbers import GradientRequest, compute
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from tests.scripts.running import Printed, run_scripts

SUBSCRIPTS = str.maketrans("₁₂", "12")


@pytest.fixture
def tab(qtbot: QtBot) -> ReparamTab:
    tab = ReparamTab()
    qtbot.addWidget(tab, before_close_func=ReparamTab.finish)
    tab.resize(900, 700)
    tab.show()
    return tab


def states() -> list[ReparamState]:
    """All presets, and what they leave out."""
    presets = (read_preset(name) for name in preset_names())
    of_presets = [p.reparam for p in presets if p.tab == "reparam" and p.reparam is not None]
    base = ReparamState(panel="gradients", n_points=400, n_arrows=40)
    others = [
        replace(base, objective="banana"),
        replace(base, objective="two_wells", form="full", full=(1.0, 0.4, -0.3, 0.8)),
        replace(base, objective="kl_target", has_baseline=False),
        replace(base, dimension=1, objective="banana"),
        replace(base, dimension=1, objective="kl_target"),
        replace(base, activation="identity", raw_diagonal=(1.0, 0.0), off_diagonal=0.5),
        replace(base, dimension=1, law="laplace", panel="factor"),
        replace(base, dimension=1, law="logistic", panel="factor"),
    ]
    return [*of_presets, *others]


def check_moments(tab: ReparamTab, printed: dict[str, Printed]) -> None:
    """Of the very points on the screen."""
    for row in tab.scene.frame.comparisons:
        name = row.name.translate(SUBSCRIPTS).replace("Σ", "Sigma")
        found = printed.get({"E z": "E z1", "Var z": "Sigma11"}.get(name, name)) or printed[name]
        assert found.value == pytest.approx(row.sample, rel=1e-6, abs=1e-6), (name, found, row)
        assert found.error == pytest.approx(row.error, rel=0.05), name


def check_gradients(tab: ReparamTab, printed: dict[str, Printed]) -> None:
    frame = tab.scene.frame
    numbers = compute(GradientRequest(frame.state, frame.objective))
    for name, exact in zip(numbers.names, numbers.clouds.exact_theta.tolist(), strict=True):
        label = name.translate(SUBSCRIPTS).replace("μ", "mu").replace("σ", "sigma").replace("A", "L")
        found = printed[f"exact d/d{label}"]
        assert found.agrees_with(exact, n_errors=10, rel=1e-6), (label, found, exact)
        for method in ("pathwise", "score"):
            if f"{method} d/d{label}" in printed:
                estimate = printed[f"{method} d/d{label}"]
                assert abs(estimate.value - exact) <= 5 * estimate.error + 1e-9, (method, label)
    if numbers.clouds.score is None:
        assert not [name for name in printed if name.startswith("score")]
    else:
        label = numbers.names[0].translate(SUBSCRIPTS).replace("μ", "mu")
        estimate = printed[f"score d/d{label}"]
        summary = numbers.clouds.score.summary
        np.testing.assert_allclose(estimate.value, summary.mean[0], rtol=1e-6)
        np.testing.assert_allclose(estimate.error, summary.mean_error[0], rtol=0.05)


def test_moments_and_gradients_of_every_preset_and_objective(tab: ReparamTab, tmp_path: Path) -> None:
    assert tab.store is not None
    every, scripts = states(), []
    for state in every:
        tab.store.replace(state)
        scripts.append(tab.python_script())
    for state, printed in zip(every, run_scripts(scripts, tmp_path), strict=True):
        tab.store.replace(state)
        tab.scene.draw_now()
        check_moments(tab, printed)
        if tab.scene.frame.law == "gaussian":
            check_gradients(tab, printed)
        else:
            assert not [name for name in printed if "d/d" in name]
