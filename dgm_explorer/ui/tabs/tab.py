"""What the main window knows about a tab."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSplitter, QWidget

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.theme import LIGHT, Theme


class Tab(QWidget):
    """One idea of the program, filling the window.

    A subclass sets the class attributes, creates its `Store` and its views, and overrides what it can
    do. The window calls `play_pause`, `step` and `reset` for Space, full stop and R.

    Attributes
    ----------
    key : name on the command line and in session files.
    title : text on the tab.
    notes_name : ``resources/notes/<notes_name>.md`` is shown beside the tab; empty for none.
    has_runs : whether it shows runs with recorded snapshots.
    store : the tab's state, or None when there is nothing to keep or undo.
    theme : the one last set.
    """

    key: str = ""
    title: str = ""
    notes_name: str = ""
    has_runs: bool = False

    frame_done = Signal(float)
    """A frame was computed and set; milliseconds that it took, for the status bar."""

    message = Signal(str)
    """One sentence for the user: shown in the window's banner until dismissed or over."""

    message_over = Signal(str)
    """What this message said is over: it goes, once it was there long enough to be read."""

    noticed = Signal(str)
    """One sentence that asks for nothing: shown for a while in the status bar."""

    wanted = Signal()
    """It is shown or asked for something and is not built, which was left to somebody: `leave_building`."""

    playing_changed = Signal()
    """`is_playing` or `can_play` may answer differently now."""

    def __init__(self, store: Store | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self.theme = LIGHT

    @property
    def can_play(self) -> bool:
        """Whether play, step and reset mean anything here."""
        return False

    @property
    def is_playing(self) -> bool:
        return False

    @property
    def busy_sentence(self) -> str:
        """What closing the window would stop, such as a training run; empty while nothing would be lost."""
        return ""

    @property
    def waiting_sentence(self) -> str:
        """Which settings on the screen wait for another run than the one that is on; empty for none."""
        return ""

    def prepare_a_part(self) -> bool:
        """Build a part of what would be built when first shown; False once there is nothing left to build."""
        return False

    def leave_building(self, is_left: bool) -> None:
        """Whether somebody else builds this tab part by part: then it is not built at once when shown."""

    def keep_until_built(self, action: Callable[[], None]) -> bool:
        """Take something to do once this tab is built, if it waits for that; False if it can be done now.

        What was kept is done in the order in which it came, each in a turn of the event loop of its own.
        """
        del action
        return False

    def play_pause(self) -> None:
        """Start or suspend what moves by itself."""

    def step(self) -> None:
        """One step of it."""

    def reset(self) -> None:
        """Back to its start."""

    def set_controls_visible(self, is_visible: bool) -> None:
        """Show or hide what stands beside the pictures; a tab that has nothing there ignores it."""

    def controls_height_px(self) -> int:
        """How far down from its top it has controls that no message may lie over."""
        return 0

    def heights(self) -> QSplitter | None:
        """What divides the height between pictures and lower panels; None where nothing does."""
        return None

    def open_path(self, path: Path) -> bool:
        """Take a data file or folder that was dropped on the window; False if this tab has no use for it."""
        del path
        return False

    def open_run(self, path: Path) -> bool:
        """Show a finished or a running run folder; False if this tab shows no such runs."""
        del path
        return False

    def resume_run(self, path: Path) -> bool:
        """Show a run folder and go on training it; False if this tab trains no such runs."""
        del path
        return False

    def put_run_away(self) -> None:
        """Have no run on the screen, as before the first; a tab that trains nothing ignores it."""

    def finish(self) -> None:
        """Stop whatever runs beside the window and wait for it; the tab is about to go."""

    def plots(self) -> Sequence[ExportablePlot]:
        """The pictures visible at present, the most important first."""
        return ()

    def python_script(self) -> str:
        """The present setting as a short script that computes the numbers on the screen without this program.

        Raises
        ------
        InputError
            If there is nothing yet to compute.
        """
        raise InputError("This tab has no numbers that a script could compute.")

    def set_theme(self, theme: Theme) -> None:
        """Take colours and line widths; overriders call this one first."""
        self.theme = theme
