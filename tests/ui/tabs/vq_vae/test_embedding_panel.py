"""The embedding view under the hand: what is painted, lit up, chosen, kept in place, exported."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.export import export_csv, export_png
from dgm_explorer.ui.picture_file import export_picture, on_screen_size
from dgm_explorer.ui.plots.point_raster import faint_rgb
from dgm_explorer.ui.tabs.vq_vae.code_colors import code_color
from dgm_explorer.ui.tabs.vq_vae.embedding.panel import EmbeddingPanel
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR, THEMES, apply_theme
from tests.ui.plots.conftest import Hand
from tests.ui.tabs.vq_vae.cases import CONFIG, DEAD_CODE, K, later, make_dataset, make_snapshot
from tests.ui.tabs.vq_vae.test_embedding_scene import in_dimension

DATASET = make_dataset()


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[EmbeddingPanel]:
    panel = EmbeddingPanel()
    qtbot.addWidget(panel)
    panel.set_theme(LIGHT)
    panel.set_config(CONFIG)
    panel.resize(540, 560)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.show_snapshot(make_snapshot(), DATASET)
    yield panel
    panel.finish()


@pytest.fixture
def told(panel: EmbeddingPanel) -> list[tuple[str, int]]:
    """What the panel says, each of it carried out at once as the scene does."""
    said: list[tuple[str, int]] = []
    panel.code_hovered.connect(lambda code: said.append(("hovered", code)))
    panel.code_chosen.connect(lambda code: said.append(("chosen", code)))
    panel.code_hovered.connect(panel.set_hovered_code)
    panel.code_chosen.connect(panel.set_code)
    return said


def hand_of(panel: EmbeddingPanel) -> Hand:
    return Hand(panel.plot)


def place(panel: EmbeddingPanel, x: float, y: float) -> QPointF:
    return panel.plot.view_to_viewport(x, y)


def rgb_of(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


def distance(a: QColor, b: QColor) -> int:
    return sum(abs(u - v) for u, v in zip(rgb_of(a), rgb_of(b), strict=True))


def count(panel: EmbeddingPanel, rgb: str) -> int:
    """Pixels of the plot in exactly this colour."""
    picture = hand_of(panel).picture()
    pixels = np.frombuffer(picture.constBits(), np.uint32)
    return int(np.sum((pixels & 0xFFFFFF) == int(rgb[1:], 16)))


def click(panel: EmbeddingPanel, at: QPointF) -> None:
    QTest.mouseClick(
        panel.plot.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at.toPoint()
    )


# -- painting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR], ids=lambda theme: theme.name)
def test_codes_and_cells_are_painted_where_they_lie(panel, theme) -> None:
    panel.set_theme(theme)
    picture, snapshot = hand_of(panel).picture(), make_snapshot()
    for code, (x, y) in enumerate(snapshot.codebook.tolist()):
        at = place(panel, x, y).toPoint()
        expected = theme.plot_background if code == DEAD_CODE else code_color(theme, code)
        assert distance(picture.pixelColor(at), QColor(expected)) < 12
        out = place(panel, 1.3 * x, 1.3 * y).toPoint()  # in the cell, away from dots
        faint = picture.pixelColor(out)
        assert distance(faint, QColor(theme.plot_background)) > 10
        assert distance(faint, QColor(theme.plot_background)) < distance(
            QColor(code_color(theme, code)), faint
        )


def test_the_boundary_of_two_cells_is_drawn_halfway(panel) -> None:
    snapshot = make_snapshot()
    x, y = 1.25 * snapshot.codebook[:2].mean(axis=0)
    picture, at = hand_of(panel).picture(), place(panel, float(x), float(y)).toPoint()
    darkest = min(
        picture.pixelColor(at.x() + dx, at.y() + dy).lightness() for dx in (-1, 0, 1) for dy in (-1, 0, 1)
    )
    assert darkest < 170


def test_zooming_keeps_the_cells_exact(panel) -> None:
    snapshot = in_dimension(2, 64)
    panel.show_snapshot(snapshot, DATASET)
    panel.plot.set_view_range((-0.2, 0.2), (-0.2, 0.2))
    panel.grab()
    cells = panel.plot._cells.cells
    (x_lo, x_hi), (y_lo, y_hi) = panel.plot.view_range
    grid = np.stack(np.meshgrid(np.linspace(x_lo, x_hi, 30), np.linspace(y_lo, y_hi, 30)), -1).reshape(-1, 2)
    nearest = np.square(grid[:, None] - snapshot.codebook.astype(float)).sum(axis=2).argmin(axis=1)
    shown = {site for site in range(64) if len(cells.corners_of(site))}
    assert set(nearest.tolist()) <= shown
    assert len(shown) < 30


def test_projected_codes_have_no_cells(panel) -> None:
    panel.show_snapshot(in_dimension(5), DATASET)
    assert not panel.plot._cells.isVisible()
    assert "no cells are drawn because the picture is a projection" in panel.plot.statement.text


def test_codes_leave_trails_that_a_revival_cuts(panel) -> None:
    snapshot = make_snapshot()
    for _ in range(10):
        snapshot = later(snapshot)
        panel.show_snapshot(snapshot, DATASET)
    x, y = (make_snapshot().codebook[3] + snapshot.codebook[3]) / 2
    at = place(panel, float(x), float(y)).toPoint()

    def darkest() -> int:
        picture = hand_of(panel).picture()
        near = [(dx, dy) for dx in range(-2, 3) for dy in range(-2, 3)]
        return min(picture.pixelColor(at.x() + dx, at.y() + dy).lightness() for dx, dy in near)

    with_trail = darkest()
    revived_at = np.full(K, -1)
    revived_at[3] = snapshot.step + 5
    panel.show_snapshot(
        replace(later(snapshot, 6), codebook=snapshot.codebook, revived_at=revived_at), DATASET
    )
    assert darkest() > with_trail + 25


@pytest.mark.parametrize("n_codes", [1, 2, 3, 500])
@pytest.mark.parametrize("n_dims", [1, 2, 3])
def test_any_number_of_codes_is_shown(panel, n_dims, n_codes) -> None:
    panel.set_arrows_shown(True)
    panel.show_snapshot(in_dimension(n_dims, n_codes), DATASET)
    panel.set_hovered_code(0)
    assert not panel.grab().isNull()


def test_nothing_but_what_is_not_a_number(panel) -> None:
    snapshot = make_snapshot()
    arrays = {name: getattr(snapshot, name) * np.nan for name in ("codebook", "points", "arrow_starts")}
    panel.set_arrows_shown(True)
    panel.show_snapshot(replace(snapshot, **arrays), DATASET)
    panel.set_code(2)
    click(panel, QPointF(250, 250))
    assert not panel.grab().isNull()


def test_equal_codes_and_a_dead_codebook(panel) -> None:
    snapshot = make_snapshot()
    alike = replace(snapshot, codebook=np.zeros_like(snapshot.codebook), ages=np.full(K, 99))
    panel.show_snapshot(alike, DATASET)
    assert not panel.grab().isNull()


# -- hovering and choosing --------------------------------------------------------------------------------


def test_the_mouse_lights_up_the_code_of_a_mark_a_dot_and_a_cell(panel, told) -> None:
    hand, snapshot = hand_of(panel), make_snapshot()
    hand.move(place(panel, *snapshot.codebook[2].tolist()), is_down=False)
    assert told == [("hovered", 2)]
    assert panel.read_out.text().startswith("code 2 · ")
    far = np.linalg.norm(snapshot.points - snapshot.codebook[snapshot.point_codes], axis=1).argmax()
    hand.move(place(panel, *snapshot.points[far].tolist()), is_down=False)
    assert told[-1] == ("hovered", snapshot.point_codes[far])
    assert panel.read_out.text().startswith(f"dot of code {snapshot.point_codes[far]} · distance ")
    x, y = 1.4 * snapshot.codebook[4]
    hand.move(place(panel, float(x), float(y)), is_down=False)
    assert told[-1] == ("hovered", 4)
    assert panel.read_out.text().startswith("cell of code 4 · distance ")
    hand.move(QPointF(2, 2), is_down=False)
    assert told[-1] == ("hovered", -1)


def test_where_nothing_lies_in_a_projection_nothing_lights_up(panel, told) -> None:
    panel.show_snapshot(in_dimension(5), DATASET)
    (x_lo, x_hi), (y_lo, y_hi) = panel.plot.view_range
    hand_of(panel).move(place(panel, x_lo + 0.01 * (x_hi - x_lo), y_lo + 0.01 * (y_hi - y_lo)), is_down=False)
    assert told == []


def test_the_points_of_a_code_lit_up_keep_their_colour(panel) -> None:
    before = count(panel, code_color(LIGHT, 1))
    grey = count(panel, faint_rgb(LIGHT))
    panel.set_hovered_code(0)
    assert count(panel, code_color(LIGHT, 1)) < 0.75 * before
    assert count(panel, code_color(LIGHT, 0)) > 20
    assert count(panel, faint_rgb(LIGHT)) > grey + 100
    panel.set_code(1)
    assert count(panel, code_color(LIGHT, 1)) > 0.75 * before
    panel.set_hovered_code(-1)
    panel.set_code(-1)
    assert count(panel, faint_rgb(LIGHT)) == grey


def test_setters_are_silent(panel, told) -> None:
    panel.set_code(2)
    panel.set_hovered_code(3)
    panel.set_arrows_shown(True)
    panel.show_snapshot(later(make_snapshot()), DATASET)
    assert told == []


def test_a_click_chooses_and_another_lets_go(panel, told) -> None:
    at = place(panel, *make_snapshot().codebook[2].tolist())
    click(panel, at)
    assert told[-1] == ("chosen", 2)
    click(panel, at)
    assert told[-1] == ("chosen", -1)


def test_escape_lets_go(panel, told) -> None:
    panel.set_code(2)
    QTest.keyClick(panel.plot, Qt.Key.Key_Escape)
    assert told == [("chosen", -1)]


def test_a_drag_is_no_click_and_a_double_click_chooses_nothing(panel, told) -> None:
    at, hand = place(panel, *make_snapshot().codebook[2].tolist()), hand_of(panel)
    hand.drag(at, at + QPointF(60, 0))
    assert [what for what, _ in told if what == "chosen"] == []
    hand.double_click(place(panel, *make_snapshot().codebook[2].tolist()))
    assert panel.code == -1
    panel.set_code(4)
    hand.double_click(place(panel, *make_snapshot().codebook[2].tolist()))
    assert panel.code == 4


def test_a_still_mouse_over_a_run_with_fewer_dots(panel, told) -> None:
    snapshot = make_snapshot()
    far = np.linalg.norm(snapshot.points - snapshot.codebook[snapshot.point_codes], axis=1).argmax()
    hand_of(panel).move(place(panel, *snapshot.points[far].tolist()), is_down=False)
    fewer = replace(snapshot, points=snapshot.points[:1], point_codes=snapshot.point_codes[:1], step=300)
    panel.show_snapshot(fewer, DATASET)
    assert panel.read_out.text()
    assert told[-1][0] == "hovered"


# -- range ------------------------------------------------------------------------------------------------


def test_the_view_stays_where_the_user_has_put_it(panel) -> None:
    hand = hand_of(panel)
    hand.wheel(place(panel, 0.0, 0.0), 2)
    kept = panel.plot.view_range
    snapshot = make_snapshot()
    panel.show_snapshot(replace(snapshot, step=250, points=snapshot.points * np.float32(10)), DATASET)
    assert panel.plot.view_range == kept
    QTest.keyClick(panel.plot, Qt.Key.Key_A)
    (x_lo, x_hi), _ = panel.plot.view_range
    assert x_hi - x_lo > 15


def test_a_unit_is_as_wide_as_it_is_high(panel) -> None:
    for n_dims in (2, 5):
        panel.show_snapshot(in_dimension(n_dims), DATASET)
        a, b, c = (place(panel, *at) for at in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
        assert b.x() - a.x() == pytest.approx(a.y() - c.y(), rel=0.02)


# -- arrows -----------------------------------------------------------------------------------------------


def test_arrows_come_and_go_with_their_box(panel, qtbot) -> None:
    assert not panel.arrows.isChecked()
    without = count(panel, LIGHT.text)
    with qtbot.waitSignal(panel.arrows_chosen) as told:
        QTest.mouseClick(panel.arrows, Qt.MouseButton.LeftButton, pos=panel.arrows.rect().center() / 4)
    assert told.args == [True]
    assert count(panel, LIGHT.text) > without + 50
    panel.set_arrows_shown(False)
    assert count(panel, LIGHT.text) == without


def test_both_arrows_are_painted_at_their_places(panel) -> None:
    """A single point: a shaft of the same direction and length at z_e and at e_k."""
    snapshot = make_snapshot()
    alone = replace(
        snapshot,
        points=snapshot.points[:1],
        point_codes=np.array([0]),
        arrow_starts=np.array([[0.0, 0.6]], np.float32),
        arrow_codes=np.array([0]),
        arrow_gradients=np.array([[1e-3, 0.0]], np.float32),
    )
    panel.set_arrows_shown(True)
    panel.show_snapshot(replace(alone, points=snapshot.points, point_codes=snapshot.point_codes), DATASET)
    arrows = panel.plot._arrows
    picture = hand_of(panel).picture()
    for x, y in ((0.0, 0.6), (1.0, 0.0)):
        middle = place(panel, x + 0.5 * float(arrows.arriving[0, 0]), y).toPoint()
        shaft = [picture.pixelColor(middle.x(), middle.y() + dy) for dy in (-1, 0, 1)]  # between two pixels
        assert min(distance(painted, QColor(LIGHT.text)) for painted in shaft) < 90
    assert arrows.arriving[0, 0] < 0


def test_a_code_without_recorded_gradients_is_said_to_have_none(panel) -> None:
    snapshot = make_snapshot()
    others = snapshot.arrow_codes != 7
    panel.show_snapshot(
        replace(
            snapshot,
            arrow_codes=snapshot.arrow_codes[others],
            arrow_starts=snapshot.arrow_starts[others],
            arrow_gradients=snapshot.arrow_gradients[others],
        ),
        DATASET,
    )
    panel.set_arrows_shown(True)
    key = panel.plot._key.key.words
    panel.set_code(7)
    assert "no point of this code" in panel.plot._key.key.words
    panel.set_code(-1)
    assert panel.plot._key.key.words == key


def test_the_chosen_code_has_the_arrows(panel) -> None:
    panel.show_snapshot(in_dimension(3), DATASET)
    panel.set_arrows_shown(True)
    panel.set_code(7)
    assert set(panel.plot._arrows.codes.tolist()) <= {7}
    assert "of code 7" in panel._arrow_tip()


def test_the_key_says_the_scale_and_the_rotation(panel) -> None:
    panel.set_arrows_shown(True)
    factor = panel.plot._arrows.factor
    entries = [name for _, name in panel.plot._key.key.entries]
    assert entries == ["z_e → e_k", f"−∂L/∂z_q × {factor:g}: at e_k and at z_e"]
    panel.set_config(replace(CONFIG, estimator="rotation"))
    assert "rotated" in panel.plot._key.key.entries[1][1]


# -- the rest ---------------------------------------------------------------------------------------------


def test_hidden_it_costs_nothing_but_remembers_where_the_codes_were(panel) -> None:
    panel.hide()
    shown = panel.plot.embedding
    snapshot = make_snapshot()
    for _ in range(3):
        panel.show_snapshot(snapshot := later(snapshot), DATASET)
    assert panel.plot.embedding is shown
    panel.show()
    assert panel.plot.embedding is not shown
    assert len(panel.plot._trails.trails.is_joined) == 3


def test_cleared_it_says_what_will_be_here(panel, told) -> None:
    panel.clear("Press Space, or Play, to train.")
    assert panel.plot.cover.reason == "Press Space, or Play, to train."
    hand_of(panel).move(QPointF(200, 200), is_down=False)
    panel.set_code(3)
    assert told == []
    panel.show_snapshot(make_snapshot(), DATASET)
    assert panel.plot.cover.reason == ""


def test_cleared_nothing_of_the_run_before_shows_through(panel, qtbot: QtBot) -> None:
    unused = EmbeddingPanel()
    qtbot.addWidget(unused)
    unused.set_theme(LIGHT)
    unused.resize(panel.size())
    with qtbot.waitExposed(unused):
        unused.show()
    for each in (panel, unused):
        each.clear("Nothing is trained yet.")
    inside = panel.plot.view_box.sceneBoundingRect().toRect().adjusted(12, 12, -12, -12)
    seen = [each.plot.grab(inside).toImage() for each in (panel, unused)]
    colors = [{image.pixel(x, y) for x in range(inside.width()) for y in range(60)} for image in seen]
    assert colors[0] == colors[1]
    assert len(colors[0]) == 1


def test_it_is_exported(panel, tmp_path: Path) -> None:
    (plot,) = panel.plots()
    export_png(plot, tmp_path / "a.png")
    export_picture(plot, on_screen_size(plot), tmp_path / "a.svg")
    export_csv(plot.export_table(), tmp_path / "a.csv")
    assert (tmp_path / "a.png").stat().st_size > 5000
    ElementTree.parse(tmp_path / "a.svg")
    lines = (tmp_path / "a.csv").read_text().splitlines()
    snapshot = make_snapshot()
    assert lines[0] == "kind,code,x,y"
    assert len(lines) == 1 + len(snapshot.points) + K
    kind, code, x, y = lines[-1].split(",")
    assert (kind, int(code)) == ("code", K - 1)
    assert [float(x), float(y)] == pytest.approx(snapshot.codebook[-1].tolist())
    panel.clear("nothing")
    assert not panel.plot.export_table().columns[0]


@pytest.mark.parametrize("name", THEMES)
def test_no_word_is_cut_at_the_smallest_size(panel, name) -> None:
    application = QApplication.instance()
    apply_theme(application, THEMES[name])
    panel.set_theme(THEMES[name])
    panel.show_snapshot(in_dimension(16), DATASET)
    panel.set_hovered_code(3)
    panel.grab()
    assert panel.arrows.width() >= panel.arrows.sizeHint().width()
    for label in (panel.note, panel.read_out):
        assert label.shown_text == label.text()


_FIRST_CELLS = """
import sys
from PySide6.QtWidgets import QApplication
application = QApplication([])
from dgm_explorer.ui.tabs.vq_vae.embedding.panel import EmbeddingPanel
from tests.ui.tabs.vq_vae.cases import CONFIG, make_dataset, make_snapshot
panel = EmbeddingPanel()
panel.set_config(CONFIG)
assert panel._loader.is_busy
panel.finish()
before = set(sys.modules)
panel.show()
panel.show_snapshot(make_snapshot(), make_dataset())
assert panel.plot.embedding.pairs is not None
print(*sorted(name for name in set(sys.modules) - before if name.startswith("scipy")))
"""


def test_the_first_cells_wait_for_no_import() -> None:
    """What finds neighbours takes 0.2 to 0.5 s to load: that is done beside the window beforehand."""
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_CELLS], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
