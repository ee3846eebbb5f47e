"""A line that gives way: it never widens what it stands in, and says that something is cut."""

from pytestqt.qtbot import QtBot

from dgm_explorer.ui.widgets.elided_label import ElidedLabel


def test_a_long_text_asks_for_no_more_room_than_a_short_one(qtbot: QtBot) -> None:
    short, long = ElidedLabel("a"), ElidedLabel("many words " * 20)
    for label in (short, long):
        qtbot.addWidget(label)
    assert long.minimumSizeHint() == short.minimumSizeHint()
    assert long.sizeHint().width() > short.sizeHint().width()


def test_what_is_cut_ends_in_an_ellipsis(qtbot: QtBot) -> None:
    label = ElidedLabel("387 selected: 0 × 178, 6 × 143, 5 × 65")
    qtbot.addWidget(label)
    label.resize(100, 20)
    assert label.shown_text.endswith("…")
    label.resize(label.sizeHint())
    assert label.shown_text == label.text()
