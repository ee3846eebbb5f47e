"""No text below 20 pixels in a lecture hall: what widgets show, and what pictures paint by hand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtGui import QFontInfo, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsTextItem,
    QGraphicsView,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenuBar,
    QStatusBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.theme import HALL, PROJECTOR, THEMES, fitted
from dgm_explorer.ui.what_is_this.present import present_value
from dgm_explorer.ui.what_is_this.run import NO_RUN
from dgm_explorer.ui.what_is_this.texts import panel_texts
from dgm_explorer.ui.widgets.fill_buttons import FillButtons
from tests.ui.first_minute.every_page import TABS, train, turn_pages

LEAST_PX = 20
HALL_SIZE = (1920, 1080)
WITH_TEXT = (
    QAbstractButton, QAbstractItemView, QComboBox, QGroupBox, QHeaderView, QLabel, QLineEdit, QMenuBar,
    QStatusBar, QTabBar,
)  # fmt: skip


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Each text painted by Python code, with the smallest size in pixels at which it was."""
    sizes: dict[str, float] = {}
    draw = QPainter.drawText

    def note(painter: QPainter, *args: Any) -> Any:
        text = next((arg for arg in args if isinstance(arg, str)), "")
        scale = abs(painter.deviceTransform().m22()) or abs(painter.deviceTransform().m12())
        ratio = painter.device().devicePixelRatioF()
        size = QFontInfo(painter.font()).pixelSize() * scale / ratio
        if text.strip():
            sizes[text] = min(size, sizes.get(text, size))
        return draw(painter, *args)

    monkeypatch.setattr(QPainter, "drawText", note)
    return sizes


def shown_sizes(window: MainWindow) -> Iterator[tuple[str, int]]:
    """Every text of a stock widget in the window, and of the items in its plots."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, WITH_TEXT) and (not isinstance(widget, QLabel) or widget.text()):
            yield _name(widget), QFontInfo(widget.font()).pixelSize()
        if isinstance(widget, QGraphicsView):
            for item in widget.items():
                if isinstance(item, QGraphicsTextItem) and item.isVisible() and item.toPlainText().strip():
                    yield item.toPlainText(), _smallest(item)


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", lambda: "")
    return f"{type(widget).__name__} {text() if callable(text) and not isinstance(widget, QTabBar) else ''}"


def _smallest(item: QGraphicsTextItem) -> int:
    """The smallest letter of a rich text."""
    sizes = []
    block = item.document().begin()
    while block.isValid():
        for piece in block.textFormats():
            sizes.append(QFontInfo(piece.format.font()).pixelSize())
        block = block.next()
    return min(sizes)


@pytest.mark.parametrize("key", TABS)
def test_no_text_is_small_in_a_lecture_hall(
    make_real_window: Callable[..., MainWindow], painted: dict[str, float], key: str, qtbot: QtBot
) -> None:
    window = make_real_window(HALL_SIZE, "projector")
    assert window.theme is HALL
    train(window, key, qtbot)
    assert not any(buttons.isVisible() for buttons in window.findChildren(FillButtons)), "nothing is empty"
    tab = window.current_tab
    said = {name: present_value(tab, name, tab) for name in panel_texts(key)}
    assert not {name for name, words in said.items() if NO_RUN in words}
    small: set[tuple[str, str, float]] = set()
    for page in turn_pages(window.current_tab):
        painted.clear()
        window.grab()
        assert painted, page
        small |= {(page, text, size) for text, size in painted.items() if size < LEAST_PX - 0.5}
        small |= {(page, text, size) for text, size in shown_sizes(window) if size < LEAST_PX}
    assert not small, "\n".join(map(str, sorted(small, key=str)))


def test_the_type_of_the_projector_goes_with_the_height_of_the_window(
    make_real_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make_real_window((1280, 720), "projector")
    assert window.theme is PROJECTOR
    QApplication.processEvents()
    small = {(text, size) for text, size in shown_sizes(window) if size < LEAST_PX * 720 / 1080 - 0.5}
    assert not small
    window.resize(1920, 1080)
    assert window.theme is PROJECTOR, "it waits for the end of the resize"
    qtbot.waitUntil(lambda: window.theme is HALL)
    assert window.current_tab.theme is HALL
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.theme is PROJECTOR)
    assert PROJECTOR.least_point_size * 96 / 72 >= LEAST_PX * 720 / 1080
    assert HALL.least_point_size * 96 / 72 >= LEAST_PX
    fine = fitted(HALL, 1440)
    assert fine.least_point_size * 96 / 72 >= LEAST_PX * 1440 / 1080 - 0.5
    assert fitted(fine, 1080) is HALL
    for theme in THEMES.values():
        assert fitted(theme, 700) is theme
