"""Rubbish typed into the KL tab is one sentence, and states at the edge of what is allowed are shown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gaussians import Component1D, Component2D, Gaussian1D
from dgm_explorer.core.kl_state import KLState, View2D
from dgm_explorer.numerics.bifurcation import stationary_at
from dgm_explorer.ui.tabs.kl.component_table import ComponentTable
from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
from dgm_explorer.ui.tabs.kl.options_section import view2_of
from dgm_explorer.ui.tabs.kl.sweep_run import target_of
from dgm_explorer.ui.widgets.number_edit import NumberEdit

RUBBISH = ("abc", "nan", "-inf", "1e400", "-1e300", "9" * 400, "<b>1</b>", "1;2")


@pytest.mark.parametrize("dimension", [1, 2])
def test_rubbish_in_a_number_field_is_one_sentence(tab: KLTab, messages: list[str], dimension: int) -> None:
    tab.store.update(dimension=dimension)
    before = tab.store.state
    boxes = [box for box in tab.findChildren(NumberEdit) if box.isVisible() and box.isEnabled()]
    assert len(boxes) >= 2
    for box in boxes:
        for text in RUBBISH:
            messages.clear()
            box.setFocus()
            box.selectAll()
            box.insert(text)
            QTest.keyClick(box, Qt.Key.Key_Return)
            assert tab.store.state == before
            assert [("\n" in message, len(message) < 200) for message in messages] == [(False, True)], text


@pytest.mark.parametrize("dimension", [1, 2])
def test_rubbish_in_a_table_cell_is_one_sentence(tab: KLTab, messages: list[str], dimension: int) -> None:
    tab.store.update(dimension=dimension)
    before = tab.store.state
    model = tab.findChild(ComponentTable).model()
    for column in range(model.columnCount()):
        for text in RUBBISH:
            messages.clear()
            assert not model.setData(model.index(0, column), text)
            assert tab.store.state == before
            assert [("\n" in message, len(message) < 200) for message in messages] == [(False, True)], text


def test_a_plane_seen_from_far_away_is_painted_at_once(tab: KLTab, qtbot: QtBot, messages: list[str]) -> None:
    tab.store.replace(KLState(dimension=2, view2=View2D((0.0, 0.0), 1e5)))
    with qtbot.waitSignal(tab.frame_done, timeout=5000):
        tab.store.update(view2=View2D((0.0, 0.0), 1e4))
    tab.store.replace(KLState(q=Gaussian1D(1e6, 1e-6)))
    qtbot.wait(50)
    assert messages == []


def test_the_window_around_the_narrowest_target_is_one() -> None:
    assert view2_of((Component2D(1.0, (3.0, 4.0), (1e-8, 0.0, 1e-8)),)) == View2D((3.0, 4.0), 1e-3)


@pytest.mark.parametrize(
    "components",
    [
        (Component1D(1e-320, -3.0, 1.0), Component1D(1e6, 3.0, 1.0)),
        (Component1D(1.0, -500.0, 1e-6), Component1D(1.0, 499.0, 1.0)),
        (Component1D(1.0, -1e6, 10.0), Component1D(1.0, 1e6, 10.0)),
    ],
    ids=["next to no weight", "as narrow as can be", "as far as can be"],
)
def test_a_diagram_ends_where_p_can_be_pulled_apart_no_further(components: tuple[Component1D, ...]) -> None:
    target = target_of(components, None, 3e6)
    assert target is not None
    assert all(component.weight > 0 for component in target.components)
    assert any(point.is_minimum for point in stationary_at(target.components, target.d_max))
