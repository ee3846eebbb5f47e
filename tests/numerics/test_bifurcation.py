"""Sweeps over separation, against stationary points computed with mpmath at 30 digits."""

import numpy as np
import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.numerics.bifurcation import (
    Sweep,
    links,
    refinement,
    separation,
    stationary_at,
    sweep,
    with_separation,
)

PAIR = (Component1D(0.5, -2.0, 1.0), Component1D(0.5, 2.0, 1.0))


def _at(diagram: Sweep, d: float, *kinds: str) -> np.ndarray:
    """Rows (mu, sigma, kl) at one d, of the given kinds, from left to right."""
    chosen = (diagram.d == d) & np.isin(diagram.kind, kinds)
    rows = np.stack([diagram.mu[chosen], diagram.sigma[chosen], diagram.kl[chosen]], axis=1)
    return rows[np.argsort(rows[:, 0])]


def test_separation_is_half_the_distance_of_the_outermost_weighted_means() -> None:
    components = (*PAIR, Component1D(0.2, 7.0, 1.0), Component1D(0.0, 90.0, 1.0))
    assert separation(components) == 4.5


def test_with_separation_scales_about_the_middle() -> None:
    components = (Component1D(0.3, 1.0, 0.5), Component1D(0.2, 2.0, 0.7), Component1D(0.5, 5.0, 1.0))
    pulled = with_separation(components, 4.0)
    assert [c.mu for c in pulled] == pytest.approx([-1.0, 1.0, 7.0])
    assert [(c.weight, c.sigma) for c in pulled] == [(c.weight, c.sigma) for c in components]
    assert separation(with_separation(pulled, 2.0)) == pytest.approx(2.0)
    assert [c.mu for c in with_separation(pulled, 2.0)] == pytest.approx([1.0, 2.0, 5.0])


@pytest.mark.parametrize("d", [-1.0, float("nan"), float("inf")])
def test_impossible_separations_are_refused(d: float) -> None:
    with pytest.raises(InputError, match="half-separation"):
        with_separation(PAIR, d)


def test_one_place_cannot_be_pulled_apart() -> None:
    with pytest.raises(InputError, match="all means are equal"):
        with_separation((Component1D(1.0, 2.0, 1.0), Component1D(1.0, 2.0, 3.0)), 1.0)


def test_fixed_sigma_sweep_shows_the_pitchfork() -> None:
    diagram = sweep(PAIR, [1.4, 1.5, 2.0, 3.0], sigma_fixed=1.0)
    assert diagram.kind[diagram.d == 1.4].tolist() == ["global"]
    expected = {
        1.5: (0.5147459756021706, 0.4218699038595326, 0.4240691374013457),
        2.0: (1.796967050442385, 0.6191481485530852, 0.9433404337671587),
        3.0: (2.987054487854358, 0.6892173449707015, 2.69335197659684),
    }
    for d, (mu, kl, kl_middle) in expected.items():
        np.testing.assert_allclose(_at(diagram, d, "tied"), [[-mu, 1, kl], [mu, 1, kl]], rtol=1e-10)
        np.testing.assert_allclose(_at(diagram, d, "maximum"), [[0, 1, kl_middle]], rtol=1e-10, atol=1e-12)


def test_free_sigma_sweep_shows_saddle_node_and_exchange_of_the_global_minimum() -> None:
    diagram = sweep(PAIR, [2.0, 2.6, 3.0])
    np.testing.assert_allclose(
        _at(diagram, 2.0, "global"), [[0, 2.0470095198584, 0.22650796076144]], rtol=1e-10, atol=1e-9
    )
    assert np.count_nonzero(diagram.d == 2.0) == 1
    side = (2.5295897176856, 1.0890794115612, 0.67491579437658)
    np.testing.assert_allclose(
        _at(diagram, 2.6, "global"), [[0, 2.4605021424065, 0.54457001289892]], rtol=1e-10, atol=1e-9
    )
    np.testing.assert_allclose(_at(diagram, 2.6, "local"), [[-side[0], *side[1:]], side], rtol=1e-10)
    side = (2.9843059878357, 1.0233685596612, 0.68876899585496)
    np.testing.assert_allclose(_at(diagram, 3.0, "tied"), [[-side[0], *side[1:]], side], rtol=1e-10)
    np.testing.assert_allclose(
        _at(diagram, 3.0, "local"), [[0, 2.7437693090912, 0.8406214312789]], rtol=1e-10, atol=1e-9
    )
    saddle = (1.8404962396758, 2.1038226390354, 0.97197792852476)
    np.testing.assert_allclose(_at(diagram, 3.0, "saddle"), [[-saddle[0], *saddle[1:]], saddle], rtol=1e-9)


def test_refinement_closes_in_on_every_change() -> None:
    columns = {d: stationary_at(PAIR, d) for d in (2.0, 2.6, 3.2)}
    for _ in range(5):
        for d in refinement(Sweep.of(columns.items()), narrowest=0.05):
            columns[d] = stationary_at(PAIR, d)
    values = np.array(sorted(columns))
    for critical in (2.41222971801, 2.80008221758):
        above = np.searchsorted(values, critical)
        assert values[above] - values[above - 1] <= 0.05
    assert refinement(Sweep.of(columns.items()), narrowest=0.05) == []


def test_links_follow_branches_and_do_not_join_strangers() -> None:
    diagram = sweep(PAIR, np.linspace(2.5, 3.1, 7))
    pairs = links(diagram)
    assert len(pairs) == 6 * 5  # three minima and two saddles over six gaps
    left, right = pairs.T
    np.testing.assert_allclose(diagram.d[right] - diagram.d[left], 0.1)
    side = np.sign(np.round(diagram.mu, 6))
    np.testing.assert_array_equal(side[left], side[right])
    np.testing.assert_array_equal(diagram.is_minimum[left], diagram.is_minimum[right])


def test_links_end_where_a_branch_ends() -> None:
    diagram = sweep(PAIR, [2.3, 2.5])
    pairs = links(diagram)
    assert len(pairs) == 1
    np.testing.assert_allclose(diagram.mu[pairs[0]], 0, atol=1e-8)


def test_an_empty_sweep_is_a_sweep() -> None:
    assert len(Sweep.of([]).d) == 0
    assert links(Sweep.of([])).shape == (0, 2)
