"""Sets up runs: new ones, resumed ones, and branches of others."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dgm_explorer.core.checkpoint import CheckpointState
from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.errors import Cancelled, InputError
from dgm_explorer.core.training import RunFacts, RunRequest
from dgm_explorer.runs.checkpoint_file import read_checkpoint, read_latest_checkpoint
from dgm_explorer.runs.folder import (
    RunFolder,
    create_run_folder,
    default_parent,
    make_run_folder,
    steps_in,
)
from dgm_explorer.runs.run_info import BranchPoint, RunInfo, open_run_folder
from dgm_explorer.runs.writer import RunWriter
from dgm_explorer.training.models import model_of

if TYPE_CHECKING:
    from dgm_explorer.training.devices import Place
    from dgm_explorer.training.distributed import FollowerRun, Group
    from dgm_explorer.training.model_run import ModelRun
    from dgm_explorer.training.run import RecordedRun

Report = Callable[[str, float | None], bool]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a run begins with.

    Attributes
    ----------
    config, source : of the model and the data.
    info : of the folder that is resumed; None for a new folder.
    fingerprint : that the data must have; empty for any.
    state, step : of the checkpoint to go on from; None to begin at the beginning.
    branched_from : the run that is left.
    """

    config: Any
    source: DataSource
    info: RunInfo | None = None
    fingerprint: str = ""
    state: CheckpointState | None = None
    step: int = 0
    branched_from: BranchPoint | None = None


def make_run(
    request: RunRequest, report: Report, group: "Group | None" = None
) -> "RecordedRun | FollowerRun":
    """Load the data, make the model, make or open the run folder; a `core.training.MakeRun`.

    Parameters
    ----------
    request : what to train. A resumed folder's own configuration wins, but ``config.epochs`` may raise
        its plan; a branch takes the data and the seed of the run that it leaves.
    report : called with words and the share done (None: unknown); answers False to cancel.
    group : the processes that train together; None for one.

    Raises
    ------
    InputError
        If data, device, folder or checkpoint cannot be used.
    RunFailed
        If there is not memory enough.
    Cancelled
        If ``report`` answered so. Whatever is raised, no new folder is left behind.
    """
    try:
        return _set_up(request, report, group)
    except Exception as error:
        from dgm_explorer.training.failures import explain, is_out_of_memory

        if not is_out_of_memory(error):
            raise
        failure = explain(error, 0)
    raise failure  # behind the except block: there the traceback still holds every tensor


def _set_up(request: RunRequest, report: Report, group: "Group | None") -> "RecordedRun | FollowerRun":
    model_kind = model_of(request.model)
    info = open_run_folder(_folder_to_resume(request)) if request.resume else None
    is_first = group is None or group.shard.rank == 0
    with ExitStack() as undo:
        writer = None
        if info is not None and is_first:
            writer = undo.enter_context(RunWriter(RunFolder(_folder_to_resume(request)), request.recording))
        origin = _find_origin(request, info)
        dataset = _load(origin, report, group)
        model_kind.require_data(origin.config, dataset)
        _tell(report, "starting torch")
        place = _make_place(request, origin.config, dataset, group)
        _tell(report, f"making the model on {place.words}")
        model = _make_model(request, origin.config, dataset, place, group)
        if origin.state is not None:
            model.load_state(origin.state)
        _tell(report, "taking a first look")
        model.snapshot()  # what is slow only once, such as imports, would space the next ones out
        _tell(report, "making the run folder")
        if group is not None and not is_first:
            return _follow(model, group, place, request)
        run = _record(request, origin, dataset, model, place, writer, group)
        undo.pop_all()
        return run


def _folder_to_resume(request: RunRequest) -> Path:
    if request.folder is None:
        raise InputError("resume: name the folder of the run to go on with.")
    return request.folder


def _find_origin(request: RunRequest, info: RunInfo | None) -> Origin:
    if info is not None:
        folder = RunFolder(_folder_to_resume(request))
        _require_model(request, info, folder)
        step, state = read_latest_checkpoint(folder) if steps_in(folder.checkpoints) else (0, None)
        config = info.config
        if request.config is not None:
            config = replace(config, epochs=max(config.epochs, request.config.epochs))
        return Origin(config, info.source, info, info.data_fingerprint, state, step)
    if request.branch_from is not None:
        return _branch(request, RunFolder(request.branch_from))
    return Origin(request.config, request.source)


