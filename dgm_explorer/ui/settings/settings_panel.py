"""The column of settings beside the pictures: data, model, recipe, and what changes while it runs."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dgm_explorer.ui.settings.config_form import ConfigForm
from dgm_explorer.ui.settings.data_section import DataSection
from dgm_explorer.ui.settings.field_spec import ModelSettings
from dgm_explorer.ui.settings.live_section import LiveSection
from dgm_explorer.ui.settings.paint_dialog import PaintDialog
from dgm_explorer.ui.settings.pending_changes import RunSettings, live_commands, pending_fields
from dgm_explorer.ui.settings.run_editor import RunEditor, TrainingState
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import font_of, row, section, set_text, set_tip

WIDTH_CHARACTERS: Final = 46
"""Width of the column in average characters, as beside the KL landscapes."""
_RESTART_TIP: Final = "Stop this run, which stays in its folder, and begin one with these settings"


class SettingsPanel(QWidget):
    """All sections, one below the other, which scroll when the window is low; below them two buttons.

    Attributes
    ----------
    pending : names of the settings that wait for the next run, as they stand before their controls.
    """

    command_requested = Signal(object)
    """A `Command` that the running run takes at once; never emitted while nothing runs."""
    restart_requested = Signal()

    def __init__(
        self, settings: ModelSettings, editor: RunEditor, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._settings = settings
        self._editor = editor
        self._theme = theme
        self._shown: TrainingState | None = None
        self._running: RunSettings | None = None
        self._phase = ""
        self.pending: list[str] = []
        self.data = DataSection(editor, settings.needs_images)
        self.data.paint_requested.connect(self.open_painting)
        self.forms = {title: ConfigForm(specs, editor) for title, specs in settings.sections}
        self.live = LiveSection(settings, editor)
        self.live.command_requested.connect(self.command_requested)
        self.defaults = QPushButton("Defaults")
        self.defaults.clicked.connect(editor.set_defaults)
        set_tip(self.defaults, "Model and recipe that suit these data; one step for Undo")
        self.restart = QPushButton("Restart")
        self.restart.clicked.connect(self.restart_requested)
        self._area = QScrollArea()
        self._build()
        self.set_theme(theme)

    def _build(self) -> None:
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        sections = QVBoxLayout(inside)
        sections.setContentsMargins(2, 4, 6, 2)
        sections.setSpacing(2)
        for widget in (self.data, *(_titled(title, form) for title, form in self.forms.items()), self.live):
            sections.addWidget(widget)
        sections.addStretch(1)
        self._area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 2)
        layout.setSpacing(2)
        layout.addWidget(self._area, 1)
        buttons = row(self.defaults, self.restart, stretch=(2, 3))
        buttons.setContentsMargins(2, 0, 6, 0)
        layout.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        scroll_bar_px = self._area.verticalScrollBar().sizeHint().width()
        character_px = QFontMetrics(font_of(self, theme)).averageCharWidth()
        self.setFixedWidth(WIDTH_CHARACTERS * character_px + scroll_bar_px)
        self._show_again()

    def show_state(self, state: TrainingState) -> None:
        """Set every control, none answers back; a running run is told what it takes at once.

        The state shown already is shown anew, as after a refusal; another one that differs only in what is
        looked at costs nothing.
        """
        old, self._shown = self._shown, state
        if old is state or old is None or _settings_of(old) != _settings_of(state):
            self._show_again()
        if old is not None and self._running is not None:
            for command in live_commands(old, state, self._settings.live):
                self.command_requested.emit(command)

    def set_running(self, running: RunSettings | None, phase: str = "") -> None:
        """What the run that trains or pauses was started with, and its phase; None where nothing trains."""
        if (running, phase) != (self._running, self._phase):
            self._running, self._phase = running, phase
            self._show_again()

    def _show_again(self) -> None:
        state, running = self._shown, self._running
        if state is None:
            return
        config, pending = None, frozenset[str]()
        if running is not None:
            config, pending = running.config, pending_fields(state, running, self._settings.live_names)
        self._show_pending(pending)
        self.data.show_source(state.source, running.source if running is not None else None, self._theme)
        for form in self.forms.values():
            form.show_config(state.config, config, pending, self._theme)
        self.live.show_state(state, self._theme)
        self.live.set_phase(self._phase if running is not None else "")

    def _show_pending(self, names: frozenset[str]) -> None:
        """How many settings, and which, wait for the next run."""
        fields = {"source": "data", **self._settings.words}
        words = self.pending = [word for field, word in fields.items() if field in names]
        changes = f" ({len(words)} change{'s' * (len(words) != 1)} •)" if words else ""
        set_text(self.restart, f"Restart{changes}")
        self.restart.setEnabled(self._running is not None)
        if words:
            set_tip(self.restart, f"{_RESTART_TIP}\nTake effect then: {', '.join(words)}")
        elif self._running is not None:
            set_tip(self.restart, f"{_RESTART_TIP}\nThis run has all of them already")
        else:
            set_tip(self.restart, "Nothing is being trained; Space starts a run")

    def box(self, field: str) -> QWidget:
        """The control of a field of the configuration."""
        return self._form_of(field).box(field)

    def label_text(self, field: str) -> str:
        """What stands in front of it, its dot included."""
        return self._form_of(field).label_text(field)

    def _form_of(self, field: str) -> ConfigForm:
        return next(form for form in (*self.forms.values(), self.live.form) if form.has(field))

    def open_path(self, path: Path) -> bool:
        """Train on a folder of images or a file next."""
        return self.data.open_path(path)

    def open_painting(self) -> PaintDialog:
        """Open the canvas, with the points there are."""
        dialog = PaintDialog(self._theme, self._editor.training_state.source.painted, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.points_chosen.connect(self.data.set_points)
        dialog.open()
        return dialog


def _settings_of(state: TrainingState) -> tuple[object, ...]:
    return state.source, state.config, state.snapshot_every_s


def _titled(title: str, form: QWidget) -> QWidget:
    box = section(title)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(8, 4, 8, 6)
    layout.addWidget(form)
    return box
