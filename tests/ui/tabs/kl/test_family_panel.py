"""The third landscape: α between the two KL divergences, Jensen–Shannon and χ²."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLayout
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.core.gaussians import Component1D, Gaussian1D
from dgm_explorer.core.kl_state import KLState, View1D
from dgm_explorer.numerics.divergence import forward_kl, reverse_kl
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.ui.tabs.kl.family_panel import FamilyPanel
from dgm_explorer.ui.tabs.kl.frame import FrameEngine
from dgm_explorer.ui.theme import DARK, LIGHT

PAIR = (Component1D(0.3, -2.0, 0.5), Component1D(0.7, 3.0, 1.0))
Q = Gaussian1D(0.5, 1.5)
TIMEOUT_MS = 30_000


@pytest.fixture
def panel(qtbot: QtBot) -> FamilyPanel:
    make_application()
    panel = FamilyPanel(LIGHT)
    qtbot.addWidget(panel, before_close_func=FamilyPanel.close_workers)
    panel.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    panel.resize(900, 220)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def _show(panel: FamilyPanel, qtbot: QtBot, state: KLState, size: int = 256) -> None:
    frame = FrameEngine().resolve(state)
    panel.show_state(state, frame)

    def is_there() -> bool:
        picture = panel._picture
        return picture is not None and picture.wish == panel.run.wish and len(picture.grid.mu) == size

    qtbot.waitUntil(is_there, timeout=TIMEOUT_MS)


@pytest.mark.parametrize(
    ("alpha", "name", "expected"),
    [(0.0, "KL(q‖p)", reverse_kl(Mixture1D(PAIR), Q)), (1.0, "KL(p‖q)", forward_kl(Mixture1D(PAIR), Q))],
)
def test_the_ends_are_the_kl_divergences(
    panel: FamilyPanel, qtbot: QtBot, alpha: float, name: str, expected: float
) -> None:
    _show(panel, qtbot, KLState(p=PAIR, q=Q, alpha=alpha))
    assert f"{name} = {expected:.6g}" in panel.value_text
    column, row = 200, 100
    picture = panel._picture
    assert picture is not None
    at = Gaussian1D(float(picture.grid.mu[column]), float(picture.grid.sigma[row]))
    kl = reverse_kl if alpha == 0 else forward_kl
    assert picture.values[row, column] == pytest.approx(kl(Mixture1D(PAIR), at), rel=1e-10)


def test_hellinger_in_bits(panel: FamilyPanel, qtbot: QtBot) -> None:
    """BC of the second component alone with itself is 1, with q far away 0: 4 (1 − BC) → 4 nats."""
    far = KLState(p=(Component1D(1.0, 0.0, 0.1),), q=Gaussian1D(7.0, 0.1), alpha=0.5, units="bits")
    _show(panel, qtbot, far)
    assert f"{4 / math.log(2):.6g}</b> bits" in panel.value_text
    assert "4 × squared Hellinger distance ÷ log 2" in panel.value_text  # whose square is 1 here


def test_infinite_regions_are_hatched_and_said(panel: FamilyPanel, qtbot: QtBot) -> None:
    state = KLState(p=PAIR, q=Gaussian1D(0.0, 0.5), family="chi2", view=View1D())
    _show(panel, qtbot, state)
    assert "χ²(p‖q) = ∞" in panel.value_text
    assert "diverges" in panel.value_text
    assert "σ ≤ 0.7071" in panel.note
    image = panel.landscape.viewport().grab().toImage()
    pixels = [
        image.pixelColor(panel.landscape.view_to_viewport(mu, math.log(0.1)).toPoint())
        for mu in np.linspace(-7, 7, 60)
    ]
    assert all(pixel.saturation() < 30 for pixel in pixels)
    coloured = image.pixelColor(panel.landscape.view_to_viewport(1.1, math.log(2.4)).toPoint())
    assert coloured.saturation() > 100
    assert panel.landscape._point_text(0.0, 0.5, math.inf).endswith("infinite")


def test_chi2_has_no_unit_and_keeps_large_values(panel: FamilyPanel, qtbot: QtBot) -> None:
    _show(panel, qtbot, KLState(p=PAIR, q=Q, family="chi2", units="bits"))
    assert panel.landscape.color_bar._unit == ""
    assert panel.landscape.color_bar.tick_texts[-1] == "10000"
    table = panel.export_table()
    assert table.header == ("mu", "sigma", "chi2")
    values = np.asarray(table.columns[2])
    assert values[np.isfinite(values)].max() > 1e10
    _show(panel, qtbot, KLState(p=PAIR, q=Q, family="alpha", units="bits"))
    assert panel.landscape.color_bar._unit == "bits"


def test_jensen_shannon_comes_coarse_and_then_full(panel: FamilyPanel, qtbot: QtBot) -> None:
    _show(panel, qtbot, KLState(p=PAIR, q=Q, family="jensen_shannon"), size=64)
    assert "64 × 64" in panel.note
    coarse = panel._picture
    qtbot.waitUntil(
        lambda: panel._picture is not None and len(panel._picture.grid.mu) == 256, timeout=TIMEOUT_MS
    )
    full = panel._picture
    assert panel.note == ""
    assert coarse is not None
    assert full is not None
    corners = np.ix_([0, -1], [0, -1])
    np.testing.assert_allclose(full.values[corners], coarse.values[corners], atol=1e-11)


def test_the_slider_asks_for_alpha(panel: FamilyPanel, qtbot: QtBot) -> None:
    _show(panel, qtbot, KLState(p=PAIR, q=Q, alpha=0.2))
    assert panel.slider.value() == 20
    asked: list[float] = []
    panel.alpha_changed.connect(asked.append)
    panel.slider.setFocus()
    QTest.keyClick(panel.slider, Qt.Key.Key_Right)
    QTest.keyClick(panel.slider, Qt.Key.Key_End)
    assert asked == pytest.approx([0.21, 1.0])


def test_dragging_the_slider_is_one_gesture(panel: FamilyPanel, qtbot: QtBot) -> None:
    _show(panel, qtbot, KLState(p=PAIR, q=Q, alpha=0.5))
    asked: list[float] = []
    gestures: list[str] = []
    panel.alpha_changed.connect(asked.append)
    panel.drag_started.connect(lambda: gestures.append("start"))
    panel.drag_finished.connect(lambda: gestures.append("finish"))
    slider, left = panel.slider, Qt.MouseButton.LeftButton
    middle = slider.rect().center()
    QTest.mousePress(slider, left, pos=middle)
    for x in range(middle.x(), slider.width() - 2, 10):
        QTest.mouseMove(slider, QPoint(x, middle.y()))
    QTest.mouseRelease(slider, left, pos=QPoint(slider.width() - 2, middle.y()))
    assert asked[-1] > 0.9
    assert gestures == ["start", "finish"]


def test_showing_a_state_never_answers_back(panel: FamilyPanel, qtbot: QtBot) -> None:
    answers: list[object] = []
    panel.alpha_changed.connect(answers.append)
    panel.family_changed.connect(answers.append)
    _show(panel, qtbot, KLState(p=PAIR, q=Q, alpha=0.7))
    _show(panel, qtbot, KLState(p=PAIR, q=Q, alpha=0.1, family="chi2"))
    assert answers == []
    assert panel.choice_box.key == "chi2"
    assert not panel.slider.isEnabled()


def test_another_divergence_can_be_chosen(panel: FamilyPanel, qtbot: QtBot) -> None:
    _show(panel, qtbot, KLState(p=PAIR, q=Q))
    asked: list[str] = []
    panel.family_changed.connect(asked.append)
    panel.choice_box.setFocus()
    QTest.keyClick(panel.choice_box, Qt.Key.Key_Down)
    assert asked == ["jensen_shannon"]


def test_a_hidden_panel_computes_nothing(qtbot: QtBot) -> None:
    make_application()
    panel = FamilyPanel(DARK)
    qtbot.addWidget(panel, before_close_func=FamilyPanel.close_workers)
    state = KLState(p=PAIR, q=Q)
    panel.show_state(state, FrameEngine().resolve(state))
    assert panel.run.wish is None


def test_only_the_newest_wish_is_shown_in_the_end(panel: FamilyPanel, qtbot: QtBot) -> None:
    engine = FrameEngine()
    for alpha in np.linspace(0.05, 0.95, 10):
        state = KLState(p=PAIR, q=Q, alpha=float(alpha))
        panel.show_state(state, engine.resolve(state))
    qtbot.waitUntil(
        lambda: panel._picture is not None and panel._picture.wish == panel.run.wish, timeout=TIMEOUT_MS
    )
    assert panel._picture is not None
    assert panel._picture.wish.alpha == pytest.approx(0.95)
