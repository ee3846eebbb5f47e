"""Activations under the hand, and what the panel says of L."""

import math
from typing import get_args, get_type_hints

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import RAW_LIMITS, DiagonalActivation, ReparamState
from dgm_explorer.numerics.reparam import gaussian_map
from dgm_explorer.ui.tabs.reparam.factor_panel import FactorPanel
from dgm_explorer.ui.tabs.reparam.frame import FrameEngine, ReparamFrame
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from dgm_explorer.ui.theme import LIGHT, PROJECTOR, THEMES, blend
from tests.ui.plots.conftest import Hand
from tests.ui.tabs.reparam.conftest import MakeTab, state_of

CURVES = {
    "exp": (np.exp, np.exp),
    "softplus": (lambda x: np.log1p(np.exp(x)), lambda x: 1 / (1 + np.exp(-x))),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    "identity": (lambda x: x, np.ones_like),
}


def panel_of(tab: ReparamTab) -> FactorPanel:
    return tab.scene.panels.factor


@pytest.mark.parametrize("activation", RAW_LIMITS)
def test_each_activation_has_its_curve_and_derivative(
    make_tab: MakeTab, activation: DiagonalActivation
) -> None:
    plot = panel_of(make_tab(activation=activation)).activation
    table = plot.export_table()
    x, value, slope = (np.asarray(column) for column in table.columns)
    np.testing.assert_allclose(value, CURVES[activation][0](x), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(slope, CURVES[activation][1](x), rtol=1e-9, atol=1e-12)
    assert x[0] < -4 < 4 < x[-1]


def test_dragging_a_raw_parameter_changes_its_entry_only(tab: ReparamTab) -> None:
    plot = panel_of(tab).activation
    start = plot.mark_viewport_position(1)
    Hand(plot).drag(start, start + QPointF(30, 20))
    (x_lo, x_hi), _ = plot.view_range
    unit = (x_hi - x_lo) / plot.view_box.rect().width()
    assert state_of(tab).raw_diagonal[0] == 0.2
    raw = state_of(tab).raw_diagonal[1]
    assert raw == pytest.approx(-0.3 + 30 * unit, abs=1.5 * unit)
    assert gaussian_map(state_of(tab)).factor[1, 1] == pytest.approx(math.exp(raw))
    assert tab.store is not None
    tab.store.undo()
    assert state_of(tab).raw_diagonal == (0.2, -0.3)


def test_keys_move_the_dot_that_tab_has_reached(tab: ReparamTab) -> None:
    plot = panel_of(tab).activation
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert state_of(tab).raw_diagonal[0] < 0.2
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert state_of(tab).raw_diagonal[1] > -0.3
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    assert not plot.hasFocus()


def test_relu_below_0_is_dead_and_sigma_singular(make_tab: MakeTab) -> None:
    tab = make_tab(activation="relu", raw_diagonal=(1.2, 0.3))
    plot = panel_of(tab).activation
    start = plot.mark_viewport_position(1)
    Hand(plot).drag(start, start + QPointF(-60, 0))
    tab.scene.draw_now()
    assert state_of(tab).raw_diagonal[1] < 0
    words = panel_of(tab).words.text()
    assert "Σ is singular: rank 1" in words
    assert "dead, no gradient comes back to raw₂₂" in words
    assert "Σ is singular: rank 1" in tab.scene.controls.numbers.text("det")
    assert tab.scene.frame.z[:, 0].std() > 0.5
    assert tab.scene.frame.map.is_singular


@pytest.mark.parametrize("activation", ["exp", "softplus"])
def test_a_positive_activation_never_dies(make_tab: MakeTab, activation: str) -> None:
    tab = make_tab(activation=activation, raw_diagonal=(-3.0, -3.0))
    assert "Σ ≻ 0 for every raw" in panel_of(tab).words.text()
    assert not tab.scene.frame.map.is_singular


def test_the_sign_of_the_identity_is_ambiguous(make_tab: MakeTab) -> None:
    tab = make_tab(activation="identity", raw_diagonal=(-1.2, 0.8))
    panel, before = panel_of(tab), tab.scene.frame
    assert "raw₁₁ < 0" in panel.words.text()
    assert "ambiguous" in panel.words.text()
    assert panel.flips[0].isVisible()
    panel.flips[0].click()
    tab.scene.draw_now()
    assert state_of(tab).raw_diagonal == (1.2, 0.8)
    np.testing.assert_allclose(tab.scene.frame.map.covariance, before.map.covariance, rtol=1e-12)
    np.testing.assert_allclose(
        tab.scene.frame.z - 1.0 * tab.scene.frame.map.mean, _mirrored(before), rtol=1e-9
    )


def _mirrored(frame: ReparamFrame) -> np.ndarray:
    """z − μ of the same ε with ε₁ mirrored."""
    return (frame.epsilon * [-1, 1]) @ frame.map.factor.T


def test_a_full_matrix_is_taken_apart_in_words(make_tab: MakeTab) -> None:
    tab = make_tab(form="full", full=(0.0, -2.0, 1.0, 0.0))
    words = panel_of(tab).words.text()
    assert "L = (2  0;  0  1)" in words
    assert "Q turns by −90° after a reflection" in words or "Q turns by 90°" in words
    assert panel_of(tab).activation.isHidden()
    assert not panel_of(tab).flips[0].isVisible()


def test_the_table_shows_every_moment_and_marks_the_far_ones(make_tab: MakeTab) -> None:
    far = next(
        seed for seed in range(200) if max(abs(row.deviation) for row in make_frame(seed).comparisons) > 2.5
    )
    tab = make_tab(n_points=50, seed=far)
    table = panel_of(tab).moments
    assert [row.name for row in table.rows] == ["E z₁", "E z₂", "Σ₁₁", "Σ₂₁", "Σ₂₂"]
    image = table.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert tab.theme.forward.lower() in colors  # the dot of the far one
    exported = table.export_table()
    assert exported.header == ("moment", "exact", "sample", "standard_error")
    assert len(exported.columns[0]) == 5


@pytest.mark.parametrize("theme", ["light", "projector"])
def test_each_deviation_has_its_scale_in_the_smallest_window(make_tab: MakeTab, theme: str) -> None:
    tab = make_tab(theme=THEMES[theme], n_points=100_000)
    table = panel_of(tab).moments
    image, band = table.grab().toImage(), blend(tab.theme.window, tab.theme.muted_text, 0.25).lower()
    columns = [
        sum(image.pixelColor(x, y).name() == band for y in range(image.height()))
        for x in range(image.width())
    ]
    assert sum(column >= 2 * len(table.rows) for column in columns) >= 12


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_digits_of_tiny_moments_are_all_painted(
    make_tab: MakeTab, monkeypatch: pytest.MonkeyPatch, dimension: int
) -> None:
    tab = make_tab(dimension=dimension, raw_diagonal=(-9.0, -9.0), off_diagonal=-1e-4)
    painted: list[tuple[str, float, float]] = []

    def note(painter: QPainter, box: QRectF, _: int, text: str) -> None:
        painted.append((text, QFontMetricsF(painter.font()).horizontalAdvance(text), box.width()))

    monkeypatch.setattr(QPainter, "drawText", note)
    panel_of(tab).moments.grab()
    assert any("e−10" in text for text, _, _ in painted)
    assert not [(text, needs, has) for text, needs, has in painted if "±" in text and needs > has]


def test_beside_the_theory_curve_and_moments_take_turns(make_tab: MakeTab) -> None:
    """Of 1280 pixels the theory takes 280."""
    tab = make_tab(theme=PROJECTOR, size=(1000, 600))
    tab.scene.panels.panel("gradients")
    panel = panel_of(tab)
    assert tab.minimumSizeHint().width() <= 1000
    assert (panel.activation.isVisible(), panel.moments.isVisible()) == (True, False)
    QTest.mouseClick(panel.page.button("moments"), Qt.MouseButton.LeftButton)
    assert (panel.activation.isVisible(), panel.moments.isVisible()) == (False, True)
    assert panel.moments.width() >= panel.moments.minimumSizeHint().width()
    tab.resize(1280, 690)
    QApplication.processEvents()
    assert panel.activation.isVisible()
    assert panel.moments.isVisible()
    assert not panel.page.isVisible()


def test_buttons_to_come_take_no_room_in_a_new_panel(make_tab: MakeTab) -> None:
    fresh = FactorPanel(make_tab().scene.editor, LIGHT)
    assert all(flip.isHidden() for flip in fresh.flips)
    fresh.deleteLater()


@pytest.mark.parametrize("dimension", [1, 2])
def test_on_a_small_projector_every_panel_has_room(make_tab: MakeTab, dimension: int) -> None:
    """1920 × 1080 pixels at twice the size are 960 × 540; the window has a border of 2 pixels."""
    tab = make_tab(theme=PROJECTOR, size=(956, 500), dimension=dimension)
    assert tab.store is not None
    for panel in get_args(get_type_hints(ReparamState)["panel"]):
        tab.store.update(panel=panel)
        QTest.qWait(1)
        assert tab.minimumSizeHint().width() <= 956, panel


def make_frame(seed: int) -> ReparamFrame:
    return FrameEngine().resolve(ReparamState(n_points=50, seed=seed), KLState())


@pytest.mark.parametrize("theme", ["light", "dark", "projector"])
def test_no_word_is_cut_off_in_the_smallest_window(make_tab: MakeTab, theme: str) -> None:
    cases: tuple[dict[str, object], ...] = (
        {"activation": "relu", "raw_diagonal": (1.2, -0.4)},
        {"activation": "identity", "raw_diagonal": (-1.2, -0.4)},
        {"form": "full", "full": (1.039, -0.611, 1.079, 0.0696)},
        {"dimension": 1, "law": "laplace"},
    )
    for fields in cases:
        tab = make_tab(theme=THEMES[theme], **fields)
        assert tab.width() == 1280
        words = panel_of(tab).words
        assert words.needed_height_px() <= words.contentsRect().height()
        controls = tab.scene.controls
        assert controls.widget().minimumSizeHint().width() <= controls.viewport().width()
        if fields.get("dimension") == 1:
            words = tab.scene.line.words
            assert words.needed_height_px() <= words.contentsRect().height()


def test_a_moment_has_no_more_digits_than_its_error(
    make_tab: MakeTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = make_tab(n_points=1000)
    moments = panel_of(tab).moments
    texts: list[str] = []
    draw = QPainter.drawText
    monkeypatch.setattr(QPainter, "drawText", lambda p, *args: (texts.append(args[-1]), draw(p, *args))[1])
    moments.grab()
    shown = [text.split(" ± ") for text in texts if " ± " in text and "s.e." not in text]
    assert len(shown) == len(moments.rows) == 5
    for row, (value, error) in zip(moments.rows, shown, strict=True):
        assert len(value.partition(".")[2]) == len(error.partition(".")[2])
        assert len(error.replace(".", "").lstrip("0")) <= 2
        assert float(value.replace("−", "-")) == pytest.approx(row.sample, abs=row.error)
