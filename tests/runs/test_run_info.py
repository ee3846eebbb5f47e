"""``run.json``: what a run is comes back typed, and nothing else is believed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dgm_explorer.core.dataset import MAX_PAINTED, DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.folder import RunFolder, create_run_folder
from dgm_explorer.runs.run_info import installed_versions, open_run_folder, write_info
from tests.runs.examples import info


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = create_run_folder(tmp_path, "gmm-vae", "digits")
    write_info(folder, info())
    return folder


def refusal(folder: RunFolder, **changes: Any) -> str:
    document = json.loads(folder.info_file.read_text()) | changes
    folder.info_file.write_text(json.dumps(document))
    with pytest.raises(InputError) as caught:
        open_run_folder(folder.path)
    assert str(folder.info_file) in str(caught.value)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_what_is_written_comes_back_equal_and_typed(folder: RunFolder) -> None:
    wrote = info()
    assert open_run_folder(folder.path) == replace(wrote, created=open_run_folder(folder.path).created)


def test_the_most_painted_points_fit(folder: RunFolder) -> None:
    points = tuple((-0.1234567890123456 * i, 1 / (i + 3)) for i in range(MAX_PAINTED))
    wrote = replace(info(), source=DataSource("painted", painted=points))
    write_info(folder, wrote)
    assert open_run_folder(folder.path) == wrote


def test_versions_are_those_that_run_here() -> None:
    import numpy as np

    assert installed_versions()["numpy"] == np.__version__


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 2}, "a run of version 2, this program reads version 1"),
        ({"format": "other"}, "is not a run file"),
        ({"model": "gan"}, "'gan' is not known; this program knows gmm-vae"),
        ({"colour": 1}, "the key colour is not known"),
        ({"config": {"latent_dimm": 3}}, "the key config.latent_dimm is not known"),
        ({"config": {"latent_dim": 0}}, "at config: latent_dim = 0 must lie between 1 and 512"),
        ({"config": {"latent_dim": "2"}}, "at config.latent_dim: expected `int`"),
        ({"config": {"hidden": [1, None]}}, "at config.hidden[1]"),
        ({"config": 7}, "at config: expected `object`"),
        ({"source": {"name": "mars"}}, "at source: data 'mars' is not known"),
        ({"source": {"name": "painted", "painted": [[1, 2, 3]]}}, "at source.painted[0]"),
        ({"recording": {"snapshot_every_s": None}}, "at recording.snapshot_every_s"),
        ({"branched_from": {"folder": "x"}}, "at branched_from: object missing required field `step`"),
        ({"pid": 1.5}, "at pid"),
    ],
)
def test_what_does_not_belong_is_named_with_its_path(
    folder: RunFolder, changes: dict[str, Any], words: str
) -> None:
    message = refusal(folder, **changes)
    assert words in message


def test_every_truncation_is_one_sentence(folder: RunFolder) -> None:
    content = folder.info_file.read_bytes()
    for length in range(0, len(content) - 2, 7):
        folder.info_file.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"run\.json.*\.$"):
            open_run_folder(folder.path)


def test_a_folder_without_a_run_says_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing", Path("zero\0byte")):
        with pytest.raises(InputError, match="holds no run"):
            open_run_folder(path)
