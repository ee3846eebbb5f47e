"""The four pictures of the use of the codes, under a hand."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip
from pytestqt.qtbot import QtBot
from scipy.stats import entropy

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.vq_vae_snapshot import MOST_PAIRED, VqVaeSnapshot
from dgm_explorer.core.vq_vae_state import UsagePicture
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.snapshot_file import write_snapshot
from dgm_explorer.ui.export import export_csv, export_png
from dgm_explorer.ui.plots.heat_map import lookup_table
from dgm_explorer.ui.tabs.vq_vae.usage.cells import LinearScale
from dgm_explorer.ui.tabs.vq_vae.usage.histogram import bar_color, dot_color, runs_of
from dgm_explorer.ui.tabs.vq_vae.usage.pairs import unseen_color
from dgm_explorer.ui.tabs.vq_vae.usage.panel import UsagePanel
from dgm_explorer.ui.tabs.vq_vae.usage.plot import UsagePlot
from dgm_explorer.ui.tabs.vq_vae.usage.tiles import reduced
from dgm_explorer.ui.theme import LIGHT, THEMES, Theme
from tests.ui.plots.conftest import Hand
from tests.ui.tabs.vq_vae.cases import CONFIG, DEAD_CODE, GRID, K, make_dataset, make_snapshot

PICTURES: tuple[UsagePicture, ...] = ("histogram", "time", "positions", "pairs")
Show = Callable[[UsagePicture], UsagePanel]


@pytest.fixture
def panel(qtbot: QtBot) -> UsagePanel:
    panel = UsagePanel()
    qtbot.addWidget(panel)
    panel.resize(640, 560)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_config(CONFIG)
    panel.show_snapshot(make_snapshot(), make_dataset())
    return panel


@pytest.fixture
def show(panel: UsagePanel, qtbot: QtBot) -> Show:
    """Bring a picture to the front and have everything laid out."""

    def bring(picture: UsagePicture) -> UsagePanel:
        panel.set_usage_picture(picture)
        qtbot.wait(1)
        panel.grab()
        return panel

    return bring


def place(plot: UsagePlot, x: float, y: float) -> QPointF:
    return plot.view_to_viewport(x, y)


def rect_middle(plot: UsagePlot, code: int) -> QPointF:
    middle = plot.rects_of(code)[0].center()
    return place(plot, middle.x(), middle.y())


def near(a: QColor, rgb: str) -> bool:
    b = QColor(rgb)
    return max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) <= 3


# -- all pictures ------------------------------------------------------------------------------------------


def test_the_picture_is_chosen_by_hand_and_told_and_set_silently(panel: UsagePanel, qtbot: QtBot) -> None:
    buttons = {button.text(): button for button in panel.findChildren(QToolButton)}
    assert list(buttons) == ["Histogram", "Time", "Positions", "Pairs"]
    with qtbot.waitSignal(panel.usage_picture_chosen) as told:
        QTest.mouseClick(buttons["Pairs"], Qt.MouseButton.LeftButton)
    assert told.args == ["pairs"]
    assert panel.pairs.isVisible()
    assert buttons["Pairs"].isChecked()
    with qtbot.assertNotEmitted(panel.usage_picture_chosen):
        panel.set_usage_picture("time")
    assert panel.time.isVisible()
    assert buttons["Time"].isChecked()
    assert not buttons["Pairs"].isChecked()


@pytest.mark.parametrize("picture", ["histogram", "positions", "pairs", "time"])
def test_the_mouse_lights_codes_up_and_a_click_chooses(
    picture: UsagePicture, show: Show, qtbot: QtBot
) -> None:
    panel = show(picture)
    plot = panel.positions.tiles if picture == "positions" else panel.plots()[0]
    assert isinstance(plot, UsagePlot)
    hand, hovered, chosen = Hand(plot), [], []
    panel.code_hovered.connect(hovered.append)
    panel.code_chosen.connect(chosen.append)
    hand.move(rect_middle(plot, 2), is_down=False)
    hand.move(rect_middle(plot, 4), is_down=False)
    assert hovered == [2, 4]
    assert panel.hovered_code == 4
    assert "code 4" in panel.read_out.text() or "Code 4" in panel.read_out.text()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=rect_middle(plot, 4).toPoint())
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=rect_middle(plot, 4).toPoint())
    assert chosen == [4, -1]
    hand.move(QPointF(-3, -3), is_down=False)
    assert hovered == [2, 4, -1]
    assert panel.hovered_code == -1
    qtbot.wait(1)


@pytest.mark.parametrize("picture", PICTURES)
def test_setters_say_nothing(picture: UsagePicture, show: Show, qtbot: QtBot) -> None:
    panel = show(picture)
    with qtbot.assertNotEmitted(panel.code_chosen), qtbot.assertNotEmitted(panel.code_hovered):
        panel.set_code(3)
        panel.set_hovered_code(1)
        panel.set_code(10_000)
        panel.set_hovered_code(-1)
        panel.set_code(-1)


@pytest.mark.parametrize("picture", ["histogram", "time", "pairs"])
def test_a_drag_moves_the_view_and_chooses_nothing(picture: UsagePicture, show: Show, qtbot: QtBot) -> None:
    panel = show(picture)
    plot = panel.plots()[0]
    assert isinstance(plot, UsagePlot)
    before = plot.view_range
    with qtbot.assertNotEmitted(panel.code_chosen):
        start = rect_middle(plot, 2)
        Hand(plot).drag(start, start + QPointF(40, 0))
    assert plot.view_range != before
    panel.show_snapshot(make_snapshot(300), make_dataset())
    assert plot.view_range != before  # new snapshots leave the user's view alone
    QTest.keyClick(plot, Qt.Key.Key_A)
    panel.show_snapshot(make_snapshot(310), make_dataset())
    (x_lo, x_hi), _ = plot.view_range
    assert x_lo <= 0 or picture == "time"
    assert x_hi >= K


def test_arrow_keys_go_from_code_to_code_and_return_chooses(show: Show) -> None:
    panel = show("histogram")
    hovered, chosen = [], []
    panel.code_hovered.connect(hovered.append)
    panel.code_chosen.connect(chosen.append)
    order = panel.histogram.order.tolist()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return, Qt.Key.Key_Escape):
        QTest.keyClick(panel.histogram, key)
    assert hovered == [order[0], order[1], order[0]]
    assert chosen == [order[0], -1]


@pytest.mark.parametrize("picture", PICTURES)
def test_every_theme_paints_every_picture_on_its_background(picture: UsagePicture, show: Show) -> None:
    panel = show(picture)
    panel.set_code(1)
    panel.set_hovered_code(2)
    for theme in THEMES.values():
        panel.set_theme(theme)
        plot = panel.plots()[0]
        assert isinstance(plot, UsagePlot)
        assert near(Hand(plot).color_at(QPointF(1, 1)), theme.plot_background)
        assert "ode 2" in panel.read_out.text()


def test_hidden_it_only_remembers(panel: UsagePanel) -> None:
    panel.hide()
    panel.show_snapshot(make_snapshot(500), make_dataset())
    panel.set_code(2)
    panel.set_hovered_code(1)
    assert panel.histogram.code == -1
    assert panel.history.steps.tolist() == [200, 500]
    panel.show()
    assert (panel.histogram.code, panel.histogram.hovered_code) == (2, 1)


@pytest.mark.parametrize("picture", PICTURES)
def test_without_a_run_it_says_what_will_come(picture: UsagePicture, show: Show) -> None:
    panel = show(picture)
    panel.clear("Press Space.")
    plots = [plot for plot in panel.plots() if isinstance(plot, UsagePlot)]
    assert [plot.cover.reason for plot in plots] == ["Press Space."] * len(plots)
    for plot in plots:
        Hand(plot).move(QPointF(80, 80), is_down=False)
        assert len(plot.export_table().columns[0]) == 0 or plot is panel.positions.places
        sides = [plot.plotItem.getAxis(side) for side in ("left", "bottom")]
        assert not any(axis.opacity() for axis in sides)  # 0 to 1 would be made up
    panel.set_code(1)
    panel.show_snapshot(make_snapshot(), make_dataset())
    assert not any(plot.cover.reason for plot in plots)
    assert all(plot.plotItem.getAxis("left").opacity() for plot in plots)


def awkward() -> tuple[VqVaeSnapshot, ...]:
    """All codes dead; one cell; one dimension; no finite codebook; the first step, before any batch."""
    usual = make_snapshot()
    none = np.zeros(K, np.float32)
    single = np.zeros((K, 1, 1), np.float32)
    single[:, 0, 0] = np.arange(K)
    dead = replace(
        usual,
        batch_counts=none,
        epoch_counts=none,
        ages=np.full(K, 99),
        position_counts=np.zeros_like(usual.position_counts),
        pair_counts=np.zeros_like(usual.pair_counts),
        batch_perplexity=math.nan,
    )
    one_cell = replace(
        usual,
        position_counts=single,
        pair_counts=np.zeros((K, K), np.float32),
        codes=np.zeros((40, 1, 1), np.int64),
    )
    one_dimension = replace(usual, codebook=np.arange(K, dtype=np.float32)[:, None])
    not_finite = replace(usual, codebook=np.full((K, 2), np.nan, np.float32))
    return dead, one_cell, one_dimension, not_finite, replace(usual, step=0, batch_counts=none)


@pytest.mark.parametrize("picture", PICTURES)
def test_awkward_snapshots_are_painted_all_the_same(picture: UsagePicture, show: Show) -> None:
    panel = show(picture)
    for snapshot in awkward():
        panel.set_code(-1)
        panel.show_snapshot(snapshot, make_dataset())
        assert not panel.grab().isNull()
        panel.set_code(DEAD_CODE)
        for code in (-1, 0, DEAD_CODE):
            panel.set_hovered_code(code)
            assert not panel.grab().isNull()
        for plot in panel.plots():
            assert plot.export_table().header


def test_another_number_of_codes_replaces_everything(show: Show) -> None:
    """Two codes in grids of 64 × 64, the smallest codebook in the largest grid."""
    codes = np.random.default_rng(0).integers(0, 2, (40, 64, 64))
    positions = np.stack([(codes == k).sum(axis=0) for k in range(2)]).astype(np.float32)
    counts = positions.sum(axis=(1, 2))
    usual = make_snapshot(210)
    two = replace(
        usual,
        codebook=usual.codebook[:2],
        batch_counts=counts,
        epoch_counts=counts,
        ages=usual.ages[:2],
        revived_at=usual.revived_at[:2],
        position_counts=positions,
        pair_counts=np.ones((2, 2), np.float32),
        codes=codes,
    )
    for picture in PICTURES:
        panel = show(picture)
        panel.set_code(5)
        panel.show_snapshot(two, make_dataset())
        panel.set_hovered_code(1)
        assert not panel.grab().isNull()
        panel.set_hovered_code(-1)
        assert "5" not in panel.read_out.text()
    assert panel.history.steps.tolist() == [210]


def test_a_linear_scale_has_round_ticks_that_leave_room() -> None:
    scale = LinearScale(-6.93, 6.93)
    ticks = scale.ticks(1.0, 0.08)
    assert [shown for _, shown in ticks] == [-6, -4, -2, 0, 2, 4, 6]
    np.testing.assert_allclose([scale.value(np.array(at)) for at, _ in ticks], [-6, -4, -2, 0, 2, 4, 6])
    assert [shown for _, shown in LinearScale(0.0, 0.4).ticks(1.0, 0.2)] == pytest.approx([0, 0.2, 0.4])


def test_tool_tips_have_the_formula_and_present_values(show: Show) -> None:
    said = {
        "histogram": "perplexity 4.456",
        "time": "K = 6 codes",
        "positions": "of 40 images",
        "pairs": "of 36 ",
    }
    for picture in PICTURES:
        plot = show(picture).plots()[0]
        assert isinstance(plot, UsagePlot)
        at = plot.viewport().rect().center()
        QApplication.sendEvent(
            plot.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, plot.viewport().mapToGlobal(at))
        )
        assert said[picture] in QToolTip.text()
        assert "<img" in QToolTip.text()
    QToolTip.hideText()


def test_every_picture_can_be_exported(show: Show, tmp_path: Path) -> None:
    for picture in PICTURES:
        for plot in show(picture).plots():
            assert isinstance(plot, UsagePlot)
            export_png(plot, tmp_path / f"{plot.export_name}.png")
            export_csv(plot.export_table(), tmp_path / f"{plot.export_name}.csv")
    names = ["all-code-places", "code-pairs", "code-places", "code-usage", "code-usage-over-time"]
    assert sorted(path.stem for path in tmp_path.glob("*.png")) == names
    lines = {name: (tmp_path / f"{name}.csv").read_text().splitlines() for name in names}
    assert len(lines["all-code-places"]) == 1 + K * 16
    assert len(lines["code-pairs"]) == 1 + int((make_snapshot().pair_counts > 0).sum())
    assert lines["code-usage"][0].startswith("rank,code,analysed_uses")


# -- histogram ---------------------------------------------------------------------------------------------


def test_bars_stand_in_the_order_of_use_and_say_their_numbers(show: Show) -> None:
    panel = show("histogram")
    snapshot = make_snapshot()
    assert panel.histogram.order.tolist() == np.argsort(-snapshot.epoch_counts, kind="stable").tolist()
    panel.set_hovered_code(1)
    epoch, batch = snapshot.epoch_counts, snapshot.batch_counts
    text = panel.read_out.text()
    assert f"{100 * epoch[1] / epoch.sum():.3g} % ({int(epoch[1])})" in text
    assert f"{100 * batch[1] / batch.sum():.3g} % ({int(batch[1])})" in text


def test_bars_dots_and_hollow_boxes_are_painted_where_they_belong(show: Show) -> None:
    panel = show("histogram")
    plot, snapshot = panel.histogram, make_snapshot()
    hand = Hand(plot)
    epoch = 100 * snapshot.epoch_counts / snapshot.epoch_counts.sum()
    first = int(plot.order[0])
    assert near(hand.color_at(place(plot, 0.3, 0.5 * epoch[first])), bar_color(LIGHT))
    assert near(hand.color_at(place(plot, 0.3, 1.15 * epoch[first])), LIGHT.plot_background)
    batch = 100 * snapshot.batch_counts / snapshot.batch_counts.sum()
    assert near(hand.color_at(place(plot, 0.5, batch[first])), dot_color(LIGHT))
    (_, _), (low, _) = plot.view_range
    assert plot.order[K - 1] == DEAD_CODE
    inside = place(plot, K - 0.5, 0.4 * low)
    assert near(hand.color_at(inside), LIGHT.plot_background)
    picture, x = hand.picture(), round(inside.x())
    column = [picture.pixelColor(x, y) for y in range(round(inside.y()), round(inside.y()) + 20)]
    assert any(near(pixel, LIGHT.text) for pixel in column)  # the lower edge of its hollow box


def test_both_perplexities_and_what_they_depend_on_are_said(show: Show) -> None:
    panel = show("histogram")
    snapshot = make_snapshot()
    facts = panel.histogram.facts.text
    for counts in (snapshot.epoch_counts, snapshot.batch_counts):
        assert f"{np.exp(entropy(counts)):.3g}" in facts
        assert f"({int(counts.sum()):,} vectors)" in facts
    assert "1 dead" in facts
    assert "n vectors cannot show more than n codes" in panel.note.text()


def test_dead_codes_too_thin_for_boxes_of_their_own_share_one() -> None:
    is_dead = np.array([True, True, False, True])
    assert runs_of(is_dead, is_joined=False) == [(0, 1), (1, 2), (3, 4)]
    assert runs_of(is_dead, is_joined=True) == [(0, 2), (3, 4)]
    assert runs_of(np.zeros(3, bool), is_joined=True) == []


# -- time --------------------------------------------------------------------------------------------------


def snapshot_with(step: int, counts: list[float]) -> VqVaeSnapshot:
    return replace(make_snapshot(step), batch_counts=np.array(counts, np.float32))


def test_use_over_time_is_bright_where_codes_were_used_and_darkest_where_not(show: Show) -> None:
    panel = show("time")
    panel.clear("")
    for step, last in ((0, 0), (100, 0), (200, 30)):  # the last code lies dead until it is revived
        panel.show_snapshot(snapshot_with(step, [6, 12, 12, 12, 12, last]), make_dataset())
    hand, plot = Hand(plot := panel.time), plot
    dark, late = (hand.color_at(place(plot, x, K - 1)) for x in (60, 190))
    colors = lookup_table(LIGHT.colormap)
    assert near(dark, f"#{int(colors[0]) & 0xFFFFFF:06x}")
    assert late.lightness() > dark.lightness() + 60
    half, full = (hand.color_at(place(plot, 20, code)) for code in (0, 1))
    assert full.lightness() > half.lightness() > dark.lightness()
    assert {"0", "1"} <= set(plot.color_bar.tick_texts)


def test_a_place_in_time_says_the_record_nearest_to_it(show: Show) -> None:
    panel = show("time")
    panel.clear("")
    panel.show_snapshot(snapshot_with(0, [6, 6, 0, 0, 0, 0]), make_dataset())
    panel.show_snapshot(snapshot_with(100, [3, 9, 6, 6, 0, 0]), make_dataset())
    Hand(panel.time).move(place(panel.time, 20, 1), is_down=False)
    assert panel.read_out.text() == "code 1, step 0\n6 of 12 uses in its batch: 3 × 1/K"
    Hand(panel.time).move(place(panel.time, 70, 1), is_down=False)
    assert panel.read_out.text() == "code 1, step 100\n9 of 24 uses in its batch: 2.25 × 1/K"


def test_looking_back_marks_the_step_and_keeps_the_record(show: Show) -> None:
    panel = show("time")
    panel.show_snapshot(make_snapshot(400), make_dataset())
    assert panel.time.shown_step is None
    panel.show_snapshot(make_snapshot(200), make_dataset())
    assert panel.time.shown_step == 200
    assert panel.history.steps.tolist() == [200, 400]
    panel.show_snapshot(make_snapshot(410), make_dataset())
    assert panel.time.shown_step is None


def recorded_run(folder: Path, steps: tuple[int, ...]) -> Path:
    run = RunFolder(folder)
    run.snapshots.mkdir(parents=True)
    for step in steps:
        write_snapshot(run.snapshot_file(step), make_snapshot(step))
    return folder


def test_what_a_run_recorded_joins_what_was_seen(show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    panel = show("time")
    panel.set_run_folder(recorded_run(tmp_path / "run", (0, 100, 200)))
    panel.show_snapshot(make_snapshot(150), make_dataset())
    qtbot.waitUntil(lambda: panel.history.steps.tolist() == [0, 100, 150, 200])
    panel.finish()


def test_a_message_in_place_of_the_picture_loses_no_record(show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    panel = show("time")
    panel.set_run_folder(recorded_run(tmp_path / "run", (0, 100)))
    panel.clear("It comes in a moment.")
    panel.show_snapshot(make_snapshot(100), make_dataset())
    qtbot.waitUntil(lambda: panel.history.steps.tolist() == [0, 100])
    panel.finish()


def test_another_run_starts_an_empty_record(show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    panel = show("time")
    panel.set_run_folder(recorded_run(tmp_path / "run", (0, 100)))
    panel.show_snapshot(make_snapshot(100), make_dataset())
    qtbot.waitUntil(lambda: len(panel.history) == 2)
    panel.clear("Another run.")
    panel.set_run_folder(recorded_run(tmp_path / "other", (10,)))
    panel.show_snapshot(make_snapshot(20), make_dataset())
    qtbot.waitUntil(lambda: panel.history.steps.tolist() == [10, 20])
    panel.finish()


def test_the_record_can_be_exported(show: Show) -> None:
    panel = show("time")
    panel.show_snapshot(make_snapshot(400), make_dataset())
    table = panel.export_table()
    assert table.header == ("step", "code", "batch_uses", "uses_over_mean")
    assert table.columns[0].tolist() == [200] * K + [400] * K  # type: ignore[union-attr]
    relative = np.asarray(table.columns[3], float)
    assert relative[:K].mean() == pytest.approx(1)


# -- positions ---------------------------------------------------------------------------------------------


def perplexity_of_places() -> FloatArray:
    codes = make_snapshot().codes
    shares = (codes == np.arange(K)[:, None, None, None]).mean(axis=1)
    return np.asarray(np.exp(entropy(shares, axis=0)))


def test_places_show_the_code_under_the_mouse_then_the_chosen_then_all(show: Show) -> None:
    panel = show("positions")
    places, codes = panel.positions.places, make_snapshot().codes
    np.testing.assert_allclose(places.values, perplexity_of_places())
    panel.set_code(1)
    np.testing.assert_allclose(places.values, 100 * (codes == 1).mean(axis=0))
    panel.set_hovered_code(2)
    np.testing.assert_allclose(places.values, 100 * (codes == 2).mean(axis=0))
    panel.set_hovered_code(-1)
    assert places.shown_code == 1


def test_places_are_painted_with_the_first_row_on_top(show: Show) -> None:
    panel = show("positions")
    positions = np.zeros((K, *GRID), np.float32)
    positions[3, 0, 1] = 40
    positions[0] = 40 - positions[3]
    panel.show_snapshot(replace(make_snapshot(), position_counts=positions), make_dataset())
    panel.set_code(3)
    places = panel.positions.places
    hand, colors = Hand(places), lookup_table(LIGHT.colormap)
    brightest, darkest = (f"#{int(colors[at]) & 0xFFFFFF:06x}" for at in (-1, 0))
    assert near(hand.color_at(place(places, 1.02, GRID[0] - 0.02)), brightest)
    assert near(hand.color_at(place(places, 1.02, 0.02)), darkest)
    hand.move(place(places, 1.5, GRID[0] - 0.5), is_down=False)
    assert "at row 1, column 2: in 100 % of 40 images" in panel.read_out.text()


def test_the_mean_image_is_outlined_where_it_lies(show: Show) -> None:
    """Its upper left quarter, two cells wide and high, is white in all images."""
    panel = show("positions")
    images = np.zeros((40, 8, 8), np.float32)
    images[:, :4, :4] = 1
    dataset = replace(make_dataset(), inputs=images.reshape(40, 64), fingerprint="quarter")
    panel.show_snapshot(make_snapshot(), dataset)
    panel.set_code(DEAD_CODE)  # dark everywhere
    places = panel.positions.places
    picture = Hand(places).picture()
    light = [
        [
            picture.pixelColor(place(places, x, y).toPoint()).lightness() > 150
            for x in np.linspace(0.3, 3.9, 300)
        ]
        for y in (3.3, 0.7)
    ]
    assert any(light[0])
    assert 0.3 + 3.6 * np.mean(np.flatnonzero(light[0])) / 299 == pytest.approx(2, abs=0.15)
    assert not any(light[1])
    even = replace(dataset, inputs=np.full((40, 64), 0.5, np.float32), fingerprint="even")
    panel.show_snapshot(make_snapshot(210), even)
    picture = Hand(places).picture()
    middle = [picture.pixelColor(place(places, x, 3.3).toPoint()) for x in np.linspace(0.3, 3.9, 300)]
    assert max(pixel.lightness() for pixel in middle) < 150


def test_the_words_on_a_code_say_where_it_is_most_often(show: Show) -> None:
    panel = show("positions")
    snapshot = make_snapshot()
    panel.set_code(0)
    counts = snapshot.position_counts[0]
    row, column = np.unravel_index(counts.argmax(), counts.shape)
    assert f"most at row {row + 1}, column {column + 1}" in panel.read_out.text()
    assert f"{int(counts.sum())} of {40 * 16} cells" in panel.read_out.text()
    panel.set_code(-1)
    hand = Hand(panel.positions.places)
    hand.move(place(panel.positions.places, 0.5, 0.5), is_down=False)
    assert f"row 4, column 1: perplexity {perplexity_of_places()[3, 0]:.3g}" in panel.read_out.text()


def test_tiles_of_unused_codes_are_hollow_and_others_on_their_own_scale(show: Show) -> None:
    panel = show("positions")
    tiles, snapshot = panel.positions.tiles, make_snapshot()
    hand = Hand(tiles)
    assert near(hand.color_at(rect_middle(tiles, DEAD_CODE)), LIGHT.plot_background)
    colors = lookup_table(LIGHT.colormap)
    for code in range(K - 1):
        counts = snapshot.position_counts[code]
        row, column = np.unravel_index(counts.argmax(), counts.shape)
        rect = tiles.rects_of(code)[0]
        at = place(tiles, rect.left() + column + 0.5, rect.top() + rect.height() - row - 0.5)
        assert near(hand.color_at(at), f"#{int(colors[-1]) & 0xFFFFFF:06x}")


def test_codes_lie_in_tiles_from_the_upper_left(show: Show) -> None:
    tiles = show("positions").positions.tiles
    rects = [tiles.rects_of(code)[0] for code in range(K)]
    assert rects[0].center().y() > rects[K - 1].center().y()
    assert rects[0].center().x() < rects[1].center().x()
    assert [tiles.code_at(rect.center().x(), rect.center().y()) for rect in rects] == list(range(K))


def test_fine_grids_are_shown_as_means_of_blocks() -> None:
    maps = np.random.default_rng(0).uniform(size=(3, 7, 5)).astype(np.float32)
    assert reduced(maps, 1000) is maps
    small = reduced(maps, 3 * 7 * 5 // 4)
    assert small.shape == (3, 3, 2) or small.shape == (3, 4, 3)
    block = maps[1, :2, :2] if small.shape[1] == 4 else maps[1, :3, :3]
    assert small[1, 0, 0] == pytest.approx(block.mean(), rel=1e-5)


# -- pairs -------------------------------------------------------------------------------------------------


def test_pairs_stand_in_the_order_of_the_first_component(show: Show) -> None:
    panel = show("pairs")
    codebook = make_snapshot().codebook.astype(float)
    stretched = replace(make_snapshot(), codebook=(codebook * [3, 1]).astype(np.float32))
    panel.show_snapshot(stretched, make_dataset())
    along = codebook[panel.pairs.order, 0]
    assert (np.diff(along) >= -1e-5).all() or (np.diff(along) <= 1e-5).all()


def test_a_pair_says_both_codes_how_often_and_how_much_more_than_by_chance(show: Show) -> None:
    panel = show("pairs")
    plot, counts = panel.pairs, make_snapshot().pair_counts
    p = counts / counts.sum()
    column, row = (int(np.flatnonzero(plot.order == code)[0]) for code in (0, 1))
    Hand(plot).move(place(plot, column + 0.5, row + 0.5), is_down=False)
    pmi = math.log(p[0, 1] / (p[0].sum() * p[:, 1].sum()))
    text = panel.read_out.text()
    assert "code 0, then code 1 right of or below it" in text
    assert f"seen {int(counts[0, 1])} times" in text
    assert f"PMI {pmi:+.2f} nats".replace("-", "−") in text
    Hand(plot).move(
        place(plot, column + 0.5, np.flatnonzero(plot.order == DEAD_CODE)[0] + 0.5), is_down=False
    )
    assert "PMI −∞" in panel.read_out.text()


def test_pairs_are_red_above_chance_blue_below_and_grey_if_never_seen(show: Show) -> None:
    panel = show("pairs")
    counts = np.full((K, K), 10, np.float32)
    counts[1, 2], counts[2, 1], counts[3, 3] = 40, 1, 0
    panel.show_snapshot(replace(make_snapshot(), pair_counts=counts), make_dataset())
    plot = panel.pairs
    rank = {int(code): at for at, code in enumerate(plot.order)}
    hand = Hand(plot)
    often = hand.color_at(place(plot, rank[1] + 0.5, rank[2] + 0.5))
    seldom = hand.color_at(place(plot, rank[2] + 0.5, rank[1] + 0.5))
    never = hand.color_at(place(plot, rank[3] + 0.5, rank[3] + 0.5))
    assert often.red() > often.blue() + 40
    assert seldom.blue() > seldom.red() + 40
    assert near(never, unseen_color(LIGHT))


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_the_key_to_the_pairs_has_their_colours_and_the_axes_have_titles(show: Show, theme: Theme) -> None:
    panel = show("pairs")
    panel.set_theme(theme)
    plot = panel.pairs
    bar = plot.color_bar.sceneBoundingRect()
    hand, x = Hand(plot), plot.color_bar.sceneTransform().map(QPointF(10.0, 0.0)).x()
    often, seldom = (hand.color_at(QPointF(x, bar.top() + share * bar.height())) for share in (0.2, 0.85))
    assert often.red() > often.blue() + 40
    assert seldom.blue() > seldom.red() + 40
    for side in ("left", "bottom"):
        title = plot.plotItem.getAxis(side).label.toHtml()
        assert theme.text.lower() in title.lower(), "not that of the plot it lies on"


def test_too_many_codes_for_pairs_are_told_so(show: Show) -> None:
    panel = show("pairs")
    none = replace(make_snapshot(), pair_counts=np.zeros((0, 0), np.float32))
    panel.show_snapshot(none, make_dataset())
    assert f"up to {MOST_PAIRED:,} codes" in panel.pairs.cover.reason
    panel.show_snapshot(make_snapshot(), make_dataset())
    assert not panel.pairs.cover.reason
