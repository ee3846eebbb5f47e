"""What an exchange of codes does to the analysed images: which of them to decode, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.vq_vae_painting import Remap
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.tabs.vq_vae.paint.codes import remap_table

N_MEASURED: Final = 256
N_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class EffectPlan:
    """What is decoded, as places in ``snapshot.probe``.

    Attributes
    ----------
    snapshot : where the codes come from.
    after : (n, h, w) the codes of all analysed images after the exchange.
    n_cells, n_images : how many of them it reaches.
    shown : (m,) images with the most exchanged cells.
    measured : (s,) images whose error is measured, evenly spread.
    """

    snapshot: VqVaeSnapshot
    after: IntArray
    n_cells: int
    n_images: int
    shown: IntArray
    measured: IntArray

    @property
    def decoded(self) -> IntArray:
        """All places that are decoded: those shown, then those measured."""
        return np.concatenate([self.shown, self.measured])


@dataclass(frozen=True, slots=True)
class ErrorChange:
    """Mean squared error ÷ variance of the pixels, of the images measured."""

    before: float
    after: float
    n_images: int


def plan_effect(
    snapshot: VqVaeSnapshot, remaps: Iterable[Remap], shown: IntArray | None = None
) -> EffectPlan:
    """Count what an exchange reaches and choose what is decoded.

    Parameters
    ----------
    shown : places shown before, so that pictures stay where they are; None to choose anew.
    """
    after = remap_table(remaps, snapshot.n_codes)[snapshot.codes]
    n_changed = (after != snapshot.codes).sum(axis=(1, 2))
    if shown is None or not len(shown) or shown.max(initial=0) >= len(n_changed):
        most = np.argsort(-n_changed, kind="stable")[:N_SHOWN]
        shown = np.sort(most[n_changed[most] > 0])
    n = len(n_changed)
    measured = np.unique(np.linspace(0, max(0, n - 1), min(n, N_MEASURED)).astype(np.int64))
    n_cells, n_images = int(n_changed.sum()), int((n_changed > 0).sum())
    return EffectPlan(snapshot, after, n_cells, n_images, shown, measured)


def error_change(
    inputs: Float32Array, before: Float32Array, after: Float32Array, snapshot: VqVaeSnapshot
) -> ErrorChange:
    """Compare decodes (s, d) with their inputs (s, d); the variance is the one behind the snapshot's nmse."""
    variance = snapshot.mse / snapshot.nmse if snapshot.nmse > 0 else float(inputs.var())
    if not (np.isfinite(variance) and variance > 0):
        variance = float("nan")
    errors = [float(((decoded - inputs) ** 2).mean()) / variance for decoded in (before, after)]
    return ErrorChange(errors[0], errors[1], len(inputs))
