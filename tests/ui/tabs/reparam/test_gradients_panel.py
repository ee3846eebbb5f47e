"""Clouds of gradients: numbers against autograd and closed forms, twins, scales, what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.numerics.gaussian_map import draw_epsilon
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.reparam.estimator_words import estimator_color
from dgm_explorer.ui.tabs.reparam.frame import FrameEngine
from dgm_explorer.ui.tabs.reparam.gradients_numbers import GradientRequest, compute, rows_of
from dgm_explorer.ui.tabs.reparam.gradients_panel import ALONE, LATE, NO_DENSITY, GradientsPanel
from dgm_explorer.ui.tabs.reparam.gradients_plot import GradientPlot
from dgm_explorer.ui.tabs.reparam.gradients_table import EXACT, MEAN, VARIANCE
from dgm_explorer.ui.tabs.reparam.script import make_script
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import LIGHT, PROJECTOR

STATE = ReparamState(panel="gradients")
SINGULAR = replace(STATE, activation="relu", raw_diagonal=(1.0, -1.0))
L11, L21, L22 = float(np.exp(0.2)), 0.7, float(np.exp(-0.3))
SLOPE = np.array([1.0, 0.5]) + 1.0
"""μ − t: the gradient of E ½‖z − t‖² in μ."""


@pytest.fixture
def store() -> Store:
    make_application()
    return Store(STATE)


@pytest.fixture
def panel(qtbot: QtBot, store: Store) -> GradientsPanel:
    panel = GradientsPanel(ReparamEditor(store, store), LIGHT)
    qtbot.addWidget(panel, before_close_func=GradientsPanel.finish)
    panel.resize(1100, 300)
    with qtbot.waitExposed(panel):
        panel.show()
    show(panel, STATE)
    return panel


def show(panel: GradientsPanel, state: ReparamState) -> None:
    panel.show_state(state)
    panel.show_frame(FrameEngine().resolve(state, KLState()))


def request_of(state: ReparamState) -> GradientRequest:
    return GradientRequest(state, FrameEngine().resolve(state, KLState()).objective)


def count_color(widget: QWidget, rgb: str) -> int:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels: NDArray[np.uint32] = np.frombuffer(image.constBits(), np.uint32)
    return int(np.count_nonzero(pixels == QColor(rgb).rgb()))


def have_one_scale(panel: GradientsPanel) -> bool:
    """Whether both plots show the same, but for a pixel at the edge."""
    return np.allclose(panel.pathwise.view_range, panel.score.view_range, rtol=0.01, atol=0.05)


def hover(plot: GradientPlot, index: int) -> None:
    picture = plot.picture
    assert picture is not None
    QTest.mouseMove(plot.viewport(), plot.view_to_viewport(*picture.places[index].tolist()).toPoint())


# -- numbers ----------------------------------------------------------------------------------------------


def test_every_estimate_is_that_of_autograd_in_mean_and_factor() -> None:
    state = replace(STATE, n_arrows=3, n_samples=4, has_baseline=False)
    numbers = compute(request_of(state))
    assert numbers.names == ("μ₁", "μ₂", "L₁₁", "L₂₁", "L₂₂")
    assert compute(request_of(replace(state, dimension=1))).names == ("μ", "σ")
    epsilon = torch.tensor(draw_epsilon(0, 12, 2).reshape(3, 4, 2).copy())
    for r in range(3):
        mean = torch.tensor(state.mean, dtype=torch.float64, requires_grad=True)
        factor = torch.tensor([[L11, 0.0], [L21, L22]], dtype=torch.float64, requires_grad=True)
        z = mean + epsilon[r] @ torch.tril(factor).T
        f = 0.5 * ((z + 1.0) ** 2).sum(dim=1)
        f.mean().backward()  # type: ignore[no-untyped-call]
        assert numbers.clouds.pathwise.estimates[r] == pytest.approx(_entries(mean, factor), rel=1e-9)
        mean.grad = factor.grad = None
        law = torch.distributions.MultivariateNormal(mean, scale_tril=torch.tril(factor))
        surrogate = (f.detach() * law.log_prob(z.detach())).mean()  # type: ignore[no-untyped-call]
        surrogate.backward()
        assert numbers.clouds.score is not None
        assert numbers.clouds.score.estimates[r] == pytest.approx(_entries(mean, factor), rel=1e-9)


def _entries(mean: torch.Tensor, factor: torch.Tensor) -> list[float]:
    assert mean.grad is not None
    assert factor.grad is not None
    g = factor.grad
    return [*mean.grad.tolist(), g[0, 0].item(), g[1, 0].item(), g[1, 1].item()]


def test_the_quadratic_has_closed_forms() -> None:
    """∇μ = μ − t with variance Σ_ii/N; ∇L = L with variance (Σ_ii + L_ij² + s_i²)/N; s = μ − t."""
    rows = rows_of(compute(request_of(replace(STATE, n_arrows=500))))
    pathwise = {row.entry: row for row in rows if row.estimator == "pathwise"}
    sigma = {"μ₁": L11**2, "μ₂": L21**2 + L22**2}
    for i, name in enumerate(("μ₁", "μ₂")):
        row = pathwise[name]
        assert row.exact == pytest.approx(SLOPE[i], rel=1e-12)
        assert row.exact_variance == pytest.approx(sigma[name] / 10, rel=1e-10)
        assert row.variance == pytest.approx(row.exact_variance, rel=5 * np.sqrt(2 / 500))
        assert abs(row.mean - row.exact) < 5 * row.error
        assert row.signal_to_noise == pytest.approx(row.exact / np.sqrt(row.variance), rel=1e-12)
    for name, entry, i in (("L₁₁", L11, 0), ("L₂₁", L21, 1), ("L₂₂", L22, 1)):
        row = pathwise[name]
        assert row.exact == pytest.approx(entry, rel=1e-10)
        wanted = (sigma[("μ₁", "μ₂")[i]] + entry**2 + SLOPE[i] ** 2) / 10
        assert row.exact_variance == pytest.approx(wanted, rel=1e-10)
    length = pathwise["‖∇‖"]
    assert length.exact == pytest.approx(np.sqrt((SLOPE**2).sum() + L11**2 + L21**2 + L22**2), rel=1e-10)
    assert length.exact_variance == pytest.approx(
        sum(row.exact_variance for name, row in pathwise.items() if name != "‖∇‖"), rel=1e-12
    )


def test_the_activation_does_not_matter_in_mean_and_factor() -> None:
    first_raw, second_raw = (float(np.log(np.expm1(value))) for value in (L11, L22))
    other = replace(STATE, activation="softplus", raw_diagonal=(first_raw, second_raw))
    first, second = (compute(request_of(state)).clouds for state in (STATE, other))
    assert first.pathwise.estimates == pytest.approx(second.pathwise.estimates, rel=1e-9)


def test_the_baseline_takes_noise_away_and_leaves_the_mean() -> None:
    plain, based = (
        compute(request_of(replace(STATE, has_baseline=on, n_arrows=500))).clouds for on in (False, True)
    )
    assert plain.score is not None
    assert based.score is not None
    assert based.score.summary.total_variance < 0.8 * plain.score.summary.total_variance
    for cloud in (plain.score, based.score):
        gaps = (cloud.summary.mean - plain.exact_theta) / cloud.summary.mean_error
        assert np.abs(gaps).max() < 5


# -- on the screen ----------------------------------------------------------------------------------------


def test_clouds_and_table_show_the_same(panel: GradientsPanel) -> None:
    assert count_color(panel.pathwise, estimator_color("pathwise", LIGHT)) > 50
    assert count_color(panel.score, estimator_color("score_baseline", LIGHT)) > 100
    model = panel.table.model()
    assert model.rowCount() == 12
    assert [model.index(row, EXACT).data() for row in (0, 2)] == ["2", "1.5"]
    assert panel.table.rowSpan(0, EXACT) == 2
    assert panel.pathwise.picture is not None
    mean = panel.pathwise.picture.mean[0]
    assert float(model.index(0, MEAN).data().split(" ± ")[0]) == pytest.approx(mean, abs=0.02)
    assert panel.caption == "→ exact ∇μ = (2, 1.5)"  # the bold arrow
    assert float(model.index(10, VARIANCE).data()) == pytest.approx(1.6, abs=0.1)
    assert "Var 1.6" in panel.headings[0].text()


def test_both_plots_have_one_scale_or_each_its_own(panel: GradientsPanel, store: Store) -> None:
    store.changed.connect(lambda _, new: panel.show_state(new))
    assert have_one_scale(panel)
    QTest.mouseClick(panel.own_scale, Qt.MouseButton.LeftButton, pos=panel.own_scale.rect().center())
    assert panel.own_scale.isChecked()
    (lo, hi), (score_lo, score_hi) = panel.pathwise.view_range[0], panel.score.view_range[0]
    assert score_hi - score_lo > 1.5 * (hi - lo)
    ratio = float(panel.score.corner_text.split()[1])
    assert ratio == pytest.approx((score_hi - score_lo) / (hi - lo), rel=0.06)
    QTest.mouseClick(panel.own_scale, Qt.MouseButton.LeftButton, pos=panel.own_scale.rect().center())
    assert have_one_scale(panel)
    assert not panel.score.corner_text
    store.undo()
    assert panel.own_scale.isChecked()
    assert not have_one_scale(panel)


def test_zooming_one_plot_zooms_the_other(panel: GradientsPanel) -> None:
    before = panel.score.view_range[0][0]
    panel.pathwise.pan(40.0, 10.0)
    assert have_one_scale(panel)
    moved = panel.score.view_range[0][0]
    assert moved < before - 0.5
    show(panel, replace(STATE, mean=(3.0, 0.5)))
    assert panel.score.view_range[0][0] == moved  # stays where the user has put it
    panel.pathwise.go_home()
    assert panel.score.is_fitting
    assert have_one_scale(panel)


def test_the_same_noise_lights_up_in_both(panel: GradientsPanel) -> None:
    picture = panel.score.picture
    assert picture is not None
    index = int(np.argmax(np.linalg.norm(picture.tips, axis=1)))
    plain = panel.pathwise.grab().toImage()
    hover(panel.score, index)
    assert panel.pathwise.corner_text.startswith(f"estimate {index}: ")
    assert panel.score.corner_text.startswith(f"estimate {index}: ")
    assert panel.pathwise.grab().toImage() != plain
    QTest.mouseMove(panel.score.viewport(), QPoint(2, 2))
    assert panel.score.corner_text == ""


def test_controls_write_the_state(panel: GradientsPanel, store: Store) -> None:
    panel.n_samples.setValue(25)
    panel.n_arrows.setValue(40)
    QTest.mouseClick(panel.baseline, Qt.MouseButton.LeftButton, pos=panel.baseline.rect().center())
    state = store.state
    assert (state.n_samples, state.n_arrows, state.has_baseline) == (25, 40, False)
    show(panel, state)
    assert panel.score.picture is not None
    assert len(panel.score.picture.tips) == 40
    assert "score" in panel.headings[1].text()
    assert "baseline" not in panel.headings[1].text()


def test_another_seed_is_another_cloud(panel: GradientsPanel) -> None:
    before = panel.pathwise.picture
    show(panel, replace(STATE, seed=1))
    assert before is not None
    assert panel.pathwise.picture is not None
    assert not np.allclose(before.tips, panel.pathwise.picture.tips)


def test_without_density_the_score_says_why_and_pathwise_stays(panel: GradientsPanel) -> None:
    show(panel, SINGULAR)
    assert panel.score.reason == NO_DENSITY
    assert panel.score.picture is None
    assert panel.pathwise.picture is not None
    assert panel.table.model().rowCount() == 6
    for plot in (panel.pathwise, panel.score):
        assert len(plot.export_table().columns[0]) in (0, 100)
    show(panel, STATE)
    assert panel.score.reason == ""


def test_one_sample_has_no_baseline_and_it_is_said(panel: GradientsPanel) -> None:
    show(panel, replace(STATE, n_samples=1))
    assert panel.caption == ALONE
    assert "none at N = 1" in panel.headings[1].text()


def test_on_the_line_histograms_take_the_place_of_arrows(panel: GradientsPanel) -> None:
    show(panel, replace(STATE, dimension=1))
    picture = panel.pathwise.picture
    assert picture is not None
    assert picture.tips.shape == (100, 1)
    assert panel.table.model().rowCount() == 6
    x = panel.pathwise.view_range[0]
    assert x == panel.score.view_range[0]
    assert x[0] < 0.0 < 2.0 < x[1]
    hover(panel.pathwise, 3)
    assert "estimate" in panel.pathwise.corner_text
    assert panel.pathwise.export_table().header == ("d_mu_1",)
    panel.grab()


@pytest.mark.parametrize(
    "state",
    [
        replace(STATE, n_arrows=1),
        replace(STATE, mean=(1e6, -1e6), objective="banana"),
        replace(STATE, raw_diagonal=(-14.0, 6.9)),
        replace(STATE, activation="identity", raw_diagonal=(0.0, 0.0), off_diagonal=0.0),
        replace(STATE, dimension=1, n_arrows=1, n_samples=1),
        replace(STATE, form="full", full=(1.0, 1.0, 1.0, 1.0)),
    ],
)
def test_extremes_are_shown_without_complaint(panel: GradientsPanel, state: ReparamState) -> None:
    show(panel, state)
    panel.grab()
    assert panel.numbers is not None
    assert panel.numbers.request.state == state


# -- room and time ----------------------------------------------------------------------------------------


def test_in_a_narrow_window_plots_and_table_take_turns(panel: GradientsPanel) -> None:
    assert panel.table.isVisible()
    assert not panel.page.isVisible()
    panel.resize(620, 220)
    assert [w.isVisible() for w in (panel.page, panel.pathwise, panel.table)] == [True, True, False]
    QTest.mouseClick(panel.page.button("numbers"), Qt.MouseButton.LeftButton)
    assert panel.table.isVisible()
    assert not panel.pathwise.isVisible()
    assert not panel.table.horizontalScrollBar().isVisible()
    panel.set_theme(PROJECTOR)
    QTest.qWait(1)
    assert not panel.table.horizontalScrollBar().isVisible()
    panel.resize(1500, 300)
    assert panel.table.isVisible()
    assert panel.pathwise.isVisible()


def test_what_takes_long_comes_from_beside_the_window(panel: GradientsPanel, qtbot: QtBot) -> None:
    state = replace(STATE, objective="kl_target", n_samples=20)
    old = panel.numbers
    show(panel, state)
    assert panel.numbers is old
    assert panel.caption == LATE
    with qtbot.waitSignal(panel.numbers_shown, timeout=20_000):
        pass
    assert panel.numbers is not None
    assert panel.numbers.request.state == state
    assert panel.caption != LATE


def test_a_quick_state_is_not_overtaken_by_a_slow_one(panel: GradientsPanel, qtbot: QtBot) -> None:
    show(panel, replace(STATE, n_samples=1000, n_arrows=300))
    show(panel, replace(STATE, seed=5))
    qtbot.waitUntil(lambda: not panel.is_busy, timeout=20_000)
    assert panel.numbers is not None
    assert panel.numbers.request.state.seed == 5
    assert panel.numbers.request.state.n_samples == 10


def test_hidden_it_costs_nothing(panel: GradientsPanel) -> None:
    old = panel.numbers
    panel.hide()
    show(panel, replace(STATE, seed=2))
    assert panel.numbers is old
    panel.show()
    assert panel.numbers is not old


def test_what_does_not_concern_the_clouds_does_not_make_them_anew(panel: GradientsPanel) -> None:
    engine = FrameEngine()
    panel.show_frame(engine.resolve(STATE, KLState()))
    old = panel.numbers
    panel.show_frame(engine.resolve(replace(STATE, chosen=5, n_points=200), KLState()))
    assert panel.numbers is old


def test_a_copied_script_names_the_estimators_as_the_window_does() -> None:
    script = make_script(FrameEngine().resolve(STATE, KLState()))
    assert "the window shows ∂μ₁: score, baseline" in script
    assert "score_baseline" not in script
