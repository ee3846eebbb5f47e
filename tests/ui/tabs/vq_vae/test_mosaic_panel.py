"""The mosaic of the codebook: what is painted, what a hand gets from it, what it tells the others."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, VqVaeSnapshot
from dgm_explorer.ui.export import export_csv, export_png
from dgm_explorer.ui.picture_file import export_picture, on_screen_size
from dgm_explorer.ui.tabs.vq_vae.mosaic import view as mosaic_view
from dgm_explorer.ui.tabs.vq_vae.mosaic.flash import FLASH_S
from dgm_explorer.ui.tabs.vq_vae.mosaic.panel import MosaicPanel
from dgm_explorer.ui.tabs.vq_vae.mosaic.words import ORDERS, PICTURES
from dgm_explorer.ui.theme import DARK, LIGHT, THEMES, apply_theme
from tests.ui.tabs.vq_vae.cases import (
    CONFIG,
    DEAD_CODE,
    IMAGE_SHAPE,
    PATCH_PX,
    D,
    K,
    later,
    make_dataset,
    make_snapshot,
)

LEFT = Qt.MouseButton.LeftButton
DATASET = make_dataset()


def flat_patches(snapshot: VqVaeSnapshot) -> VqVaeSnapshot:
    """Code k is the level 40 k of 255 all over its patch."""
    levels = (40 * np.arange(K) / 255).astype(np.float32)
    patches = np.broadcast_to(levels[:, None, None, None], (K, PATCH_PX, PATCH_PX, 1)).copy()
    return replace(snapshot, patches=patches)


def grown(n_codes: int) -> VqVaeSnapshot:
    """The codes of the usual snapshot again and again, none of them dead."""
    snapshot, again = make_snapshot(), np.arange(n_codes) % (K - 1)
    names = ("codebook", "ema_counts", "batch_counts", "epoch_counts", "ages", "revived_at", "patches")
    more = ("exemplars", "constant_images", "background_changes", "position_counts")
    arrays = {name: getattr(snapshot, name)[again] for name in (*names, *more)}
    return replace(snapshot, **arrays, pair_counts=np.zeros((0, 0), np.float32))


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[MosaicPanel]:
    panel = MosaicPanel()
    qtbot.addWidget(panel)
    panel.set_theme(LIGHT)
    panel.set_config(CONFIG)
    panel.resize(430, 560)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    panel.view.flash.stop()


@pytest.fixture
def shown(panel: MosaicPanel) -> MosaicPanel:
    """With a snapshot whose patches are flat."""
    panel.show_snapshot(flat_patches(make_snapshot()), DATASET)
    QApplication.processEvents()
    return panel


def center(panel: MosaicPanel, code: int) -> QPoint:
    return panel.view.tile_rect(code).center().toPoint()


def picture(panel: MosaicPanel) -> QImage:
    return panel.view.grab().toImage()


def color_at(panel: MosaicPanel, at: QPoint) -> QColor:
    return picture(panel).pixelColor(at)


def luma(color: QColor) -> float:
    """Rec. 601."""
    return 0.299 * color.red() + 0.587 * color.green() + 0.114 * color.blue()


def ring_color(panel: MosaicPanel, code: int) -> str:
    """Outside of a code's frame, in the middle of its left side."""
    rect = panel.view.tile_rect(code)
    return color_at(panel, QPoint(int(rect.left()) - 3, int(rect.center().y()))).name()


def collect(signal: object) -> list[object]:
    told: list[object] = []
    signal.connect(told.append)  # type: ignore[attr-defined]
    return told


# -- what is painted --------------------------------------------------------------------------------------


def test_every_tile_is_as_bright_as_its_patch(shown: MosaicPanel) -> None:
    for code in range(K - 1):
        assert color_at(shown, center(shown, code)).getRgb()[:3] == (40 * code,) * 3


def test_another_snapshot_is_another_picture(shown: MosaicPanel) -> None:
    snapshot = flat_patches(make_snapshot())
    brighter = replace(snapshot, step=300, patches=snapshot.patches + np.float32(10 / 255))
    shown.show_snapshot(brighter, DATASET)
    assert color_at(shown, center(shown, 2)).red() == 90


