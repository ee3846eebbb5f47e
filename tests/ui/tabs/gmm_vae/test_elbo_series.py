"""Terms of the bound as they are drawn: phases apart, stacks by sign."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui.plots.series import block_means
from dgm_explorer.ui.tabs.gmm_vae.elbo_series import read_phases, read_terms, stack
from tests.ui.tabs.gmm_vae.bound_cases import JOINT_FROM, TRAIN, make_history, terms_at


@given(arrays(np.float64, (7, 5), elements=st.floats(-50, 50)))
def test_a_stack_covers_each_term_once_and_ends_at_the_sum(values: np.ndarray) -> None:
    layers = stack(values)
    for i, (down, up) in enumerate(zip(layers.negative, layers.positive, strict=True)):
        signed = (up.upper - up.lower) - (down.upper - down.lower)
        np.testing.assert_allclose(signed, values[:, i], atol=1e-9)
        assert (down.upper <= 0).all()
        assert (up.lower >= 0).all()
    np.testing.assert_allclose(layers.top + layers.bottom, values.sum(axis=1), atol=1e-9)


def test_the_term_at_a_height_is_the_one_whose_area_covers_it() -> None:
    layers = stack(np.array([[-20.0, -3.0, -1.0, 2.0, 0.5]]))
    found = {y: layers.term_at(0, y) for y in (-10.0, -22.0, -23.5, 1.0, 2.2, 3.0, -25.0)}
    assert found == {-10.0: 0, -22.0: 1, -23.5: 2, 1.0: 3, 2.2: 4, 3.0: None, -25.0: None}


def test_no_block_mixes_two_phases() -> None:
    history = make_history(1200)
    phases = read_phases(history)
    assert [(phase.step, phase.phase) for phase in phases] == [(1.0, "pretrain"), (JOINT_FROM, "joint")]
    means = block_means(read_terms(history, "train"), 7, tuple(phase.step for phase in phases))
    np.testing.assert_allclose(means.values, terms_at(means.steps), atol=1e-6)


def test_a_stretch_in_which_components_are_given_is_told_from_free_joint_training() -> None:
    history = MetricsHistory()
    rows = np.tile([0.0, 0.1, 2.0, -20.0, -3.0, -1.0, 2.0, 0.5, -21.5], (6, 1))
    rows[:, 0] = np.arange(1, 7)
    rows[:3, 7] = 1e-15
    history.append((MetricsTable("train", TRAIN, rows),))
    assert [(phase.step, phase.phase) for phase in read_phases(history)] == [(1.0, "guided"), (4.0, "joint")]


def test_rows_that_are_not_finite_are_left_out() -> None:
    history = MetricsHistory()
    rows = np.tile([1.0, 0.1, 2.0, -20.0, -3.0, -1.0, 2.0, 0.5, -21.5], (4, 1))
    rows[:, 0] = [1, 2, 3, 4]
    rows[1, 4], rows[3, 3] = np.nan, -np.inf
    history.append((MetricsTable("train", TRAIN, rows),))
    assert read_terms(history, "train").steps.tolist() == [1.0, 3.0]
