"""A snapshot as a picture of its latent space: a pure function, no widget."""

from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.arrays import Float32Array, FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.gmm_vae_state import Coloring
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.latent_plane import LatentPlane, plane_of
from dgm_explorer.ui.plots.latent_shapes import ByteArray, ComponentShape, LatentScene
from dgm_explorer.ui.tabs.gmm_vae.latent_colors import (
    cluster_colors,
    color_key,
    confidence_colors,
    label_colors,
    mixed_colors,
)
from dgm_explorer.ui.theme import Theme

ScalarT = TypeVar("ScalarT", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class LatentPicture:
    """What the latent view shows, and what its dots stand for.

    Attributes
    ----------
    scene : for the view.
    plane : between codes and places.
    places : (n,) rows of the snapshot's probe, one a dot.
    rows : (n,) rows of the data set, one a dot.
    """

    scene: LatentScene
    plane: LatentPlane
    places: IntArray
    rows: IntArray

    def dot_of(self, row: int) -> int:
        """The dot of an example of the data set; -1 where it is not shown."""
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else -1


def make_picture(
    snapshot: GmmVaeSnapshot,
    dataset: Dataset | None,
    coloring: Coloring,
    theme: Theme,
    *,
    n_points: int = 60_000,
    selected: IntArray | None = None,
    previous: LatentPlane | None = None,
) -> LatentPicture:
    """Draw a snapshot.

    Parameters
    ----------
    dataset : what the probe was taken from; None where it is not at hand, then without labels.
    n_points : most dots; more are thinned evenly over the probe, always to the same ones.
    selected : rows of the data set in the selection; empty or None for no selection.
    previous : plane of the picture before, so that a projection does not flip.
    """
    places = _thinned(len(snapshot.probe), n_points)
    rows = _picked(snapshot.probe, places)
    plane = plane_of(snapshot.latent_means, previous)
    coloring = shown_coloring(coloring, dataset)
    class_names = class_names_of(dataset)
    gamma = _picked(snapshot.responsibilities, places) if snapshot.has_mixture else None
    scene = LatentScene(
        positions=_picked(plane.place_codes(snapshot.latent_means), places),
        rgb=_colors(snapshot, places, rows, dataset, coloring, theme),
        is_selected=None if selected is None or not len(selected) else np.isin(rows, selected),
        components=_components(snapshot, plane, coloring, theme) if snapshot.has_mixture else (),
        axis_names=plane.axis_names,
        key=color_key(coloring, snapshot.n_components, class_names, theme),
        has_equal_aspect=plane.has_equal_aspect,
        details=partial(_details, rows, dataset, gamma),
    )
    return LatentPicture(scene, plane, places, rows)


def shown_coloring(coloring: Coloring, dataset: Dataset | None) -> Coloring:
    """The colouring asked for, or argmax γ in place of labels that nobody knows."""
    has_labels = dataset is not None and dataset.labels is not None
    return "cluster" if coloring == "label" and not has_labels else coloring


def class_names_of(dataset: Dataset | None) -> tuple[str, ...]:
    """Names of the classes; numbers where the data set has labels but no names."""
    if dataset is None or dataset.labels is None:
        return ()
    if dataset.class_names:
        return dataset.class_names
    return tuple(str(i) for i in range(int(dataset.labels.max(initial=0)) + 1))


def _thinned(n: int, most: int) -> IntArray:
    if n <= most:
        return np.arange(n, dtype=np.int64)
    return np.linspace(0, n - 1, most).astype(np.int64)


def _picked(values: NDArray[ScalarT], places: IntArray) -> NDArray[ScalarT]:
    """Rows of ``values`` at ``places``; all of them are not copied."""
    return values if len(places) == len(values) else values[places]


def _details(rows: IntArray, dataset: Dataset | None, gamma: Float32Array | None) -> PlotTable:
    """What the colours can say, in words and numbers; components are counted from 1, as on the screen."""
    columns: dict[str, FloatArray | IntArray | tuple[str, ...]] = {"example": rows}
    if dataset is not None and dataset.labels is not None:
        names = class_names_of(dataset)
        columns["label"] = tuple(names[label % len(names)] for label in dataset.labels[rows])
    if gamma is not None:
        columns["component"] = gamma.argmax(axis=1) + 1
        columns["confidence"] = gamma.max(axis=1).astype(np.float64)
    return PlotTable(tuple(columns), tuple(columns.values()))


def _colors(
    snapshot: GmmVaeSnapshot,
    places: IntArray,
    rows: IntArray,
    dataset: Dataset | None,
    coloring: Coloring,
    theme: Theme,
) -> ByteArray:
    if coloring == "label" and dataset is not None and dataset.labels is not None:
        return label_colors(dataset.labels[rows], len(class_names_of(dataset)), theme)
    gamma = _picked(snapshot.responsibilities, places)
    if coloring == "mixed":
        return mixed_colors(gamma, theme)
    if coloring == "confidence":
        return confidence_colors(gamma, theme)
    return cluster_colors(gamma, theme)


def _components(
    snapshot: GmmVaeSnapshot, plane: LatentPlane, coloring: Coloring, theme: Theme
) -> tuple[ComponentShape, ...]:
    """The Gaussians; in their own colours only where colours do not mean something else."""
    means = plane.place_means(snapshot.component_means.astype(np.float64))
    covariances = plane.place_variances(np.exp(snapshot.component_log_vars.astype(np.float64)))
    shares = np.exp(snapshot.log_pi.astype(np.float64)).tolist()
    neutral = theme.muted_text
    has_own = coloring in ("cluster", "mixed")
    return tuple(
        ComponentShape(k, means[k], covariances[k], share, theme.component(k) if has_own else neutral)
        for k, share in enumerate(shares)
    )
