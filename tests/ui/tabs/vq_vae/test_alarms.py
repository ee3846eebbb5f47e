"""Alarms ring when they should and only then."""

from dataclasses import replace

import numpy as np
import pytest

from dgm_explorer.core.run_notes import REFUSED_BATCH, RunNote
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, IS_NORMALIZED, NamedArray, VqVaeSnapshot
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui.run.note_book import NoteCount
from dgm_explorer.ui.tabs.alarm import Alarm
from dgm_explorer.ui.tabs.vq_vae.alarms import (
    FIRST_STEPS,
    find_alarms,
    has_fixed_levels,
    most_shown,
    quantisation_error,
)
from tests.ui.tabs.vq_vae.cases import make_snapshot

K, D = 64, 3


def perplexity(counts: np.ndarray) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def with_use(
    shares: np.ndarray, n_batch: int = 1000, n_epoch: int = 30_000, step: int = 200
) -> VqVaeSnapshot:
    """Codes used in these shares, nowhere else; those with none are dead."""
    k = len(shares)
    rng = np.random.default_rng(5)
    codebook = rng.normal(size=(k, D)).astype(np.float32)
    point_codes = rng.choice(k, 200, p=shares / shares.sum())
    points = codebook[point_codes] + 0.1 * rng.normal(size=(200, D)).astype(np.float32)
    batch, epoch = (np.float32(rng.multinomial(n, shares / shares.sum())) for n in (n_batch, n_epoch))
    return replace(
        make_snapshot(step),
        codebook=codebook,
        points=points,
        point_codes=point_codes,
        batch_counts=batch,
        epoch_counts=epoch,
        batch_perplexity=perplexity(batch),
        epoch_perplexity=perplexity(epoch),
        ages=np.where(shares > 0, 0, DEAD_AGE + 1),
        revived_at=np.full(k, -1),
    )


def first_codes(n: int, k: int = K) -> np.ndarray:
    return (np.arange(k) < n).astype(float)


def alarms(snapshot: VqVaeSnapshot) -> tuple[Alarm, ...]:
    return find_alarms(snapshot, MetricsHistory())


def test_a_codebook_in_full_use_is_silent() -> None:
    assert alarms(with_use(np.ones(K))) == ()


def test_even_a_codebook_used_as_unevenly_as_words_are_is_silent() -> None:
    """Zipf's law, share ∝ 1 / rank: perplexity 32 of 64."""
    assert alarms(with_use(1 / np.arange(1.0, K + 1))) == ()


def test_few_codes_in_use_are_a_collapse_with_the_whole_recipe_as_advice() -> None:
    (alarm,) = alarms(with_use(first_codes(7)))
    assert (alarm.kind, alarm.is_grave) == ("codebook_collapse", True)
    assert "perplexity 7.0 of 64 codes" in alarm.sentence
    for ingredient in ("batch norm", "revive", "decay γ"):
        assert ingredient in alarm.sentence


def test_ingredients_that_are_seen_to_be_in_use_are_not_recommended() -> None:
    snapshot = with_use(first_codes(7))
    normalized = replace(snapshot, weights=(NamedArray(IS_NORMALIZED, np.ones(1, np.float32)),))
    (alarm,) = alarms(normalized)
    assert "batch norm" not in alarm.sentence
    assert "revive" in alarm.sentence
    (alarm,) = alarms(replace(normalized, revived_at=np.full(K, snapshot.step - 3)))
    assert "revive" not in alarm.sentence
    assert "decay" in alarm.sentence


def test_all_on_one_code_is_a_collapse() -> None:
    (alarm,) = alarms(with_use(first_codes(1)))
    assert "perplexity 1.0" in alarm.sentence


@pytest.mark.parametrize(("step", "n"), [(0, 0), (FIRST_STEPS - 1, 0), (FIRST_STEPS, 1)])
def test_the_first_steps_ring_no_alarm(step: int, n: int) -> None:
    assert len(alarms(with_use(first_codes(2), step=step))) == n


def test_a_batch_too_small_to_show_many_codes_is_no_collapse() -> None:
    """8,192 codes, all used alike, but 300 vectors in a batch and 1,000 analysed."""
    assert alarms(with_use(np.ones(8192), n_batch=300, n_epoch=1000)) == ()
    few = alarms(with_use(first_codes(20, 8192), n_batch=300, n_epoch=1000))
    assert [alarm.kind for alarm in few] == ["codebook_collapse"]


def test_a_batch_that_happens_to_be_poor_is_no_collapse() -> None:
    poor = replace(with_use(np.ones(K)), batch_perplexity=3.0)
    assert alarms(poor) == ()


def test_many_dead_codes_are_told_though_the_others_are_in_full_use() -> None:
    (alarm,) = alarms(with_use(first_codes(40)))
    assert (alarm.kind, alarm.is_grave) == ("dead_codes", False)
    assert "24 of 64 codes are dead" in alarm.sentence
    assert "revive" in alarm.sentence


def test_a_few_dead_codes_are_no_alarm() -> None:
    assert alarms(with_use(first_codes(52))) == ()


def test_codes_that_late_batches_missed_by_chance_are_not_dead() -> None:
    snapshot = with_use(np.ones(K))
    assert alarms(replace(snapshot, ages=np.full(K, DEAD_AGE))) == ()


def test_fsq_has_nothing_to_revive() -> None:
    levels = np.stack(np.meshgrid(np.linspace(-1, 1, 8), np.linspace(-1, 1, 8)), -1).reshape(-1, 2)
    few = with_use(first_codes(5))
    (alarm,) = alarms(replace(few, codebook=levels.astype(np.float32), points=few.points[:, :2]))
    assert "fewer levels" in alarm.sentence
    assert "batch norm" not in alarm.sentence
    assert has_fixed_levels(levels)
    assert not has_fixed_levels(np.random.default_rng(0).normal(size=(64, 2)))
    assert not has_fixed_levels(np.arange(6.0)[:, None])


