"""What the present L means, in words."""

import math

import numpy as np

from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.activations import ACTIVATIONS
from dgm_explorer.numerics.factor import TurnedCholesky
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.words import ACTIVATION_NAME

_SUBSCRIPTS = "₁₂"
_RANK = {1: "Σ is singular: rank 1. All points lie on a line.", 0: "Σ = 0: rank 0. All points are μ."}


def factor_words(frame: ReparamFrame) -> str:
    """Some sentences about the map of a frame."""
    state = frame.state
    sentences = [_rank_words(frame)]
    if frame.split is not None and state.form == "full":
        sentences.append(_turn_words(frame.split))
    else:
        sentences += [_entry_words(state, i) for i in range(state.dimension)]
        sentences.append(_activation_words(state, frame.map.is_singular))
    return "\n".join(sentence for sentence in sentences if sentence)


def _rank_words(frame: ReparamFrame) -> str:
    if not frame.map.is_singular:
        return ""
    if frame.state.dimension == 1:
        return "σ = 0: Var z = 0. All points are μ."
    return _RANK[1 if np.any(frame.map.factor) else 0]


def _turn_words(split: TurnedCholesky) -> str:
    (a, _), (c, d) = split.cholesky.tolist()
    degrees = tick_text(round(math.degrees(split.angle), 1))
    turn = f"Q turns by {degrees}°" + (" after a reflection" if split.is_reflected else "")
    return (
        f"A = LQ with Cholesky's L = ({tick_text(a)}  0;  {tick_text(c)}  {tick_text(d)}); {turn}.\n"
        "AAᵀ = LQQᵀLᵀ = LLᵀ: turn Q and every point moves, but neither the ellipse nor the law of z."
    )


def _entry_words(state: ReparamState, i: int) -> str:
    act, raw = ACTIVATIONS[state.activation], state.raw_diagonal[i]
    value, slope = float(act.value(raw)), float(act.slope(raw))
    name = "σ" if state.dimension == 1 else f"L{_SUBSCRIPTS[i] * 2}"
    text = (
        f"{name} = {ACTIVATION_NAME[state.activation]}({tick_text(raw)}) = {tick_text(value)}, "
        f"slope {tick_text(slope)}"
    )
    if state.activation == "relu" and slope == 0:
        return f"{text}: dead, no gradient comes back to {_raw_name(state, i)}."
    return text + "."


def _raw_name(state: ReparamState, i: int) -> str:
    return "raw" if state.dimension == 1 else f"raw{_SUBSCRIPTS[i] * 2}"


def _activation_words(state: ReparamState, is_singular: bool) -> str:
    raws, is_line = state.raw_diagonal[: state.dimension], state.dimension == 1
    if state.activation == "identity":
        negative = " and ".join(_raw_name(state, i) for i, raw in enumerate(raws) if raw < 0)
        said = f"{negative} < 0. " if negative else ""
        column = "mirrors z at μ: the same σ²" if is_line else "turns a column of L round: the same Σ"
        return f"{said}raw → −raw {column}. The sign is ambiguous."
    if state.activation == "relu":
        at_zero = "σ is 0" if is_line else "Σ becomes singular"
        return "" if is_singular else f"At raw ≤ 0 {at_zero}, and z loses its density."
    positive = "σ > 0" if is_line else "Σ ≻ 0"
    name = ACTIVATION_NAME[state.activation]
    return f"{name} > 0: {positive} for every raw, and a gradient always comes back."
