"""Components and pictures: numbers against other sources, what is painted, what a hand does."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget
from pytestqt.qtbot import QtBot
from scipy import stats
from scipy.spatial.distance import mahalanobis

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.ui.tabs.gmm_vae.component_bars import ComponentBars
from dgm_explorer.ui.tabs.gmm_vae.component_facts import component_facts, mean_entropy, typical_rows
from dgm_explorer.ui.tabs.gmm_vae.components_panel import ComponentsPanel
from dgm_explorer.ui.tabs.gmm_vae.pictures_panel import PicturesPanel, side_by_side
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR

LEFT = Qt.MouseButton.LeftButton
N, N_SAMPLES = 60, 4


def make_dataset(is_plane: bool = False) -> Dataset:
    """60 images of 4 × 4, or points, in three classes in turn."""
    rng = np.random.default_rng(0)
    labels = np.arange(N, dtype=np.int64) % 3
    dimension = 2 if is_plane else 16
    inputs = rng.random((N, dimension), dtype=np.float32) * 0.4 + labels[:, None].astype(np.float32) * 0.3
    shape = None if is_plane else (4, 4, 1)
    return Dataset("toy", inputs, labels, ("a", "b", "c"), shape, labels < 0, f"toy {is_plane}")


def make_snapshot(dataset: Dataset, n_components: int = 3) -> GmmVaeSnapshot:
    """Component k belongs to the data whose number is k modulo K, more or less surely."""
    rng = np.random.default_rng(1)
    own = np.arange(N) % n_components
    scores = rng.random((N, n_components)) + 4 * (own[:, None] == np.arange(n_components))
    gamma = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    weights = rng.dirichlet(np.full(n_components, 5.0))
    means = rng.standard_normal((n_components, 2))
    dimension = dataset.dimension
    float32 = np.float32
    return GmmVaeSnapshot(
        step=10,
        epoch=1.0,
        phase="joint",
        likelihood="bernoulli",
        probe=np.arange(N, dtype=np.int64),
        latent_means=rng.standard_normal((N, 2)).astype(float32),
        latent_log_vars=np.zeros((N, 2), float32),
        responsibilities=gamma.astype(float32),
        log_pi=np.log(weights).astype(float32),
        component_means=means.astype(float32),
        component_log_vars=rng.standard_normal((n_components, 2)).astype(float32),
        decoder=(),
        decoder_log_var=0.0,
        shown=np.array([5, 17, 30, 41], np.int64),
        reconstructions=rng.random((4, dimension), dtype=float32),
        sample_noise=rng.standard_normal((n_components, N_SAMPLES, 2)).astype(float32),
        samples=rng.random((n_components, N_SAMPLES, dimension), dtype=float32),
        component_images=rng.random((n_components, dimension), dtype=float32),
        train_terms=np.zeros(5, float32),
        held_out_terms=np.zeros(5, float32),
        kl_per_dim=np.ones(2, float32),
        occupancy=gamma.mean(0).astype(float32),
    )


@pytest.fixture
def images() -> Dataset:
    return make_dataset()


def shown(qtbot: QtBot, panel: QWidget) -> None:
    qtbot.addWidget(panel)
    panel.resize(900, 300)
    panel.show()
    qtbot.waitExposed(panel)


@pytest.fixture
def components(qtbot: QtBot, images: Dataset) -> ComponentsPanel:
    panel = ComponentsPanel()
    panel.set_theme(LIGHT)
    shown(qtbot, panel)
    panel.show_snapshot(make_snapshot(images), images)
    return panel


@pytest.fixture
def pictures(qtbot: QtBot, images: Dataset) -> PicturesPanel:
    panel = PicturesPanel()
    panel.set_theme(DARK)
    shown(qtbot, panel)
    panel.show_snapshot(make_snapshot(images), images)
    return panel


def red_at(widget: QWidget, at: QPointF) -> int:
    return widget.grab().toImage().pixelColor(at.toPoint()).red()


# -- numbers ----------------------------------------------------------------------------------------------


def test_entropy_is_that_of_scipy_and_exact_at_both_ends(images: Dataset) -> None:
    gamma = make_snapshot(images).responsibilities
    assert mean_entropy(gamma) == pytest.approx(float(stats.entropy(gamma, axis=1).mean()), rel=1e-5)
    assert mean_entropy(np.eye(4, dtype=np.float32)) == 0.0
    assert mean_entropy(np.full((7, 4), 0.25, np.float32)) == pytest.approx(np.log(4))
    assert np.isnan(mean_entropy(np.empty((0, 4), np.float32)))


def test_typical_data_are_sure_ones_and_among_them_the_nearest(images: Dataset) -> None:
    snapshot = make_snapshot(images)
    gamma = np.zeros((N, 3), np.float32)
    gamma[:10, 1] = 1.0
    gamma[10:20, 1] = 0.5
    snapshot = replace(snapshot, responsibilities=gamma)
    inverse = np.diag(np.exp(-snapshot.component_log_vars[1].astype(np.float64)))
    distances = [
        mahalanobis(code.astype(np.float64), snapshot.component_means[1].astype(np.float64), inverse)
        for code in snapshot.latent_means
    ]
    sure, unsure = (sorted(rows, key=distances.__getitem__) for rows in (range(10), range(10, 20)))
    expected = [*sure, *unsure]
    assert typical_rows(snapshot, 1, 20).tolist() == expected


def test_facts_count_members_and_name_their_class(images: Dataset) -> None:
    facts = component_facts(make_snapshot(images), images, 2, 5)
    assert (facts.n_members, facts.n_probe) == (20, 60)
    assert facts.class_name == "c"
    assert facts.class_share == 1.0
    assert images.labels is not None
    assert set(images.labels[facts.typical].tolist()) == {2}
    unlabelled = replace(images, labels=None, class_names=())
    assert component_facts(make_snapshot(images), unlabelled, 2, 5).class_name == ""


def test_a_component_without_members_has_facts_too(images: Dataset) -> None:
    snapshot = make_snapshot(images)
    gamma = snapshot.responsibilities.copy()
    gamma[:, 0] = 0.0
    facts = component_facts(replace(snapshot, responsibilities=gamma), images, 0, 5)
    assert facts.n_members == 0
    assert facts.class_name == ""
    assert len(facts.typical) == 5


def test_pairs_stand_side_by_side() -> None:
    a, b = np.zeros((2, 3, 4, 1), np.float32), np.ones((2, 3, 4, 1), np.float32)
    pairs = side_by_side(a, b)
    assert pairs.shape == (2, 3, 9, 1)
    assert not pairs[:, :, :4].any()
    assert pairs[:, :, 5:].all()


# -- bars -------------------------------------------------------------------------------------------------


def test_bars_are_as_long_as_their_shares_in_the_colour_of_the_component(components: ComponentsPanel) -> None:
    bars = components.bars
    bars.set_values(np.array([0.5, 0.25, 0.25]), np.array([0.2, 0.4, 0.4]))
    picture = bars.grab().toImage()
    lengths = []
    for index in range(3):
        rect = bars.bar_rect(index, 1.0, is_pi=False)
        y = round(rect.center().y())
        rgb = QColor(LIGHT.component(index)).rgb()
        lengths.append(sum(picture.pixelColor(x, y).rgb() == rgb for x in range(picture.width())))
    assert lengths[0] > 60
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=2)
    assert lengths[2] == lengths[1]


def test_a_hundred_components_scroll_and_keep_their_numbers_readable(
    components: ComponentsPanel, images: Dataset
) -> None:
    components.set_theme(PROJECTOR)
    components.show_snapshot(make_snapshot(images, 100), images)
    bars = components.bars
    assert bars.n_components == 100
    assert bars.row_rect(0).height() >= bars.fontMetrics().height()
    components.set_component(99)
    visible = bars.visibleRegion().boundingRect()
    assert visible.contains(bars.row_rect(99).center().toPoint())


# -- hand -------------------------------------------------------------------------------------------------


def test_a_click_on_a_bar_chooses_and_a_second_lets_go(components: ComponentsPanel) -> None:
    chosen: list[int] = []
    components.component_chosen.connect(chosen.append)
    at = components.bars.row_rect(1).center().toPoint()
    QTest.mouseClick(components.bars, LEFT, pos=at)
    assert "Component 2" in components.details.title.text()
    QTest.mouseClick(components.bars, LEFT, pos=at)
    assert chosen == [1, -1]


def test_a_click_on_a_mean_chooses(components: ComponentsPanel) -> None:
    chosen: list[int] = []
    components.component_chosen.connect(chosen.append)
    grid = components.details.all_means
    QTest.mouseClick(grid, LEFT, pos=grid.tile_rect(2).center().toPoint())
    assert chosen == [2]


def test_choosing_from_outside_is_silent(components: ComponentsPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(components.component_chosen):
        components.set_component(1)
    assert "Component 2" in components.details.title.text()


def test_arrows_choose_and_delete_asks_for_removal(components: ComponentsPanel) -> None:
    chosen: list[int] = []
    removed: list[int] = []
    components.component_chosen.connect(chosen.append)
    components.remove_requested.connect(removed.append)
    components.set_editable("")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(components.bars, key)
    assert chosen == [0, 1, 2, 2, 1]
    QTest.keyClick(components.bars, Qt.Key.Key_Delete)
    assert removed == [1]
    QTest.keyClick(components.bars, Qt.Key.Key_Escape)
    assert chosen[-1] == -1


def test_components_change_only_while_there_is_a_run_and_one_is_left(
    components: ComponentsPanel, images: Dataset, qtbot: QtBot
) -> None:
    components.set_component(0)
    assert not components.add.isEnabled()
    assert "Space starts a run" in components.add.toolTip()
    with qtbot.assertNotEmitted(components.remove_requested):
        QTest.keyClick(components.bars, Qt.Key.Key_Delete)
    components.set_editable("")
    with qtbot.waitSignal(components.add_requested):
        QTest.mouseClick(components.add, LEFT)
    with qtbot.waitSignal(components.remove_requested) as removed:
        QTest.mouseClick(components.remove, LEFT)
    assert removed.args == [0]
    components.show_snapshot(make_snapshot(images, 1), images)
    assert not components.remove.isEnabled()
    components.show_snapshot(make_snapshot(images, 100), images)
    assert not components.add.isEnabled()


def test_the_chosen_component_gone_all_are_shown(components: ComponentsPanel, images: Dataset) -> None:
    components.set_component(2)
    components.show_snapshot(make_snapshot(images, 2), images)
    assert "all components" in components.details.title.text()


def test_before_the_mixture_is_fitted_the_panel_says_so(components: ComponentsPanel, images: Dataset) -> None:
    components.show_snapshot(replace(make_snapshot(images), phase="pretrain"), images)
    assert "pre-training comes first" in components.details.title.text()


# -- pictures ---------------------------------------------------------------------------------------------


def test_mean_samples_and_typical_images_of_the_component_are_painted(
    components: ComponentsPanel, images: Dataset
) -> None:
    snapshot = make_snapshot(images)
    components.set_component(1)
    details = components.details
    for grid, flat in (
        (details.mean, snapshot.component_images[1:2]),
        (details.samples, snapshot.samples[1]),
        (details.typical, images.inputs[component_facts(snapshot, images, 1, 24).typical]),
    ):
        for tile in range(min(3, len(flat))):
            rect = grid.tile_rect(tile)
            corner = rect.topLeft() + QPointF(rect.width(), rect.height()) / 8
            assert red_at(grid, corner) == pytest.approx(255 * min(1.0, float(flat[tile, 0])), abs=1.01)


def test_samples_stand_in_the_row_of_their_component(pictures: PicturesPanel, images: Dataset) -> None:
    snapshot = make_snapshot(images)
    for k, s in ((0, 0), (1, 3), (2, 1)):
        rect = pictures.samples.tile_rect(k * N_SAMPLES + s)
        corner = rect.topLeft() + QPointF(rect.width(), rect.height()) / 8
        level = 255 * float(snapshot.samples[k, s, 0])
        assert red_at(pictures.samples, corner) == pytest.approx(level, abs=1.01)
    clicked: list[int] = []
    pictures.component_clicked.connect(clicked.append)
    at = pictures.samples.tile_rect(2 * N_SAMPLES + 1).center().toPoint()
    QTest.mouseClick(pictures.samples, LEFT, pos=at)
    assert clicked == [2]


def test_each_pair_says_which_example_it_is(pictures: PicturesPanel) -> None:
    table = pictures.pairs.table
    assert table is not None
    assert table.tip is not None
    assert table.tip(1).startswith("example 17, label c, trained on")


@pytest.mark.parametrize("make", [ComponentsPanel, PicturesPanel])
def test_points_in_the_plane_are_drawn_instead(
    qtbot: QtBot, make: Callable[[], ComponentsPanel | PicturesPanel]
) -> None:
    plane = make_dataset(is_plane=True)
    panel = make()
    panel.set_theme(LIGHT)
    shown(qtbot, panel)
    panel.show_snapshot(make_snapshot(plane), plane)
    picture = panel.points if isinstance(panel, PicturesPanel) else panel.details.points
    assert picture.isVisible()
    sample = make_snapshot(plane).samples[2, 0].astype(np.float64)
    at = picture.view_to_viewport(*sample.tolist()).toPoint()
    color = picture.viewport().grab().toImage().pixelColor(at)
    wanted = QColor(LIGHT.component(2))
    assert abs(color.red() - wanted.red()) + abs(color.blue() - wanted.blue()) < 60


def test_the_view_of_points_stays_where_the_user_put_it(qtbot: QtBot) -> None:
    plane = make_dataset(is_plane=True)
    panel = PicturesPanel()
    panel.set_theme(LIGHT)
    shown(qtbot, panel)
    panel.show_snapshot(make_snapshot(plane), plane)
    panel.points.set_view_range((0.4, 0.5), (0.4, 0.5))
    before = panel.points.view_range
    panel.show_snapshot(replace(make_snapshot(plane), step=20), plane)
    assert panel.points.view_range == before


def test_points_have_the_height_of_a_low_panel_to_themselves(qtbot: QtBot) -> None:
    """A unit is equally long on both axes, so that a line of words above them would cost width too."""
    plane = make_dataset(is_plane=True)
    panel = PicturesPanel()
    panel.set_theme(LIGHT)
    panel.show_snapshot(make_snapshot(plane), plane)
    shown(qtbot, panel)
    panel.resize(600, 150)
    QApplication.processEvents()
    assert panel.points.height() > 140


def test_cleared_panels_let_go_of_the_data(components: ComponentsPanel, pictures: PicturesPanel) -> None:
    """Tips of images know their data set, which may be large."""
    other = make_dataset()
    inputs = weakref.ref(other.inputs)
    components.set_component(1)
    for panel in (components, pictures):
        panel.show_snapshot(make_snapshot(other), other)
    del other
    assert inputs() is not None
    for panel in (components, pictures):
        panel.clear("nothing yet")
    gc.collect()
    assert inputs() is None


@pytest.mark.parametrize("make", [ComponentsPanel, PicturesPanel])
def test_cleared_a_panel_says_how_to_begin_and_fills_again(
    qtbot: QtBot, images: Dataset, make: Callable[[], ComponentsPanel | PicturesPanel]
) -> None:
    panel = make()
    panel.set_theme(LIGHT)
    shown(qtbot, panel)
    panel.clear("Nothing yet: press Space to train")
    words = panel.words.text() if isinstance(panel, PicturesPanel) else panel.details.all_means.words
    assert words == "Nothing yet: press Space to train"
    assert all(len(column) == 0 for column in panel.export_table().columns)
    panel.show_snapshot(make_snapshot(images), images)
    assert len(panel.export_table().columns[0])


def test_a_hidden_panel_shows_the_last_snapshot_when_it_comes_to_the_front(
    qtbot: QtBot, images: Dataset
) -> None:
    panel = ComponentsPanel()
    panel.set_theme(LIGHT)
    qtbot.addWidget(panel)
    panel.show_snapshot(make_snapshot(images), images)
    assert panel.bars.n_components == 0
    panel.show()
    assert panel.bars.n_components == 3


def test_rows_explain_themselves(components: ComponentsPanel) -> None:
    bars: ComponentBars = components.bars
    bars.set_values(np.array([0.999, 0.001]), np.array([0.5, 0.5]))
    assert "mean γ = 0.9990" in bars.tip(0)
    assert "almost empty" in bars.tip(1)
    assert "1/K" in bars.tip(-1)


def test_the_panel_leaves_the_latent_view_its_half_of_a_small_window(components: ComponentsPanel) -> None:
    for index in (-1, 1):
        components.set_component(index)
        assert components.minimumSizeHint().width() <= 450


def test_with_nothing_to_show_there_is_nothing_to_scroll(components: ComponentsPanel) -> None:
    components.clear("Play trains.")
    components.resize(440, 160)
    QApplication.processEvents()
    assert not [bar for bar in components.findChildren(QScrollBar) if bar.isVisible()]