@pytest.mark.parametrize(("n", "k"), [(10, 64), (64, 64), (1000, 64), (500, 8192)])
def test_most_shown_is_the_mean_number_of_codes_drawn(n: int, k: int) -> None:
    rng = np.random.default_rng(3)
    drawn = [len(np.unique(rng.integers(k, size=n))) for _ in range(400)]
    standard_error = np.std(drawn) / np.sqrt(len(drawn))
    assert most_shown(n, k) == pytest.approx(np.mean(drawn), abs=4 * standard_error + 1e-4)


def history_of(commitment: np.ndarray, reconstruction: np.ndarray) -> MetricsHistory:
    history = MetricsHistory()
    steps = np.arange(1.0, len(commitment) + 1)
    rows = np.column_stack([steps, commitment, reconstruction])
    history.append((MetricsTable("train", ("step", "commitment", "reconstruction"), rows),))
    return history


def test_outputs_that_have_left_their_codes_behind_are_a_drift() -> None:
    snapshot = with_use(np.ones(K))
    far = replace(snapshot, codebook=snapshot.codebook + 30 * snapshot.codebook)
    (alarm,) = alarms(far)
    assert (alarm.kind, alarm.is_grave) == ("codebook_drift", True)
    assert "from their codes as from their mean" in alarm.sentence
    for remedy in ("β", "learning rate", "batch norm"):
        assert remedy in alarm.sentence


def test_the_error_of_quantisation_is_a_share_of_the_variance() -> None:
    snapshot = with_use(np.ones(K))
    z_e, codes = snapshot.points.astype(np.float64), snapshot.codebook[snapshot.point_codes]
    assert quantisation_error(snapshot) == pytest.approx(
        ((z_e - codes) ** 2).sum() / z_e.var(0).sum() / len(z_e)
    )
    at_mean = replace(snapshot, codebook=np.tile(snapshot.points.mean(axis=0), (K, 1)))
    assert quantisation_error(at_mean) == pytest.approx(1.0, rel=1e-5)
    assert quantisation_error(replace(snapshot, points=np.zeros((0, D), np.float32))) == 0.0


def test_codes_that_grow_without_bound_are_a_drift() -> None:
    snapshot = with_use(np.ones(K))
    large = replace(snapshot, codebook=8 * snapshot.codebook, points=8 * snapshot.points)
    (alarm,) = alarms(large)
    assert alarm.kind == "codebook_drift"
    assert "have grown to" in alarm.sentence
    assert alarms(replace(snapshot, codebook=2 * snapshot.codebook, points=2 * snapshot.points)) == ()


def test_a_commitment_loss_that_outgrows_the_reconstruction_is_a_drift() -> None:
    error = np.full(1000, 0.05)
    rising = history_of(np.linspace(0.01, 0.2, 1000), error)
    (alarm,) = find_alarms(with_use(np.ones(K), step=1000), rising, None)
    assert alarm.kind == "codebook_drift"
    assert "commitment loss has grown" in alarm.sentence
    assert find_alarms(with_use(np.ones(K), step=200), rising, None) == ()  # looked back on, it was small
    doubled = history_of(np.linspace(0.1, 0.2, 1000), error)
    assert find_alarms(with_use(np.ones(K), step=1000), doubled, None) == ()
    below = history_of(np.linspace(0.001, 0.02, 1000), error)
    assert find_alarms(with_use(np.ones(K), step=1000), below, None) == ()


def test_refused_batches_are_counted_with_the_last_step_and_advice() -> None:
    note = RunNote(REFUSED_BATCH, 1812, "its loss is not finite")
    (alarm,) = find_alarms(with_use(np.ones(K)), MetricsHistory(), NoteCount(note, 3))
    assert (alarm.kind, alarm.is_grave) == ("refused_batches", False)
    assert alarm.sentence.startswith("3 batches were refused, the last in step 1,812:")
    assert "NaN in the data" in alarm.sentence
    (alarm,) = find_alarms(make_snapshot(step=3), MetricsHistory(), NoteCount(note, 1))
    assert alarm.sentence.startswith("1 batch was refused, in step 1,812:")


def test_what_is_grave_comes_first() -> None:
    note = RunNote(REFUSED_BATCH, 7, "it is not finite")
    found = find_alarms(with_use(first_codes(3)), MetricsHistory(), NoteCount(note, 1))
    assert [alarm.kind for alarm in found] == ["codebook_collapse", "refused_batches"]


@pytest.mark.parametrize("step", [0, 200])
def test_a_snapshot_without_any_use_raises_nothing(step: int) -> None:
    snapshot = make_snapshot(step)
    nothing = np.zeros_like(snapshot.batch_counts)
    alarms(replace(snapshot, batch_counts=nothing, epoch_counts=nothing, batch_perplexity=1.0))


def test_of_codes_that_ran_away_the_advice_names_the_learning_rate() -> None:
    """As with a learning rate of 0.5 without batch norm, where codes reach 10⁶ and three are left in use."""
    collapsed = with_use(first_codes(3))
    (alarm,) = alarms(collapsed)
    assert "learning rate" not in alarm.sentence
    far = replace(collapsed, codebook=1e6 * collapsed.codebook, points=1e6 * collapsed.points)
    (alarm,) = alarms(far)
    assert "lower the learning rate, " in alarm.sentence
