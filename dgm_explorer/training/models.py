"""The models that can be trained, and what a run needs to know of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dgm_explorer.core import gmm_vae_config, vq_vae_config
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import InputError
from dgm_explorer.training import gmm_vae_facts, vq_vae_facts

if TYPE_CHECKING:
    from dgm_explorer.training.devices import Place
    from dgm_explorer.training.gmm_vae_evaluation import GmmVaeEvaluation
    from dgm_explorer.training.model_run import ModelRun
    from dgm_explorer.training.shard import Shard
    from dgm_explorer.training.vq_vae_evaluation import VqVaeEvaluation


@dataclass(frozen=True, slots=True)
class TrainableModel:
    """One model; ``config`` is always its own configuration.

    Attributes
    ----------
    require_data : (config, data set) → raises `InputError` where the model cannot learn these.
    count_multiplications : (config, data set) → of one step forwards, about.
    make : (config, data set, place, shard, most points of a snapshot) → the model to train; imports torch.
    evaluate : (the model, data set) → what is measured of it, of the model's own kind.
    """

    require_data: Callable[[Any, Dataset], None]
    count_multiplications: Callable[[Any, Dataset], int]
    make: "Callable[[Any, Dataset, Place, Shard, int], ModelRun]"
    evaluate: Callable[[Any, Dataset], Any]


def model_of(name: str) -> TrainableModel:
    """The model called ``name``.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in MODELS:
        raise InputError(f"model {name[:40]!r} cannot be trained; use {' or '.join(MODELS)}.")
    return MODELS[name]


def _make_gmm_vae(config: Any, dataset: Dataset, place: "Place", shard: "Shard", n_points: int) -> "ModelRun":
    from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun

    return GmmVaeModelRun(config, dataset, place, shard, n_points)


def _evaluate_gmm_vae(run: Any, dataset: Dataset) -> "GmmVaeEvaluation":
    from dgm_explorer.training.gmm_vae_evaluation import evaluate_gmm_vae

    return evaluate_gmm_vae(run, dataset)


def _make_vq_vae(config: Any, dataset: Dataset, place: "Place", shard: "Shard", n_points: int) -> "ModelRun":
    from dgm_explorer.training.vq_vae_run import VqVaeModelRun

    return VqVaeModelRun(config, dataset, place, shard, n_points)


def _evaluate_vq_vae(run: Any, dataset: Dataset) -> "VqVaeEvaluation":
    from dgm_explorer.training.vq_vae_evaluation import evaluate_vq_vae

    return evaluate_vq_vae(run, dataset)


MODELS = {
    gmm_vae_config.MODEL: TrainableModel(
        gmm_vae_facts.require_decoder,
        gmm_vae_facts.count_multiplications,
        _make_gmm_vae,
        _evaluate_gmm_vae,
    ),
    vq_vae_config.MODEL: TrainableModel(
        vq_vae_facts.require_images,
        vq_vae_facts.count_multiplications,
        _make_vq_vae,
        _evaluate_vq_vae,
    ),
}
