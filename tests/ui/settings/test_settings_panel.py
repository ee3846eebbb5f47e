"""The settings column under the hand: what it writes into the state, says and asks of the run."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
)
from pytestqt.qtbot import QtBot

from dgm_explorer.core.dataset import TOYS, DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.training import Command
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.settings import data_section
from dgm_explorer.ui.settings.config_form import PENDING_MARK
from dgm_explorer.ui.settings.pending_changes import RunSettings
from dgm_explorer.ui.settings.settings_panel import SettingsPanel
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.gmm_vae.config_fields import SETTINGS
from dgm_explorer.ui.tabs.gmm_vae.state_editor import GmmVaeEditor
from dgm_explorer.ui.tabs.vq_vae.config_fields import SETTINGS as IMAGE_SETTINGS
from dgm_explorer.ui.tabs.vq_vae.state_editor import VqVaeEditor
from dgm_explorer.ui.tabs.vq_vae.vq_vae_tab import VqVaeTab
from dgm_explorer.ui.theme import LIGHT, THEMES, Theme, apply_theme
from dgm_explorer.ui.widgets.form import ChoiceBox
from tests.ui.settling import settle

ALL_FIELDS = [spec for specs in (*(specs for _, specs in SETTINGS.sections), SETTINGS.live) for spec in specs]


class Column:
    """A settings panel on a store of its own, as a tab has it, and all that it said."""

    def __init__(self, qtbot: QtBot) -> None:
        self.store = Store(GmmVaeState())
        self.editor = GmmVaeEditor(self.store)
        self.panel = SettingsPanel(SETTINGS, self.editor, LIGHT)
        self.refused: list[str] = []
        self.noticed: list[str] = []
        self.commands: list[Command] = []
        self.editor.refused.connect(self.refused.append)
        self.editor.noticed.connect(self.noticed.append)
        self.panel.command_requested.connect(self.commands.append)
        self.store.changed.connect(lambda _, new: self.panel.show_state(new))
        self.panel.show_state(self.store.state)
        qtbot.addWidget(self.panel)
        self.panel.resize(self.panel.width(), 700)
        self.panel.show()

    @property
    def config(self) -> GmmVaeConfig:
        config: GmmVaeConfig = self.store.state.config
        return config

    def type_into(self, box: object, text: str) -> None:
        assert isinstance(box, QLineEdit)
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)

    def choose(self, box: object, key: str) -> None:
        """With the keyboard, as the pop-up list takes it."""
        assert isinstance(box, ChoiceBox)
        box.setFocus()
        key_pressed = Qt.Key.Key_Down if box.findData(key) > box.currentIndex() else Qt.Key.Key_Up
        while box.key != key:
            QTest.keyClick(box, key_pressed)

    def run(self, phase: str = "pretrain") -> None:
        """Something is being trained with the present settings."""
        self.panel.set_running(RunSettings(self.store.state.source, self.config), phase)


@pytest.fixture
def column(qtbot: QtBot) -> Column:
    return Column(qtbot)


def test_every_field_of_the_configuration_has_one_control() -> None:
    names = [spec.name for spec in ALL_FIELDS]
    assert sorted(names) == sorted(GmmVaeConfig.__dataclass_fields__)


def test_numbers_typed_are_stored(column: Column) -> None:
    column.type_into(column.panel.box("n_components"), "7")
    column.type_into(column.panel.box("latent_dim"), "10")
    column.type_into(column.panel.box("hidden"), "128, 64 32")
    column.type_into(column.panel.box("pretrain_beta"), "0,5")
    column.type_into(column.panel.live.snapshot_every, "0.5")
    assert column.config.n_components == 7
    assert isinstance(column.config.n_components, int)
    assert column.config.latent_dim == 10
    assert column.config.hidden == (128, 64, 32)
    assert column.config.pretrain_beta == 0.5
    assert column.store.state.snapshot_every_s == 0.5
    assert column.refused == []


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("n_components", "0", "n_components = 0 must lie between 1 and 100"),
        ("n_components", "2.5", "not a whole number"),
        ("latent_dim", "many", "not a number"),
        ("latent_dim", "1e400", "not a finite number"),
        ("hidden", "wide", "whole numbers"),
        ("hidden", "1,1,1,1,1,1,1", "give 1 to 6 widths"),
        ("hidden", "99999999999", "whole numbers"),
    ],
)
def test_nonsense_is_refused_with_a_sentence_and_the_value_stays(
    column: Column, field: str, text: str, words: str
) -> None:
    box = column.panel.box(field)
    assert isinstance(box, QLineEdit)
    shown = box.text()
    column.type_into(box, text)
    assert len(column.refused) == 1
    assert words in column.refused[0]
    assert column.config == GmmVaeConfig()
    column.panel.setFocus()
    box.clearFocus()
    assert box.text() == shown


def test_switch_and_choice_are_stored(column: Column) -> None:
    switch = column.panel.box("is_mixture_fitted")
    assert isinstance(switch, QCheckBox)
    switch.setFocus()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert not column.config.is_mixture_fitted
    column.choose(column.panel.box("likelihood"), "gaussian")
    assert column.config.likelihood == "gaussian"


def test_what_has_no_effect_beside_the_others_is_greyed(column: Column) -> None:
    init, guided = column.panel.box("mixture_init"), column.panel.box("guided_epochs")
    assert init.isEnabled()
    assert guided.isEnabled()
    column.editor.set_config(mixture_init="gmm")
    assert not guided.isEnabled()
    column.editor.set_config(is_mixture_fitted=False)
    assert not init.isEnabled()


def test_other_data_bring_what_suits_them_in_one_step_and_say_so(column: Column) -> None:
    column.choose(column.panel.data.source, "digits")
    before = column.store.state
    column.panel.data.source.set_key("moons")
    column.panel.data.source.activated.emit(column.panel.data.source.currentIndex())
    assert column.store.state.source == DataSource("moons")
    assert column.config.likelihood == "gaussian"
    assert column.config.n_components == 2
    assert column.noticed[0].startswith("Adapted to moons; Undo"), "a status bar cuts off the end"
    assert "likelihood bernoulli → gaussian" in column.noticed[0]
    column.store.undo()
    assert column.store.state == before
    assert column.panel.data.source.key == "digits"


def test_the_combo_says_how_many_and_how_large(column: Column) -> None:
    assert column.panel.data.source.currentText() == "digits  ·  1\u2009797 8×8"
    assert "handwritten" in column.panel.data.about


def test_a_folder_comes_into_the_list_while_it_is_chosen(
    column: Column, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = column.panel.data.source.count()
    monkeypatch.setattr(data_section, "ask_data_folder", lambda *_: Path("somewhere/cats"))
    QTest.mouseClick(column.panel.data.folder, Qt.MouseButton.LeftButton)
    assert column.store.state.source == DataSource("path", path=str(Path("somewhere/cats")))
    assert column.panel.data.source.currentText() == "cats"
    column.store.undo()
    assert column.panel.data.source.count() == count


def test_points_are_not_offered_to_a_model_of_images_but_shown_if_a_session_names_them(
    qtbot: QtBot, column: Column
) -> None:
    store = Store(VqVaeState())
    panel = SettingsPanel(IMAGE_SETTINGS, VqVaeEditor(store), LIGHT)
    qtbot.addWidget(panel)
    panel.show_state(store.state)
    panel.show()
    box = panel.data.source
    offered = [box.itemData(index) for index in range(box.count())]
    assert {"digits", "fashion-mnist"} <= set(offered)
    assert not set(offered) & set(TOYS)
    assert not panel.data.paint.isVisible()
    panel.show_state(replace(store.state, source=DataSource("moons")))
    assert (box.key, box.currentText()) == ("moons", "moons")
    panel.show_state(store.state)
    assert [box.itemData(index) for index in range(box.count())] == offered
    assert column.panel.data.source.findData("moons") >= 0
    assert column.panel.data.paint.isVisible()


def test_a_question_cancelled_changes_nothing(column: Column, monkeypatch: pytest.MonkeyPatch) -> None:
    before = column.store.state
    monkeypatch.setattr(data_section, "ask_data_file", lambda *_: None)
    QTest.mouseClick(column.panel.data.file, Qt.MouseButton.LeftButton)
    assert column.store.state == before


def test_the_limit_is_kept_when_the_data_change(column: Column) -> None:
    column.type_into(column.panel.data.limit, "500")
    column.panel.open_path(Path("faces.npz"))
    assert column.store.state.source == DataSource("path", path="faces.npz", limit=500)
    column.type_into(column.panel.data.limit, "-1")
    assert "must lie between 0" in column.refused[-1]


def test_defaults_are_those_of_the_data_and_can_be_undone(column: Column) -> None:
    column.type_into(column.panel.box("hidden"), "9")
    column.type_into(column.panel.box("seed"), "3")
    before = column.config
    QTest.mouseClick(column.panel.defaults, Qt.MouseButton.LeftButton)
    assert column.config == GmmVaeConfig()
    assert "hidden layers 9 → 256-256" in column.noticed[-1]
    column.store.undo()
    assert column.config == before


def test_settings_that_wait_for_the_next_run_are_marked_and_listed(column: Column, qtbot: QtBot) -> None:
    column.run()
    assert column.panel.restart.text() == "Restart"
    column.type_into(column.panel.box("n_components"), "4")
    assert column.panel.restart.text() == "Restart (1 change •)"
    assert column.panel.restart.toolTip().endswith("Take effect then: K")
    assert column.panel.label_text("n_components") == "Clusters K" + PENDING_MARK
    with qtbot.waitSignal(column.panel.restart_requested):
        QTest.mouseClick(column.panel.restart, Qt.MouseButton.LeftButton)
    column.run()
    assert column.panel.restart.text() == "Restart"
    assert column.panel.label_text("n_components") == "Clusters K"
    assert column.commands == []


def test_a_running_run_is_told_of_rates_at_once_also_by_undo(column: Column) -> None:
    column.run()
    column.type_into(column.panel.box("learning_rate"), "0.001")
    column.type_into(column.panel.box("beta"), "0.5")
    column.type_into(column.panel.live.snapshot_every, "2")
    column.store.undo()
    assert column.commands == [
        Command("learning_rate", (0.001,)),
        Command("beta", (0.5,)),
        Command("snapshot_every_s", (2.0,)),
        Command("snapshot_every_s", (1.0,)),
    ]
    assert column.panel.restart.text() == "Restart"


def test_nobody_is_told_while_nothing_runs(column: Column) -> None:
    column.type_into(column.panel.box("learning_rate"), "0.001")
    assert column.commands == []
    assert not column.panel.restart.isEnabled()
    assert not column.panel.live.skip.isEnabled()


def test_a_phase_can_be_skipped_until_the_last(column: Column) -> None:
    column.run("pretrain")
    QTest.mouseClick(column.panel.live.skip, Qt.MouseButton.LeftButton)
    assert column.commands == [Command("skip_phase")]
    assert column.panel.live.skip.text() == "Skip pre-training"
    column.run("joint")
    assert not column.panel.live.skip.isEnabled()


def test_every_control_explains_itself_and_has_a_name(column: Column) -> None:
    for spec in ALL_FIELDS:
        box = column.panel.box(spec.name)
        assert spec.tex or spec.meaning in box.toolTip()
        assert box.accessibleName() or isinstance(box, QCheckBox)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_nothing_is_wider_than_the_column(qtbot: QtBot, qapp: QApplication, theme: Theme) -> None:
    apply_theme(qapp, theme)
    column = Column(qtbot)
    column.panel.set_theme(theme)
    column.run()
    column.type_into(column.panel.box("n_components"), "4")
    area = column.panel.findChild(QScrollArea)
    assert area is not None
    inside = area.widget()
    assert inside is not None
    assert inside.minimumSizeHint().width() <= area.viewport().width()
    assert column.panel.minimumSizeHint().width() <= column.panel.width()


def test_a_preset_that_is_opened_over_a_run_says_how_to_begin_with_it(real: MainWindow) -> None:
    real.show_tab("vq-vae")
    tab = real.current_tab
    assert isinstance(tab, VqVaeTab)
    assert tab.store is not None
    state = tab.store.state
    tab.scene.settings.set_running(RunSettings(state.source, state.config))
    real.sessions.open_preset("fixed-levels")
    said = "The run that is on keeps its own quantiser; Restart begins one with these."
    assert real.banner.text.endswith(said)
    tab.scene.settings.set_running(None)
    real.sessions.open_preset("fixed-levels")
    assert "Restart" not in real.banner.text


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_a_choice_is_not_cut_beside_a_label_that_waits_for_a_restart(
    column: Column, qapp: QApplication, theme: Theme
) -> None:
    apply_theme(qapp, theme)
    column.panel.set_theme(theme)
    column.run()
    column.editor.apply(
        config=replace(column.config, hidden=(64, 64), likelihood="gaussian", mixture_init="gmm")
    )
    settle()
    for name in ("likelihood", "mixture_init"):
        box = column.panel.box(name)
        assert isinstance(box, ChoiceBox)
        option = QStyleOptionComboBox()
        box.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        field = box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box)
        assert box.fontMetrics().horizontalAdvance(box.currentText()) <= field.width()
    apply_theme(qapp, LIGHT)
