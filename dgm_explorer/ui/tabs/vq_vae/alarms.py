"""What has gone wrong in a run of the VQ-VAE, told by its numbers, each with a sentence of advice."""

from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, VqVaeSnapshot
from dgm_explorer.ui.run.note_book import NoteCount
from dgm_explorer.ui.tabs.alarm import Alarm

if TYPE_CHECKING:
    from dgm_explorer.runs.history import MetricsHistory

FIRST_STEPS = 50
"""Until here codes are still finding their places: the default recipe has filled the codebook in 25."""
LARGE_CODES = 5.0
"""Root mean square of the numbers of the codes. Normalised it is 1; without batch norm 2 after 2,000 steps,
and 10 after 800 where β is 0 besides."""
GROWTH = 4.0
"""Of the commitment loss; it doubles in a run without batch norm that is otherwise healthy."""
_MOST_POINTS = 1000
_N_BLOCKS, _LEAST_IN_BLOCK = 10, 5
LOW_SHARE = 0.25
"""A codebook whose perplexity is below this share of what it could be has collapsed. The recipe without its
ingredients stays at 0.1 to 0.2 on Fashion-MNIST; a local network with all codes in use is at 0.3."""
DEAD_SHARE = 0.25


def find_alarms(
    snapshot: VqVaeSnapshot, history: "MetricsHistory", refused: NoteCount | None = None
) -> tuple[Alarm, ...]:
    """Everything that is wrong at this instant, the gravest first.

    Parameters
    ----------
    history : metrics of the run, up to this instant or beyond it.
    refused : its refused batches, see `core.run_notes.REFUSED_BATCH`.
    """
    found = [_refused(refused)]
    if snapshot.step >= FIRST_STEPS:
        collapsed = _collapsed(snapshot)
        signs = (collapsed,) if collapsed else (_drifting(snapshot, history), _dead(snapshot))
        found = [*signs, *found]
    return tuple(alarm for alarm in found if alarm)


def most_shown(n_vectors: float, n_codes: int) -> float:
    """How many of K codes, all used alike, so many vectors show: K (1 − (1 − 1/K)ⁿ)."""
    return float(n_codes * -np.expm1(n_vectors * np.log1p(-1 / n_codes)))


def _collapsed(snapshot: VqVaeSnapshot) -> Alarm | None:
    """Both the last batch and the analysed images use few codes, for as many vectors as they have."""
    k = snapshot.n_codes
    measured = (
        (snapshot.batch_perplexity, snapshot.batch_counts),
        (snapshot.epoch_perplexity, snapshot.epoch_counts),
    )
    if any(perplexity >= LOW_SHARE * most_shown(counts.sum(), k) for perplexity, counts in measured):
        return None
    return Alarm(
        "codebook_collapse",
        f"Collapse of the codebook: perplexity {snapshot.epoch_perplexity:.1f} of {k:,} codes; "
        f"{_advice(snapshot)}.",
    )


def _dead(snapshot: VqVaeSnapshot) -> Alarm | None:
    """Codes without use by late batches and by the analysed images, more than chance leaves out."""
    k = snapshot.n_codes
    is_dead = snapshot.is_dead & (snapshot.epoch_counts == 0)
    left_out = k - most_shown(snapshot.epoch_counts.sum(), k)
    if is_dead.sum() < max(DEAD_SHARE * k, 1) + left_out:
        return None
    return Alarm(
        "dead_codes",
        f"{is_dead.sum():,} of {k:,} codes are dead, without use for {DEAD_AGE} steps; {_advice(snapshot)}.",
        is_grave=False,
    )


def _drifting(snapshot: VqVaeSnapshot, history: "MetricsHistory") -> Alarm | None:
    """Outputs and codes move apart, or run away together."""
    advice = "raise the commitment β, lower the learning rate"
    if not snapshot.is_normalized:
        advice += ", or switch on batch norm before the quantiser"
    for seen in (_left_behind(snapshot), _run_away(snapshot), _growing(history, snapshot.step)):
        if seen and not has_fixed_levels(snapshot.codebook):
            return Alarm("codebook_drift", f"Drift of the codebook: {seen}; {advice}.")
    return None


