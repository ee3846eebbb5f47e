"""Card, pins and selection over a real latent view, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.plots.latent_view import LatentView
from dgm_explorer.ui.tabs.gmm_vae.card_corner import CardCorner
from dgm_explorer.ui.tabs.gmm_vae.latent_scene import LatentPicture, make_picture
from dgm_explorer.ui.tabs.gmm_vae.point_picker import PointPicker
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR
from tests.ui.tabs.gmm_vae.latent_cases import SIDE, make_dataset, make_snapshot


class Bench:
    """A view with its picker, and a hand."""

    def __init__(self, latent_dim: int = 2, is_image: bool = True) -> None:
        self.view = LatentView()
        self.view.resize(640, 480)
        self.picker = PointPicker(self.view)
        self.card = self.picker.card
        self.dataset = make_dataset(is_image=is_image)
        self.snapshot = make_snapshot(latent_dim, self.dataset.dimension)
        self.picture: LatentPicture | None = None

    def show(self, **changes: object) -> None:
        self.snapshot = replace(self.snapshot, **changes)
        previous = None if self.picture is None else self.picture.plane
        rows = self.picker.selected_rows
        self.picture = make_picture(
            self.snapshot, self.dataset, "label", LIGHT, selected=rows, previous=previous
        )
        self.picker.show_picture(self.snapshot, self.dataset, self.picture)

    def place(self, dot: int) -> QPointF:
        assert self.picture is not None
        return self.view.view_to_viewport(*self.picture.scene.positions[dot].tolist())

    def hover(self, at: QPointF) -> None:
        place = QPointF(at.toPoint())
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            self.view.viewport().mapToGlobal(place),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self.view.viewport(), event)
        QApplication.processEvents()

    def click(self, at: QPointF) -> None:
        QTest.mouseClick(
            self.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at.toPoint()
        )

    def lonely_dot(self) -> int:
        """A dot with no other and no handle near it."""
        assert self.picture is not None
        positions = self.picture.scene.positions.astype(float)
        means = np.array([shape.mean for shape in self.picture.scene.components])
        others = np.linalg.norm(positions[:, None] - positions, axis=2) + 1e9 * np.eye(len(positions))
        from_means = np.linalg.norm(positions[:, None] - means, axis=2).min(axis=1)
        return int(np.argmax(np.minimum(others.min(axis=1), from_means)))

    def empty_place(self) -> QPointF:
        """The corner of the view: nothing lies there."""
        (x_lo, _), (y_lo, y_hi) = self.view.view_range
        return self.view.view_to_viewport(x_lo, y_lo + 0.02 * (y_hi - y_lo)) + QPointF(12, -2)


@pytest.fixture
def make_bench(qtbot: QtBot):
    def make(latent_dim: int = 2, is_image: bool = True) -> Bench:
        bench = Bench(latent_dim, is_image)
        qtbot.addWidget(bench.view)
        with qtbot.waitExposed(bench.view):
            bench.view.show()
        bench.show()
        return bench

    return make


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


def test_hovering_decodes_the_code_under_the_mouse(make_bench) -> None:
    bench = make_bench()
    at = bench.empty_place()
    bench.hover(at)
    content = bench.card.content
    x, y = bench.view.pixel_to_view(bench.view._view_pixel(QPointF(at.toPoint())))
    layer = bench.snapshot.decoder[0]
    expected = sigmoid(layer.weight @ np.array([x, y]) + layer.bias)
    assert content.decoded == pytest.approx(expected, abs=1e-5)
    assert bench.card.isVisible()


def test_a_mouse_at_rest_is_where_the_range_that_moved_has_put_it(make_bench) -> None:
    bench = make_bench()
    at = bench.empty_place()
    bench.hover(at)
    before = bench.card.content.code
    bench.show(
        latent_means=50 * bench.snapshot.latent_means, component_means=50 * bench.snapshot.component_means
    )
    (x_lo, x_hi), _ = bench.view.view_range
    assert x_hi - x_lo > 100, "the range has followed"
    resting = bench.card.content
    assert resting.code != before
    bench.hover(at + QPointF(0, 1))
    bench.hover(at)
    assert resting.code == bench.card.content.code


def test_hovering_shows_the_nearest_example_with_label_and_gamma(make_bench) -> None:
    bench = make_bench()
    dot = bench.lonely_dot()
    bench.hover(bench.place(dot))
    content, row = bench.card.content, 2 * dot
    assert content.nearest == pytest.approx(bench.dataset.inputs[row])
    name = ("cat", "dog", "hen", "owl")[row % 4]
    assert content.example.startswith(f"no. {row} · label {name}")
    gamma = bench.snapshot.responsibilities[dot]
    best = int(np.argmax(gamma))
    assert content.gamma[0] == (LIGHT.component(best), f"c{best + 1}", pytest.approx(float(gamma[best])))


def test_before_there_is_a_mixture_the_card_speaks_of_no_components(make_bench) -> None:
    bench = make_bench()
    bench.hover(bench.place(bench.lonely_dot()))
    assert bench.card.content.gamma
    bench.show(phase="pretrain")
    assert bench.card.content.gamma == ()
    assert bench.card.content.example


def test_held_out_examples_are_called_so(make_bench) -> None:
    bench = make_bench()
    bench.picker.pin_row(20)
    assert "held out" in bench.card.content.example
    bench.picker.pin_row(22)
    assert "held out" not in bench.card.content.example


def test_many_moves_fill_the_card_once_a_turn(make_bench, monkeypatch) -> None:
    bench = make_bench()
    filled = []
    original = bench.card.show_content
    monkeypatch.setattr(bench.card, "show_content", lambda *a: (filled.append(a), original(*a)))
    for x in range(50):
        bench.view.hovered.emit(0.01 * x, 0.0, -1)
    assert len(filled) == 1
    QApplication.processEvents()
    assert len(filled) == 2
    assert bench.card.content.code == "z = (0.49, 0)"


def test_leaving_hides_the_card(make_bench) -> None:
    bench = make_bench()
    bench.hover(bench.empty_place())
    bench.hover(QPointF(3, 3))
    assert not bench.card.isVisible()


def test_the_card_of_where_a_mean_was_taken_does_not_stay_while_it_is_dragged(make_bench) -> None:
    bench = make_bench()
    bench.show()
    bench.view.set_components_movable(True)
    mean = bench.view.view_to_viewport(*bench.picture.scene.components[0].mean.tolist()).toPoint()
    bench.hover(QPointF(mean))
    assert bench.card.isVisible()
    viewport, button = bench.view.viewport(), Qt.MouseButton.LeftButton
    QTest.mousePress(viewport, button, pos=mean)
    for px in (10, 40, 80):
        QTest.mouseMove(viewport, mean + QPoint(px, 0))
    QApplication.processEvents()
    assert not bench.card.isVisible()
    QTest.mouseRelease(viewport, button, pos=mean + QPoint(80, 0))


@pytest.mark.parametrize("size", [(640, 480), (400, 420)])
@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR], ids=lambda theme: theme.name)
def test_the_card_never_covers_what_it_is_about(make_bench, theme, size) -> None:
    bench = make_bench()
    bench.view.resize(*size)
    bench.view.set_theme(theme)
    bench.picker.set_theme(theme)
    QApplication.processEvents()  # lays the axes out
    rect = bench.view.view_box.rect()
    for across in (0.05, 0.5, 0.95):
        for down in (0.05, 0.5, 0.95):
            at = bench.view.viewportTransform().map(
                bench.view.view_box.mapToScene(QPointF(across * rect.width(), down * rect.height()))
            )
            bench.hover(at)
            assert bench.card.isVisible()
            assert not bench.card.geometry().contains(at.toPoint())
            assert bench.view.rect().contains(bench.card.geometry())


def test_a_card_paints_both_images(make_bench) -> None:
    bench = make_bench()
    dot = bench.lonely_dot()
    bench.picker.pin_row(2 * dot)
    picture: QImage = bench.card.grab().toImage()
    greys = {picture.pixelColor(x, y).red() for x in range(picture.width()) for y in range(picture.height())}
    for values in (bench.card.content.decoded, bench.card.content.nearest):
        assert {int(255 * float(v) + 0.5) for v in values} <= greys


def test_points_in_the_plane_are_told_as_numbers(make_bench) -> None:
    bench = make_bench(is_image=False)
    bench.hover(bench.empty_place())
    assert bench.card.content.image_shape is None
    assert bench.card.content.decoded.shape == (2,)
    assert not bench.card.grab().isNull()


def test_five_dimensions_decode_on_the_plane_and_say_so(make_bench) -> None:
    bench = make_bench(latent_dim=5)
    bench.hover(bench.empty_place())
    assert bench.card.content.remark == "on the plane of the two PCs"
    assert bench.card.content.decoded.shape == (SIDE * SIDE,)


def test_clicking_a_dot_pins_its_example(make_bench, qtbot) -> None:
    bench = make_bench()
    dot = bench.lonely_dot()
    with qtbot.waitSignal(bench.picker.pinned, timeout=500) as told:
        bench.click(bench.place(dot))
    point = told.args[0]
    assert point.row == 2 * dot
    assert point.code == pytest.approx(bench.snapshot.latent_means[dot])
    assert bench.card.content.is_pinned
    bench.hover(QPointF(3, 3))
    assert bench.card.isVisible()


def test_a_pinned_dot_is_followed_by_pin_and_card(make_bench) -> None:
    bench = make_bench()
    dot = bench.lonely_dot()
    bench.click(bench.place(dot))
    codes = bench.snapshot.latent_means.copy()
    codes[dot] += 0.25
    bench.show(latent_means=codes)
    assert bench.view._pin.at == pytest.approx(tuple(codes[dot]))
    layer = bench.snapshot.decoder[0]
    assert bench.card.content.decoded == pytest.approx(
        sigmoid(layer.weight @ codes[dot] + layer.bias), abs=1e-5
    )


def test_clicking_between_the_dots_pins_the_code_there(make_bench) -> None:
    bench = make_bench()
    bench.click(bench.empty_place())
    assert bench.picker.pin.row == -1
    kept = bench.view._pin.at
    bench.show(latent_means=bench.snapshot.latent_means + 1)
    assert bench.view._pin.at == pytest.approx(kept)


@pytest.mark.parametrize("way", ["again", "escape"])
def test_a_pin_is_let_go(make_bench, qtbot, way) -> None:
    bench = make_bench()
    at = bench.place(bench.lonely_dot())
    bench.click(at)
    with qtbot.waitSignal(bench.picker.unpinned, timeout=500):
        if way == "again":
            bench.click(at)
        else:
            QTest.keyClick(bench.view, Qt.Key.Key_Escape)
    assert bench.picker.pin is None
    assert bench.view._pin.at is None


def test_another_latent_dimension_lets_the_pin_go(make_bench) -> None:
    bench = make_bench()
    bench.click(bench.empty_place())
    bench.snapshot = make_snapshot(5)
    bench.picture = None
    bench.show()
    assert bench.picker.pin is None


def test_the_lasso_selects_rows_of_the_data(make_bench) -> None:
    bench = make_bench()
    told: list[np.ndarray] = []
    bench.picker.selection_changed.connect(told.append)
    bench.view.lassoed.emit(np.array([5, 2]))
    assert told[0].tolist() == [4, 10]
    bench.show()
    assert np.flatnonzero(bench.view.latent_scene.is_selected).tolist() == [2, 5]
    bench.picker.clear()
    assert told[1].tolist() == []


def test_without_data_the_code_is_still_told(make_bench) -> None:
    bench = make_bench()
    bench.dataset = None
    bench.picture = None
    bench.show()
    bench.hover(bench.empty_place())
    content = bench.card.content
    assert content.code.startswith("z = ")
    assert content.nearest is None
    assert not bench.card.grab().isNull()


def test_the_card_lies_where_the_fewest_dots_are_and_stays_there() -> None:
    room, size = QRectF(0, 0, 400, 600), QSizeF(150, 120)
    rng = np.random.default_rng(0)
    dots = rng.random((500, 2)) * (380, 420)  # nothing below
    corner = CardCorner()
    at = corner.place(size, QPointF(50, 100), (room, room), dots)
    assert at.y() > 420
    elsewhere = np.vstack([dots, rng.random((500, 2)) * (400, 100) + (0, 500)])
    assert corner.place(size, QPointF(80, 90), (room, room), elsewhere) == at
    moved = corner.place(size, at + QPointF(10, 10), (room, room), elsewhere)
    assert not QRectF(moved, size).contains(at + QPointF(10, 10))


def test_a_pinned_card_stays_inside_a_view_that_gets_narrower(make_bench) -> None:
    bench = make_bench()
    bench.click(bench.place(bench.lonely_dot()))
    assert bench.card.isVisible()
    bench.view.resize(bench.view.width() - 120, bench.view.height())
    QApplication.processEvents()
    assert bench.view.rect().contains(bench.card.geometry())
