"""A GMM-VAE measured on all examples of its data."""

from dataclasses import dataclass

import numpy as np
import torch

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_config import TERMS, has_mixture
from dgm_explorer.models.gmm_vae import GmmVae
from dgm_explorer.numerics.clustering import count_occupied, measure_clustering
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from dgm_explorer.training.gmm_vae_snapshot import examples_at_a_time

NOISE_SEED = 20_260_722
MOST_AT_A_TIME = 4096


@dataclass(frozen=True, slots=True, eq=False)
class GmmVaeFigures:
    """A GMM-VAE measured on some examples.

    Attributes
    ----------
    n : how many.
    accuracy, nmi, ari : of argmax γ at the mean of q(z|x) against the labels, clusters matched to classes
        one to one; NaN without labels or a mixture.
    occupied : components that are argmax γ of more than 1 % of the examples; None without a mixture.
    terms : (5,) mean terms (a) … (e) of the bound, nats per example, with one sample of z each; without a
        mixture under the prior N(0, I), as in training.
    """

    n: int
    accuracy: float
    nmi: float
    ari: float
    occupied: int | None
    terms: FloatArray

    @property
    def elbo(self) -> float:
        """Nats per example."""
        return float(self.terms.sum())


@dataclass(frozen=True, slots=True, eq=False)
class GmmVaeEvaluation:
    """All examples of a run's data, and those of them that training never saw.

    Attributes
    ----------
    all, held_out : the numbers; of no examples where none were held out.
    """

    all: GmmVaeFigures
    held_out: GmmVaeFigures


def evaluate_gmm_vae(run: GmmVaeModelRun, dataset: Dataset) -> GmmVaeEvaluation:
    """Measure a model by fixed noise, so that the answer repeats itself."""
    is_fitted = has_mixture(run.plan.phase)
    clusters, terms = _measure(run.model, dataset, is_fitted)
    n_components = run.model.n_components if is_fitted else None
    return GmmVaeEvaluation(
        all=_summarise(dataset, clusters, terms, n_components, np.arange(len(dataset))),
        held_out=_summarise(dataset, clusters, terms, n_components, np.flatnonzero(dataset.is_held_out)),
    )


def _measure(model: GmmVae, dataset: Dataset, is_fitted: bool) -> tuple[IntArray, FloatArray]:
    """argmax γ at the mean of q(z|x), (n,), and the terms (n, 5) of every example, by fixed noise."""
    terms_of = model.terms if is_fitted else model.standard_terms
    device = model.pi_logits.device
    generator = torch.Generator().manual_seed(NOISE_SEED)
    clusters, terms = [], []
    at_a_time = min(MOST_AT_A_TIME, examples_at_a_time(model, dataset.dimension))
    with torch.no_grad():
        for part in torch.split(torch.tensor(dataset.inputs), at_a_time):
            x = part.to(device)
            mean = model.encode(x).mean
            noise = torch.randn((1, *mean.shape), generator=generator).to(device)
            clusters.append(model.log_joint(mean).argmax(1).cpu())
            terms.append(torch.stack(terms_of(x, noise), dim=1).double().cpu())
    return torch.cat(clusters).numpy(), torch.cat(terms).numpy()


def _summarise(
    dataset: Dataset, clusters: IntArray, terms: FloatArray, n_components: int | None, rows: IntArray
) -> GmmVaeFigures:
    accuracy = nmi = ari = float("nan")
    if dataset.labels is not None and len(rows) and n_components is not None:
        n_classes = len(dataset.class_names)
        quality = measure_clustering(clusters[rows], dataset.labels[rows], n_components, n_classes)
        accuracy, nmi, ari = quality.accuracy, quality.nmi, quality.ari
    return GmmVaeFigures(
        n=len(rows),
        accuracy=accuracy,
        nmi=nmi,
        ari=ari,
        occupied=None if n_components is None else count_occupied(clusters[rows], n_components),
        terms=terms[rows].mean(0) if len(rows) else np.full(len(TERMS), np.nan),
    )
