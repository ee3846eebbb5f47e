"""Changes to the KL state, asked for by controls and plots, refused as a whole or applied as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias, cast

from PySide6.QtCore import QObject, QTimer

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import MAX_COMPONENTS, Component1D, Component2D, Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.editor import Editor
from dgm_explorer.ui.store import Store

Component: TypeAlias = Component1D | Component2D

MOVING_MS = 300
FIELD_WORDS = {
    "mu": "μ",
    "sigma": "σ",
    "mean_x": "x",
    "mean_y": "y",
    "cov_xx": "Σxx",
    "cov_xy": "Σxy",
    "cov_yy": "Σyy",
    "half_width": "half width",
    "learning_rate": "η",
    "n_samples": "N",
    "log_z": "log Z",
}
"""What the user reads for each field of the state that a refusal may name."""


class StateEditor(Editor):
    """Changes of the two sides, p and q, and of the views."""

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(store, parent)
        self._moving = QTimer(self)
        self._moving.setSingleShot(True)
        self._moving.setInterval(MOVING_MS)
        self._moving.timeout.connect(store.end_gesture)

    @property
    def state(self) -> KLState:
        return cast(KLState, self._store.state)

    def apply_while_moving(self, **changes: object) -> bool:
        """Change fields again and again, as zooming does; within `MOVING_MS` of each other one undo step."""
        if not self._moving.isActive():
            self.begin_gesture()
        self._moving.start()
        return self.apply(**changes)

    def begin_gesture(self) -> None:
        self._store.begin_gesture()

    def end_gesture(self) -> None:
        self._store.end_gesture()

    def move_q(self, mu: float, sigma: float) -> bool:
        """Put the one-dimensional q at (mu, sigma)."""
        try:
            q = Gaussian1D(mu, sigma)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        return self.apply(q=q)

    def set_component(self, index: int, component: Component) -> bool:
        components = list(self._components())
        if not 0 <= index < len(components):
            return False
        components[index] = component
        return self._set_components(components)

    def add_component(self, component: Component) -> bool:
        if len(self._components()) >= MAX_COMPONENTS:
            self.refused.emit(f"mixture: {MAX_COMPONENTS} components are the most there can be; remove one.")
            return False
        return self._set_components([*self._components(), component])

    def remove_component(self, index: int) -> bool:
        components = list(self._components())
        if not 0 <= index < len(components):
            return False
        if len(components) == 1:
            self.refused.emit("mixture: this is its last component; add another one before removing it.")
            return False
        del components[index]
        return self._set_components(components)

    def normalise_weights(self) -> bool:
        """Divide the weights by their sum, so that they read as probabilities."""
        components = self._components()
        total = sum(component.weight for component in components)
        return self._set_components([replace(c, weight=c.weight / total) for c in components])

    def _components(self) -> tuple[Component, ...]:
        return self.state.p if self.state.dimension == 1 else self.state.p2

    def _set_components(self, components: Sequence[Component]) -> bool:
        field = "p" if self.state.dimension == 1 else "p2"
        return self.apply(**{field: tuple(components)})
