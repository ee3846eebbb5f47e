"""What the panels of the Reparametrisation tab show at present."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from dgm_explorer.ui.tabs.reparam.words import ACTIVATION_NAME, ACTIVATION_TIP, LAW_NAME, OBJECTIVE_NAME
from dgm_explorer.ui.what_is_this.present import Answer
from dgm_explorer.ui.widgets.number_words import number_text, plus_minus


def _frame(tab: ReparamTab) -> ReparamFrame:
    return tab.scene.frame


def _numbers(values: object) -> str:
    return ", ".join(number_text(float(value), 4) for value in np.ravel(np.asarray(values)))


def _map(tab: ReparamTab, _panel: QWidget) -> str:
    frame = _frame(tab)
    if frame.state.dimension == 1:
        return (
            f"μ = {_numbers(frame.map.mean)}, σ = {_numbers(frame.map.factor)}; "
            f"law of z: {LAW_NAME[frame.law]}"
        )
    return (
        f"μ = ({_numbers(frame.map.mean)}), L = ({_numbers(frame.map.factor)}) row by row,\n"
        f"Σ = ({_numbers(frame.map.covariance)})"
    )


def _noise(tab: ReparamTab, _panel: QWidget) -> str:
    frame = _frame(tab)
    return (
        f"N = {len(frame.epsilon):,} points of seed {frame.state.seed}; "
        f"point {frame.chosen}: ε = ({_numbers(frame.epsilon[frame.chosen])})"
    )


def _image(tab: ReparamTab, panel: QWidget) -> str:
    frame = _frame(tab)
    return f"{_map(tab, panel)}\npoint {frame.chosen}: z = ({_numbers(frame.z[frame.chosen])})"


def _twins(tab: ReparamTab, panel: QWidget) -> str:
    return f"{_noise(tab, panel)}\n{_image(tab, panel)}"


def _activation(tab: ReparamTab, panel: QWidget) -> str:
    activation = _frame(tab).state.activation
    return f"{ACTIVATION_NAME[activation]}: {ACTIVATION_TIP[activation]}\n{_map(tab, panel)}"


def _moments(tab: ReparamTab, _panel: QWidget) -> str:
    return "\n".join(
        f"{c.name}: exact {number_text(c.exact, 4)}, of the points {plus_minus(c.sample, c.error)}"
        for c in _frame(tab).comparisons
    )


def _objective(tab: ReparamTab, _panel: QWidget) -> str:
    frame = _frame(tab)
    z = frame.z[frame.chosen]
    value = float(np.ravel(frame.objective.value(z[None, :]))[0])
    return f"f: {OBJECTIVE_NAME[frame.state.objective]}; f(z) = {number_text(value, 4)} at the marked point"


def _estimates(tab: ReparamTab, panel: QWidget) -> str:
    return f"N = {_frame(tab).state.n_samples} samples per estimate\n{_objective(tab, panel)}"


def _descent(tab: ReparamTab, panel: QWidget) -> str:
    player = tab.scene.player
    return f"{player.count} steps taken.\n{_map(tab, panel)}"


ANSWERS: Final[Mapping[str, Answer]] = {
    "reparam-planes": _twins,
    "epsilon-plane": _noise,
    "z-plane": _image,
    "quantile-picture": _twins,
    "quantile-curve": _map,
    "epsilon-density": _noise,
    "z-density": _image,
    "activation": _activation,
    "moments": _moments,
    "FactorPanel": _activation,
    "computation-graph": _image,
    "gradients-pathwise": _estimates,
    "gradients-score": _estimates,
    "GradientsPanel": _estimates,
    "variance-growth": _estimates,
    "descent-value": _descent,
    "descent-distance": _descent,
    "DescentPanel": _descent,
    "Map  z = μ + Lε": _map,
    "Map  z = μ + σ F⁻¹(Φ(ε))": _map,
    "Covariance": _map,
    "Noise ε": _noise,
    "Objective  f(z)": _objective,
    "tab": _map,
}
