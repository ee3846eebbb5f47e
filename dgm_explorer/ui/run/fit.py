"""Whether recorded pictures are of the examples that are loaded beside them; a pure function."""

from typing import Any

import numpy as np

from dgm_explorer.core.dataset import Dataset


def describe_misfit(snapshot: Any, dataset: Dataset) -> str:
    """Why a snapshot cannot be of these examples, in one sentence; empty where it can.

    Data in a file or folder may have changed since the run, and a run folder may come from anywhere: rows
    that are not there and images of another size must not reach a panel that draws.
    """
    what = _find_misfit(snapshot, dataset)
    if not what:
        return ""
    return (
        f"The data {dataset.name} are not those of this run ({what}); put the old ones back, or open "
        "another run."
    )


def _find_misfit(snapshot: Any, dataset: Dataset) -> str:
    for name in ("probe", "shown"):
        rows = getattr(snapshot, name, None)
        if rows is not None and len(rows) and int(np.max(rows)) >= len(dataset):
            return f"it shows example {int(np.max(rows))} of {len(dataset)}"
    reconstructions = getattr(snapshot, "reconstructions", None)
    if reconstructions is not None and reconstructions.shape[1] != dataset.dimension:
        return f"examples of {reconstructions.shape[1]} numbers, not {dataset.dimension}"
    patches = getattr(snapshot, "patches", None)
    if patches is not None and patches.shape[3] != (dataset.image_shape or (0, 0, 0))[2]:
        return f"images of {patches.shape[3]} colours"
    confusion = getattr(snapshot, "confusion", None)
    if confusion is not None and confusion.shape[1] > len(dataset.class_names):
        return f"{confusion.shape[1]} classes, not {len(dataset.class_names)}"
    return ""
