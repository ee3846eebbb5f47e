"""The phase between pre-training and joint training: gives the prior its first components, in pieces."""

from collections.abc import Generator
from contextlib import AbstractContextManager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.models.gmm_vae import GmmVae
from dgm_explorer.numerics.graph_clustering import ROWS_PER_PIECE, cluster_by_neighbours, count_pieces
from dgm_explorer.training.devices import count_cores
from dgm_explorer.training.gmm_vae_mixture import FittedMixture, fit_gmm, mixture_of_clusters

MAX_ROWS = 60_000
CHUNK = 4096


class FitResult(NamedTuple):
    """A mixture for the prior, and the component that q(c|x) is to stay at for some time.

    Attributes
    ----------
    mixture : of the codes.
    assignment : (n examples,) component, or -1 where q(c|x) follows from z at once.
    """

    mixture: FittedMixture
    assignment: IntArray


class MixtureFit:
    """Fits a mixture to codes, a piece of work at a time, so that a run can stop between two pieces.

    Parameters
    ----------
    config : which fit.
    inputs : (n, D) all examples, on the device.
    rows : those trained on; of more than `MAX_ROWS` an even selection is used.
    """

    def __init__(self, config: GmmVaeConfig, inputs: Tensor, rows: Tensor) -> None:
        self._config = config
        self._inputs = inputs
        self._rows = rows[:: -(-len(rows) // MAX_ROWS)]
        self._n_components = 0
        self._clustering: Generator[None, None, IntArray] | None = None

    @property
    def n_pieces(self) -> int:
        """Steps that the fit takes: one, or on large sets several, the last of which is `finish`."""
        n = len(self._rows)
        return count_pieces(n) if self._config.mixture_init == "graph" and n > ROWS_PER_PIECE else 1

    def advance(self, n_components: int) -> None:
        """One piece, about a second on a slow core; all anew if the number of components has changed."""
        with _threads_to_spare():
            next(self._started(n_components))

    def restart(self) -> None:
        """Forget the pieces done."""
        self._clustering = None

    def finish(self, model: GmmVae) -> FitResult:
        """The rest of the work, and the mixture of the codes as the model makes them now."""
        n_components, seed = model.n_components, self._config.seed
        codes, spread = self._codes(model)
        assignment = np.full(len(self._inputs), -1, dtype=np.int64)
        with _threads_to_spare():
            if self._config.mixture_init == "gmm":
                return FitResult(fit_gmm(codes, n_components, seed).widened(spread), assignment)
            clusters = _drained(self._started(n_components))
        self.restart()
        assignment[self._rows.cpu().numpy()] = clusters
        mixture = mixture_of_clusters(codes, clusters, n_components, seed)
        return FitResult(mixture.widened(spread), assignment)

    def _started(self, n_components: int) -> Generator[None, None, IntArray]:
        if self._clustering is None or n_components != self._n_components:
            self._n_components = n_components
            images = self._inputs[self._rows].cpu().numpy()
            self._clustering = cluster_by_neighbours(images, n_components, self._config.seed)
        return self._clustering

    @torch.no_grad()
    def _codes(self, model: GmmVae) -> tuple[FloatArray, FloatArray]:
        """Means of q(z|x), (rows, J), and the average of its variances, (J,)."""
        parts = [model.encode(self._inputs[rows]) for rows in torch.split(self._rows, CHUNK)]
        codes = torch.cat([part.mean for part in parts]).cpu().double()
        variance = torch.cat([part.log_var for part in parts]).cpu().double().exp().mean(0)
        return codes.numpy(), variance.numpy()


def _drained(work: Generator[None, None, IntArray]) -> IntArray:
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: IntArray = end.value
            return result


def _threads_to_spare() -> AbstractContextManager[object]:
    """Leave one core to the window while scikit-learn computes."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    limits: AbstractContextManager[object] = threadpool_limits(max(1, count_cores() - 1))
    return limits