def _branch(request: RunRequest, parent: RunFolder) -> Origin:
    info = open_run_folder(parent.path)
    _require_model(request, info, parent)
    steps = steps_in(parent.checkpoints)
    if not steps:
        raise InputError(
            f"{parent.path} holds no checkpoint yet to branch from; let it train a little first."
        )
    wanted = steps[-1] if request.branch_step is None else request.branch_step
    step = min(steps, key=lambda there: abs(there - wanted))
    return Origin(
        config=replace(request.config or info.config, seed=info.config.seed),
        source=info.source,
        fingerprint=info.data_fingerprint,
        state=read_checkpoint(parent.checkpoint_file(step)),
        step=step,
        branched_from=BranchPoint(str(parent.path), step),
    )


def _require_model(request: RunRequest, info: RunInfo, folder: RunFolder) -> None:
    if info.model != request.model:
        raise InputError(
            f"{folder.path} is a run of {info.model}, not of {request.model}; choose another folder."
        )


def _load(origin: Origin, report: Report, group: "Group | None") -> Dataset:
    """The data; where several processes share a cache the first one fills it."""
    from dgm_explorer.data.catalogue import load_dataset

    if group is not None and group.shard.rank != 0:
        group.wait()
    dataset = load_dataset(origin.source, report)
    if group is not None and group.shard.rank == 0:
        group.wait()
    if origin.fingerprint and dataset.fingerprint != origin.fingerprint:
        raise InputError(
            f"data {dataset.name}: they are not those that the run began with (another fingerprint); "
            "put the old ones back, or begin a new run."
        )
    return dataset


def _tell(report: Report, words: str) -> None:
    if not report(words, None):
        raise Cancelled(words)


def _make_place(request: RunRequest, config: Any, dataset: Dataset, group: "Group | None") -> "Place":
    from dgm_explorer.training.devices import Place, find_device, use_threads

    device = find_device(request.device) if group is None else group.device
    n_multiplications = model_of(request.model).count_multiplications(config, dataset)
    use_threads(n_multiplications, 1 if group is None else group.n_here)
    return Place(device)


def _make_model(
    request: RunRequest, config: Any, dataset: Dataset, place: "Place", group: "Group | None"
) -> "ModelRun":
    from dgm_explorer.training.shard import Shard

    shard = Shard() if group is None else group.shard
    return model_of(request.model).make(config, dataset, place, shard, request.recording.n_points)


def _follow(model: "ModelRun", group: "Group", place: "Place", request: RunRequest) -> "FollowerRun":
    from dgm_explorer.training.distributed import FollowerRun

    facts = RunFacts(request.folder or default_parent(), place.words, tuple(place.notes))
    return FollowerRun(model, group, place, facts)


def _record(
    request: RunRequest,
    origin: Origin,
    dataset: Dataset,
    model: "ModelRun",
    place: "Place",
    writer: RunWriter | None,
    group: "Group | None",
) -> "RecordedRun":
    from dgm_explorer.training.run import RecordedRun

    if writer is None:
        writer = RunWriter(_make_folder(request, dataset.name), request.recording)
    else:
        writer.forget_after(origin.step)
    try:
        writer.write_info(_describe(request, origin, dataset, place, group))
        writer.append_event(_beginning(origin), origin.step)
    except BaseException:
        writer.close()
        if origin.info is None:
            shutil.rmtree(writer.folder.path, ignore_errors=True)
        raise
    facts = RunFacts(writer.folder.path, place.words, tuple(place.notes), model.present_config)
    agree = bool if group is None else group.agree_to_stop
    return RecordedRun(model, writer, place, facts, request.recording, agree)


def _make_folder(request: RunRequest, data: str) -> RunFolder:
    if request.folder is not None:
        return make_run_folder(request.folder)
    return create_run_folder(request.parent or default_parent(), request.model, data)


def _beginning(origin: Origin) -> str:
    if origin.info is not None:
        return "resumed"
    return "started" if origin.branched_from is None else "branched"


def _describe(
    request: RunRequest, origin: Origin, dataset: Dataset, place: "Place", group: "Group | None"
) -> RunInfo:
    info = RunInfo(
        model=request.model,
        source=origin.source,
        config=origin.config,
        data_fingerprint=dataset.fingerprint,
        seed=origin.config.seed,
        device=request.device,
        device_name=place.words,
        recording=request.recording,
        world_size=1 if group is None else group.shard.world,
        branched_from=origin.branched_from,
        notes=tuple(place.notes),
    )
    if origin.info is None:
        return info
    return replace(info, created=origin.info.created, branched_from=origin.info.branched_from)