def test_codes_used_more_have_brighter_frames(shown: MosaicPanel) -> None:
    counts = make_snapshot().epoch_counts
    lightness = []
    for code in np.argsort(counts)[1:].tolist():
        corner = shown.view.tile_rect(code).topLeft().toPoint()
        lightness.append(luma(color_at(shown, corner)))
    assert lightness == sorted(lightness)
    assert lightness[-1] > lightness[0] + 10


@pytest.mark.parametrize("theme_name", list(THEMES))
def test_a_dead_code_is_hollow_and_says_for_how_long(panel: MosaicPanel, theme_name: str) -> None:
    theme = THEMES[theme_name]
    panel.set_theme(theme)
    panel.show_snapshot(make_snapshot(), DATASET)
    rect = panel.view.tile_rect(DEAD_CODE).toRect().adjusted(4, 4, -4, -4)
    image = picture(panel).copy(rect)
    lumas = [luma(image.pixelColor(x, y)) for x in range(image.width()) for y in range(image.height())]
    background = luma(QColor(theme.plot_background))
    assert lumas[0] == background
    assert max(abs(value - background) for value in lumas) > 150


def test_small_dead_tiles_are_only_hollow(panel: MosaicPanel) -> None:
    snapshot = grown(900)
    ages, counts = snapshot.ages.copy(), snapshot.epoch_counts.copy()
    ages[7], counts[7] = 1000, 0
    panel.show_snapshot(replace(snapshot, ages=ages, epoch_counts=counts), DATASET)
    rect = panel.view.tile_rect(7).toRect().adjusted(2, 2, -2, -2)
    image = picture(panel).copy(rect)
    names = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert names == {LIGHT.plot_background}


def test_a_change_to_black_and_one_to_white_have_colours_of_their_own(panel: MosaicPanel) -> None:
    changes = np.zeros((K, *IMAGE_SHAPE), np.float32)
    changes[0], changes[1] = -0.5, 0.5
    panel.set_picture("change")
    panel.show_snapshot(replace(make_snapshot(), background_changes=changes.reshape(K, -1)), DATASET)
    names = [color_at(panel, center(panel, code)).name() for code in (0, 1, 2)]
    assert names == [LIGHT.reverse.lower(), LIGHT.forward.lower(), LIGHT.plot_background]


def test_what_is_out_of_distribution_says_so_under_the_tiles(shown: MosaicPanel) -> None:
    assert shown.view.tiles is not None
    assert "distribution" not in shown.view.tiles.caption
    shown.set_picture("constant")
    assert shown.view.tiles.caption.startswith("Out of distribution")
    shown.set_config(replace(CONFIG, network="local"))
    shown.show_again()
    assert "exactly its patch" in shown.view.tiles.caption


@pytest.mark.parametrize(
    ("order", "words"), [("index", "first 1,024 of 1,100"), ("use", "1,024 most used of")]
)
def test_too_many_codes_are_said_to_be_left_out(panel: MosaicPanel, order: str, words: str) -> None:
    panel.set_order(order)  # type: ignore[arg-type]
    panel.show_snapshot(grown(1100), DATASET)
    assert panel.view.tiles is not None
    assert words in panel.view.tiles.caption
    assert len(panel.view.tiles.codes) == 1024


def test_codes_that_no_example_uses_yet_are_not_in_use(shown: MosaicPanel) -> None:
    counts = np.zeros(K, np.float32)
    counts[2] = 40
    young = replace(make_snapshot(), epoch_counts=counts, ages=np.zeros(K, np.int64))
    shown.show_snapshot(young, DATASET)
    assert shown.note.text() == "6 codes, 1 in use, 0 dead"
    shown.show_snapshot(replace(young, ages=np.where(np.arange(K) == 2, DEAD_AGE, 0)), DATASET)
    assert shown.note.text() == "6 codes, 0 in use, 1 dead"


def test_the_note_counts_and_is_never_cut(shown: MosaicPanel) -> None:
    assert shown.note.text() == "6 codes, 5 in use, 1 dead"
    for theme in THEMES.values():
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, theme)
        shown.set_theme(theme)
        for width in (430, 900):
            shown.resize(width, 560)
            QApplication.processEvents()
            assert shown.note.shown_text == shown.note.text()
            assert shown.width() == width


