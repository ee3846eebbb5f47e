"""Points painted with the mouse or loaded from a file become a mixture."""

import math
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from dgm_explorer.app import make_application
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import View1D
from dgm_explorer.ui.tabs.kl.fit_dialog import FitDialog, fit_sentence
from dgm_explorer.ui.theme import LIGHT

FIT_TIMEOUT_MS = 30_000  # the first fit imports scikit-learn


@pytest.fixture
def dialog(qtbot: QtBot) -> FitDialog:
    make_application()
    dialog = FitDialog(LIGHT, View1D())
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def at(dialog: FitDialog, x: float) -> QPoint:
    top = dialog.plot.view_range[1][1]
    return dialog.plot.view_to_viewport(x, 0.5 * top).toPoint()


def paint(dialog: FitDialog, center: float, moves: int = 30) -> None:
    """One stroke back and forth around a place."""
    viewport = dialog.plot.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at(dialog, center))
    for move in range(moves):
        QTest.mouseMove(viewport, at(dialog, center + 0.4 * math.sin(move)))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at(dialog, center))


def wait_for_fit(dialog: FitDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.ok_button.isEnabled(), timeout=FIT_TIMEOUT_MS)


def test_two_strokes_become_two_components(dialog: FitDialog, qtbot: QtBot) -> None:
    assert not dialog.ok_button.isEnabled()
    empty = dialog.plot.grab().toImage()
    paint(dialog, -3)
    paint(dialog, 4)
    assert dialog.plot.points.size > 200
    wait_for_fit(dialog, qtbot)
    assert [round(component.mu) for component in dialog.components] == [-3, 4]
    assert "2 components by BIC" in dialog.message
    assert dialog.plot.grab().toImage() != empty
    with qtbot.waitSignal(dialog.components_chosen) as chosen:
        QTest.mouseClick(dialog.ok_button, Qt.MouseButton.LeftButton)
    assert chosen.args == [dialog.components]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_cancelling_chooses_nothing(dialog: FitDialog, qtbot: QtBot) -> None:
    paint(dialog, 0)
    with qtbot.assertNotEmitted(dialog.components_chosen):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.result() == QDialog.DialogCode.Rejected
    assert not dialog.isVisible()


def test_a_dialog_that_is_left_during_a_fit_goes_when_the_fit_has_ended(qtbot: QtBot) -> None:
    may_end, gone = Event(), []
    dialog = FitDialog(LIGHT, View1D())
    dialog.show()
    dialog._worker._work = lambda _request: may_end.wait(FIT_TIMEOUT_MS / 1000)
    dialog._worker.finished.disconnect()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.destroyed.connect(lambda: gone.append(True))
    dialog._worker.ask("a fit")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    QTest.qWait(50)
    assert not gone
    may_end.set()
    qtbot.waitUntil(lambda: bool(gone), timeout=FIT_TIMEOUT_MS)


def test_a_file_is_fitted_and_shown_in_its_own_range(dialog: FitDialog, qtbot: QtBot, tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(500, 20, 400)
    path = tmp_path / "points.npy"
    np.save(path, points)
    dialog.load(path)
    wait_for_fit(dialog, qtbot)
    (component,) = dialog.components
    assert component.mu == pytest.approx(points.mean())
    lo, hi = dialog.plot.view_range[0]
    assert lo < points.min() < points.max() < hi
    np.testing.assert_array_equal(dialog.plot.export_table().columns[0], points)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x\n1\nnan\n", "row 3 holds NaN"),
        ("1,2\n3,4\n", "two columns"),
        ("", "no points"),
        ("1\n1e9\n", "rescale"),
    ],
)
def test_a_bad_file_is_one_sentence(
    dialog: FitDialog, qtbot: QtBot, tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "points.csv"
    path.write_text(content)
    dialog.load(path)
    qtbot.waitUntil(lambda: message in dialog.message, timeout=FIT_TIMEOUT_MS)
    assert not dialog.ok_button.isEnabled()


def test_a_bad_file_leaves_what_was_painted(dialog: FitDialog, qtbot: QtBot, tmp_path: Path) -> None:
    paint(dialog, 1)
    wait_for_fit(dialog, qtbot)
    before = dialog.components
    dialog.load(tmp_path / "missing.csv")
    assert "no such file" in dialog.message
    assert dialog.components == before
    assert dialog.ok_button.isEnabled()


def test_clear_starts_anew(dialog: FitDialog, qtbot: QtBot) -> None:
    paint(dialog, 1)
    wait_for_fit(dialog, qtbot)
    QTest.mouseClick(dialog.clear_button, Qt.MouseButton.LeftButton)
    assert dialog.plot.points.size == 0
    assert not dialog.ok_button.isEnabled()
    assert dialog.components == ()


def test_the_brush_scatters_as_widely_as_it_says(dialog: FitDialog) -> None:
    spreads = []
    for position in (0, 100):
        dialog.brush.setValue(position)
        QTest.mouseClick(dialog.clear_button, Qt.MouseButton.LeftButton)
        viewport = dialog.plot.viewport()
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at(dialog, 0))
        for _ in range(60):
            QTest.mouseMove(viewport, at(dialog, 0) + QPoint(0, 1))
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at(dialog, 0))
        spreads.append(dialog.plot.points.std())
        assert spreads[-1] == pytest.approx(dialog.plot.brush_sigma, rel=0.25)
    assert spreads[1] > 50 * spreads[0]


def test_the_sentence_of_a_fit() -> None:
    sentence = fit_sentence((Component1D(0.25, -2.0, 0.5), Component1D(0.75, 3.0, 1.25)), 345)
    assert sentence == "345 points; 2 components by BIC: 0.25 · N(−2, 0.5²) + 0.75 · N(3, 1.25²)"
