"""A recorded run, measured at its last checkpoint."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dgm_explorer.core.device_choice import DeviceChoice
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Recording
from dgm_explorer.runs.checkpoint_file import read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.run_info import open_run_folder
from dgm_explorer.training.models import model_of


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What was measured.

    Attributes
    ----------
    model, data, step : of the run.
    figures : of the model's own kind, such as `gmm_vae_evaluation.GmmVaeEvaluation`.
    """

    model: str
    data: str
    step: int
    figures: Any


def evaluate(path: Path, device: DeviceChoice = "auto") -> Evaluation:
    """Measure the newest checkpoint of a run that opens, on all of its data.

    Raises
    ------
    InputError
        If there is no such run or checkpoint, or its data are not those of then.
    """
    from dgm_explorer.data.catalogue import load_dataset
    from dgm_explorer.training.devices import Place, find_device, use_threads
    from dgm_explorer.training.shard import Shard

    info = open_run_folder(path)
    model = model_of(info.model)
    step, state = read_latest_checkpoint(RunFolder(path))
    dataset = load_dataset(info.source)
    if dataset.fingerprint != info.data_fingerprint:
        raise InputError(
            f"data {dataset.name}: they are not those that {path} was trained on; put those back."
        )
    use_threads(0)
    run = model.make(info.config, dataset, Place(find_device(device)), Shard(), Recording().n_points)
    run.load_state(state)
    return Evaluation(info.model, dataset.name, step, model.evaluate(run, dataset))