def _left_behind(snapshot: VqVaeSnapshot) -> str:
    error = quantisation_error(snapshot)
    if error < 1.0:
        return ""
    return f"outputs of the encoder lie {np.sqrt(error):.3g} times as far from their codes as from their mean"


def _run_away(snapshot: VqVaeSnapshot) -> str:
    """Normalised outputs have size 1, and so have their codes."""
    size = float(np.sqrt(np.square(snapshot.codebook, dtype=np.float64).mean()))
    return f"numbers of the codes have grown to {size:.3g} and grow on" if size >= LARGE_CODES else ""


def _growing(history: "MetricsHistory", step: int) -> str:
    """The commitment term was smaller by far, and leaves the reconstruction behind."""
    rows = slice(*np.searchsorted(history.steps("train"), (FIRST_STEPS, step + 1)))
    commitment, reconstruction = (
        _block_means(history.column("train", term)[rows]) for term in ("commitment", "reconstruction")
    )
    if not len(commitment) or not commitment[-1] > max(reconstruction[-1], GROWTH * commitment.min()):
        return ""
    times = commitment[-1] / max(commitment.min(), 1e-30)
    return f"the commitment loss has grown {times:.3g} times, beyond that of the reconstruction"


def _block_means(column: np.ndarray) -> np.ndarray:
    """Of a few stretches of equal length, the last one up to the end; none of too few numbers."""
    length = len(column) // _N_BLOCKS
    if length < _LEAST_IN_BLOCK:
        return np.empty(0)
    blocks = column[len(column) - _N_BLOCKS * length :].reshape(_N_BLOCKS, length)
    means: np.ndarray = blocks.mean(axis=1, dtype=np.float64)
    return means


def quantisation_error(snapshot: VqVaeSnapshot) -> float:
    """Mean ‖z_e − e‖² ÷ variance of z_e: 0 where codes are perfect, 1 where their mean would do as well."""
    every = max(1, len(snapshot.points) // _MOST_POINTS)
    z_e = snapshot.points[::every].astype(np.float64)
    if not len(z_e):
        return 0.0
    off = z_e - snapshot.codebook[snapshot.point_codes[::every]]
    spread = float(np.square(z_e - z_e.mean(axis=0)).sum(axis=1).mean())
    return float(np.square(off).sum(axis=1).mean()) / max(spread, 1e-30)


def _advice(snapshot: VqVaeSnapshot) -> str:
    """Ingredients of the recipe that fill a codebook, but for those that are seen to be in use."""
    if has_fixed_levels(snapshot.codebook):
        return "FSQ has no codes to revive: use fewer levels, or a smaller learning rate"
    ingredients = []
    if _run_away(snapshot):  # the ingredients alone do not bring such a network back
        ingredients.append("lower the learning rate")
    if not snapshot.is_normalized:
        ingredients.append("switch on batch norm before the quantiser")
    if snapshot.step - snapshot.revived_at.max() > FIRST_STEPS:
        ingredients.append("revive codes below 0.1 of the mean use")
    ingredients.append("keep the decay γ near 0.9")
    return ", ".join(ingredients) + ", or use fewer codes"


def has_fixed_levels(codebook: np.ndarray) -> bool:
    """Whether (K, D) codes are all combinations of D sets of numbers, as those of FSQ are."""
    n_levels = [len(np.unique(column)) for column in codebook.T]
    return len(n_levels) > 1 and float(np.prod(n_levels, dtype=np.float64)) == len(codebook)


def _refused(refused: NoteCount | None) -> Alarm | None:
    if refused is None:
        return None
    many = refused.count > 1
    return Alarm(
        "refused_batches",
        f"{refused.count:,} batch{'es were' if many else ' was'} refused, "
        f"{'the last ' if many else ''}in step {refused.last.step:,}: loss or gradient was not finite, so "
        "nothing was learnt from it; look for NaN in the data, or lower the learning rate.",
        is_grave=False,
    )
