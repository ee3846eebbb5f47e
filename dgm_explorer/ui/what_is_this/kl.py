"""What the panels of the KL tab show at present."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from dgm_explorer.core.gaussians import Gaussian1D, Gaussian2D
from dgm_explorer.core.kl_state import Direction, KLState
from dgm_explorer.ui.tabs.kl.descent_status import line_status, plane_status
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.tabs.kl.readings import Reading, readings
from dgm_explorer.ui.tabs.kl.wording import (
    DIRECTION_NAME,
    count_sentence,
    divergence_text,
    parameter_text,
)
from dgm_explorer.ui.what_is_this.present import Answer


def _readings(tab: KLTab) -> Sequence[Reading]:
    state = tab.editor.state
    return readings(state, tab.frame) if state.dimension == 1 else tab.plane.readings()


def _numbers(tab: KLTab, _panel: QWidget) -> str:
    state = tab.editor.state
    lines = [f"{r.name} = {r.text} {state.units} ({r.tag})" for r in _readings(tab) if r.is_known]
    return "\n".join(lines)


def _q_text(state: KLState) -> str:
    q: Gaussian1D | Gaussian2D = state.q if state.dimension == 1 else state.q2
    if isinstance(q, Gaussian1D):
        return f"q: μ = {parameter_text(q.mu)}, σ = {parameter_text(q.sigma)}"
    mean = ", ".join(parameter_text(value) for value in q.mean)
    entries = ", ".join(parameter_text(value) for value in q.cov)
    return f"q: μ = ({mean}), Σ₁₁, Σ₂₁, Σ₂₂ = {entries}"


def _densities(tab: KLTab, _panel: QWidget) -> str:
    state = tab.editor.state
    p = " + ".join(
        f"{parameter_text(c.weight)}·N({parameter_text(c.mu)}, {parameter_text(c.sigma)}²)" for c in state.p
    )
    return f"p = {p}\n{_q_text(state)}"


def _plane(tab: KLTab, _panel: QWidget) -> str:
    state = tab.editor.state
    return f"p has {len(state.p2)} components.\n{_q_text(state)}"


def _landscape(direction: Direction) -> Answer:
    def say(tab: KLTab, _panel: QWidget) -> str:
        state = tab.editor.state
        name = DIRECTION_NAME[direction]
        own = next((r for r in _readings(tab) if r.name == name), None)
        lines = [_q_text(state)]
        if own is not None:
            value = f"{name} = {own.text} {state.units} ({own.tag})"
            lines.append(value if own.is_known else own.explanation)
        if state.dimension == 1 and (own is None or own.is_known):
            lines.append(_optimum(tab, direction))
        return "\n".join(lines)

    return say


def _optimum(tab: KLTab, direction: Direction) -> str:
    frame, units = tab.frame, tab.editor.state.units
    if direction == "reverse":
        return count_sentence(frame.reverse_points, is_searching=frame.is_searching)
    best = frame.forward_minimum
    return (
        f"minimum {divergence_text(best.kl, units)} {units} "
        f"at μ = {parameter_text(best.mu)}, σ = {parameter_text(best.sigma)}"
    )


def _stationary(tab: KLTab, _panel: QWidget) -> str:
    state = tab.editor.state
    if state.dimension == 2:
        return ""
    return f"{_optimum(tab, 'forward')}\n{_optimum(tab, 'reverse')}"


def _separation(tab: KLTab, _panel: QWidget) -> str:
    means = [c.mu for c in tab.editor.state.p]
    spread = f"Means of p from {parameter_text(min(means))} to {parameter_text(max(means))}."
    return f"{spread}\n{_optimum(tab, 'reverse')}"


def _family(tab: KLTab, _panel: QWidget) -> str:
    state = tab.editor.state
    return f"α = {state.alpha:g}; {_q_text(state)}" if state.family == "alpha" else _q_text(state)


def _estimators(tab: KLTab, _panel: QWidget) -> str:
    state = tab.editor.state
    return f"N = {state.n_samples} samples per estimate, seed {state.seed}\n{_q_text(state)}"


def _descent(tab: KLTab, _panel: QWidget) -> str:
    state = tab.editor.state
    status = line_status(tab.player) if state.dimension == 1 else plane_status(tab.plane.descent)
    return f"η = {state.learning_rate:g}\n{status.text}"


def _window(tab: KLTab, _panel: QWidget) -> str:
    view = tab.editor.state.view
    return f"μ from {view.mu_lo:g} to {view.mu_hi:g}, σ from {view.sigma_lo:g} to {view.sigma_hi:g}"


ANSWERS: Final[Mapping[str, Answer]] = {
    "densities": _densities,
    "plane": _plane,
    "landscape-forward": _landscape("forward"),
    "landscape-reverse": _landscape("reverse"),
    "kl-over-mean": _numbers,
    "stationary-points": _stationary,
    "integrands": _numbers,
    "bifurcation-diagram": _separation,
    "landscape-family": _family,
    "gradient-estimators": _estimators,
    "gradient-estimates-forward": _estimators,
    "gradient-estimates-reverse": _estimators,
    "Target p, approximation q": _densities,
    "Numbers": _numbers,
    "Descent from q": _descent,
    "Landscapes": _window,
    "tab": _numbers,
}
