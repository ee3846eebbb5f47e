"""What a run takes while it runs."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from dgm_explorer.core.run_words import describe_phase
from dgm_explorer.core.training import Command
from dgm_explorer.ui.settings.config_form import ConfigForm
from dgm_explorer.ui.settings.field_spec import ModelSettings
from dgm_explorer.ui.settings.run_editor import RunEditor, TrainingState
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.form import label_for, row, section, set_text, set_tip
from dgm_explorer.ui.widgets.number_edit import NumberEdit


class LiveSection(QWidget):
    """Rates and weights, the snapshot rate, and skipping what is left of a phase."""

    command_requested = Signal(object)
    """A `Command` for the running run."""

    def __init__(self, settings: ModelSettings, editor: RunEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phases = settings.phases
        self.form = ConfigForm(settings.live, editor)
        self.snapshot_every = NumberEdit("seconds between snapshots")
        self.snapshot_every.edited.connect(lambda value: editor.apply(snapshot_every_s=value))
        self.snapshot_every.refused.connect(editor.refused)
        self.skip = QPushButton("Skip this phase")
        self.skip.clicked.connect(self._skip)
        self._box = section("While it runs (at once)")
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(8, 4, 8, 6)
        inside.setSpacing(4)
        inside.addWidget(self.form)
        every = label_for("Snapshot every", self.snapshot_every)
        seconds = label_for("s", self.snapshot_every)
        inside.addLayout(row(every, self.snapshot_every, seconds, stretch=(0, 1, 0)))
        inside.addWidget(self.skip)
        if len(settings.phases) == 1:
            self.skip.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._box)

    def show_state(self, state: TrainingState, theme: Theme) -> None:
        """Set every control; none answers back."""
        self.form.show_config(state.config, None, frozenset(), theme)
        self.snapshot_every.set_value(state.snapshot_every_s)
        set_tip(
            self.snapshot_every,
            f"A snapshot for the timeline every {state.snapshot_every_s:g} s of training;\n"
            "a running run takes a new rate at once",
        )

    def set_phase(self, phase: str) -> None:
        """The phase of the running run; empty while none runs."""
        following = self._phases[self._phases.index(phase) + 1 :] if phase in self._phases else ()
        self.skip.setEnabled(bool(following))
        set_text(self.skip, f"Skip {describe_phase(phase)}" if following else "Skip this phase")
        if following:
            set_tip(self.skip, f"Go on with {describe_phase(following[0])}; recorded as an event of the run")
        elif phase:
            set_tip(self.skip, f"This is the last phase, {describe_phase(phase)}; stop ends it")
        else:
            set_tip(self.skip, "Nothing is being trained; Space starts a run")

    def _skip(self) -> None:
        self.command_requested.emit(Command("skip_phase"))
