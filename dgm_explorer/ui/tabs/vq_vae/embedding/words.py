"""What the embedding view says in words: pure, no widget."""

import math

import numpy as np

from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.plots.axis import tick_text
from dgm_explorer.ui.tabs.vq_vae.embedding.arrows import StraightThrough
from dgm_explorer.ui.tabs.vq_vae.embedding.scene import NearestTwo, Target, nearest_two


def target_words(snapshot: VqVaeSnapshot, target: Target) -> str:
    """A dot or a place: its code, the distance, and the second nearest; all in the space of the codes."""
    if 0 <= target.dot < len(snapshot.points):
        point, own = snapshot.points[target.dot].astype(np.float64), int(snapshot.point_codes[target.dot])
        nearest = nearest_two(snapshot.codebook, point, own)
        return f"dot of code {_two_words(nearest)}"
    if target.place is not None:
        point = np.array(target.place[: snapshot.codebook.shape[1]])
        return f"cell of code {_two_words(nearest_two(snapshot.codebook, point))}"
    return code_words(snapshot, target.code)


def code_words(snapshot: VqVaeSnapshot, code: int) -> str:
    """A code: how many dots are its own, and its nearest neighbour."""
    if not 0 <= code < snapshot.n_codes:
        return ""
    n_own, n_dots = int((snapshot.point_codes == code).sum()), len(snapshot.point_codes)
    nearest = nearest_two(snapshot.codebook, snapshot.codebook[code].astype(np.float64), code)
    words = f"code {code} · {n_own:,} of {n_dots:,} dots"
    if nearest.second >= 0:
        words += f" · nearest: code {nearest.second} at {_number(nearest.second_distance)}"
    if snapshot.is_dead[code]:
        words += f" · unused for {int(snapshot.ages[code]):,} steps"
    return words


def _two_words(nearest: NearestTwo) -> str:
    words = f"{nearest.code} · distance {_number(nearest.distance)}"
    if nearest.second >= 0:
        words += f" · second: code {nearest.second} at {_number(nearest.second_distance)}"
    return words


def _number(distance: float) -> str:
    return tick_text(distance, 3) if math.isfinite(distance) else "?"


def arrow_words(
    config: VqVaeConfig, snapshot: VqVaeSnapshot | None, arrows: StraightThrough | None, code: int
) -> str:
    """What the arrows are, and what they show at present."""
    lines = [
        "Rounding z_e to its code e_k has no gradient: the decoder's is handed on past it.",
        "Thin: from z_e to its code. Thick: −∂L/∂z_q at e_k, and what is handed to z_e there;",
        "L is the reconstruction loss of the image, and both are drawn to the same scale.",
    ]
    if config.quantizer == "fsq":
        lines.append("Finite scalar quantisation hands it to the squashed z_e, which is what is drawn.")
    elif config.estimator == "rotation":
        lines += [
            "The rotation trick turns and scales it on the way, as z_e is turned and scaled into z_q:",
            "λ = ‖z_q‖ ÷ ‖z_e‖, R turns in the plane of both. Drawn is exactly what is handed on.",
        ]
    else:
        lines.append("Straight through: the two are the same arrow twice.")
    if snapshot is not None and snapshot.codebook.shape[1] > 2:
        lines.append("The picture is a projection: what of them is seen lies in its plane.")
    if arrows is None:
        lines.append(
            f"Now: off; {len(snapshot.arrow_codes) if snapshot is not None else 0} points have them."
        )
    else:
        whose = f"of code {code}" if code >= 0 else "taken evenly"
        lines.append(f"Now: {len(arrows.codes)} points {whose}, gradients × {tick_text(arrows.factor)}.")
    return "\n".join(lines)