def test_without_a_snapshot_there_are_words(panel: MosaicPanel) -> None:
    panel.clear("Press Space to train.")
    assert panel.view.words == "Press Space to train."
    image = picture(panel)
    names = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
    assert len(names) > 1
    assert panel.view.export_table().header == ("code",)


def test_hidden_it_only_remembers(panel: MosaicPanel) -> None:
    panel.hide()
    panel.show_snapshot(make_snapshot(), DATASET)
    assert panel.view.tiles is None
    panel.show()
    assert panel.view.tiles is not None


def test_data_that_the_codes_are_not_of_are_refused_in_words(panel: MosaicPanel) -> None:
    points = Dataset("p", np.zeros((4, 2), np.float32), None, (), None, np.zeros(4, np.bool_), "1")
    panel.show_snapshot(make_snapshot(), points)
    assert panel.view.words


def odd_snapshots() -> dict[str, tuple[VqVaeSnapshot, Dataset]]:
    snapshot = make_snapshot()
    nan = {
        name: np.full_like(getattr(snapshot, name), np.nan)
        for name in ("codebook", "patches", "exemplars", "constant_images", "background_changes")
    }
    one = replace(
        grown(2),
        codebook=np.ones((2, 1), np.float32),
        patches=np.ones((2, 2, 2, 1), np.float32),
        exemplars=np.full((2, 1, 2, 2, 1), np.nan, np.float32),
    )
    rng = np.random.default_rng(0)
    rgb = Dataset("c", np.zeros((4, 192), np.float32), None, (), (8, 8, 3), np.zeros(4, np.bool_), "2")
    colour = replace(
        snapshot,
        patches=rng.uniform(size=(K, 5, 5, 3)).astype(np.float32),
        exemplars=rng.uniform(size=(K, 4, 5, 5, 3)).astype(np.float32),
        constant_images=rng.uniform(size=(K, 192)).astype(np.float32),
        background_changes=rng.uniform(-1, 1, size=(K, 192)).astype(np.float32),
    )
    all_dead = replace(
        snapshot,
        ages=np.full(K, 10**6),
        epoch_counts=np.zeros(K, np.float32),
        ema_counts=np.zeros(K, np.float32),
    )
    return {
        "nothing finite": (replace(snapshot, **nan), DATASET),
        "all dead": (all_dead, DATASET),
        "two codes of one number": (one, DATASET),
        "colour": (colour, rgb),
        "very many": (grown(8192), DATASET),
    }


@pytest.mark.parametrize("name", list(odd_snapshots()))
def test_nothing_odd_in_a_snapshot_stops_the_painting(panel: MosaicPanel, name: str) -> None:
    snapshot, dataset = odd_snapshots()[name]
    for key, _ in PICTURES:
        for order, _ in ORDERS:
            panel.set_picture(key)
            panel.set_order(order)
            panel.show_snapshot(snapshot, dataset)
            panel.set_code(1)
            assert not picture(panel).isNull()
    assert panel.view.tiles is not None
    assert panel.view.tiles.tip(0)


@pytest.mark.parametrize("size", [(40, 30), (120, 400), (1400, 60)])
def test_a_very_small_room_is_no_error(shown: MosaicPanel, size: tuple[int, int]) -> None:
    shown.view.setMinimumSize(1, 1)
    shown.view.resize(*size)
    for key, _ in PICTURES:
        shown.set_picture(key)
        assert not picture(shown).isNull()


# -- order ------------------------------------------------------------------------------------------------


def test_by_use_the_most_used_code_stands_first(panel: MosaicPanel) -> None:
    snapshot = make_snapshot()
    counts = np.array([1, 5, 3, 9, 2, 0], np.float32)
    panel.set_order("use")
    panel.show_snapshot(replace(snapshot, epoch_counts=counts), DATASET)
    places = [(panel.view.tile_rect(code).top(), panel.view.tile_rect(code).left()) for code in range(K)]
    assert sorted(range(K), key=places.__getitem__) == [3, 1, 2, 4, 0, 5]


