"""Where the codes were in the last snapshots: a memory of bounded size, no Qt."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import BoolArray, Float32Array
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.plots.fading_trails import Trails
from dgm_explorer.ui.plots.latent_plane import LatentPlane

MOST_INSTANTS = 30
MOST_NUMBERS = 4_000_000
"""In all codebooks that are kept; of very large ones there are fewer."""
_LEAP = 10.0
"""A step this many times longer than the median of those before is a jump on the timeline."""
_LEAST_GAPS = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Instant:
    """The codes at one step, (K, D), and which were revived since the instant before, (K,)."""

    step: int
    codebook: Float32Array
    is_revived: BoolArray


class TrailMemory:
    """Takes every snapshot of a run in turn; begins anew where the time does not simply go on."""

    def __init__(self) -> None:
        self._instants: deque[_Instant] = deque()

    def __len__(self) -> int:
        return len(self._instants)

    def forget(self) -> None:
        """Another run begins."""
        self._instants.clear()

    def add(self, snapshot: VqVaeSnapshot) -> None:
        """Take the codes of a snapshot in; one that is shown again changes nothing."""
        last = self._instants[-1] if self._instants else None
        if last is not None and last.step == snapshot.step and last.codebook is snapshot.codebook:
            return
        if last is not None and not self._goes_on(snapshot):
            self._instants.clear()
            last = None
        since = snapshot.step if last is None else last.step
        is_revived = snapshot.revived_at > since
        self._instants.append(_Instant(snapshot.step, snapshot.codebook, is_revived))
        while len(self._instants) > max(
            1, min(MOST_INSTANTS, MOST_NUMBERS // max(1, snapshot.codebook.size))
        ):
            self._instants.popleft()

    def _goes_on(self, snapshot: VqVaeSnapshot) -> bool:
        last = self._instants[-1]
        gaps = np.diff([instant.step for instant in self._instants])
        is_leap = len(gaps) >= _LEAST_GAPS and snapshot.step - last.step > _LEAP * float(np.median(gaps))
        return snapshot.codebook.shape == last.codebook.shape and snapshot.step > last.step and not is_leap

    def trails(self, plane: LatentPlane) -> Trails:
        """As they lie in a picture; a code that was revived has a trail since then only."""
        if len(self._instants) < 2:
            return Trails()
        codebooks = np.stack([instant.codebook for instant in self._instants])
        n_instants, n_codes, n_dims = codebooks.shape
        with np.errstate(invalid="ignore"):  # what is not finite stays so
            places = plane.place_means(codebooks.reshape(-1, n_dims).astype(np.float64))
        went_on = np.stack([~instant.is_revived for instant in self._instants])[:0:-1]
        is_joined = np.logical_and.accumulate(went_on, axis=0)[::-1]
        return Trails(places.reshape(n_instants, n_codes, 2), is_joined)
