"""Themes: readable, and the same meaning everywhere."""

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from dgm_explorer.ui.theme import LIGHT, THEMES, Theme, apply_theme, blend, contrast, make_palette

EVERY_THEME = pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=1e-3)  # WebAIM's published example


def test_blend_runs_from_the_first_to_the_second() -> None:
    assert blend("#204060", "#ffffff", 0) == "#204060"
    assert blend("#204060", "#ffffff", 1) == "#ffffff"


@EVERY_THEME
def test_text_is_readable(theme: Theme) -> None:
    for background in (theme.window, theme.panel, theme.plot_background):
        assert contrast(theme.text, background) >= 11
        assert contrast(theme.muted_text, background) >= 5.5
    assert contrast(theme.warning_text, theme.warning) >= 7


@EVERY_THEME
def test_curves_stand_out_from_the_plot(theme: Theme) -> None:
    for line in (theme.forward, theme.reverse, theme.p_line, theme.q_line):
        assert contrast(line, theme.plot_background) >= 3
    least = 4.5 if theme.name == "projector" else 3
    assert contrast(theme.forward, theme.plot_background) >= least


@EVERY_THEME
def test_ten_components_differ(theme: Theme) -> None:
    assert len({theme.component(i) for i in range(10)}) == 10
    assert theme.component(12) == theme.component(2)


@EVERY_THEME
def test_the_palette_takes_the_colours(theme: Theme) -> None:
    palette = make_palette(theme)
    assert palette.color(QPalette.ColorRole.Window).name() == theme.window
    assert palette.color(QPalette.ColorRole.Text).name() == theme.text
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name() != theme.text


def test_applying_a_theme_dresses_the_application(qapp: QApplication) -> None:
    for theme in (*THEMES.values(), LIGHT):
        apply_theme(qapp, theme)
        assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.window
        assert qapp.font().pointSizeF() == pytest.approx(theme.font_point_size)
    assert qapp.style().name() == "fusion"


@EVERY_THEME
def test_an_empty_box_can_be_seen(qapp: QApplication, qtbot: QtBot, theme: Theme) -> None:
    apply_theme(qapp, theme)
    box = QCheckBox("a")
    qtbot.addWidget(box)
    box.show()
    image = box.grab().toImage()
    colors = {image.pixelColor(x, image.height() // 2).name() for x in range(16)}
    assert max(contrast(color, theme.window) for color in colors) > 1.3
