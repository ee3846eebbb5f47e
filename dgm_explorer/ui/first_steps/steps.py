"""The four first steps: where to look, what to do, and how to tell that it was done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.theme import LIGHT

Place = tuple[QWidget, QPointF, float]
"""A widget, a point of it and the radius of the ring around that point, both in pixels."""

KNOB_RADIUS_PX: Final = 26.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do in the KL tab.

    Attributes
    ----------
    title, text : what to do, and what it shows.
    at_fixed_sigma : title and text where σ of q is fixed and curves stand in place of the landscapes; None
        where both are the same.
    place : where.
    is_done : whether the state differs from that at the beginning of the step as it should; asked when no
        button of the mouse is down.
    """

    title: str
    text: str
    place: Callable[[KLTab], Place]
    is_done: Callable[[KLTab, KLState], bool]
    at_fixed_sigma: tuple[str, str] | None = None

    def words(self, state: KLState) -> tuple[str, str]:
        """Title and text, of what is on the screen in this state."""
        if state.is_sigma_fixed and self.at_fixed_sigma is not None:
            return self.at_fixed_sigma
        return self.title, self.text


def _knob_radius(tab: KLTab) -> float:
    """Of a ring around a dot and the name above it, which grows with the type."""
    return KNOB_RADIUS_PX * tab.theme.font_point_size / LIGHT.font_point_size


def _q_on_the_densities(tab: KLTab) -> Place:
    plot = tab.scene.density
    return plot, plot.handle_viewport_position(len(tab.editor.state.p)), _knob_radius(tab)


def _last_component(tab: KLTab) -> Place:
    plot = tab.scene.density
    return plot, plot.handle_viewport_position(len(tab.editor.state.p) - 1), _knob_radius(tab)


def _q_below(tab: KLTab) -> Place:
    if tab.editor.state.is_sigma_fixed:
        curves, mu = tab.scene.mean_curves, tab.editor.state.q.mu
        return curves, curves.view_to_viewport(mu, curves.value_at("reverse", mu)), KNOB_RADIUS_PX
    plot = tab.scene.landscapes["reverse"]
    return plot, plot.q_viewport_position(), KNOB_RADIUS_PX


def _play_button(tab: KLTab) -> Place:
    button = tab.controls.descent.play
    return button, QPointF(button.rect().center()), button.width() / 2 + 6


def _has_other_q(tab: KLTab, before: KLState) -> bool:
    return tab.editor.state.q != before.q


STEPS: Final = (
    Step(
        "Drag q",
        "The curve with this dot is q; it is to imitate p, the grey one. Take the dot: sideways moves μ, "
        "up and down changes σ.",
        _q_on_the_densities,
        _has_other_q,
    ),
    Step(
        "Drag a hill of p",
        "Take dot 2. Both landscapes are computed anew at every move: watch minima (stars, rings) and "
        "saddles (crosses) meet and part.",
        _last_component,
        lambda tab, before: tab.editor.state.p != before.p,
        (
            "Drag a hill of p",
            "Take dot 2. Both curves below are computed anew at every move: watch their minima (stars, "
            "rings) meet and part.",
        ),
    ),
    Step(
        "Drag q on a landscape",
        "Each place of a landscape is one q: its μ across, its σ upwards. The colour says how far q is "
        "from p.",
        _q_below,
        _has_other_q,
        (
            "Drag q on the curves",
            "σ is fixed here, so each place of the curves is one μ of q. The height says how far q is "
            "from p.",
        ),
    ),
    Step(
        "Press Play, or Space",
        "Both divergences are descended from q: one covers all of p, the other seeks the nearest minimum, "
        "most often one hill. "
        "F1 says at any time what is under the mouse.",
        _play_button,
        lambda tab, _before: tab.is_playing,
    ),
)