def test_the_order_chosen_again_sorts_now(panel: MosaicPanel) -> None:
    panel.set_order("use")
    snapshot = make_snapshot()
    panel.show_snapshot(snapshot, DATASET)
    other = replace(snapshot, step=250, epoch_counts=snapshot.epoch_counts[::-1].copy())
    panel.show_snapshot(other, DATASET)
    before = panel.view.tile_rect(DEAD_CODE)
    assert "Sorted at step 200" in panel.order.toolTip()
    panel.order.activated.emit(panel.order.currentIndex())  # as its list does
    assert "Sorted at step 250" in panel.order.toolTip()
    assert panel.view.tile_rect(DEAD_CODE).topLeft() != before.topLeft()


def test_a_new_run_is_sorted_anew(panel: MosaicPanel) -> None:
    panel.set_order("use")
    snapshot = make_snapshot()
    panel.show_snapshot(snapshot, DATASET)
    panel.clear("another run")
    panel.show_snapshot(replace(snapshot, epoch_counts=snapshot.epoch_counts[::-1].copy()), DATASET)
    assert panel.view.tiles is not None
    assert panel.view.tiles.codes[0] == DEAD_CODE


# -- mouse and keys ---------------------------------------------------------------------------------------


def test_the_mouse_tells_the_code_that_it_is_over_and_when_it_leaves(shown: MosaicPanel) -> None:
    told = collect(shown.code_hovered)
    for code in (2, 4):
        QTest.mouseMove(shown.view, center(shown, code))
    QApplication.sendEvent(shown.view, QEvent(QEvent.Type.Leave))
    assert told == [2, 4, -1]
    QTest.mouseMove(shown.view, QPoint(2, 2))
    assert told == [2, 4, -1]


def test_a_click_chooses_and_a_second_one_chooses_none(shown: MosaicPanel) -> None:
    told = collect(shown.code_chosen)
    shown.code_chosen.connect(shown.set_code)
    QTest.mouseClick(shown.view, LEFT, pos=center(shown, 3))
    assert (told, shown.code) == ([3], 3)
    QTest.mouseClick(shown.view, LEFT, pos=center(shown, 3))
    assert (told, shown.code) == ([3, -1], -1)
    QTest.mouseClick(shown.view, LEFT, pos=QPoint(2, 2))
    QTest.mouseClick(shown.view, Qt.MouseButton.RightButton, pos=center(shown, 3))
    assert told == [3, -1]


def test_arrow_keys_walk_over_the_tiles(shown: MosaicPanel) -> None:
    hovered, chosen = collect(shown.code_hovered), collect(shown.code_chosen)
    shown.code_chosen.connect(shown.set_code)
    tops = [shown.view.tile_rect(code).top() for code in range(K)]
    columns = tops.count(tops[0])
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left):
        QTest.keyClick(shown.view, key)
    assert hovered == [0, 1, 1 + columns, 1, 0]
    QTest.keyClick(shown.view, Qt.Key.Key_Up)
    QTest.keyClick(shown.view, Qt.Key.Key_Return)
    assert chosen == [0]
    assert shown.view.accessibleDescription().startswith("Code 0 of 6")
    QTest.keyClick(shown.view, Qt.Key.Key_Escape)
    QTest.keyClick(shown.view, Qt.Key.Key_Escape)
    assert chosen == [0, -1]


def test_hovered_and_chosen_code_have_rings_of_their_own(shown: MosaicPanel) -> None:
    plain = ring_color(shown, 1)
    shown.set_hovered_code(1)
    assert ring_color(shown, 1) == LIGHT.accent
    shown.set_code(4)
    assert ring_color(shown, 4) == LIGHT.marker
    shown.set_hovered_code(4)
    assert ring_color(shown, 1) == plain
    assert ring_color(shown, 4) == LIGHT.accent
    shown.set_hovered_code(-1)
    shown.set_code(-1)
    assert ring_color(shown, 4) == plain


