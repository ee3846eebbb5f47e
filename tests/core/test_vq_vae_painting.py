"""A painting is a value: what is laid on it, exchanged in it and refused by it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_vae_painting import MOST_EDITS, MOST_REMAPS, CellEdit, Painting, Remap
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.session import Session, read_session, write_session

BASES = st.one_of(
    st.tuples(st.just("example"), st.integers(0, 9_999_999)),
    st.tuples(st.just("code"), st.integers(0, 65_535)),
    st.tuples(st.just("modal"), st.just(0)),
)
EDITS = st.lists(
    st.builds(CellEdit, st.integers(0, 4095), st.integers(0, 4095), st.integers(0, 65_535)),
    max_size=20,
    unique_by=lambda edit: edit[:2],
)
REMAPS = st.lists(
    st.builds(Remap, st.sampled_from(["swap", "merge"]), st.integers(0, 65_535), st.integers(0, 65_535)),
    max_size=6,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=BASES, edits=EDITS, remaps=REMAPS)
def test_a_session_file_brings_any_painting_back(
    tmp_path: Path, base: tuple[str, int], edits: list[CellEdit], remaps: list[Remap]
) -> None:
    painting = Painting(*base, tuple(edits), tuple(remaps))  # type: ignore[arg-type]
    session = Session("vq-vae", vq_vae=VqVaeState(painting=painting))
    write_session(tmp_path / "a.dgm.json", session)
    assert read_session(tmp_path / "a.dgm.json") == session


def test_the_fullest_painting_fits_into_a_session_file(tmp_path: Path) -> None:
    cells = [(4000 + i // 64, 4000 + i % 64) for i in range(MOST_EDITS)]
    painting = Painting("example", 9_999_999).with_cells(cells, 65_535)
    for k in range(MOST_REMAPS):
        painting = painting.with_remap("merge", 65_000, 64_000 + k)
    session = Session("vq-vae", vq_vae=VqVaeState(painting=painting))
    write_session(tmp_path / "a.dgm.json", session)
    assert read_session(tmp_path / "a.dgm.json") == session


def test_the_last_stroke_over_a_cell_is_what_counts() -> None:
    painting = Painting().with_cells([(0, 0), (0, 1), (0, 0)], 5).with_cells([(0, 1), (2, 2)], 7)
    assert set(painting.edits) == {CellEdit(0, 0, 5), CellEdit(0, 1, 7), CellEdit(2, 2, 7)}
    assert Painting() == replace(painting, edits=())


def test_an_exchange_reaches_painted_cells_but_not_those_painted_later() -> None:
    painting = Painting().with_cells([(0, 0)], 1).with_cells([(0, 1)], 2)
    swapped = painting.with_remap("swap", 1, 2)
    assert swapped.edits == (CellEdit(0, 0, 2), CellEdit(0, 1, 1))
    merged = painting.with_remap("merge", 1, 2).with_cells([(3, 3)], 1)
    assert merged.edits == (CellEdit(0, 0, 2), CellEdit(0, 1, 2), CellEdit(3, 3, 1))
    assert merged.without_remaps().edits == merged.edits
    assert merged.reset().is_plain


def test_a_code_exchanged_with_itself_changes_nothing() -> None:
    painting = Painting()
    assert painting.with_remap("swap", 4, 4) is painting


def test_another_base_takes_what_was_painted_away_and_keeps_what_holds_everywhere() -> None:
    painting = Painting().with_cells([(0, 0)], 1).with_remap("swap", 1, 2)
    assert painting.with_base("example", 7) == Painting("example", 7, (), (Remap("swap", 1, 2),))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Painting(base_index=-1),
        lambda: Painting("code", 65_536),
        lambda: Painting(edits=(CellEdit(-1, 0, 0),)),
        lambda: Painting(edits=(CellEdit(0, 4096, 0),)),
        lambda: Painting(edits=(CellEdit(0, 0, -1),)),
        lambda: Painting(edits=(CellEdit(0, 0, 1), CellEdit(0, 0, 2))),
        lambda: Painting(remaps=(Remap("swap", 0, 65_536),)),
        lambda: Painting(remaps=(Remap("swap", 0, 1),) * (MOST_REMAPS + 1)),
        lambda: Painting().with_cells([(i // 64, i % 64) for i in range(MOST_EDITS + 1)], 0),
    ],
)
def test_what_cannot_be_is_refused_with_one_sentence(make: object) -> None:
    with pytest.raises(InputError) as caught:
        make()  # type: ignore[operator]
    message = str(caught.value)
    assert message.startswith("painting: ")
    assert message.endswith(".")
    assert "\n" not in message
