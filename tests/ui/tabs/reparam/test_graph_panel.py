"""The computation graph: its numbers against autograd, what is cut, and what the hand finds in it."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import DiagonalActivation, QuantileLaw, ReparamState, SamplePath
from dgm_explorer.numerics.reparam import parameters_of
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.reparam.estimator_words import estimator_color
from dgm_explorer.ui.tabs.reparam.frame import FrameEngine
from dgm_explorer.ui.tabs.reparam.graph_panel import GraphPanel
from dgm_explorer.ui.tabs.reparam.graph_scene import GraphScene, make_scene
from dgm_explorer.ui.tabs.reparam.graph_words import cell_text
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import LIGHT, THEMES

STATE = ReparamState(panel="graph", chosen=7)
CUT = replace(STATE, path="sample")
SINGULAR = replace(CUT, activation="relu", raw_diagonal=(1.0, -1.0))


def scene_of(state: ReparamState) -> GraphScene:
    frame = FrameEngine().resolve(state, KLState())
    return make_scene(frame.state, frame.objective, frame.epsilon[frame.chosen], frame.law)


def numbers(rows: tuple[tuple[str, ...], ...]) -> list[float]:
    """What is written, as numbers; dots are left out."""
    return [float(text.replace("−", "-")) for row in rows for text in row if text != "·"]


@pytest.fixture
def store() -> Store:
    make_application()
    return Store(STATE)


@pytest.fixture
def panel(qtbot: QtBot, store: Store) -> GraphPanel:
    panel = GraphPanel(ReparamEditor(store, store), LIGHT)
    qtbot.addWidget(panel)
    panel.resize(936, 204)
    with qtbot.waitExposed(panel):
        panel.show()
    show(panel, STATE)
    return panel


def show(panel: GraphPanel, state: ReparamState) -> None:
    panel.show_state(state)
    panel.show_frame(FrameEngine().resolve(state, KLState()))


def count_color(widget: QWidget, rgb: str) -> int:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels: NDArray[np.uint32] = np.frombuffer(image.constBits(), np.uint32)
    return int(np.count_nonzero(pixels == QColor(rgb).rgb()))


# -- numbers ----------------------------------------------------------------------------------------------


def banana(z: torch.Tensor) -> torch.Tensor:
    return 0.5 * ((1 - z[0]) ** 2 + 2.0 * (z[1] - z[0] ** 2) ** 2)


def test_values_and_gradients_are_those_of_autograd() -> None:
    state = replace(STATE, objective="banana", activation="softplus", raw_diagonal=(0.4, -0.7))
    epsilon = torch.tensor(FrameEngine().resolve(state, KLState()).epsilon[7].copy())
    mean = torch.tensor(state.mean, dtype=torch.float64, requires_grad=True)
    raw = torch.tensor(state.raw_diagonal, dtype=torch.float64, requires_grad=True)
    lower = torch.zeros(2, 2, dtype=torch.float64)
    lower[1, 0] = state.off_diagonal
    factor = lower + torch.diag(torch.nn.functional.softplus(raw))
    factor.retain_grad()
    z = mean + factor @ epsilon
    z.retain_grad()
    f = banana(z)
    f.backward()  # type: ignore[no-untyped-call]
    scene = scene_of(state)
    assert numbers(scene.node("z").rows) == pytest.approx(z.tolist(), abs=0.006)
    assert numbers(scene.node("factor").rows) == pytest.approx(factor.detach().ravel().tolist(), abs=0.006)
    assert numbers(scene.node("value").rows) == pytest.approx([f.item()], abs=0.006)
    assert factor.grad is not None
    lower_entries = [factor.grad[0, 0].item(), factor.grad[1, 0].item(), factor.grad[1, 1].item()]
    for key, tensor in (("z", z.grad), ("mean", mean.grad), ("raw", raw.grad)):
        edge = scene.edge(key)  # type: ignore[arg-type]  # all are keys
        assert edge is not None
        assert tensor is not None
        assert numbers(edge.gradient) == pytest.approx(tensor.tolist(), abs=0.006)
    stretch = scene.edge("factor")
    assert stretch is not None
    assert numbers(stretch.gradient) == pytest.approx(lower_entries, abs=0.006)


def test_the_way_around_is_f_times_the_score_of_autograd() -> None:
    state = replace(CUT, form="full", full=(1.0, 0.7, -0.3, 1.2))
    frame = FrameEngine().resolve(state, KLState())
    mean = torch.tensor(state.mean, dtype=torch.float64, requires_grad=True)
    factor = torch.tensor(state.full, dtype=torch.float64).reshape(2, 2).requires_grad_()
    z = torch.tensor(frame.z[7].copy())
    law = torch.distributions.MultivariateNormal(mean, factor @ factor.T)
    f = 0.5 * ((z - torch.tensor(state.target)) ** 2).sum()
    (f * law.log_prob(z)).backward()  # type: ignore[no-untyped-call]
    scene = scene_of(state)
    for key, tensor in (("score_mean", mean.grad), ("score_factor", factor.grad)):
        edge = scene.edge(key)  # type: ignore[arg-type]  # both are keys
        assert edge is not None
        assert tensor is not None
        assert numbers(edge.gradient) == pytest.approx(tensor.ravel().tolist(), abs=0.006)


@pytest.mark.parametrize("law", ["gaussian", "logistic", "laplace", "exponential"])
def test_on_the_line_every_law_is_affine_in_its_own_noise(law: QuantileLaw) -> None:
    state = replace(STATE, dimension=1, law=law)
    frame = FrameEngine().resolve(state, KLState())
    mu, raw = parameters_of(state)
    scene = scene_of(state)
    (z,), (s,) = numbers(scene.node("z").rows), numbers(scene.node("noise").rows)
    assert z == pytest.approx(float(frame.z[7, 0]), abs=0.006)
    assert s == pytest.approx((float(frame.z[7, 0]) - mu) / np.exp(raw), abs=0.006)
    edge = scene.edge("factor")
    assert edge is not None
    slope = float(frame.z[7, 0]) - state.target[0]
    assert numbers(edge.gradient) == pytest.approx([slope * s], abs=0.03)


def test_a_dead_relu_lets_nothing_through() -> None:
    scene = scene_of(replace(STATE, activation="relu", raw_diagonal=(1.0, -1.0)))
    edge = scene.edge("raw")
    assert edge is not None
    assert edge.gradient[1] == ("0",)
    assert "dead" in edge.words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-1.234, "−1.23"), (0.0012, "1e−3"), (12345.0, "1e4"), (1234.5, "1234"), (-3e-17, "−3e−17")],
)
def test_cells_keep_to_their_width(value: float, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize("path", ["reparametrise", "sample"])
@pytest.mark.parametrize("law", ["gaussian", "logistic"])
@pytest.mark.parametrize("activation", ["exp", "relu"])
def test_on_the_line_the_factor_is_called_sigma_as_in_the_map(
    path: SamplePath, law: QuantileLaw, activation: DiagonalActivation
) -> None:
    state = replace(STATE, dimension=1, path=path, law=law, activation=activation)
    scene = scene_of(state)
    assert scene.node("factor").title == "σ"
    for part in (*scene.nodes, *scene.edges):
        assert "L" not in repr(part).replace("ReLU", "")


# -- what is cut ------------------------------------------------------------------------------------------


def test_direct_sampling_cuts_the_path_and_names_the_way_around() -> None:
    scene = scene_of(CUT)
    assert scene.node("z").is_random
    assert "no derivative" in scene.node("z").below.replace("\n", " ")
    for key in ("mean", "factor"):
        edge = scene.edge(key)
        assert edge is not None
        assert edge.is_cut
        assert not edge.gradient
    titles = [edge.gradient_title for edge in scene.edges if edge.is_detour]
    assert len(titles) == 2
    assert all("∂log q" in title for title in titles)
    assert all(node.key != "noise" for node in scene.nodes)


def test_reparametrised_it_passes() -> None:
    scene = scene_of(STATE)
    assert not scene.node("z").is_random
    assert scene.node("noise").is_random
    assert not any(edge.is_cut or edge.is_detour for edge in scene.edges)
    locals_ = {edge.key: edge.local for edge in scene.edges}
    assert locals_["mean"] == "∂z/∂μ = I"
    assert locals_["factor"] == "∂z/∂L = εᵀ"


def test_without_density_there_is_no_way_around_and_it_is_said() -> None:
    scene = scene_of(SINGULAR)
    assert not any(edge.is_detour for edge in scene.edges)
    assert "singular" in scene.note


# -- the hand ---------------------------------------------------------------------------------------------


def test_the_switch_writes_the_path_into_the_state(panel: GraphPanel, store: Store) -> None:
    QTest.mouseClick(panel.path.button("sample"), Qt.MouseButton.LeftButton)
    assert store.state.path == "sample"
    show(panel, CUT)
    assert panel.path.button("sample").isChecked()


def test_colours_tell_which_gradient_flows(panel: GraphPanel) -> None:
    pathwise, score = estimator_color("pathwise", LIGHT), estimator_color("score", LIGHT)
    assert count_color(panel.view, pathwise) > 300
    assert count_color(panel.view, score) == 0
    before = count_color(panel.view, pathwise)
    show(panel, CUT)
    assert 0 < count_color(panel.view, pathwise) < before / 2  # only ∂f/∂z is left
    assert count_color(panel.view, score) > 300


def test_hovering_names_formula_and_value(panel: GraphPanel) -> None:
    layout = panel.view.layout_now()
    QTest.mouseMove(panel.view, layout.nodes["z"].center().toPoint())
    assert panel.view.part == ("node", "z")
    assert "z = (" in panel.words
    assert "<img" in panel.view.tip_html()
    QTest.mouseMove(panel.view, layout.edges["factor"].label.center().toPoint())
    assert panel.view.part == ("edge", "factor")
    assert "∂f/∂L = " in panel.words
    QTest.mouseMove(panel.view, QPoint(2, panel.view.height() - 2))
    assert "point 7" in panel.words


def test_arrow_keys_walk_through_all_parts(panel: GraphPanel) -> None:
    panel.view.setFocus()
    scene = panel.view.scene
    assert scene is not None
    seen = set()
    for _ in range(len(scene.nodes) + len(scene.edges)):
        QTest.keyClick(panel.view, Qt.Key.Key_Right)
        seen.add(panel.view.part)
    assert len(seen) == len(scene.nodes) + len(scene.edges)
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    assert panel.view.part == ("node", scene.nodes[0].key)


def test_another_point_changes_numbers_and_moves_nothing(panel: GraphPanel) -> None:
    before = panel.view.layout_now()
    image = panel.view.grab().toImage()
    show(panel, replace(STATE, chosen=12))
    assert panel.view.layout_now() is before
    assert panel.view.grab().toImage() != image


def test_hidden_nothing_is_followed(panel: GraphPanel) -> None:
    scene = panel.view.scene
    panel.hide()
    show(panel, replace(STATE, chosen=12))
    assert panel.view.scene is scene
    panel.show()
    assert panel.view.scene is not scene


SIZES = ((936, 204), (848, 199), (620, 300), (1566, 303), (1100, 420), (360, 170))
STATES = (
    *(STATE, CUT, SINGULAR, replace(STATE, form="full")),
    *(replace(CUT, dimension=1), replace(STATE, dimension=1, law="exponential")),
)


@pytest.mark.parametrize("theme", ["light", "projector"])
def test_everything_finds_room(panel: GraphPanel, theme: str) -> None:
    view = panel.view
    view.set_theme(THEMES[theme])
    for size, state in itertools.product(SIZES, STATES):
        view.resize(*size)
        view.set_scene(scene_of(state))
        layout = view.layout_now()
        room = view.rect().toRectF()
        nodes = list(layout.nodes.values())
        labels = [edge.label for edge in layout.edges.values() if edge.label.height() > 0]
        assert all(room.contains(rect) for rect in (*nodes, *labels)), (size, state)
        for i, rect in enumerate(nodes):
            assert not any(rect.intersects(other) for other in nodes[i + 1 :]), (size, state)
            assert not any(rect.intersects(label) for label in labels), (size, state)


def test_the_table_to_export_has_every_value(panel: GraphPanel) -> None:
    table = panel.plots()[0].export_table()
    parts = table.columns[0]
    assert {"μ", "L", "ε", "z", "f(z)", "raw", "∂f/∂μ", "∂f/∂L", "∂f/∂raw", "∂f/∂z"} == set(parts)


def test_cut_edges_are_crossed_between_their_ends(panel: GraphPanel) -> None:
    show(panel, CUT)
    layout = panel.view.layout_now()
    for key in ("mean", "factor"):
        cross = layout.edges[key].cross_at
        assert isinstance(cross, QPointF)
        assert layout.nodes[key].right() < cross.x() < layout.nodes["z"].left()
