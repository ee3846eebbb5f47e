"""The panel of samples: what four priors draw and cost, and a PixelCNN that learns only when asked to."""

import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy import stats

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.code_sampler import SamplerProgress, always
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.errors import Cancelled, InputError
from dgm_explorer.core.vq_inference import VqInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.tabs.vq_vae.sample import panel as sample_panel
from dgm_explorer.ui.tabs.vq_vae.sample.columns import PRIORS
from dgm_explorer.ui.tabs.vq_vae.sample.grid import Cell, SampleGrid
from dgm_explorer.ui.tabs.vq_vae.sample.panel import SamplePanel
from dgm_explorer.ui.tabs.vq_vae.sample.priors import N_SAMPLES, split_grids
from dgm_explorer.ui.tabs.vq_vae.sample.words import WORDS
from dgm_explorer.ui.theme import DARK, PROJECTOR
from tests.ui.tabs.vq_vae.cases import CONFIG, GRID, K, later, make_dataset, make_inference, make_snapshot

N_STEPS = 40


class FakeSampler:
    """Learns nothing: bits fall by a hundredth a step, and every sample is of the code of its step."""

    STEP_S = 0.005

    def __init__(self, codes: IntArray, n_codes: int, may_step: threading.Event) -> None:
        self.codes, self.n_codes = codes, n_codes
        self.step = 0
        self.threads: set[int] = set()
        self._may_step = may_step

    def steps(self) -> Iterator[SamplerProgress]:
        while self.step < N_STEPS:
            self.threads.add(threading.get_ident())
            self._may_step.wait(5)
            time.sleep(self.STEP_S)
            self.step += 1
            yield SamplerProgress(self.step, N_STEPS, math.log2(self.n_codes) - self.step / 100)

    def bits_per_code(self, codes: IntArray) -> float:
        assert codes.shape[1:] == self.codes.shape[1:]
        return 2 - self.step / 100

    def sample(self, n: int, is_wanted: Callable[[], bool] = always) -> IntArray:
        self.threads.add(threading.get_ident())
        if not is_wanted():
            raise Cancelled
        return np.full((n, *self.codes.shape[1:]), self.step % self.n_codes)


