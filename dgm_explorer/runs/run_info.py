"""``run.json``: what a run is, fixed when it starts."""

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dgm_explorer.checked_json import DocumentKind, convert_checked, read_document, write_document
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.device_choice import DeviceChoice
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Recording
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.model_files import files_of

RUN = DocumentKind(format="dgm-explorer-run", version=1, noun="run", max_bytes=4 << 20)
DISTRIBUTIONS = ("dgm-explorer", "torch", "numpy", "scipy", "scikit-learn", "safetensors")


@dataclass(frozen=True, slots=True)
class BranchPoint:
    """Where a run left another one.

    Attributes
    ----------
    folder : of the other run, as it was called then.
    step : of the checkpoint that it went on from.
    """

    folder: str
    step: int


def installed_versions() -> dict[str, str]:
    """Versions of what a run's numbers may depend on, found without importing any of it."""
    from importlib import metadata

    versions = {"python": platform.python_version(), "platform": platform.platform()}
    for name in DISTRIBUTIONS:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run is.

    Attributes
    ----------
    model : such as ``gmm-vae``.
    source : the data, named.
    config : the model's own configuration, such as `core.gmm_vae_config.GmmVaeConfig`.
    data_fingerprint : SHA-256 of the data and their split, so that a resume meets the same.
    seed : of everything random.
    device : where to train, as asked for.
    device_name : where it does train, in words.
    recording : how often to write, at the start.
    world_size : processes that train together.
    host, pid : computer and process that write; of the latest resume.
    created : when the run began, UTC, as 2026-01-31T12:00:00Z.
    versions : `installed_versions` of when it began.
    branched_from : the run it left; None where it began anew.
    notes : what the user may want to know of the set-up.
    """

    model: str
    source: DataSource
    config: Any
    data_fingerprint: str = ""
    seed: int = 0
    device: DeviceChoice = "auto"
    device_name: str = ""
    recording: Recording = field(default_factory=Recording)
    world_size: int = 1
    host: str = field(default_factory=platform.node)
    pid: int = field(default_factory=os.getpid)
    created: str = field(default_factory=lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    versions: Mapping[str, str] = field(default_factory=installed_versions)
    branched_from: BranchPoint | None = None
    notes: tuple[str, ...] = ()


def write_info(folder: RunFolder, info: RunInfo) -> None:
    """Write ``run.json`` in one step.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    write_document(folder.info_file, RUN, info)


def open_run_folder(path: Path | str) -> RunInfo:
    """Read what the run in a folder is.

    Raises
    ------
    InputError
        If there is no run, or one of another version, of an unknown model or with values that do not fit.
    """
    folder = RunFolder(Path(path))
    try:
        is_run = folder.info_file.is_file()
    except (OSError, ValueError):
        is_run = False
    if not is_run:
        raise InputError(f"{path} holds no run (no run.json in it); choose the folder of a run.")
    body = read_document(folder.info_file, RUN)
    info = convert_checked(body, RunInfo, folder.info_file)
    config = convert_checked(
        info.config, files_of(info.model, folder.info_file).config, folder.info_file, "config"
    )
    return replace(info, config=config)