def test_codes_from_elsewhere_are_marked_without_an_answer_and_without_new_pictures(
    shown: MosaicPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [*collect(shown.code_hovered), *collect(shown.code_chosen)]
    made = []
    compose = mosaic_view.compose
    monkeypatch.setattr(mosaic_view, "compose", lambda *given: made.append(1) or compose(*given))
    for code in (*range(K), 77, -1):
        shown.set_hovered_code(code)
        shown.set_code(code)
        QApplication.processEvents()
    assert not told
    assert not made
    shown.show_snapshot(make_snapshot(300), DATASET)
    QApplication.processEvents()
    assert made == [1]


def tip_at(panel: MosaicPanel, at: QPoint) -> str:
    QApplication.sendEvent(panel.view, QHelpEvent(QEvent.Type.ToolTip, at, panel.view.mapToGlobal(at)))
    return QToolTip.text()


def test_the_tool_tip_of_a_tile_says_everything_of_its_code(panel: MosaicPanel) -> None:
    snapshot = replace(make_snapshot(revived=(2,)), ages=np.array([0, 0, 3, 0, 0, 35]))
    panel.show_snapshot(snapshot, DATASET)
    tip = tip_at(panel, center(panel, 2))
    uses, cells = float(snapshot.epoch_counts[2]), float(snapshot.codes.size)
    n, total = float(snapshot.ema_counts[2]), float(snapshot.ema_counts.sum())
    smoothed = (n + CONFIG.epsilon) / (total + K * CONFIG.epsilon) * total
    gaps = [(math.dist(snapshot.codebook[2], snapshot.codebook[k]), k) for k in range(K) if k != 2]
    nearest = ", ".join(f"{k} ({gap:.3g})" for gap, k in sorted(gaps)[:3])
    for words in (
        "Code 2 of 6: last used 3 steps ago; revived at step 200",
        f"last batch: {snapshot.batch_counts[2]:.0f} uses",
        f"{uses:.0f} of {cells:.0f} cells = {100 * uses / cells:.2f} %, {K * uses / cells:.2f} × 1/K",
        f"ñ = {smoothed:.4g}",
        "‖e‖ = 1",
        nearest,
    ):
        assert words in tip
    assert "dead, not used for 35 steps; never revived" in tip_at(panel, center(panel, DEAD_CODE))
    QToolTip.hideText()


def test_without_moving_averages_of_codes_no_smoothing_is_claimed(panel: MosaicPanel) -> None:
    panel.set_config(VqVaeConfig(quantizer="fsq", fsq_levels=(3, 2)))
    panel.show_snapshot(make_snapshot(), DATASET)
    assert panel.view.tiles is not None
    assert "smoothed" not in panel.view.tiles.tip(0)


# -- revivals ---------------------------------------------------------------------------------------------


def flashing(panel: MosaicPanel, steps: tuple[int, ...], revived_at: int) -> list[int]:
    """Codes lit after snapshots of these steps, all of which know of a revival of code 1."""
    for step in steps:
        snapshot = flat_patches(make_snapshot(step))
        revived = snapshot.revived_at.copy()
        revived[1] = revived_at if revived_at <= step else -1
        panel.show_snapshot(replace(snapshot, revived_at=revived), DATASET)
    return list(panel.view.flash.codes)


@pytest.mark.parametrize(
    ("steps", "revived_at", "lit"),
    [
        ((200, 210), 205, [1]),
        ((200, 210), 210, [1]),
        ((200, 210), 200, []),
        ((210,), 205, []),
        ((300, 210), 205, []),
        ((300, 200, 210), 205, [1]),
        ((210, 210), 205, []),
    ],
)
def test_only_a_revival_since_the_last_snapshot_lights_up(
    panel: MosaicPanel, steps: tuple[int, ...], revived_at: int, lit: list[int]
) -> None:
    assert flashing(panel, steps, revived_at) == lit
    assert panel.view.flash.is_running == bool(lit)


def test_the_light_of_a_revived_code_fades_and_its_timer_stops(panel: MosaicPanel, qtbot: QtBot) -> None:
    flashing(panel, (200, 210), 205)
    bright = color_at(panel, center(panel, 1)).red()
    assert bright > 150
    assert color_at(panel, center(panel, 2)).red() == 80
    qtbot.waitUntil(lambda: not panel.view.flash.is_running, timeout=round(4000 * FLASH_S))
    assert color_at(panel, center(panel, 1)).red() == 40


def test_out_of_sight_nothing_fades_and_nothing_is_made_up_for(panel: MosaicPanel) -> None:
    flashing(panel, (200, 210), 205)
    panel.hide()
    assert not panel.view.flash.is_running
    assert flashing(panel, (400,), 350) == []
    panel.show()
    assert not panel.view.flash.is_running


# -- tools ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("box", "signal", "keys"),
    [
        ("picture", "picture_chosen", ["patch", "exemplars", "constant", "change"]),
        ("order", "order_chosen", ["index", "use", "similarity"]),
    ],
)
def test_a_choice_is_told_by_the_user_only(
    shown: MosaicPanel, box: str, signal: str, keys: list[str]
) -> None:
    told = collect(getattr(shown, signal))
    setter: Callable[[str], None] = getattr(shown, f"set_{box}")
    for key in keys[::-1]:
        setter(key)
        assert getattr(shown, box).key == key
    assert told == []
    getattr(shown, box).setFocus()
    QTest.keyClick(getattr(shown, box), Qt.Key.Key_Down)
    assert told == [keys[1]]


