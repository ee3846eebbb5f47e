"""One dimension: three plots of the same points, against scipy."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from scipy import stats

from dgm_explorer.core.kl_state import View2D
from dgm_explorer.core.reparam_state import QuantileLaw
from dgm_explorer.ui.tabs.reparam.quantile_curve import KNOB_NAMES, MEAN, SCALE
from dgm_explorer.ui.what_is_this.texts import panel_texts
from tests.ui.plots.conftest import Hand
from tests.ui.tabs.reparam.conftest import MakeTab, state_of

REFERENCE: dict[QuantileLaw, stats.rv_continuous] = {
    "gaussian": stats.norm,
    "logistic": stats.logistic,
    "laplace": stats.laplace,
    "exponential": stats.expon,
}


@pytest.mark.parametrize("law", REFERENCE)
def test_curve_and_density_are_those_of_the_law(make_tab: MakeTab, law: QuantileLaw) -> None:
    board = make_tab(dimension=1, law=law).scene.line
    reference = REFERENCE[law](1.0, math.exp(0.2))
    epsilon, z = board.curve._curve.points
    np.testing.assert_allclose(z, reference.ppf(stats.norm.cdf(epsilon)), rtol=1e-8, atol=1e-8)
    p, z = board.image._curve.points
    np.testing.assert_allclose(p, reference.pdf(z), rtol=1e-9, atol=1e-12)
    assert z.min() <= -4  # all of what is seen
    assert z.max() >= 6
    x, density = board.noise._curve.points
    np.testing.assert_allclose(density, stats.norm.pdf(x), rtol=1e-12)


def test_the_same_points_stand_in_all_three(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, law="exponential")
    board, frame = tab.scene.line, tab.scene.frame
    below, middle, side = (plot._dots.dots for plot in (board.noise, board.curve, board.image))
    np.testing.assert_array_equal(below[:, 0], frame.epsilon[:, 0])
    np.testing.assert_array_equal(middle, np.stack([frame.epsilon[:, 0], frame.z[:, 0]], axis=1))
    np.testing.assert_array_equal(side[:, 1], frame.z[:, 0])
    share = below[:, 1] / stats.norm.pdf(below[:, 0])
    np.testing.assert_allclose(side[:, 0], share * stats.expon(1.0, math.exp(0.2)).pdf(side[:, 1]), rtol=1e-9)
    assert stats.kstest(share, "uniform").pvalue > 1e-3  # they fill the area under the density


def test_f1_says_where_the_plots_stand_and_what_the_dots_are(make_tab: MakeTab) -> None:
    tab, said = make_tab(dimension=1), panel_texts("reparam")
    board = tab.scene.line
    assert board.image.x() > board.curve.x()
    assert board.noise.y() > board.curve.y()
    assert "noise below, its image at the right" in said["quantile-picture"].text
    for name in ("epsilon-density", "z-density"):
        assert "istogram" not in said[name].text  # scattered under the curve, as the test above finds them


def test_the_line_goes_straight_up_and_straight_across(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1)
    (line,) = tab.scene.line.twins.lines
    start, corner, end = line.places
    assert corner.x() == pytest.approx(start.x(), abs=1.0)
    assert end.y() == pytest.approx(corner.y(), abs=1.0)


def test_pointing_at_a_dot_in_one_lights_it_up_in_all_and_tells_its_numbers(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, law="logistic", n_points=30)
    board, frame = tab.scene.line, tab.scene.frame
    index = int(np.argmin(frame.epsilon[:, 0]))
    at = board.noise.place_of(index)
    assert at is not None
    Hand(board.noise).move(at, is_down=False)
    _, lit = board.twins.lines
    assert lit.is_strong
    assert len(lit.places) == 3
    epsilon, z = float(frame.epsilon[index, 0]), float(frame.z[index, 0])
    words = board.words.text()
    assert f"point {index}:" in words
    assert f"ε = {epsilon:.4g}".replace("-", "−") in words
    assert f"Φ(ε) = {stats.norm.cdf(epsilon):.4g}" in words
    assert f"{z:.4g}".replace("-", "−") in words


def test_both_knobs_are_dragged_up_and_down(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, law="logistic")
    curve = tab.scene.line.curve
    _, (z_lo, z_hi) = curve.view_range
    unit = (z_hi - z_lo) / curve.view_box.rect().height()
    start = curve.knob_viewport_position(MEAN)
    Hand(curve).drag(start, start + QPointF(30, -40))
    assert state_of(tab).mean[0] == pytest.approx(1 + 40 * unit, abs=1.5 * unit)
    tab.scene.draw_now()
    start = curve.knob_viewport_position(SCALE)
    Hand(curve).drag(start, start + QPointF(0, 25))
    sigma = float(tab.scene.frame.map.factor[0, 0])
    assert sigma == pytest.approx(math.exp(0.2) - 25 * unit, abs=1.5 * unit)
    assert tab.store is not None
    tab.store.undo()
    tab.store.undo()
    assert not tab.store.can_undo


def test_keys_move_knobs_and_the_wheel_scales(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1)
    curve = tab.scene.line.curve
    curve.setFocus()
    QTest.keyClick(curve, Qt.Key.Key_Tab)
    QTest.keyClick(curve, Qt.Key.Key_Up)
    assert state_of(tab).mean[0] > 1
    QTest.keyClick(curve, Qt.Key.Key_Tab)
    QTest.keyClick(curve, Qt.Key.Key_Down)
    assert state_of(tab).raw_diagonal[0] < 0.2
    tab.scene.draw_now()
    sigma = float(tab.scene.frame.map.factor[0, 0])
    Hand(curve).wheel(curve.knob_viewport_position(SCALE), 1)
    tab.scene.draw_now()
    assert float(tab.scene.frame.map.factor[0, 0]) == pytest.approx(1.1 * sigma)
    assert len(KNOB_NAMES) == 2


def test_only_the_identity_lets_sigma_be_negative(make_tab: MakeTab) -> None:
    for activation, is_negative in (("identity", True), ("relu", False), ("softplus", False)):
        tab = make_tab(dimension=1, activation=activation, raw_diagonal=(1.0, 1.0), law="exponential")
        curve = tab.scene.line.curve
        start = curve.knob_viewport_position(SCALE)
        Hand(curve).drag(start, start + QPointF(0, 110))
        tab.scene.draw_now()
        sigma = float(tab.scene.frame.map.factor[0, 0])
        assert (sigma < 0) == is_negative
        z = tab.scene.frame.z[:, 0]
        assert (z <= 1.0).all() if is_negative else (z >= 1.0).all()


def test_sigma_0_has_no_density_and_says_so(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, activation="relu", raw_diagonal=(-1.0, 1.0))
    board = tab.scene.line
    assert "no density" in board.image._caption.text
    assert not len(board.image._curve.points[0])
    assert (tab.scene.frame.z == 1.0).all()


def test_only_z_is_zoomed(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, view=View2D((0.0, 2.5), 5.0))
    curve = tab.scene.line.curve
    before = curve.view_range[0]
    Hand(curve).wheel(curve.view_to_viewport(-2.5, 3.0), 2)
    tab.scene.draw_now()
    assert curve.view_range[0] == before
    assert state_of(tab).view.half_width < 5
    assert state_of(tab).view.center[1] == 2.5
    assert tab.scene.line.image.view_range[1] == pytest.approx(curve.view_range[1])
    Hand(curve).double_click(curve.view_to_viewport(-2.5, 3.0))
    z_lo, z_hi = curve.view_range[1]
    z = tab.scene.frame.z[:, 0]
    assert ((z > z_lo) & (z < z_hi)).mean() > 0.99


def test_another_law_is_seen_as_a_whole_and_a_dragged_one_stays_in_its_window(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, view=View2D((0.0, 2.5), 5.0))
    law, image, curve = tab.scene.controls.map.law, tab.scene.line.image, tab.scene.line.curve
    for key in ("logistic", "laplace", "exponential"):
        QTest.keyClick(law, Qt.Key.Key_Down)
        assert state_of(tab).law == key
        tab.scene.draw_now()
        z_lo, z_hi = image.view_range[1]
        reference = REFERENCE[key](1.0, math.exp(0.2))
        assert reference.cdf(z_hi) - reference.cdf(z_lo) > 0.999
        assert z_hi - z_lo < 20 * reference.std()
    assert state_of(tab).view.center[1] == 2.5
    before = state_of(tab).view
    start = curve.knob_viewport_position(MEAN)
    Hand(curve).drag(start, start + QPointF(0, -40))
    assert state_of(tab).view == before
    assert tab.store is not None
    for _ in range(4):
        tab.store.undo()
    assert state_of(tab).view == View2D((0.0, 2.5), 5.0)
    assert not tab.store.can_undo


def test_f_is_drawn_where_panels_speak_of_it(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, panel="gradients", target=(2.0, 0.0))
    x, z = tab.scene.line.image._objective_curve.points
    assert z[np.argmin(x)] == pytest.approx(2.0, abs=0.05)
    tab.scene.editor.apply(panel="factor")
    tab.scene.draw_now()
    assert not len(tab.scene.line.image._objective_curve.points[0])


def test_the_law_chosen_is_the_law_shown(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, law="exponential", panel="gradients")
    law, panels = tab.scene.controls.map.law, tab.scene.panels
    assert (law.key, law.isEnabled()) == ("gaussian", False)
    panels.setCurrentIndex(0)
    tab.scene.draw_now()
    assert (law.key, law.isEnabled()) == ("exponential", True)


def test_where_another_law_is_shown_than_the_chosen_one_it_is_said(make_tab: MakeTab) -> None:
    tab = make_tab(dimension=1, law="laplace")
    assert tab.store is not None
    said = []
    for panel in ("gradients", "factor"):
        tab.store.update(panel=panel)
        tab.scene.draw_now()
        said.append(tab.scene.line.words.text())
    assert "Gaussian: for this panel; the Laplace law is for Factor and Graph" in said[0]
    assert "Laplace: F⁻¹(u)" in said[1]
