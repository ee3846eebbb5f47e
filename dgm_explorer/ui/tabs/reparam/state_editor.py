"""Changes to the Reparametrisation tab, asked for by controls and plots, refused or applied as a whole."""

from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import numpy as np
from PySide6.QtCore import QObject, QTimer

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.kl_state import View2D
from dgm_explorer.core.reparam_state import DiagonalActivation, FactorForm, QuantileLaw, ReparamState
from dgm_explorer.numerics.factor import split_factor
from dgm_explorer.numerics.quantile import range_to_see
from dgm_explorer.numerics.reparam import (
    gaussian_map,
    parameters_of,
    parametrisation_of,
    with_activation,
    with_form,
    with_parameters,
    with_turn,
)
from dgm_explorer.ui.editor import Editor
from dgm_explorer.ui.store import Store

MOVING_MS = 300
MAP_FIELDS = ("mean", "activation", "raw_diagonal", "off_diagonal", "form", "full")
FIELD_WORDS = {
    "mean[0]": "μ₁",
    "mean[1]": "μ₂",
    "target[0]": "t₁",
    "target[1]": "t₂",
    "n_points": "N",
    "chosen": "marked",
    "n_samples": "N",
    "n_arrows": "estimates",
    "learning_rate": "η",
    "half_width": "half width",
}
"""What the user reads for each field of the state that a refusal may name."""


class ReparamEditor(Editor):
    """Writes into the store on behalf of everything that the hand can touch.

    The map on the screen may be one that descent has reached: whoever changes a part of it starts from
    `shown`, and the whole of the changed map goes into the store.
    """

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(store, parent)
        self._shown: ReparamState | None = None
        self._drawn: ReparamState | None = None
        self._moving = QTimer(self)
        self._moving.setSingleShot(True)
        self._moving.setInterval(MOVING_MS)
        self._moving.timeout.connect(store.end_gesture)

    @property
    def state(self) -> ReparamState:
        """What the store holds."""
        return cast(ReparamState, self._store.state)

    @property
    def shown(self) -> ReparamState:
        """The store's state with the map that is on the screen."""
        return self.state if self._shown is None else self._shown

    def set_shown(self, state: ReparamState | None) -> None:
        """The map on the screen is this one's; None for the store's own."""
        self._shown, self._drawn = state, self.state

    def begin_gesture(self) -> None:
        self._store.begin_gesture()

    def end_gesture(self) -> None:
        self._store.end_gesture()

    def apply_while_moving(self, **changes: object) -> bool:
        """Change fields again and again, as zooming does; within `MOVING_MS` of each other one undo step."""
        if not self._moving.isActive():
            self.begin_gesture()
        self._moving.start()
        return self.apply(**changes)

    def take_map(self, state: ReparamState) -> bool:
        """Take over the map of ``state`` and nothing else of it.

        Where descent has moved the map, the place it has reached is a step of its own: undo comes back to it.
        """
        is_drawn = self._drawn == self.state  # else the screen is yet to follow, and no descent has moved on
        reached = replace(self.state, **_map_of(self.shown))
        self._shown = None
        if is_drawn and reached not in (self.state, replace(reached, **_map_of(state))):
            self._store.step_to(reached)
        return self.apply(**_map_of(state))

    def set_parameter(self, index: int, value: float) -> bool:
        """Change one entry of θ (see `Parametrisation.names`); refused beyond its limits."""
        parametrisation = parametrisation_of(self.shown)
        lo, hi = (float(limit[index]) for limit in parametrisation.limits)
        if not lo <= value <= hi:
            name = parametrisation.names[index]
            self.refused.emit(f"{name} = {value:g} must lie between {lo:g} and {hi:g}.")
            return False
        theta = parameters_of(self.shown)
        theta[index] = value
        return self.take_map(with_parameters(self.shown, theta))

    def set_activation(self, activation: DiagonalActivation) -> bool:
        """Another activation, the same Σ as far as it can be reached."""
        return self.take_map(with_activation(self.shown, activation))

    def set_law(self, law: QuantileLaw) -> bool:
        """Another law of z on the line, all of it in view: the tails of one are twice those of another."""
        shown, view = gaussian_map(self.shown), self.state.view
        mu, sigma = float(shown.mean[0]), float(shown.factor[0, 0])
        if sigma and law != self.state.law:
            middle, half = range_to_see(law, mu, sigma)
            with suppress(InputError):  # out of bounds: the view stays
                view = View2D((middle, view.center[1]), half)
        return self.apply(law=law, view=view)

    def set_form(self, form: FactorForm) -> bool:
        """Lower triangle or full matrix, the same Σ."""
        return self.take_map(with_form(self.shown, form))

    def turn_to(self, angle: float) -> bool:
        """Give A = LQ the turn Q = R(angle) (a reflection stays one); Σ stays."""
        split = split_factor(gaussian_map(self.shown).factor)
        change = split.angle - angle if split.is_reflected else angle - split.angle
        return self.take_map(with_turn(self.shown, change))

    def flip_sign(self, column: int) -> bool:
        """Change the sign of a column of L: another L, the same Σ."""
        shown = self.shown
        raw = list(shown.raw_diagonal)
        raw[column] = -raw[column]
        off = -shown.off_diagonal if column == 0 and shown.dimension == 2 else shown.off_diagonal
        return self.take_map(replace(shown, raw_diagonal=(raw[0], raw[1]), off_diagonal=off))

    def resample(self) -> bool:
        """Draw other ε."""
        return self.apply(seed=(self.state.seed + 1) % 2**32)

    def set_target(self, axis: int, value: float) -> bool:
        """Move the target of the quadratic along one axis."""
        target = list(self.state.target)
        target[axis] = value
        return self.apply(target=(target[0], target[1]))

    def set_view(self, x_lo: float, x_hi: float, y_lo: float, y_hi: float) -> None:
        """The user has panned or zoomed the plane of z."""
        half = 0.5 * min(x_hi - x_lo, y_hi - y_lo)
        self._look_at((0.5 * (x_lo + x_hi), 0.5 * (y_lo + y_hi)), half)

    def set_line_view(self, x_lo: float, x_hi: float, z_lo: float, z_hi: float) -> None:
        """The user has panned or zoomed z in the quantile picture; ε stays as it is."""
        del x_lo, x_hi
        self._look_at((0.5 * (z_lo + z_hi), self.state.view.center[1]), 0.5 * (z_hi - z_lo))

    def _look_at(self, center: tuple[float, float], half_width: float) -> None:
        present = self.state.view
        if np.allclose((*center, half_width), (*present.center, present.half_width), rtol=1e-9):
            return
        try:
            view = View2D(center, half_width)
        except InputError as error:
            self.refused.emit(str(error))
            return
        self.apply_while_moving(view=view)


def _map_of(state: ReparamState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in MAP_FIELDS}
