"""What is said about the codes of a mosaic: tool tips, counts, captions, and the table to export."""

import math
from typing import Final

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import TileOrder, TilePicture
from dgm_explorer.ui.export import PlotTable

PICTURES: Final[tuple[tuple[TilePicture, str], ...]] = (
    ("patch", "mean patch"),
    ("exemplars", "nearest patches"),
    ("constant", "constant grid"),
    ("change", "change"),
)
ORDERS: Final[tuple[tuple[TileOrder, str], ...]] = (
    ("index", "index"),
    ("use", "use"),
    ("similarity", "similarity"),
)
CAPTIONS: Final[dict[TilePicture, str]] = {
    "patch": "Mean of all image patches that get the code",
    "exemplars": "The patches whose encoder outputs lie nearest to the code",
    "constant": "Out of distribution: decode of a grid of this code alone",
    "change": "What the code changes in the middle of the most common grid",
}
LOCAL_CONSTANT: Final = "Decode of the code: in the local network exactly its patch, in every cell"
PICTURE_TIP: Final = (
    "What the tile of a code shows\n"
    "mean patch: mean over all cells with this code of the pixels that the cell sees\n"
    "nearest patches: those of the cells whose z_e lie nearest to e, nearest first\n"
    "constant grid: decode of a grid of nothing but this code. Out of distribution: the decoder\n"
    "never saw such a grid in training, so take it as texture, not as what the code means;\n"
    "only in the local network does each cell show exactly the patch of the code\n"
    "change: decode of the most common code of every cell, with this code in the middle,\n"
    "minus the same without it; blue darker, orange brighter"
)
N_NEAREST: Final = 3


def count_words(snapshot: VqVaeSnapshot) -> str:
    """Such as “64 codes, 62 in use, 2 dead”; a young code that nothing has used yet is neither."""
    is_dead = snapshot.is_dead
    n_used, n_dead = int(((snapshot.epoch_counts > 0) & ~is_dead).sum()), int(is_dead.sum())
    return f"{snapshot.n_codes:,} codes, {n_used:,} in use, {n_dead:,} dead"


def caption(picture: TilePicture, order: TileOrder, n_shown: int, n_codes: int, is_local: bool) -> str:
    """What stands under the tiles; ``is_local`` where the network decodes each cell by itself."""
    words = LOCAL_CONSTANT if is_local and picture == "constant" else CAPTIONS[picture]
    if n_shown == n_codes:
        return words
    which = f"first {n_shown:,}" if order == "index" else f"{n_shown:,} most used"
    return f"The {which} of {n_codes:,} codes. {words}"


def order_tip(order: TileOrder, step: int) -> str:
    """How the tiles are sorted, and since when."""
    tip = (
        "Order of the tiles\n"
        "index: code 0 first\n"
        "use: the most used by the analysed examples first\n"
        "similarity: a short chain of codes in which each e lies near the next"
    )
    if order == "index" or step < 0:
        return tip
    return (
        f"{tip}\n\nSorted at step {step:,}. So that tiles do not jump, they are sorted anew only once the\n"
        "codes or their use have changed much. Choose the order again to sort now"
    )


def code_tip(snapshot: VqVaeSnapshot, config: VqVaeConfig, code: int) -> str:
    """Everything that is known of one code."""
    n_codes = snapshot.n_codes
    n_used, n_cells = float(snapshot.epoch_counts[code]), float(snapshot.epoch_counts.sum())
    share = n_used / n_cells if n_cells else 0.0
    vector = snapshot.codebook[code].astype(np.float64)
    lines = [
        f"Code {code} of {n_codes:,}: {_age_words(snapshot, code)}",
        f"last batch: {snapshot.batch_counts[code]:,.0f} uses",
        f"analysed examples: {n_used:,.0f} of {n_cells:,.0f} cells = {100 * share:.2f} %, "
        f"{share * n_codes:.2f} × 1/K",
        _average_words(snapshot, config, code),
        f"‖e‖ = {float(np.linalg.norm(vector)):.3g}",
    ]
    nearest = nearest_codes(snapshot, code)
    if nearest:
        named = ", ".join(f"{other} ({distance:.3g})" for other, distance in nearest)
        lines.append(f"nearest codes (distance of e): {named}")
    return "\n".join(lines)


def nearest_codes(snapshot: VqVaeSnapshot, code: int) -> list[tuple[int, float]]:
    """The other codes whose vectors lie nearest, with their distances, nearest first."""
    codebook = snapshot.codebook.astype(np.float64)
    distances = np.sqrt(((codebook - codebook[code]) ** 2).sum(axis=1))
    distances[code] = math.inf
    first = np.argsort(distances, kind="stable")[:N_NEAREST]
    return [(int(other), float(distances[other])) for other in first if math.isfinite(distances[other])]


def smoothed_counts(snapshot: VqVaeSnapshot, epsilon: float) -> FloatArray:
    """Laplace-smoothed ñ = (n + ε) / (Σn + Kε) · Σn, (K,) (van den Oord et al. 2017, appendix A.1)."""
    counts = snapshot.ema_counts.astype(np.float64)
    total = counts.sum()
    weight = total + len(counts) * epsilon
    return np.asarray((counts + epsilon) * (total / weight if weight > 0 else 0.0))


def codes_table(snapshot: VqVaeSnapshot, shown: IntArray, epsilon: float) -> PlotTable:
    """A row for each of all K codes; ``tile`` is its place in the mosaic, -1 for none."""
    tiles = np.full(snapshot.n_codes, -1, np.int64)
    tiles[shown] = np.arange(len(shown))
    counts = snapshot.epoch_counts.astype(np.float64)
    total = counts.sum()
    codebook = snapshot.codebook.astype(np.float64)
    columns: dict[str, FloatArray | IntArray] = {
        "code": np.arange(snapshot.n_codes),
        "tile": tiles,
        "uses_by_analysed_examples": counts,
        "share": counts / total if total else counts,
        "uses_in_last_batch": snapshot.batch_counts.astype(np.float64),
        "steps_since_use": snapshot.ages,
        "is_dead": snapshot.is_dead.astype(np.int64),
        "revived_at_step": snapshot.revived_at,
        "mean_count": snapshot.ema_counts.astype(np.float64),
        "mean_count_smoothed": smoothed_counts(snapshot, epsilon),
        "norm": np.linalg.norm(codebook, axis=1),
        **{f"e_{dimension}": codebook[:, dimension] for dimension in range(codebook.shape[1])},
    }
    return PlotTable(tuple(columns), tuple(columns.values()))


def _age_words(snapshot: VqVaeSnapshot, code: int) -> str:
    age, revived_at = int(snapshot.ages[code]), int(snapshot.revived_at[code])
    revived = f"revived at step {revived_at:,}" if revived_at >= 0 else "never revived"
    if age >= DEAD_AGE:
        return f"dead, not used for {age:,} steps; {revived}"
    used = "used by the last batch" if age == 0 else f"last used {age} step{'s' * (age > 1)} ago"
    return f"{used}; {revived}"


def _average_words(snapshot: VqVaeSnapshot, config: VqVaeConfig, code: int) -> str:
    if config.quantizer == "vq" and config.codebook_update == "ema":
        count = smoothed_counts(snapshot, config.epsilon)[code]
        return f"moving average of its count, Laplace-smoothed: ñ = {count:.4g}"
    return f"mean count of the last batches: {snapshot.ema_counts[code]:.4g}"