def test_the_menu_of_runs_is_filled_when_it_opens(shown: MosaicPanel) -> None:
    told = collect(shown.compare_requested)
    shown.compare.menu().aboutToShow.emit()
    assert told == [shown.compare.menu()]
    assert isinstance(told[0], QMenu)
    shown.set_compared("7f3a")
    assert shown.compare.text() == "Compare ✓"
    shown.set_compared("")
    assert shown.compare.text() == "Compare"


def test_every_control_says_what_it_is(shown: MosaicPanel) -> None:
    for widget in (shown.picture, shown.order, shown.compare, shown.note):
        assert widget.toolTip()
    assert shown.view.accessibleName()
    assert shown.view.accessibleDescription() == "6 codes, 5 in use, 1 dead"


# -- export -----------------------------------------------------------------------------------------------


def test_the_table_holds_every_code_with_its_vector(panel: MosaicPanel, tmp_path: Path) -> None:
    panel.set_order("use")
    snapshot = make_snapshot()
    panel.show_snapshot(snapshot, DATASET)
    (plot,) = panel.plots()
    table = plot.export_table()
    columns = dict(zip(table.header, table.columns, strict=True))
    assert list(columns["code"]) == list(range(K))
    assert list(columns["is_dead"]) == [0] * (K - 1) + [1]
    by_use = sorted(range(K), key=lambda code: -snapshot.epoch_counts[code])
    assert [by_use.index(code) for code in range(K)] == list(columns["tile"])
    vectors = np.stack([columns[f"e_{dimension}"] for dimension in range(D)], 1)
    np.testing.assert_array_equal(vectors, snapshot.codebook.astype(np.float64))
    assert sum(columns["share"]) == pytest.approx(1)  # type: ignore[arg-type]
    export_csv(table, tmp_path / "codes.csv")
    assert len((tmp_path / "codes.csv").read_text().splitlines()) == K + 1


def test_the_picture_is_written_as_it_stands(shown: MosaicPanel, tmp_path: Path) -> None:
    (plot,) = shown.plots()
    assert plot is shown.view
    export_png(shown.view, tmp_path / "mosaic.png", scale=2)
    written = QImage(str(tmp_path / "mosaic.png"))
    at = QPointF(2 * shown.view.tile_rect(3).center()).toPoint()
    assert written.pixelColor(at).red() == 120
    export_picture(shown.view, on_screen_size(shown.view), tmp_path / "mosaic.svg")
    text = (tmp_path / "mosaic.svg").read_text()
    assert "<image" in text
    assert "dead" in text


def test_the_theme_changes_what_lies_between_the_tiles(shown: MosaicPanel) -> None:
    between = shown.view.tile_rect(0).topRight().toPoint() + QPoint(2, 20)
    names = []
    for theme in (LIGHT, DARK):
        shown.set_theme(theme)
        names.append(color_at(shown, between).name())
    assert names == [LIGHT.window, DARK.window]


def test_a_later_snapshot_keeps_the_marks(shown: MosaicPanel) -> None:
    shown.set_code(1)
    shown.set_hovered_code(3)
    shown.show_snapshot(later(make_snapshot()), DATASET)
    assert ring_color(shown, 1) == LIGHT.marker
    assert ring_color(shown, 3) == LIGHT.accent