class Maker:
    """A `MakeCodeSampler` that keeps what it made; learning waits while ``may_step`` is clear."""

    def __init__(self) -> None:
        self.made: list[FakeSampler] = []
        self.may_step = threading.Event()
        self.may_step.set()
        self.error: Exception | None = None

    def __call__(self, codes: IntArray, n_codes: int) -> FakeSampler:
        if self.error is not None:
            raise self.error
        self.made.append(FakeSampler(codes, n_codes, self.may_step))
        return self.made[-1]


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws from new snapshots come sooner than anybody could look at them."""
    monkeypatch.setattr(sample_panel, "DRAW_EVERY_S", 0.05)
    monkeypatch.setattr(sample_panel, "DRAWING_SHARE", 1.0)


@pytest.fixture
def panel(qtbot: QtBot, maker: Maker) -> Iterator[SamplePanel]:
    """A panel in front, with nothing to show yet."""
    panel = SamplePanel(make_inference, maker)
    panel.set_config(CONFIG)
    panel.resize(540, 560)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    maker.may_step.set()
    panel.finish()


def show(qtbot: QtBot, panel: SamplePanel, snapshot: VqVaeSnapshot, dataset: Dataset | None = None) -> None:
    """Show a snapshot and wait until the counted priors have drawn from it."""
    panel.show_snapshot(snapshot, dataset or make_dataset())
    qtbot.waitUntil(lambda: f"Step {snapshot.step:,}:" in panel.caption.text(), timeout=4000)


def click(panel: SamplePanel, button: str) -> None:
    QTest.mouseClick(getattr(panel, button), Qt.MouseButton.LeftButton)


def learn(qtbot: QtBot, panel: SamplePanel) -> None:
    """Press the button and wait for the end of the plan."""
    click(panel, "learn")
    qtbot.waitUntil(lambda: panel.standing.text().startswith("PixelCNN learnt"))
    qtbot.waitUntil(lambda: panel.columns.grids["pixel_cnn"].table is not None)


def middle(grid: SampleGrid, cell: Cell) -> QPoint:
    return grid.cell_rect(cell).center().toPoint()


# -- counted priors -----------------------------------------------------------------------------------------


def test_costs_are_those_of_independent_counts_on_the_split_of_the_data(
    qtbot: QtBot, panel: SamplePanel
) -> None:
    snapshot, dataset = make_snapshot(), make_dataset()
    show(qtbot, panel, snapshot)
    bars = panel.columns.bars
    assert bars["uniform"].bits == pytest.approx(math.log2(K))
    trained, held_out = snapshot.codes[~dataset.is_held_out], snapshot.codes[dataset.is_held_out]
    smoothed = stats.dirichlet(np.bincount(trained.ravel(), minlength=K) + 6 / K).mean()
    assert bars["unigram"].bits == pytest.approx(-np.log2(smoothed[held_out]).mean())
    assert math.isnan(bars["pixel_cnn"].bits)


def test_the_count_table_costs_what_a_dictionary_of_counts_says(qtbot: QtBot, panel: SamplePanel) -> None:
    snapshot, dataset = make_snapshot(), make_dataset()
    show(qtbot, panel, snapshot)
    assert panel.columns.bars["count_table"].bits == pytest.approx(
        count_table_bits(snapshot.codes[~dataset.is_held_out], snapshot.codes[dataset.is_held_out])
    )
    table = panel.export_table()
    assert table.columns[0] == tuple(WORDS[prior].name for prior in PRIORS)
    bits = [panel.columns.bars[prior].bits for prior in PRIORS]
    assert list(table.columns[1]) == pytest.approx(bits, nan_ok=True)


def count_table_bits(trained: IntArray, held_out: IntArray, strength: float = 6) -> float:
    """-log2 P(code | left, up), cell by cell; beyond the edge stands None."""
    seen: Counter[tuple[object, ...]] = Counter()
    for code, left, up in neighbours(trained):
        seen.update([("code", code), ("all",)])
        for name, context in (("left", (left,)), ("up", (up,)), ("both", (left, up))):
            seen.update([(name, context), (name, context, code)])
    bits = []
    for code, left, up in neighbours(held_out):

        def smoothed(name: str, context: tuple[object, ...], base: float, code: int = code) -> float:
            return (seen[name, context, code] + strength * base) / (seen[name, context] + strength)

        unigram = (seen["code", code] + strength / K) / (seen[("all",)] + strength)
        either = (smoothed("left", (left,), unigram) + smoothed("up", (up,), unigram)) / 2
        bits.append(-math.log2(smoothed("both", (left, up), either)))
    return sum(bits) / len(bits)


def neighbours(codes: IntArray) -> Iterator[tuple[int, int | None, int | None]]:
    """Every code with those to its left and above it."""
    for grid in codes.tolist():
        for i, row in enumerate(grid):
            for j, code in enumerate(row):
                yield code, row[j - 1] if j else None, grid[i - 1][j] if i else None


def test_images_are_decodes_of_the_codes_behind_them(qtbot: QtBot, panel: SamplePanel) -> None:
    show(qtbot, panel, make_snapshot())
    for prior in PRIORS[:3]:
        grid = panel.columns.grids[prior]
        assert grid.codes.shape == (N_SAMPLES, *GRID)
        assert grid.table is not None
        cells = grid.table.images[:, ::2, ::2, 0]  # the plain decoder paints k ÷ K on 2 × 2 pixels
        np.testing.assert_allclose(cells, grid.codes / K, atol=1e-6)
    is_dead = panel.columns.grids["uniform"].codes == K - 1
    assert is_dead.any()  # uniform codes know nothing of use


def test_draw_again_draws_others_and_a_later_snapshot_the_same_chances(
    qtbot: QtBot, panel: SamplePanel
) -> None:
    snapshot = make_snapshot()
    show(qtbot, panel, snapshot)
    grid = panel.columns.grids["unigram"]
    first = grid.codes
    show(qtbot, panel, later(snapshot))
    np.testing.assert_array_equal(grid.codes, first)
    click(panel, "again")
    qtbot.waitUntil(lambda: not np.array_equal(grid.codes, first))


def test_many_snapshots_are_drawn_from_at_a_bounded_rate(
    qtbot: QtBot, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_panel, "DRAW_EVERY_S", 0.5)
    made: list[int] = []

    def counting(
        snapshot: VqVaeSnapshot, config: VqVaeConfig, image_shape: tuple[int, int, int]
    ) -> VqInference:
        made.append(snapshot.step)
        return make_inference(snapshot, config, image_shape)

    panel = SamplePanel(counting, maker)
    panel.set_config(CONFIG)
    qtbot.addWidget(panel)
    snapshot, dataset = make_snapshot(0), make_dataset()
    panel.show_snapshot(snapshot, dataset)
    QTest.qWait(30)
    assert not made  # hidden
    panel.show()
    for step in range(1, 31):
        panel.show_snapshot(replace(snapshot, step=step), dataset)
        QTest.qWait(10)
    assert len(made) <= 2
    qtbot.waitUntil(lambda: made[-1] == 30, timeout=4000)  # the last one is drawn from without another event
    assert len(made) <= 3
    panel.finish()


def test_a_run_that_is_resumed_keeps_its_pixel_cnn(qtbot: QtBot, panel: SamplePanel, maker: Maker) -> None:
    panel.set_run("first")
    show(qtbot, panel, make_snapshot(step=9))
    learn(qtbot, panel)
    panel.set_run("first")
    panel.clear("The first picture comes in a moment.")
    show(qtbot, panel, make_snapshot(step=7))
    assert panel.columns.grids["pixel_cnn"].table is not None
    assert panel.standing.text() == "PixelCNN learnt at step 9; the others are of step 7"
    assert len(maker.made) == 1


def test_another_run_leaves_nothing_of_the_one_before(qtbot: QtBot, panel: SamplePanel, maker: Maker) -> None:
    panel.set_run("first")
    show(qtbot, panel, make_snapshot())
    learn(qtbot, panel)
    panel.set_run("second")
    panel.clear("Press Space")
    assert panel.words.isVisible()
    assert panel.words.text() == "Press Space"
    assert not panel.learn.isEnabled()
    show(qtbot, panel, make_snapshot(step=7))
    assert panel.columns.grids["pixel_cnn"].table is None
    assert len(maker.made) == 1  # it never starts by itself


def test_an_answer_that_comes_after_another_run_began_is_dropped(panel: SamplePanel) -> None:
    panel.show_snapshot(make_snapshot(), make_dataset())
    panel.clear("Press Space")
    QTest.qWait(100)
    assert panel.caption.text() == ""
    assert panel.columns.grids["uniform"].table is None


# -- codes under the mouse ----------------------------------------------------------------------------------


def test_the_cell_under_the_mouse_tells_its_code_and_a_click_chooses_it(
    qtbot: QtBot, panel: SamplePanel
) -> None:
    show(qtbot, panel, make_snapshot())
    hovered: list[int] = []
    chosen: list[int] = []
    panel.code_hovered.connect(hovered.append)
    panel.code_chosen.connect(chosen.append)
    grid = panel.columns.grids["count_table"]
    for cell in (Cell(0, 0, 0), Cell(3, 2, 1), Cell(7, 3, 3)):
        QTest.mouseMove(grid, middle(grid, cell))
        QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=middle(grid, cell))
        code = int(grid.codes[cell])
        assert hovered[-1] == code
        assert chosen[-1] == code
        assert f"Code {code} in row {cell.row + 1}" in grid.tip_at(QPointF(middle(grid, cell)))
    QTest.mouseMove(grid, QPoint(1, 1))
    assert hovered[-1] == -1


def test_arrow_keys_go_from_cell_to_cell_and_return_chooses(qtbot: QtBot, panel: SamplePanel) -> None:
    show(qtbot, panel, make_snapshot())
    grid = panel.columns.grids["unigram"]
    hovered: list[int] = []
    chosen: list[int] = []
    panel.code_hovered.connect(hovered.append)
    panel.code_chosen.connect(chosen.append)
    keys = [Qt.Key.Key_Right, Qt.Key.Key_Down, *[Qt.Key.Key_Right] * 4, Qt.Key.Key_Up, Qt.Key.Key_Up]
    for key in keys:
        QTest.keyClick(grid, key)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    # in two columns of samples: to the first cell, down, across into the second sample, up to its edge
    assert chosen == [int(grid.codes[1, 0, 0])]
    path = [(0, 0, 0), (0, 1, 0), (0, 1, 1), (0, 1, 2), (0, 1, 3), (1, 1, 0), (1, 0, 0)]
    expected = [code for code, _ in itertools.groupby(int(grid.codes[cell]) for cell in path)]
    assert hovered == expected


def test_a_code_lights_up_in_all_samples_and_silently(qtbot: QtBot, panel: SamplePanel) -> None:
    show(qtbot, panel, make_snapshot())
    told: list[int] = []
    panel.code_hovered.connect(told.append)
    panel.code_chosen.connect(told.append)
    grid = panel.columns.grids["uniform"]
    lit, chosen = 2, 4
    panel.set_hovered_code(lit)
    panel.set_code(chosen)
    picture = grid.grab().toImage()
    for code, rgb in ((lit, panel.theme.accent), (chosen, panel.theme.marker)):
        for found in zip(*np.nonzero(grid.codes == code), strict=True):
            rect = grid.cell_rect(Cell(*map(int, found)))
            edge = [QPointF(rect.left(), rect.center().y()), QPointF(rect.center().x(), rect.bottom())]
            assert any(_is_near(picture.pixelColor(at.toPoint()), rgb) for at in edge)
    assert told == []


def _is_near(found: QColor, rgb: str) -> bool:
    wanted = QColor(rgb)
    parts = (QColor.red, QColor.green, QColor.blue)
    return all(abs(part(found) - part(wanted)) < 40 for part in parts)


# -- PixelCNN -----------------------------------------------------------------------------------------------


def test_it_learns_only_when_asked_to_in_one_thread_of_its_own(
    qtbot: QtBot, panel: SamplePanel, maker: Maker
) -> None:
    snapshot, dataset = make_snapshot(), make_dataset()
    show(qtbot, panel, snapshot)
    assert not maker.made
    learn(qtbot, panel)
    (sampler,) = maker.made
    assert sampler.n_codes == K
    np.testing.assert_array_equal(sampler.codes, split_grids(snapshot, dataset).trained)
    assert len(sampler.threads) == 1
    assert threading.get_ident() not in sampler.threads
    grid = panel.columns.grids["pixel_cnn"]
    qtbot.waitUntil(lambda: bool((grid.codes == N_STEPS % K).all()))
    assert panel.columns.bars["pixel_cnn"].bits == pytest.approx(2 - N_STEPS / 100)
    assert panel.learn.text() == "Learn PixelCNN"
    before = grid.codes
    click(panel, "again")
    qtbot.waitUntil(lambda: grid.codes is not before)
    assert len(sampler.threads) == 1


def test_while_it_learns_it_says_how_far_it_is(qtbot: QtBot, panel: SamplePanel, maker: Maker) -> None:
    show(qtbot, panel, make_snapshot(step=1200))
    maker.may_step.clear()
    click(panel, "learn")
    assert panel.learn.text() == "Stop"
    assert panel.progress.isVisible()
    assert "step 1,200" in panel.standing.text()
    maker.may_step.set()
    qtbot.waitUntil(lambda: "of 40" in panel.progress.format())
    qtbot.waitUntil(lambda: panel.standing.text() == "PixelCNN learnt at step 1,200")
    assert not panel.progress.isVisible()


def test_stop_keeps_what_was_learnt_and_learning_goes_on_from_there(
    qtbot: QtBot, panel: SamplePanel, maker: Maker
) -> None:
    show(qtbot, panel, make_snapshot())
    maker.may_step.clear()
    click(panel, "learn")
    qtbot.waitUntil(lambda: bool(maker.made and maker.made[0].threads))
    click(panel, "learn")
    maker.may_step.set()
    qtbot.waitUntil(lambda: panel.learn.text() == "Learn PixelCNN")
    (sampler,) = maker.made
    assert sampler.step == 1
    qtbot.waitUntil(lambda: panel.columns.grids["pixel_cnn"].table is not None)
    learn(qtbot, panel)
    assert maker.made == [sampler]
    assert sampler.step == N_STEPS


def test_it_says_that_the_codebook_has_moved_and_learns_the_new_codes_anew(
    qtbot: QtBot, panel: SamplePanel, maker: Maker
) -> None:
    snapshot = make_snapshot(step=1200)
    show(qtbot, panel, snapshot)
    learn(qtbot, panel)
    show(qtbot, panel, later(snapshot))
    assert panel.standing.text() == "PixelCNN learnt at step 1,200; the codebook has moved since"
    show(qtbot, panel, replace(snapshot, step=1220))
    assert panel.standing.text().endswith("the encoder has changed since")
    click(panel, "learn")
    qtbot.waitUntil(lambda: panel.standing.text() == "PixelCNN learnt at step 1,220")
    assert len(maker.made) == 2


def test_samples_are_decoded_by_the_network_whose_codes_were_learnt(qtbot: QtBot, maker: Maker) -> None:
    steps: list[int] = []

    class Noting:
        def __init__(self, step: int) -> None:
            self._step = step

        def decode(self, codes: IntArray) -> np.ndarray:
            if len(codes) == N_SAMPLES:  # the counted priors decode theirs together
                steps.append(self._step)
            return make_inference(snapshot, CONFIG, (8, 8, 1)).decode(codes)

    snapshot = make_snapshot(step=100)
    panel = SamplePanel(lambda of, *_: Noting(of.step), maker)  # type: ignore[arg-type]
    panel.set_config(CONFIG)
    qtbot.addWidget(panel)
    panel.show()
    show(qtbot, panel, snapshot)
    learn(qtbot, panel)
    show(qtbot, panel, later(snapshot))
    n_before = len(steps)
    click(panel, "again")
    qtbot.waitUntil(lambda: len(steps) > n_before)
    assert set(steps) == {100}
    panel.finish()


def test_a_refusal_is_told_and_a_failure_too(qtbot: QtBot, panel: SamplePanel, maker: Maker) -> None:
    show(qtbot, panel, make_snapshot())
    maker.error = InputError("code grids cannot be learnt; give two.")
    click(panel, "learn")
    qtbot.waitUntil(lambda: panel.standing.text() == "code grids cannot be learnt; give two.")
    assert panel.learn.text() == "Learn PixelCNN"
    maker.error = RuntimeError("out of memory")
    click(panel, "learn")
    qtbot.waitUntil(lambda: "out of memory" in panel.standing.text())
    maker.error = None
    learn(qtbot, panel)


def test_the_end_of_the_window_waits_for_it_two_seconds_at_most(
    qtbot: QtBot, panel: SamplePanel, maker: Maker
) -> None:
    show(qtbot, panel, make_snapshot())
    maker.may_step.clear()
    click(panel, "learn")
    qtbot.waitUntil(lambda: bool(maker.made and maker.made[0].threads))
    threading.Timer(0.2, maker.may_step.set).start()
    panel.finish()
    assert maker.made[0].step <= 1
    assert not panel.learning.is_learning


# -- strange runs -------------------------------------------------------------------------------------------


def strange_snapshots() -> dict[str, tuple[VqVaeSnapshot, Dataset, VqVaeConfig]]:
    snapshot, dataset = make_snapshot(), make_dataset()
    rng = np.random.default_rng(0)
    n = len(dataset)
    one_cell = replace(snapshot, codes=snapshot.codes[:, :1, :1])
    big = replace(snapshot, codes=rng.integers(0, K, (n, 33, 20)))
    colour = replace(dataset, inputs=np.zeros((n, 30 * 21 * 3), np.float32), image_shape=(30, 21, 3))
    nothing_held_out = replace(dataset, is_held_out=np.zeros(n, np.bool_))
    all_held_out = replace(dataset, is_held_out=np.ones(n, np.bool_))
    collapsed = replace(snapshot, codes=np.zeros_like(snapshot.codes))
    return {
        "one cell": (one_cell, dataset, CONFIG),
        "more cells than pixels": (big, replace(colour, image_shape=(30, 21, 3)), CONFIG),
        "nothing held out": (snapshot, nothing_held_out, CONFIG),
        "all held out": (snapshot, all_held_out, CONFIG),
        "collapsed": (collapsed, dataset, CONFIG),
        "many codes": (replace(snapshot, codebook=np.zeros((8192, 1), np.float32)), dataset, CONFIG),
    }


class BlankInference:
    """Images of noughts, of any size."""

    def __init__(self, image_shape: tuple[int, int, int]) -> None:
        self._d = math.prod(image_shape)

    def decode(self, codes: IntArray) -> np.ndarray:
        return np.zeros((len(codes), self._d), np.float32)


@pytest.mark.parametrize("name", strange_snapshots())
def test_strange_runs_are_shown(qtbot: QtBot, maker: Maker, name: str) -> None:
    snapshot, dataset, config = strange_snapshots()[name]
    panel = SamplePanel(lambda *given: BlankInference(given[2]), maker)  # type: ignore[arg-type]
    panel.set_config(config)
    qtbot.addWidget(panel)
    panel.resize(540, 560)
    panel.show()
    show(qtbot, panel, snapshot, dataset)
    panel.set_hovered_code(0)
    for theme in (DARK, PROJECTOR):
        panel.set_theme(theme)
        panel.grab()
    if panel.learn.isEnabled():
        learn(qtbot, panel)
    grid = panel.columns.grids["uniform"]
    QTest.mouseMove(grid, grid.tile_rect(7).bottomRight().toPoint() - QPoint(1, 1))
    panel.grab()
    panel.finish()


def test_too_large_grids_are_refused_with_a_reason(qtbot: QtBot, maker: Maker) -> None:
    panel = SamplePanel(lambda *given: BlankInference(given[2]), maker)  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.show()
    codes = np.zeros((40, 32, 32), np.int64)
    snapshot = replace(make_snapshot(), codes=codes, codebook=np.zeros((8192, 2), np.float32))
    panel.show_snapshot(snapshot, make_dataset())
    panel.finish()
    assert not panel.learn.isEnabled()
    assert "32 × 32" in panel.learn.toolTip()


def test_points_in_the_plane_have_no_codes(panel: SamplePanel) -> None:
    panel.show_snapshot(make_snapshot(), replace(make_dataset(), image_shape=None))
    assert panel.words.isVisible()
    assert "plane" in panel.words.text()
