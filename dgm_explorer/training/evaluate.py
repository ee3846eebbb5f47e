"""A recorded run, measured at its last checkpoint."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.device_choice import DeviceChoice
from dgm_explorer.core.errors import InputError
from dgm_explorer.runs.checkpoint_file import read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.run_info import open_run_folder

if TYPE_CHECKING:
    from dgm_explorer.models.gmm_vae import GmmVae

NOISE_SEED = 20_260_722
CHUNK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class SplitEvaluation:
    """A GMM-VAE measured on some examples.

    Attributes
    ----------
    n : how many.
    accuracy, nmi, ari : of argmax γ at the mean of q(z|x) against the labels, clusters matched to classes
        one to one; NaN without labels.
    occupied : components that are argmax γ of more than 1 % of the examples.
    terms : (5,) mean terms (a) … (e) of the bound, nats per example, with one sample of z each.
    """

    n: int
    accuracy: float
    nmi: float
    ari: float
    occupied: int
    terms: FloatArray

    @property
    def elbo(self) -> float:
        """Nats per example."""
        return float(self.terms.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All examples of a run's data, and those of them that training never saw.

    Attributes
    ----------
    model, data, step : what was measured.
    all, held_out : the numbers; of no examples where none were held out.
    """

    model: str
    data: str
    step: int
    all: SplitEvaluation
    held_out: SplitEvaluation


def evaluate(path: Path, device: DeviceChoice = "auto") -> Evaluation:
    """Measure the newest checkpoint of a run that opens, on all of its data.

    Raises
    ------
    InputError
        If there is no such run or checkpoint, or its data are not those of then.
    """
    from dgm_explorer.data.catalogue import load_dataset
    from dgm_explorer.training.devices import Place, find_device, use_threads
    from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun

    info = open_run_folder(path)
    step, state = read_latest_checkpoint(RunFolder(path))
    dataset = load_dataset(info.source)
    if dataset.fingerprint != info.data_fingerprint:
        raise InputError(
            f"data {dataset.name}: they are not those that {path} was trained on; put those back."
        )
    use_threads(0)
    run = GmmVaeModelRun(info.config, dataset, Place(find_device(device)))
    run.load_state(state)
    clusters, terms = _measure(run.model, dataset)
    n_components = run.model.n_components
    return Evaluation(
        model=info.model,
        data=dataset.name,
        step=step,
        all=_summarise(dataset, clusters, terms, n_components, np.arange(len(dataset))),
        held_out=_summarise(dataset, clusters, terms, n_components, np.flatnonzero(dataset.is_held_out)),
    )


def _measure(model: "GmmVae", dataset: Dataset) -> tuple[IntArray, FloatArray]:
    """argmax γ at the mean of q(z|x), (n,), and the terms (n, 5) of every example, by fixed noise."""
    import torch

    device = model.pi_logits.device
    generator = torch.Generator().manual_seed(NOISE_SEED)
    clusters, terms = [], []
    with torch.no_grad():
        for part in torch.split(torch.from_numpy(dataset.inputs.copy()), CHUNK):
            x = part.to(device)
            mean = model.encode(x).mean
            noise = torch.randn((1, *mean.shape), generator=generator).to(device)
            clusters.append(model.log_joint(mean).argmax(1).cpu())
            terms.append(torch.stack(model.terms(x, noise), dim=1).double().cpu())
    return torch.cat(clusters).numpy(), torch.cat(terms).numpy()


def _summarise(
    dataset: Dataset, clusters: IntArray, terms: FloatArray, n_components: int, rows: IntArray
) -> SplitEvaluation:
    from dgm_explorer.numerics.clustering import count_occupied, measure_clustering

    accuracy = nmi = ari = float("nan")
    if dataset.labels is not None and len(rows):
        n_classes = len(dataset.class_names)
        quality = measure_clustering(clusters[rows], dataset.labels[rows], n_components, n_classes)
        accuracy, nmi, ari = quality.accuracy, quality.nmi, quality.ari
    return SplitEvaluation(
        n=len(rows),
        accuracy=accuracy,
        nmi=nmi,
        ari=ari,
        occupied=count_occupied(clusters[rows], n_components),
        terms=terms[rows].mean(0) if len(rows) else np.full(5, np.nan),
    )
