"""The estimator microscope in the hand: what it shows at a state, and what its controls ask for."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.core.gaussians import Gaussian1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.numerics.estimators import DIRECTIONS
from dgm_explorer.numerics.microscope import Cloud, repeats_for
from dgm_explorer.ui.tabs.kl.estimator_panel import (
    MAX_ARROWS,
    SLIDER_STEPS,
    EstimatorPanel,
    position_of,
    samples_of,
)
from dgm_explorer.ui.tabs.kl.estimator_plot import CloudPlot
from dgm_explorer.ui.tabs.kl.estimator_table import BIAS_LOG_SIGMA, BIAS_MU, ESS, NAME
from dgm_explorer.ui.tabs.kl.estimator_words import estimator_color
from dgm_explorer.ui.tabs.kl.frame import FrameEngine
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR

AT_MODE = KLState(q=Gaussian1D(2.98430598784, 1.02336855966), n_samples=1000)
ROWS = {estimator: row for row, estimator in enumerate(DIRECTIONS)}


@pytest.fixture
def panel(qtbot: QtBot) -> EstimatorPanel:
    make_application()
    panel = EstimatorPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(960, 220)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def show(panel: EstimatorPanel, state: KLState, qtbot: QtBot) -> None:
    """Show a state and wait for all its estimates."""
    panel.show_state(state, FrameEngine().resolve(state))
    qtbot.waitUntil(lambda: panel.observer.is_complete and "each" in panel.caption, timeout=10_000)


def cell(panel: EstimatorPanel, estimator: str, column: int) -> str:
    return str(panel.model.index(ROWS[estimator], column).data())


def has_color(widget: QWidget, rgb: str) -> bool:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels: NDArray[np.uint32] = np.frombuffer(image.constBits(), np.uint32)
    return bool(np.any(pixels == QColor(rgb).rgb()))


def test_snis_at_a_mode_is_healthy_and_wrong(panel: EstimatorPanel, qtbot: QtBot) -> None:
    show(panel, AT_MODE, qtbot)
    assert float(cell(panel, "snis", ESS)) == pytest.approx(0.80, abs=0.03)
    bias = float(cell(panel, "snis", BIAS_LOG_SIGMA).split(" ± ")[0])
    assert bias == pytest.approx(16.5, abs=0.4)
    font = panel.model.index(ROWS["snis"], BIAS_LOG_SIGMA).data(Qt.ItemDataRole.FontRole)
    assert font.bold()
    assert panel.model.index(ROWS["reinforce"], BIAS_LOG_SIGMA).data(Qt.ItemDataRole.FontRole) is None
    assert panel.plots["forward"].heading == "∇KL(p‖q) = (2.85, −17.1)"
    assert panel.plots["reverse"].heading == "∇KL(q‖p) = (0, 0)"
    assert panel.caption == f"{repeats_for(1000)} estimates each, N = 1,000"


def test_what_is_not_known_is_greyed_with_its_reason(panel: EstimatorPanel, qtbot: QtBot) -> None:
    show(panel, replace(AT_MODE, knowledge="samples"), qtbot)
    assert "±" in cell(panel, "maximum_likelihood", BIAS_MU)
    for estimator in ("snis", "reinforce", "reinforce_loo", "reparametrised", "sticking_the_landing"):
        index = panel.model.index(ROWS[estimator], BIAS_MU)
        assert not index.flags() & Qt.ItemFlag.ItemIsEnabled
        assert "only samples of p are known" in cell(panel, estimator, BIAS_MU)
        assert panel.table.columnSpan(ROWS[estimator], BIAS_MU) > 1
    show(panel, replace(AT_MODE, knowledge="unnormalised"), qtbot)
    assert "only the density p̃ is known" in cell(panel, "maximum_likelihood", BIAS_MU)
    assert panel.table.columnSpan(ROWS["snis"], BIAS_MU) == 1


def test_log_z_adds_variance_to_reinforce_only(panel: EstimatorPanel, qtbot: QtBot) -> None:
    state = replace(AT_MODE, knowledge="unnormalised", n_samples=100)
    tables = []
    for log_z in (0.0, 5.0):
        show(panel, replace(state, log_z=log_z), qtbot)
        tables.append(panel.export_table().columns)
    variance = 5
    for estimator, row in ROWS.items():
        before, after = (float(columns[variance][row]) for columns in tables)
        if estimator == "reinforce":
            assert after > 2 * before
        else:
            np.testing.assert_allclose(after, before, rtol=1e-6)


def test_clouds_are_painted_in_their_colours(panel: EstimatorPanel, qtbot: QtBot) -> None:
    show(panel, replace(AT_MODE, q=Gaussian1D(0.5, 1.0)), qtbot)
    assert has_color(panel.plots["forward"], LIGHT.component(2))
    assert has_color(panel.plots["forward"], LIGHT.forward)
    assert has_color(panel.plots["reverse"], LIGHT.reverse)
    panel.set_theme(DARK)
    assert has_color(panel.plots["reverse"], DARK.reverse)
    assert not has_color(panel.plots["reverse"], LIGHT.plot_background)


def test_fixed_sigma_leaves_the_mean(panel: EstimatorPanel, qtbot: QtBot) -> None:
    show(panel, replace(AT_MODE, is_sigma_fixed=True), qtbot)
    assert panel.table.isColumnHidden(BIAS_LOG_SIGMA)
    assert panel.plots["forward"].heading == "∂KL(p‖q) = 2.85"
    show(panel, AT_MODE, qtbot)
    assert not panel.table.isColumnHidden(BIAS_LOG_SIGMA)


def test_bits_are_nats_over_log_2(panel: EstimatorPanel, qtbot: QtBot) -> None:
    show(panel, AT_MODE, qtbot)
    nats = panel.export_table()
    show(panel, replace(AT_MODE, units="bits"), qtbot)
    bits = panel.export_table()
    assert nats.header == bits.header
    bias, variance = nats.header.index("bias_d_mu"), nats.header.index("variance_times_n_d_mu")
    np.testing.assert_allclose(bits.columns[bias] * np.log(2), nats.columns[bias], atol=1e-12)
    np.testing.assert_allclose(bits.columns[variance] * np.log(2) ** 2, nats.columns[variance])


def test_arrows_point_downhill(panel: EstimatorPanel, qtbot: QtBot) -> None:
    assert panel.arrows("forward") is None
    with qtbot.waitSignal(panel.arrows_changed):
        show(panel, AT_MODE, qtbot)
    forward, reverse = panel.arrows("forward"), panel.arrows("reverse")
    assert forward is not None
    assert reverse is not None
    assert forward.origin == (AT_MODE.q.mu, AT_MODE.q.sigma)
    np.testing.assert_allclose(forward.exact, [-2.84957, 17.0525], rtol=1e-5)
    assert len(forward.clouds) == 2
    assert len(reverse.clouds) == 4
    maximum_likelihood = forward.clouds[0]
    assert maximum_likelihood.vectors.shape == (MAX_ARROWS, 2)
    np.testing.assert_allclose(maximum_likelihood.vectors.mean(axis=0), forward.exact, rtol=0.1)
    panel.hide()
    assert panel.arrows("forward") is None


def test_the_slider_asks_for_samples(panel: EstimatorPanel, qtbot: QtBot) -> None:
    show(panel, AT_MODE, qtbot)
    asked: list[int] = []
    panel.n_samples_changed.connect(asked.append)
    slider = panel.slider
    with qtbot.waitSignals([panel.drag_started, panel.drag_finished]):
        at = QPoint(round(slider.width() * position_of(1000) / SLIDER_STEPS), slider.height() // 2)
        QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(slider, QPoint(slider.width() - 1, at.y()))
        QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 1, at.y()))
    assert asked[-1] == 100_000
    panel.count_box.setFocus()
    panel.count_box.selectAll()
    QTest.keyClicks(panel.count_box, "37")
    QTest.keyClick(panel.count_box, Qt.Key.Key_Return)
    assert asked[-1] == 37


def test_showing_a_state_never_answers_back(panel: EstimatorPanel) -> None:
    asked: list[int] = []
    panel.n_samples_changed.connect(asked.append)
    for n_samples in (1, 7, 12_345, 100_000):
        panel.show_state(replace(AT_MODE, n_samples=n_samples), FrameEngine().resolve(AT_MODE))
        assert panel.count_box.value() == n_samples
    assert asked == []
    panel.observer.stop()


def test_new_random_numbers(panel: EstimatorPanel, qtbot: QtBot) -> None:
    state = replace(AT_MODE, seed=2**32 - 1)
    show(panel, state, qtbot)
    first = panel.export_table().columns[1]
    with qtbot.waitSignal(panel.seed_changed) as caught:
        QTest.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    assert caught.args == [0]
    show(panel, replace(state, seed=0), qtbot)
    assert not np.array_equal(panel.export_table().columns[1], first)


def test_a_hidden_panel_does_nothing_until_it_is_shown(panel: EstimatorPanel, qtbot: QtBot) -> None:
    panel.hide()
    panel.show_state(AT_MODE, FrameEngine().resolve(AT_MODE))
    assert panel.observer.subject is None
    panel.show()
    qtbot.waitUntil(lambda: panel.observer.is_complete and bool(panel.model.rows), timeout=10_000)


def test_every_cell_explains_itself(panel: EstimatorPanel, qtbot: QtBot) -> None:
    show(panel, replace(AT_MODE, n_samples=100), qtbot)
    for row in range(panel.model.rowCount()):
        assert "s(x) = ∇θ log q(x)" in panel.model.index(row, NAME).data(Qt.ItemDataRole.ToolTipRole)
        for column in range(NAME + 1, panel.model.columnCount()):
            text = str(panel.model.index(row, column).data())
            tip = panel.model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
            assert text in tip or "effective sample size" in tip


def test_slider_positions_cover_one_to_a_hundred_thousand() -> None:
    assert (samples_of(0), samples_of(SLIDER_STEPS)) == (1, 100_000)
    assert [samples_of(position_of(n)) for n in (1, 10, 100, 1000)] == [1, 10, 100, 1000]


def test_every_column_is_in_sight_at_the_width_of_a_projector(panel: EstimatorPanel, qtbot: QtBot) -> None:
    panel.resize(932, 220)  # what a window of 1280 pixels leaves to the panels
    show(panel, replace(AT_MODE, knowledge="unnormalised"), qtbot)
    QTest.qWait(1)
    assert not panel.table.horizontalScrollBar().isVisible()
    header = panel.table.horizontalHeader()
    assert header.visualIndex(ESS) == header.visualIndex(NAME) + 1


def test_the_names_of_the_axes_hide_neither_the_exact_gradient_nor_a_mean(qtbot: QtBot) -> None:
    """Both stand in a corner where the exact gradient is large and an estimator is blind to it."""
    plot = CloudPlot("forward")
    qtbot.addWidget(plot)
    plot.resize(160, 140)
    plot.set_theme(PROJECTOR)
    blind = Cloud("snis", np.zeros((20, 2)), np.ones(20))
    plot.show_clouds([blind], np.array([2.85, -17.1]), has_lanes=False, reason="", unit="nats")
    with qtbot.waitExposed(plot):
        plot.show()
    picture = plot.grab().toImage()
    for place, rgb in (((2.85, -17.1), PROJECTOR.forward), ((0.0, 0.0), estimator_color("snis", PROJECTOR))):
        at = plot.mapFromGlobal(plot.viewport().mapToGlobal(plot.view_to_viewport(*place))).toPoint()
        assert picture.pixelColor(at) == QColor(rgb)


def test_in_a_narrow_plot_dots_lie_between_the_names_of_the_axes(qtbot: QtBot) -> None:
    plot = CloudPlot("reverse")
    qtbot.addWidget(plot)
    plot.resize(160, 150)
    gradients = np.random.default_rng(0).uniform(-1.0, 1.0, (500, 2))
    cloud = Cloud("reparametrised", gradients, np.ones(500))
    plot.show_clouds([cloud], np.array([0.5, 0.5]), has_lanes=False, reason="", unit="nats")
    with qtbot.waitExposed(plot):
        plot.show()
    for x, y in gradients[np.abs(gradients[:, 1]) < 0.95].tolist():
        at = plot.view_box.mapViewToScene(QPointF(x, y))
        for name in (plot._upwards, plot._across):
            assert not name.mapRectToScene(name.boundingRect()).contains(at)
