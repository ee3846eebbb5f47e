"""What the tab shows as a script."""

from dgm_explorer.scripts.reparam_script import write_reparam_script
from dgm_explorer.scripts.shown import Shown
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.reparam.estimator_words import ESTIMATOR_NAME
from dgm_explorer.ui.tabs.reparam.frame import LAW_PANELS, ReparamFrame
from dgm_explorer.ui.tabs.reparam.gradients_numbers import GradientRequest, compute, rows_of


def make_script(frame: ReparamFrame) -> str:
    """Moments and gradients of the map on the screen."""
    state = frame.state
    shown = [
        Shown(row.name, f"{_estimate(row.sample, row.error)} (exact {tick_text(row.exact)})")
        for row in frame.comparisons
    ]
    if state.panel not in LAW_PANELS:
        rows = rows_of(compute(GradientRequest(state, frame.objective)))
        for row in rows:
            if row.mean == row.mean:
                estimate = f"{ESTIMATOR_NAME[row.estimator]} {_estimate(row.mean, row.error)}"
                shown.append(Shown(f"∂{row.entry}", f"{estimate}, exact {tick_text(row.exact)}"))
    return write_reparam_script(state, frame.kl, frame.map.mean, frame.map.factor, frame.law, shown)


def _estimate(value: float, error: float) -> str:
    return f"{tick_text(value)} ± {tick_text(error, 2)}"
