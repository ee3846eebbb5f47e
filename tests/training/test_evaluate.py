"""Measuring a recorded run, held to scikit-learn and to the snapshot of the same step."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

from dgm_explorer.cli.evaluate import as_json, as_text
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.training import RunRequest
from dgm_explorer.data.catalogue import load_dataset
from dgm_explorer.models.gmm_vae import GmmVae
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.training.evaluate import evaluate
from dgm_explorer.training.gmm_vae_evaluation import evaluate_gmm_vae
from dgm_explorer.training.gmm_vae_run import GmmVaeModelRun
from dgm_explorer.training.make_run import make_run

SOURCE = DataSource("digits", limit=300)
CONFIG = GmmVaeConfig(hidden=(16,), n_components=5, pretrain_epochs=2, guided_epochs=1, epochs=3, seed=2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "run"
    run = make_run(RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", folder), lambda _words, _share: True)
    for _ in run.steps():
        pass
    run.close("finished")
    return folder


def test_quality_is_that_of_scikit_learn(trained: Path) -> None:
    answer = evaluate(trained, "cpu")
    reader = RunReader(trained)
    snapshot = reader.read_snapshot(reader.snapshot_steps()[-1])
    dataset = load_dataset(SOURCE)
    assert dataset.labels is not None
    assert answer.step == snapshot.step
    for split, is_in in (
        (answer.figures.all, np.full(300, True)),
        (answer.figures.held_out, dataset.is_held_out),
    ):
        clusters = snapshot.responsibilities.argmax(1)[is_in]
        labels = dataset.labels[snapshot.probe][is_in]
        table = contingency_matrix(clusters, labels)
        matched = table[linear_sum_assignment(table, maximize=True)].sum() / len(labels)
        assert split.n == len(labels)
        assert split.accuracy == pytest.approx(matched)
        assert split.nmi == pytest.approx(normalized_mutual_info_score(labels, clusters))
        assert split.ari == pytest.approx(adjusted_rand_score(labels, clusters))
        assert split.occupied == np.sum(np.bincount(clusters) > 0.01 * len(labels))


def test_the_terms_agree_with_those_recorded_within_their_noise(trained: Path) -> None:
    answer = evaluate(trained, "cpu")
    reader = RunReader(trained)
    recorded = reader.read_snapshot(reader.snapshot_steps()[-1])
    # one sample of z for each of 30 held-out examples, drawn anew
    np.testing.assert_allclose(answer.figures.held_out.terms, recorded.held_out_terms, atol=1.0)
    # (d) has no noise at all
    assert answer.figures.held_out.terms[3] == pytest.approx(recorded.held_out_terms[3], abs=1e-4)
    assert answer.figures.all.elbo == pytest.approx(answer.figures.all.terms.sum())


def test_many_components_of_many_dimensions_are_measured_in_small_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = GmmVaeConfig(
        latent_dim=512, n_components=100, hidden=(8,), pretrain_epochs=0, is_mixture_fitted=False
    )
    dataset = load_dataset(DataSource("digits", limit=400))
    run = GmmVaeModelRun(config, dataset)
    numbers = []
    log_joint = GmmVae.log_joint

    def counted(model: GmmVae, z: torch.Tensor) -> torch.Tensor:
        numbers.append(z.numel() * model.n_components)
        return log_joint(model, z)

    monkeypatch.setattr(GmmVae, "log_joint", counted)
    figures = evaluate_gmm_vae(run, dataset)
    assert figures.all.n == 400
    assert np.isfinite(figures.all.elbo)
    assert max(numbers) * 4 <= 16e6, "bytes of one tensor (examples, K, J)"


def test_before_the_mixture_is_fitted_none_is_measured(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run = make_run(RunRequest("gmm-vae", SOURCE, CONFIG, "cpu", folder), lambda _words, _share: True)
    for _ in zip(range(3), run.steps(), strict=False):
        pass
    run.close("stopped")
    answer = evaluate(folder, "cpu")
    reader = RunReader(folder)
    recorded = reader.read_snapshot(reader.snapshot_steps()[-1])
    figures = answer.figures.held_out
    assert recorded.phase == "pretrain"
    assert recorded.step == answer.step
    assert figures.occupied is None
    assert np.isnan(figures.accuracy)
    # (b) … (e) under N(0, I) have no noise: (c) and (e) speak of components
    np.testing.assert_allclose(figures.terms[1:], recorded.held_out_terms[1:], atol=1e-4)
    assert figures.terms[2] == figures.terms[4] == 0
    said = as_text(answer)
    assert said.count("no mixture") == 8
    assert "nan" not in said
    assert json.loads(as_json(answer))["occupied"] is None


def test_evaluating_changes_nothing_and_repeats_itself(trained: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in trained.rglob("*")}
    torch.manual_seed(1)
    first = evaluate(trained, "cpu")
    torch.manual_seed(2)
    second = evaluate(trained, "cpu")
    np.testing.assert_array_equal(first.figures.all.terms, second.figures.all.terms)
    assert {path: path.stat().st_mtime_ns for path in trained.rglob("*")} == before


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no run"):
        evaluate(tmp_path)
