"""The curves of the bound under the mouse: what is painted, read out and lit."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.core.picture_size import PictureSize
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.ui.picture_file import laid_out
from dgm_explorer.ui.tabs.gmm_vae.elbo_view import ElboView
from dgm_explorer.ui.tabs.gmm_vae.formula_panel import FormulaPart
from dgm_explorer.ui.tabs.gmm_vae.single_bars import SingleBars
from dgm_explorer.ui.tabs.gmm_vae.single_terms import point_terms
from dgm_explorer.ui.tabs.gmm_vae.terms import nats_text, term_color
from dgm_explorer.ui.theme import LIGHT, THEMES, apply_theme
from tests.ui.plots.conftest import Hand
from tests.ui.settling import settle
from tests.ui.tabs.gmm_vae.bound_cases import JOINT_FROM, make_dataset, make_history, make_snapshot

STEP = 800.0


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> ElboView:
    """A view with 1,200 steps on the screen, in the light theme whatever an earlier test has put on."""
    apply_theme(qapp, LIGHT)
    view = ElboView()
    qtbot.addWidget(view)
    QCursor.setPos(0, 0)  # an earlier test may have left the pointer where a term would light up
    view.move(150, 150)
    view.resize(620, 460)
    with qtbot.waitExposed(view):
        view.show()
    view.set_names("first", "second")
    view.show_history(make_history())
    return view


def at(view: ElboView, y: float, step: float = STEP) -> QPointF:
    return view.chart.view_to_viewport(step, y)


def is_near(found: QColor, rgb: str, tolerance: int = 30) -> bool:
    wanted = QColor(rgb)
    return all(abs(a - b) <= tolerance for a, b in zip(found.getRgb()[:3], wanted.getRgb()[:3], strict=True))


def painted(view: ElboView, y: float, step: float = STEP) -> QColor:
    return Hand(view.chart).color_at(at(view, y, step))


def count_near(view: ElboView, y: float, rgb: str, tolerance: int) -> int:
    """At how many of 41 places between steps 700 and 900 a pixel, or one beside it, has about that colour."""
    picture = Hand(view.chart).picture()
    places = [at(view, y, step).toPoint() for step in np.linspace(700, 900, 41)]
    around = [[picture.pixelColor(place.x(), place.y() + dy) for dy in (-1, 0, 1)] for place in places]
    return sum(any(is_near(found, rgb, tolerance) for found in column) for column in around)


@pytest.mark.parametrize(("y", "term"), [(-10.0, "a"), (-22.4, "b"), (-23.4, "c"), (1.0, "d")])
def test_each_term_is_painted_where_it_lies_in_the_stack(view: ElboView, y: float, term: str) -> None:
    assert is_near(painted(view, y), term_color(term, LIGHT))


def test_the_same_term_changes_sides_with_its_sign(view: ElboView) -> None:
    """(d) is −4 while pre-training, below (a) and (b), and +2 in joint training, above 0."""
    assert is_near(painted(view, -38.0, step=250.0), term_color("d", LIGHT))
    assert not is_near(painted(view, 1.0, step=250.0), term_color("d", LIGHT))


def test_the_sum_is_a_line_in_the_colour_of_text(view: ElboView) -> None:
    assert count_near(view, -21.5, LIGHT.text, 60) > 20


def test_hovering_a_step_puts_its_values_under_the_formula(view: ElboView) -> None:
    hand = Hand(view.chart)
    hand.move(at(view, -10.0, step=200.0), is_down=False)
    texts = {term: view.formula_panel.part(term).value_texts() for term in ("elbo", *TERMS)}
    assert texts["elbo"] == ("−40.00", "(−41.00)")
    assert texts["a"] == ("−30.00", "(−31.00)")
    assert texts["d"] == ("−4.00", "(−4.00)")
    hand.move(QPointF(2.0, 2.0), is_down=False)
    assert view.formula_panel.part("elbo").value_texts() == ("−21.50", "(−22.50)")


def test_a_step_looked_back_on_stays_under_the_formula_once_the_mouse_has_left(view: ElboView) -> None:
    view.set_shown_step(200.0)
    sum_of = view.formula_panel.part("elbo").value_texts
    assert sum_of() == ("−40.00", "(−41.00)")
    hand = Hand(view.chart)
    hand.move(at(view, -10.0, step=950.0), is_down=False)
    assert sum_of() != ("−40.00", "(−41.00)")
    hand.move(QPointF(2.0, 2.0), is_down=False)
    assert sum_of() == ("−40.00", "(−41.00)")
    view.set_shown_step(None)
    assert sum_of() == ("−21.50", "(−22.50)")


def test_the_mixture_fit_belongs_to_joint_training(view: ElboView) -> None:
    """Its step, the last before `JOINT_FROM`, has no batch: it shows what joint training meets."""
    fit = JOINT_FROM - 1.0
    whole = make_history()
    history = MetricsHistory()
    names = whole.names("train")
    rows = np.column_stack([whole.steps("train"), *(whole.column("train", name) for name in names)])
    history.append([MetricsTable("train", ("step", *names), rows[rows[:, 0] != fit])])
    view.show_history(history)
    view.set_shown_step(fit)
    assert view.formula_panel.part("a").value_texts()[0] == "−20.00"
    assert any("step 400, epoch 39.9, joint" in label.text() for label in view.findChildren(QLabel))
    view.set_shown_step(fit - 1)
    assert any("pre-train" in label.text() for label in view.findChildren(QLabel))


def test_hovering_an_area_lights_up_its_term_and_fades_the_others(view: ElboView) -> None:
    told: list[str] = []
    view.term_hovered.connect(told.append)
    Hand(view.chart).move(at(view, -10.0), is_down=False)
    assert told == ["a"]
    assert view.formula_panel.part("a").is_lit
    Hand(view.chart).move(at(view, -20.3), is_down=False)
    assert told == ["a", "b"]
    assert is_near(painted(view, -20.4, step=950.0), term_color("b", LIGHT))
    assert not is_near(painted(view, -10.0, step=950.0), term_color("a", LIGHT))


def test_the_keyboard_lights_up_a_term_and_its_curve(view: ElboView, qtbot: QtBot) -> None:
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    first = view.formula_panel.part("elbo")
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert view.formula_panel.part("a").hasFocus()
    assert view.formula_panel.part("a").is_lit
    assert is_near(painted(view, -10.0), term_color("a", LIGHT))
    assert not is_near(painted(view, -21.0), term_color("b", LIGHT))


def test_lines_stand_at_the_values_of_their_terms(view: ElboView) -> None:
    told: list[bool] = []
    view.stacked_changed.connect(told.append)
    box = view.findChild(QComboBox)
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert told == [False]
    assert count_near(view, -20.0, term_color("a", LIGHT), 60) > 20


def test_zooming_one_chart_takes_the_other_along_and_a_brings_all_back(view: ElboView) -> None:
    before = view.detail.view_range[0]
    Hand(view.chart).wheel(at(view, -10.0), 8)
    assert view.detail.view_range[0] == pytest.approx(view.chart.view_range[0])
    assert view.detail.view_range[0][1] - view.detail.view_range[0][0] < 0.8 * (before[1] - before[0])
    zoomed = view.chart.view_range[0]
    view.show_history(make_history(3000))
    assert view.chart.view_range[0] == zoomed
    QTest.keyClick(view.chart, Qt.Key.Key_A)
    assert view.chart.view_range[0][1] > 3000
    assert view.detail.view_range[0][1] > 3000
    view.show_history(make_history(5000))
    assert view.detail.view_range[0][1] > 5000


@pytest.mark.parametrize("is_stacked", [True, False], ids=["stacked", "lines"])
def test_held_out_examples_that_fall_far_below_the_training_stay_in_sight(
    view: ElboView, is_stacked: bool
) -> None:
    view.set_stacked(is_stacked)
    assert view.chart.view_range[1][0] > -50
    view.show_history(make_history(held_out_shift=-60.0))
    held_out = -20.0 - 60.0 - 3.0 - 1.0 + 2.0 + 0.5
    assert count_near(view, held_out, LIGHT.text, 90) > 5


def test_a_growing_run_is_followed(view: ElboView) -> None:
    view.show_history(make_history(5000))
    assert view.chart.view_range[0][1] >= 5000
    assert view.chart.block_length > 1


def test_what_is_exported_is_what_is_drawn(view: ElboView) -> None:
    assert [plot.export_name for plot in view.plots()] == [
        "gmm-vae-bound",
        "gmm-vae-elbo",
        "gmm-vae-elbo-detail",
    ]
    table = view.chart.export_table()
    columns = dict(zip(table.header, table.columns, strict=True))
    terms = [np.asarray(columns[f"{term}_nats"]) for term in TERMS]
    np.testing.assert_allclose(np.sum(terms, axis=0), columns["elbo_nats"])


def test_a_chart_that_is_exported_alone_has_the_axis_of_steps(view: ElboView) -> None:
    axis = view.chart.plotItem.getAxis("bottom")
    assert view.detail.isVisible()
    assert not axis.isVisible(), "the lower chart has it"
    with laid_out(view.chart, PictureSize(400, 300)):
        assert axis.isVisible()
    assert not axis.isVisible()


def test_a_second_run_is_dashed_and_named(view: ElboView) -> None:
    view.set_stacked(False)
    view.show_history(make_history(), make_history(shift=-15.0))
    assert 8 < count_near(view, -35.0, term_color("a", LIGHT), 90) < 38
    assert "second" in view.legend()


def test_a_second_run_draws_no_line_across_the_stack_where_a_term_changes_its_sign(view: ElboView) -> None:
    """(d) is −4, then 2, (e) 0, then 0.5: their borders end below (a) and go on above 0."""
    view.show_history(make_history(), make_history(shift=-1.0))
    picture = Hand(view.chart).picture()
    left, right = (at(view, -15.0, JOINT_FROM + side).toPoint() for side in (-40.0, 40.0))
    across = [picture.pixelColor(x, left.y() + dy) for x in range(left.x(), right.x()) for dy in range(-8, 9)]
    assert any(is_near(found, term_color("a", LIGHT)) for found in across)
    assert not any(is_near(found, term_color(term, LIGHT), 80) for found in across for term in "de")


def test_before_a_run_the_view_says_what_will_come(qtbot: QtBot) -> None:
    view = ElboView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    assert view.chart.cover.reason
    view.show_history(make_history(0))
    Hand(view.chart).move(QPointF(200.0, 60.0), is_down=False)
    assert view.formula_panel.part("elbo").value_texts() == ("–", "(–)")


def test_bars_of_a_click_stand_beside_the_average(view: ElboView) -> None:
    bars = view.findChild(SingleBars)
    assert not bars.isVisible()
    single = point_terms(make_snapshot(), make_dataset(), 7)
    view.show_single(single)
    assert bars.isVisible()
    value, average = bars.row_texts()[1]
    assert value.startswith(f"{single.values[0]:.2f}".replace("-", "−"))
    assert average == "−20.00"
    view.show_single(None)
    assert not bars.isVisible()


@pytest.mark.parametrize("name", THEMES)
def test_numbers_under_the_formula_are_never_cut(qtbot: QtBot, name: str) -> None:
    view = ElboView()
    qtbot.addWidget(view)
    view.set_theme(THEMES[name])
    view.resize(view.minimumSizeHint().width(), 400)
    view.show()
    view.show_history(make_history())
    for part in view.findChildren(FormulaPart):
        font = part.font()
        font.setPointSizeF(THEMES[name].font_point_size)
        assert part.width() >= QFontMetricsF(font).horizontalAdvance(part.value_texts()[0])


def test_large_numbers_have_a_decimal_less_so_that_their_brackets_fit() -> None:
    texts = {-113.36: "−113.4", -99.99: "−99.99", 0.004: "0.00", -54321.6: "−54322", -1.865e5: "−1.9e5"}
    assert {value: nats_text(value) for value in texts} == texts
    assert nats_text(float("nan")) == "–"


def test_tooltips_say_what_a_term_is_and_what_makes_it_grow(view: ElboView) -> None:
    for term in ("elbo", *TERMS):
        tip = view.formula_panel.part(term).tip()
        assert "nats" in tip
        assert "grows" in tip


def test_in_a_low_window_the_curves_take_the_height_of_the_axis(view: ElboView) -> None:
    for height in (300, 120, 100):  # the second chart has to be gone first
        view.resize(620, height)
        settle()
        assert view.chart.view_box.height() > 40
