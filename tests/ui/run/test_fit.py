"""A recorded picture beside examples that it was not made of: a sentence in place of a crash."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.ui.run.fit import describe_misfit

N, D = 6, 12
DATASET = Dataset(
    "six", np.zeros((N, D), np.float32), np.zeros(N, int), ("a", "b"), (3, 4, 1), np.arange(N) == 0, "none"
)


def snapshot(**changed: np.ndarray) -> SimpleNamespace:
    arrays = {
        "probe": np.arange(N),
        "shown": np.array([N - 1]),
        "reconstructions": np.zeros((1, D)),
        "patches": np.zeros((2, 3, 3, 1)),
        "confusion": np.zeros((3, 2)),
    }
    return SimpleNamespace(**{**arrays, **changed})


def test_a_picture_of_these_examples_fits() -> None:
    assert describe_misfit(snapshot(), DATASET) == ""
    assert describe_misfit(snapshot(probe=np.zeros(0, dtype=int), confusion=np.zeros((0, 0))), DATASET) == ""
    assert describe_misfit(SimpleNamespace(step=3), DATASET) == ""


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [
        ("probe", np.array([0, N]), "example 6 of 6"),
        ("shown", np.array([99, 0]), "example 99 of 6"),
        ("reconstructions", np.zeros((1, D + 1)), "13 numbers, not 12"),
        ("patches", np.zeros((2, 3, 3, 3)), "3 colours"),
        ("confusion", np.zeros((3, 4)), "4 classes, not 2"),
    ],
)
def test_a_picture_of_others_is_named(name: str, array: np.ndarray, words: str) -> None:
    sentence = describe_misfit(snapshot(**{name: array}), DATASET)
    assert words in sentence
    assert sentence.endswith("open another run.")


def test_patches_need_images() -> None:
    assert "colours" in describe_misfit(snapshot(), replace(DATASET, image_shape=None))
