"""The store: swaps, refusals, history, gestures."""

import dataclasses
from collections.abc import Callable

import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.store import UNDO_LIMIT, Store


@pytest.fixture
def store() -> Store:
    return Store(KLState())


def record(store: Store) -> list[tuple[KLState, KLState]]:
    changes: list[tuple[KLState, KLState]] = []
    store.changed.connect(lambda old, new: changes.append((old, new)))
    return changes


def test_an_update_swaps_the_state_and_says_both(store: Store) -> None:
    changes = record(store)
    old = store.state
    store.update(alpha=0.25, seed=3)
    assert store.state == dataclasses.replace(old, alpha=0.25, seed=3)
    assert changes == [(old, store.state)]


def test_an_update_without_a_difference_is_silent(store: Store) -> None:
    changes = record(store)
    store.update(alpha=store.state.alpha)
    store.replace(KLState())
    assert changes == []
    assert not store.can_undo


@pytest.mark.parametrize(("bad", "error"), [({"alpha": 2.0}, InputError), ({"no_such_field": 1}, TypeError)])
def test_a_refused_update_changes_nothing(
    store: Store, bad: dict[str, float], error: type[Exception]
) -> None:
    changes, before = record(store), store.state
    with pytest.raises(error):
        store.update(**bad)
    assert store.state is before
    assert changes == []
    assert not store.can_undo


def test_undo_and_redo_walk_the_same_states(store: Store) -> None:
    states = [store.state]
    for seed in (1, 2, 3):
        store.update(seed=seed)
        states.append(store.state)
    walked = []
    while store.can_undo:
        store.undo()
        walked.append(store.state)
    assert walked == states[-2::-1]
    while store.can_redo:
        store.redo()
    assert store.state == states[-1]


def test_a_new_change_ends_redo(store: Store) -> None:
    store.update(seed=1)
    store.undo()
    store.update(seed=2)
    assert not store.can_redo


def test_undo_and_redo_at_the_ends_do_nothing(store: Store) -> None:
    changes = record(store)
    store.undo()
    store.redo()
    assert changes == []


def test_a_gesture_is_one_step_but_every_change_is_seen(store: Store) -> None:
    changes, before = record(store), store.state
    store.begin_gesture()
    for seed in range(1, 50):
        store.update(seed=seed)
    store.end_gesture()
    assert len(changes) == 49
    store.undo()
    assert store.state == before
    assert not store.can_undo


def test_gestures_nest(store: Store) -> None:
    store.begin_gesture()
    store.update(seed=1)
    store.begin_gesture()
    store.update(seed=2)
    store.end_gesture()
    store.update(seed=3)
    store.end_gesture()
    store.undo()
    assert store.state.seed == 0


def test_a_gesture_that_returns_to_its_start_leaves_no_step(store: Store) -> None:
    store.begin_gesture()
    store.update(seed=1)
    store.update(seed=0)
    store.end_gesture()
    assert not store.can_undo


def test_undo_during_a_gesture_takes_the_gesture_back(store: Store) -> None:
    store.update(seed=7)
    store.begin_gesture()
    store.update(seed=8)
    assert store.can_undo
    store.undo()
    assert store.state.seed == 7
    store.end_gesture()
    assert store.state.seed == 7
    store.redo()
    assert store.state.seed == 8


def test_a_step_amid_a_gesture_is_one_of_its_own(store: Store) -> None:
    store.begin_gesture()
    store.step_to(dataclasses.replace(store.state, seed=5))
    store.update(seed=6)
    assert store.is_in_gesture
    store.update(seed=7)
    store.end_gesture()
    store.undo()
    assert store.state.seed == 5
    store.undo()
    assert store.state.seed == 0
    assert not store.can_undo


@pytest.mark.parametrize("act", [Store.undo, Store.redo, lambda s: s.update(seed=9)])
def test_history_changes_are_announced(store: Store, act: Callable[[Store], None]) -> None:
    store.update(seed=1)
    store.update(seed=2)
    store.undo()
    seen: list[tuple[bool, bool]] = []
    store.history_changed.connect(lambda: seen.append((store.can_undo, store.can_redo)))
    act(store)
    assert seen == [(store.can_undo, store.can_redo)]


def test_history_is_bounded(store: Store) -> None:
    for seed in range(1, UNDO_LIMIT + 100):
        store.update(seed=seed)
    steps = 0
    while store.can_undo:
        store.undo()
        steps += 1
    assert steps == UNDO_LIMIT


def test_looking_elsewhere_is_no_step_and_undo_does_not_look_away() -> None:
    store = Store(KLState(), looks=("panel",))
    store.update(alpha=0.25)
    store.update(panel="sweep")
    store.undo()
    assert (store.state.alpha, store.state.panel) == (0.5, "sweep")
    assert not store.can_undo
    store.update(panel="family")
    store.redo()
    assert (store.state.alpha, store.state.panel) == (0.25, "family")
