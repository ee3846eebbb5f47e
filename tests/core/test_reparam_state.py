"""The state of the Reparametrisation tab: what it refuses, and that a document keeps it."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dgm_explorer.checked_json import convert_checked
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.reparam_state import LARGEST_FACTOR, RAW_LIMITS, ReparamState


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mean": (math.nan, 0.0)}, r"mean\[0\] = nan must lie between -1e\+06 and 1e\+06"),
        ({"mean": (0.0, 2e6)}, r"mean\[1\] = 2e\+06"),
        ({"raw_diagonal": (0.0, 7.0)}, r"raw_diagonal\[1\] of exp = 7 must lie between -14 and 6.9"),
        ({"activation": "softplus", "raw_diagonal": (-20.0, 0.0)}, r"raw_diagonal\[0\] of softplus"),
        ({"off_diagonal": math.inf}, "off_diagonal = inf"),
        ({"full": (0.0, 0.0, 0.0, -1001.0)}, r"full\[3\] = -1001"),
        ({"target": (0.0, math.nan)}, r"target\[1\]"),
        ({"n_points": 0}, "n_points = 0 must lie between 1 and 100000"),
        ({"n_points": 100_001}, "n_points = 100001"),
        ({"seed": -1}, "seed = -1"),
        ({"chosen": 100_000}, "chosen = 100000"),
        ({"n_samples": 1001}, "n_samples = 1001 must lie between 1 and 1000"),
        ({"n_arrows": 0}, "n_arrows = 0 must lie between 1 and 500"),
        ({"learning_rate": 0.0}, "learning_rate = 0"),
        ({"steps_per_second": math.nan}, "steps_per_second = nan"),
        ({"sweep_dimensions": ()}, "sweep_dimensions: 0 of them; give between 1 and 20"),
        ({"sweep_dimensions": (1, 513)}, "dimension = 513 must lie between 1 and 512"),
        ({"sweep_dimensions": (2, 2)}, "sweep_dimensions must ascend"),
    ],
)
def test_refuses_in_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        ReparamState(**changes)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@dataclass(frozen=True)
class Document:
    """What a session keeps of the tab."""

    reparam: ReparamState


def test_a_document_keeps_it(tmp_path: Path) -> None:
    state = ReparamState(
        dimension=1,
        mean=(-3.0, 0.25),
        activation="relu",
        raw_diagonal=(-1.0, 2.0),
        form="full",
        full=(1.0, -2.0, 0.5, 0.0),
        law="laplace",
        path="sample",
        objective="kl_target",
        estimator="score_baseline",
        sweep_dimensions=(3, 5),
        panel="growth",
    )
    decoded = msgspec.json.decode(msgspec.json.encode(Document(state)))
    assert convert_checked(decoded, Document, tmp_path) == Document(state)


@pytest.mark.parametrize("key", ["activation", "form", "law", "path", "objective", "estimator", "panel"])
def test_a_document_with_an_unknown_word_is_refused(key: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"at reparam.{key}"):
        convert_checked({"reparam": {key: "sideways"}}, Document, tmp_path)


def test_limits_of_raw_parameters_keep_the_diagonal_within_those_of_the_factor() -> None:
    assert math.exp(RAW_LIMITS["exp"][1]) < LARGEST_FACTOR
    assert RAW_LIMITS["softplus"][1] <= LARGEST_FACTOR
