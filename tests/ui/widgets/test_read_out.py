"""A read-out says as much as it has room for."""

from pytestqt.qtbot import QtBot

from dgm_explorer.ui.widgets.read_out import ReadOut

LONG, SHORT = "0.0001984   −0.04606", "0.0002   −0.05"


def test_the_longest_text_that_fits_is_shown(qtbot: QtBot) -> None:
    read_out = ReadOut(LONG)
    qtbot.addWidget(read_out)
    read_out.set_text(LONG, SHORT)
    for text in (LONG, SHORT):
        read_out.resize(read_out.fontMetrics().size(0, text).width(), 20)
        assert read_out.shown_text == text
    assert read_out.text() == LONG
