"""The slider over the recorded snapshots of a run, with a replay and the ways to the present and off it."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from dgm_explorer.ui.icons import make_icon
from dgm_explorer.ui.run.calendar import TimelineMark
from dgm_explorer.ui.run.timeline_track import TimelineTrack
from dgm_explorer.ui.theme import LIGHT, Theme, blend
from dgm_explorer.ui.widgets.form import font_of, set_color
from dgm_explorer.ui.widgets.read_out import ReadOut
from dgm_explorer.ui.widgets.toggle_button import ToggleButton

CENTRE = Qt.AlignmentFlag.AlignVCenter
REPLAY_MS = 100
"""From one recorded picture to the next: a minute of training in some six seconds."""


class Timeline(QWidget):
    """Looks back on a run while it goes on. New marks appear at the right; the user's position stays.

    Parameters
    ----------
    phases : names of the run's phases in their order, as words.
    """

    position_changed = Signal(object)
    """The step that the user looks at; None for the newest picture, live."""

    branch_requested = Signal(int)
    """Begin a new run from this step."""

    def __init__(
        self, phases: Sequence[str] = (), theme: Theme = LIGHT, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.replay = ToggleButton("Replay")
        self.track = TimelineTrack(phases)
        self.text = ReadOut("step 1,000,000 · epoch 1,000.0", Qt.AlignmentFlag.AlignRight | CENTRE)
        self.live = ToggleButton("Live")
        self.branch = QToolButton()
        self._checkpoints: tuple[int, ...] = ()
        self._is_growing = False
        self._is_awaiting = False
        self._replayer = QTimer(self)
        self._replayer.setInterval(REPLAY_MS)
        self._replayer.timeout.connect(self._show_next)
        self._build()
        self.replay.clicked.connect(self._start_or_stop_replay)
        self.track.moved.connect(self._go_to)
        self.live.clicked.connect(self.go_live)
        self.branch.clicked.connect(self._branch)
        self.set_theme(theme)
        self._show()

    def _build(self) -> None:
        self.replay.setToolTip(
            "Show the recorded pictures one after the other, from the one shown, or from the first.\n"
            "Nothing is trained by it."
        )
        self.live.setToolTip("Show the newest picture again, as training makes it (End, End).")
        self.branch.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.branch.setIconSize(QSize(14, 14))
        for button in (self.replay, self.live, self.branch):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.text.setToolTip("What the pictures show at present.")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 2)
        layout.setSpacing(6)
        layout.addWidget(self.replay)
        layout.addWidget(self.track, 1)
        layout.addWidget(self.text)
        layout.addWidget(self.live)
        layout.addWidget(self.branch)

    @property
    def position(self) -> int | None:
        """The step looked at; None while live."""
        return self.track.position

    def set_theme(self, theme: Theme) -> None:
        """Icons, colours and sizes."""
        self.track.set_theme(theme)
        self.text.setFont(font_of(self, theme, 0.85))
        self.text.updateGeometry()
        set_color(self.text, theme.muted_text)
        self.branch.setIcon(make_icon("branch", theme.text, blend(theme.window, theme.text, 0.45)))
        self.branch.setMinimumWidth(0)

    @Slot(object)
    def set_marks(self, marks: Sequence[TimelineMark]) -> None:
        """Show the recorded snapshots, rising; the position stays where it is."""
        self.track.set_marks(tuple(marks))
        self._show()

    @Slot(object)
    def set_checkpoints(self, steps: Sequence[int]) -> None:
        """Say which of these steps, rising, a branch begins from."""
        self._checkpoints = tuple(steps)
        self._show()

    def set_planned_steps(self, n_steps: int) -> None:
        """Leave room at the right for what is still to come; 0 where nothing is."""
        self.track.set_planned_steps(n_steps)
        if self._is_growing != (n_steps > 0):
            self._is_growing = n_steps > 0
            self._show()

    def set_position(self, step: int | None) -> None:
        """Move the handle; emits nothing."""
        self.stop_replay()
        self.track.set_position(step)
        self._show()

    @Slot()
    def go_live(self) -> None:
        """Return to the newest picture."""
        self._go_to(None)

    @Slot()
    def note_picture(self) -> None:
        """What the position asks for is on the screen: a replay may go on."""
        self._is_awaiting = False

    @Slot()
    def stop_replay(self) -> None:
        """Stay at the picture that the replay has come to."""
        self._replayer.stop()
        self.replay.setChecked(False)
        self._is_awaiting = False

    @Slot(bool)
    def _start_or_stop_replay(self, is_wanted: bool) -> None:
        if not is_wanted:
            self._replayer.stop()
            return
        self._replayer.start()
        if self.track.position in (None, self.track.last_step):
            self._move(self.track.first_step)

    @Slot()
    def _show_next(self) -> None:
        """Behind the newest one it is live again. What is still being read is waited for."""
        if not self._is_awaiting:
            self._move(self.track.step_beyond(1))
        if self.track.position is None:
            self.stop_replay()

    @Slot(object)
    def _go_to(self, step: int | None) -> None:
        """By hand."""
        self.stop_replay()
        self._move(step)

    def _move(self, step: int | None) -> None:
        is_new = step != self.track.position
        self.track.set_position(step)
        self._show()
        if is_new:
            self._is_awaiting = step is not None
            self.position_changed.emit(step)

    @property
    def _origin(self) -> int | None:
        """Where a branch begins: the checkpoint nearest to what is shown, as far as they are known."""
        step = self.track.position if self.track.position is not None else self.track.last_step
        if not self._checkpoints or self._is_saved_first:
            return step
        if step is None:
            return self._checkpoints[-1]
        return min(self._checkpoints, key=lambda there: abs(there - step))

    @property
    def _is_saved_first(self) -> bool:
        """Whether what is shown is newer than any checkpoint: it becomes one before the branch begins."""
        return self._is_growing and self.track.position is None

    def _branch(self) -> None:
        step = self._origin
        if step is not None:
            self.branch_requested.emit(step)

    def _show(self) -> None:
        is_live, step = self.track.position is None, self._origin
        self.replay.setEnabled(self.track.first_step != self.track.last_step)
        self.live.setChecked(is_live)
        self.branch.setEnabled(step is not None)
        name = "the step chosen" if step is None else f"step {step:,}"
        is_here = step is None or self._is_saved_first
        self.branch.setText("Branch here" if is_here else f"Branch from {name}")
        widest_px = max(self.branch.minimumWidth(), self.branch.sizeHint().width())
        self.branch.setMinimumWidth(widest_px)  # the track beside it shall not move while it is dragged
        nearest = "the checkpoint nearest to"
        origin = f"{nearest} {name}" if is_here else f"{name}, {nearest} the picture shown"
        self.branch.setToolTip(
            f"Begin a new run from {origin}, with the same seed.\nThe run on the screen is stopped and saved."
        )
        self.text.set_text("live" if is_live else self.track.describe_position())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.stop_replay()
