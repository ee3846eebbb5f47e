"""The bifurcation diagram: computed beside the window, dragged by hand."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLayout
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.picture_size import PictureSize
from dgm_explorer.numerics.bifurcation import with_separation
from dgm_explorer.ui.picture_file import laid_out
from dgm_explorer.ui.tabs.kl.frame import FrameEngine
from dgm_explorer.ui.tabs.kl.sweep_panel import NO_SEPARATION, SweepPanel, round_up
from dgm_explorer.ui.tabs.kl.sweep_run import target_of
from dgm_explorer.ui.theme import LIGHT, PROJECTOR, THEMES, Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel

PAIR = (Component1D(0.5, -3.0, 1.0), Component1D(0.5, 3.0, 1.0))
TIMEOUT_MS = 60_000
Drag = Callable[..., None]


@pytest.fixture
def panel(qtbot: QtBot) -> SweepPanel:
    make_application()
    panel = SweepPanel(LIGHT)
    qtbot.addWidget(panel, before_close_func=SweepPanel.close_workers)
    panel.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    panel.resize(900, 220)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def _show(panel: SweepPanel, state: KLState) -> None:
    panel.show_state(state, FrameEngine().resolve(state))


def _is_done(panel: SweepPanel) -> bool:
    return panel.run.is_complete and panel.run.shown_target == panel.run.target


def test_the_diagram_of_the_pair_shows_birth_and_exchange(panel: SweepPanel, qtbot: QtBot) -> None:
    _show(panel, KLState(p=PAIR))
    assert panel.status == "computing …"
    qtbot.waitUntil(lambda: _is_done(panel), timeout=TIMEOUT_MS)
    assert panel.plot.critical.texts == ("saddle-node 2.4122", "Maxwell point 2.8001")
    assert panel.status == "q free"
    assert "× saddle" in panel.legend
    assert "maximum" not in panel.legend
    d, mu = panel.plot.branch_points["best"]
    assert np.abs(mu[d < 2.79]).max() < 1e-6
    np.testing.assert_allclose(np.abs(mu[d > 2.81]), d[d > 2.81], atol=0.05)
    d, mu = panel.plot.branch_points["local"]
    side = np.abs(mu) > 0.1
    assert d[side].min() == pytest.approx(2.41222972, abs=5.0 / 2000)
    assert np.nanmax(d[side & (d < 3)]) == pytest.approx(2.80008222, abs=5.0 / 2000)


@pytest.mark.parametrize("is_sigma_fixed", [False, True])
def test_the_status_gives_way_to_the_legend(panel: SweepPanel, qtbot: QtBot, is_sigma_fixed: bool) -> None:
    """At the width of a window of 960 pixels; it says how old the diagram is even there."""
    panel.resize(606, 150)
    legend, status = panel.findChildren(QLabel)
    for separation in (3.0, 2.0):
        pair = with_separation(PAIR, separation)
        _show(panel, KLState(p=pair, q=Gaussian1D(0.3, 1.2), is_sigma_fixed=is_sigma_fixed))
        QTest.qWait(1)
        assert legend.width() >= legend.sizeHint().width()
        qtbot.waitUntil(lambda: _is_done(panel), timeout=TIMEOUT_MS)
        QTest.qWait(1)
        assert legend.width() >= legend.sizeHint().width()
        assert isinstance(status, ElidedLabel)
        assert status.shown_text == status.text()


@pytest.mark.parametrize("theme", [LIGHT, PROJECTOR])
def test_the_key_is_whole_in_a_small_picture(panel: SweepPanel, theme: Theme) -> None:
    panel.set_theme(theme)
    _show(panel, KLState(p=PAIR))
    legend = panel.findChildren(QLabel)[0]
    with laid_out(panel, PictureSize(10, 7, "cm", 96)):
        assert not panel.ordinate_box.isVisible()
        assert legend.height() >= legend.heightForWidth(legend.width())
        assert legend.width() >= _widest_word(legend)
        assert legend.height() < 3 * legend.fontMetrics().height()
    assert panel.ordinate_box.isVisible()


def test_names_of_bifurcations_do_not_lie_on_each_other(
    panel: SweepPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _show(panel, KLState(p=PAIR))
    qtbot.waitUntil(lambda: _is_done(panel), timeout=TIMEOUT_MS)
    panel.resize(330, 300)
    QTest.qWait(1)
    places: dict[str, QRectF] = {}
    draw = QPainter.drawText

    def note(painter: QPainter, *args: Any) -> Any:
        if args[-1] in panel.plot.critical.texts:
            places[args[-1]] = args[0]
        return draw(painter, *args)

    monkeypatch.setattr(QPainter, "drawText", note)
    panel.grab()
    first, second = places.values()
    assert not first.intersects(second)


def _widest_word(legend: QLabel) -> float:
    """Of all that stands between two places where a line may break."""
    document = QTextDocument()
    document.setDefaultFont(legend.font())
    document.setHtml(legend.text())
    document.setTextWidth(1.0)
    return document.size().width()


def test_fixed_sigma_shows_the_pitchfork(panel: SweepPanel, qtbot: QtBot) -> None:
    _show(panel, KLState(p=PAIR, q=Gaussian1D(0.3, 1.0), is_sigma_fixed=True))
    qtbot.waitUntil(lambda: panel.run.shown_target is not None, timeout=TIMEOUT_MS)
    assert panel.plot.critical.texts == ("pitchfork 1.4608",)
    assert not panel.ordinate_box.isEnabled()
    assert "only μ moves" in panel.ordinate_box.toolTip()
    assert {m.kind for m in panel.plot.markers._markers} == {"tied", "maximum"}
    assert "◆ maximum" in panel.legend
    assert "saddle" not in panel.legend


def test_dragging_the_line_asks_for_another_separation(panel: SweepPanel, drag: Drag) -> None:
    _show(panel, KLState(p=PAIR))
    asked: list[float] = []
    gestures: list[str] = []
    panel.separation_changed.connect(asked.append)
    panel.drag_started.connect(lambda: gestures.append("start"))
    panel.drag_finished.connect(lambda: gestures.append("finish"))
    plot = panel.plot
    drag(plot, plot.view_to_viewport(3.0, 0.0), plot.view_to_viewport(2.0, 0.0))
    assert asked[-1] == pytest.approx(2.0, abs=0.01)
    assert len(asked) > 5
    assert gestures == ["start", "finish"]
    assert np.all(np.diff(asked) < 0)


def test_the_line_stops_before_all_means_meet(panel: SweepPanel, drag: Drag) -> None:
    _show(panel, KLState(p=PAIR))
    asked: list[float] = []
    panel.separation_changed.connect(asked.append)
    plot = panel.plot
    drag(plot, plot.view_to_viewport(3.0, 0.0), plot.view_to_viewport(-2.0, 0.0))
    assert 0 < asked[-1] < 0.05


def test_a_press_away_from_the_line_moves_nothing(panel: SweepPanel, drag: Drag) -> None:
    _show(panel, KLState(p=PAIR))
    asked: list[float] = []
    panel.separation_changed.connect(asked.append)
    plot = panel.plot
    drag(plot, plot.view_to_viewport(1.0, 0.0), plot.view_to_viewport(2.0, 0.0))
    assert asked == []
    assert plot.line.d == 3.0


def test_arrow_keys_move_the_line(panel: SweepPanel) -> None:
    _show(panel, KLState(p=PAIR))
    asked: list[float] = []
    panel.separation_changed.connect(asked.append)
    QTest.keyClick(panel.plot, Qt.Key.Key_Left)
    QTest.keyClick(panel.plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    # nobody followed the first wish, so that the second starts from the same place
    assert asked == pytest.approx([3.0 - 5 / 400, 3.0 + 10 * 5 / 400])


def test_pulling_or_shifting_p_keeps_the_diagram() -> None:
    apart = with_separation(PAIR, 1.7)
    shifted = tuple(Component1D(4 * c.weight, c.mu + 0.6, c.sigma) for c in apart)
    assert target_of(PAIR, None, 5.0) == target_of(apart, None, 5.0) == target_of(shifted, None, 5.0)
    assert target_of(PAIR, None, 5.0) != target_of((PAIR[0], Component1D(0.5, 3.0, 1.1)), None, 5.0)
    assert target_of(PAIR, None, 5.0) != target_of(PAIR, 1.0, 5.0)


def test_a_newer_target_replaces_one_that_is_being_computed(panel: SweepPanel, qtbot: QtBot) -> None:
    five = tuple(Component1D(1.0, float(mu), 0.5) for mu in range(5))
    _show(panel, KLState(p=five))
    qtbot.wait(200)
    _show(panel, KLState(p=PAIR))
    wanted = panel.run.target
    shown = []
    panel.run.progressed.connect(lambda: shown.append(panel.run.shown_target))
    qtbot.waitUntil(lambda: len(shown) >= 2, timeout=TIMEOUT_MS)
    assert set(shown) == {wanted}


def test_an_outdated_diagram_says_how_old_it_is(panel: SweepPanel, qtbot: QtBot) -> None:
    _show(panel, KLState(p=PAIR))
    qtbot.waitUntil(lambda: panel.run.shown_target is not None, timeout=TIMEOUT_MS)
    other = (PAIR[0], Component1D(0.5, 3.0, 0.8))
    _show(panel, KLState(p=other))
    assert re.fullmatch(r"\d\.\d s old, computing …", panel.status)
    assert panel.plot.critical.texts == ()


def test_equal_means_are_explained(panel: SweepPanel) -> None:
    _show(panel, KLState(p=(Component1D(0.5, 1.0, 1.0), Component1D(0.5, 1.0, 2.0))))
    assert panel._cover.reason == NO_SEPARATION
    assert panel.plot.line.d is None
    assert panel.run.target is None


def test_a_hidden_panel_computes_nothing(qtbot: QtBot) -> None:
    make_application()
    panel = SweepPanel(LIGHT)
    qtbot.addWidget(panel, before_close_func=SweepPanel.close_workers)
    _show(panel, KLState(p=PAIR))
    assert panel.run.target is None
    panel.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    with qtbot.waitExposed(panel):
        panel.show()
    assert panel.run.target is not None


def test_the_present_line_is_painted_in_every_theme(panel: SweepPanel) -> None:
    _show(panel, KLState(p=PAIR))
    for theme in THEMES.values():
        panel.set_theme(theme)
        image = panel.plot.viewport().grab().toImage()
        at = panel.plot.view_to_viewport(3.0, 0.0)
        (_, _), (y_lo, y_hi) = panel.plot.view_range
        y = panel.plot.view_to_viewport(3.0, y_lo + 0.85 * (y_hi - y_lo)).y()
        row = [image.pixelColor(round(at.x()) + i, round(y)) for i in range(-2, 3)]
        assert any(_distance(pixel, QColor(theme.accent)) < 12 for pixel in row), theme.name


def _distance(a: QColor, b: QColor) -> float:
    return abs(a.red() - b.red()) + abs(a.green() - b.green()) + abs(a.blue() - b.blue())


def test_the_wheel_changes_the_range_and_a_double_click_resets_it(panel: SweepPanel) -> None:
    _show(panel, KLState(p=PAIR))
    (_, automatic), _ = panel.plot.view_range
    panel.plot.zoom_requested.emit(0.5)
    assert panel.plot.view_range[0] == pytest.approx((0.0, automatic / 2))
    assert panel.plot.line.x_px() == panel.plot.view_box.rect().width()  # d lies beyond
    viewport = panel.plot.viewport()
    at = panel.plot.view_to_viewport(0.2, 0.0)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=QPointF(at).toPoint())
    assert panel.plot.view_range[0] == pytest.approx((0.0, automatic))


def test_sigma_can_be_drawn_upwards(panel: SweepPanel, qtbot: QtBot) -> None:
    _show(panel, KLState(p=PAIR))
    qtbot.waitUntil(lambda: panel.run.shown_target is not None, timeout=TIMEOUT_MS)
    panel.ordinate_box.set_key("sigma")
    panel.ordinate_box.activated.emit(1)
    _, sigma = panel.plot.branch_points["best"]
    assert np.nanmin(sigma) > 0.9
    table = panel.export_table()
    assert table.header == ("half_separation", "mu", "sigma", "kl_q_p_nats", "kind")
    assert len(table.columns[0]) == len(panel.run.diagram.d) > 0


@pytest.mark.parametrize(
    ("value", "expected"), [(4.5, 5.0), (1.01, 1.5), (0.07, 0.08), (9.0, 10.0), (25.0, 30.0)]
)
def test_ranges_are_round(value: float, expected: float) -> None:
    assert round_up(value) == pytest.approx(expected)
