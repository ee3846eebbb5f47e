"""Every action and menu of the main window, as tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from dgm_explorer.ui.export_commands import ExportCommands
from dgm_explorer.ui.help_desk import HelpDesk
from dgm_explorer.ui.lecture.lecturer import BACK, END, NEXT, REVEAL, TAKE_OVER, Lecturer
from dgm_explorer.ui.run_commands import RunCommands
from dgm_explorer.ui.session_commands import SessionCommands
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import THEMES


class Commands(Protocol):
    """What the window can be asked to do; each line of `ACTIONS` calls one."""

    sessions: SessionCommands
    runs: RunCommands
    lectures: Lecturer
    help: HelpDesk
    exports: ExportCommands

    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def choose_theme(self, name: str) -> None: ...
    def toggle_full_screen(self) -> None: ...
    def toggle_notes(self) -> None: ...
    def toggle_theory(self) -> None: ...
    def toggle_controls(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def show_about(self) -> None: ...
    def copy_diagnostics(self) -> None: ...
    def quit(self) -> None: ...

    @property
    def current_tab(self) -> Tab: ...


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One line of a menu.

    Attributes
    ----------
    key : stable name, ``menu.what``.
    text : with mnemonic.
    tip : one sentence, shown as tool tip and in the list of shortcuts.
    command : what it does with the window.
    shortcuts : as `QKeySequence` reads them; all of them work.
    is_checkable : shows a tick.
    group : actions of one group exclude each other.
    """

    key: str
    text: str
    tip: str
    command: Callable[[Commands], object]
    shortcuts: tuple[str, ...] = ()
    is_checkable: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Submenu:
    """A menu inside a menu that the window fills when it opens."""

    key: str
    text: str


SEPARATOR = None
MenuItem: TypeAlias = str | Submenu | None
"""The key of an action, a submenu, or `SEPARATOR`."""


def _theme_action(name: str, text: str, tip: str) -> ActionSpec:
    return ActionSpec(
        f"view.theme.{name}",
        text,
        tip,
        lambda window: window.choose_theme(name),
        is_checkable=True,
        group="theme",
    )


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "file.open",
        "&Open session…",
        "Read a session file (.dgm.json).",
        lambda w: w.sessions.ask_and_open(),
        ("Ctrl+O",),
    ),
    ActionSpec(
        "file.save",
        "&Save session",
        "Write the session to its file.",
        lambda w: w.sessions.save(),
        ("Ctrl+S",),
    ),
    ActionSpec(
        "file.save_as",
        "Save session &as…",
        "Write the session to another file.",
        lambda w: w.sessions.ask_and_save(),
        ("Ctrl+Shift+S",),
    ),
    ActionSpec(
        "file.reopen",
        "Reopen &last session",
        "Bring back what was on the screen when the window was last closed.",
        lambda w: w.sessions.reopen_last(),
    ),
    ActionSpec(
        "file.open_run",
        "Open r&un…",
        "Show a run folder: a finished run, or one that another process trains, live.",
        lambda w: w.runs.ask_and_open(),
        ("Ctrl+Shift+O",),
    ),
    ActionSpec("file.quit", "&Quit", "Close the window.", lambda w: w.quit(), ("Ctrl+Q",)),
    ActionSpec(
        "edit.undo", "&Undo", "Take the last change of this tab back.", lambda w: w.undo(), ("Ctrl+Z",)
    ),
    ActionSpec(
        "edit.redo",
        "&Redo",
        "Make the change again that was taken back.",
        lambda w: w.redo(),
        ("Ctrl+Y", "Ctrl+Shift+Z"),
    ),
    ActionSpec(
        "edit.copy_python",
        "Copy as &Python",
        "A short script that computes the numbers on the screen without this program, on the clipboard.",
        lambda w: w.exports.copy_python(w.current_tab),
        ("Ctrl+Shift+C",),
    ),
    _theme_action("light", "&Light", "For a desk by day."),
    _theme_action("dark", "&Dark", "For a desk by night."),
    _theme_action("projector", "&Projector", "Black on white, thick lines, large type: for a lecture hall."),
    ActionSpec(
        "view.full_screen",
        "&Full screen",
        "The window alone on the screen.",
        lambda w: w.toggle_full_screen(),
        ("F11",),
        is_checkable=True,
    ),
    ActionSpec(
        "view.notes",
        "&Notes",
        "The mathematics of this tab, beside it.",
        lambda w: w.toggle_notes(),
        ("Shift+F1",),
        is_checkable=True,
    ),
    ActionSpec(
        "view.theory",
        "T&heory",
        "What the course notes claim on this tab, whether it is right, and a check of every claim.",
        lambda w: w.toggle_theory(),
        ("F2",),
        is_checkable=True,
    ),
    ActionSpec(
        "view.controls",
        "&Controls",
        "The column of controls; without it the pictures have the whole window, as for a projector.",
        lambda w: w.toggle_controls(),
        ("F9",),
        is_checkable=True,
    ),
    ActionSpec(
        "run.play",
        "&Play / pause",
        "Start or suspend what moves.",
        lambda w: w.current_tab.play_pause(),
        ("Space",),
    ),
    ActionSpec("run.step", "One &step", "Exactly one step.", lambda w: w.current_tab.step(), (".",)),
    ActionSpec("run.reset", "&Reset", "Back to the start.", lambda w: w.current_tab.reset(), ("R",)),
    ActionSpec(
        NEXT,
        "&Next step",
        "The next step of the lecture; what a clicker sends.",
        lambda w: w.lectures.go_on(),
        ("Right", "PgDown"),
    ),
    ActionSpec(
        BACK, "&Back", "The step of the lecture before.", lambda w: w.lectures.go_back(), ("Left", "PgUp")
    ),
    ActionSpec(
        REVEAL,
        "&Reveal the answer",
        "Show the answer to the question of this step; Space still plays and pauses.",
        lambda w: w.lectures.reveal(),
        ("B", "Return", "Enter"),
    ),
    ActionSpec(
        TAKE_OVER,
        "&Take over, or back to the lecture",
        "Leave the script and play freely; the second time puts the state of the step back.",
        lambda w: w.lectures.take_over_or_return(),
        ("T",),
    ),
    ActionSpec(
        END,
        "&End",
        "End the lecture and bring back what was in the window before; first back to the step if taken over.",
        lambda w: w.lectures.leave(),
        ("Esc",),
    ),
    ActionSpec(
        "help.what",
        "&What am I looking at?",
        "What the panel under the mouse is, with its formula and present value; again: the notes.",
        lambda w: w.help.explain(),
        ("F1",),
    ),
    ActionSpec(
        "help.first_steps",
        "Show the &first steps",
        "Four hints over the KL tab, each at the thing that is to be dragged or pressed.",
        lambda w: w.help.show_first_steps(),
    ),
    ActionSpec(
        "help.shortcuts",
        "&Keyboard and mouse",
        "What the keys and the mouse do.",
        lambda w: w.show_shortcuts(),
        ("Ctrl+/",),
    ),
    ActionSpec(
        "help.diagnostics",
        "Copy &diagnostics",
        "Versions, screens, the last lines of the log and the last crash, on the clipboard, for a report.",
        lambda w: w.copy_diagnostics(),
    ),
    ActionSpec("help.about", "&About DGM Explorer", "Versions and licence.", lambda w: w.show_about()),
)

MENUS: tuple[tuple[str, tuple[MenuItem, ...]], ...] = (
    (
        "&File",
        (
            "file.open",
            Submenu("presets", "&Presets"),
            Submenu("recent", "Recent &files"),
            "file.reopen",
            SEPARATOR,
            "file.open_run",
            Submenu("recent_runs", "Recent ru&ns"),
            SEPARATOR,
            "file.save",
            "file.save_as",
            SEPARATOR,
            Submenu("export_picture", "Export p&icture (PNG, SVG, PDF)"),
            Submenu("export_data", "Export &data (CSV, npz)"),
            Submenu("export_film", "Export fil&m of a run (MP4, GIF)"),
            SEPARATOR,
            "file.quit",
        ),
    ),
    (
        "&Edit",
        (
            "edit.undo",
            "edit.redo",
            SEPARATOR,
            "edit.copy_python",
            Submenu("copy_picture", "Copy p&icture"),
        ),
    ),
    (
        "&View",
        (
            *(f"view.theme.{name}" for name in THEMES),
            SEPARATOR,
            "view.notes",
            "view.theory",
            "view.controls",
            "view.full_screen",
        ),
    ),
    ("&Run", ("run.play", "run.step", "run.reset")),
    (
        "&Lecture",
        (Submenu("lectures", "&Open a lecture"), SEPARATOR, NEXT, BACK, REVEAL, SEPARATOR, TAKE_OVER, END),
    ),
    (
        "&Help",
        ("help.what", "help.first_steps", "help.shortcuts", SEPARATOR, "help.diagnostics", "help.about"),
    ),
)

GESTURES: tuple[tuple[str, str], ...] = (
    ("Drag a handle", "sideways moves μ, up and down changes σ"),
    ("Wheel on a handle", "changes σ"),
    ("Shift + drag", "changes the weight of a component"),
    ("Double-click on the density plot", "adds a component there"),
    ("Delete", "removes the selected component"),
    ("Tab, then arrow keys", "takes the handles of a plot one by one, and moves them; Ctrl: by ten pixels"),
    ("C or Shift+C, then arrow keys", "the same for components in a latent space; Return chooses one"),
    ("Drag the marker on a landscape", "moves q"),
    ("Click a row of stationary points", "moves q there"),
    ("Wheel or drag on an empty place", "zooms or moves the view"),
    ("Drop a session file or a run folder on the window", "opens it"),
    ("Drop a folder of images or a data file", "trains on it"),
)
"""What the mouse does, and keys that take its place, for the same list as the keys."""


def make_actions(window: Commands, owner: QObject) -> dict[str, QAction]:
    """Make the actions of `ACTIONS`, by key, owned by ``owner`` and calling ``window``."""
    groups: dict[str, QActionGroup] = {}
    return {spec.key: _make_action(spec, window, owner, groups) for spec in ACTIONS}


def describe_keys(sequences: Sequence[QKeySequence]) -> str:
    """Key sequences as the present system writes them."""
    return ", ".join(s.toString(QKeySequence.SequenceFormat.NativeText) for s in sequences)


def _make_action(
    spec: ActionSpec, window: Commands, owner: QObject, groups: dict[str, QActionGroup]
) -> QAction:
    action = QAction(spec.text, owner)
    action.setObjectName(spec.key)
    action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
    keys = describe_keys(action.shortcuts())
    action.setToolTip(f"{spec.tip} ({keys})" if keys else spec.tip)
    action.setCheckable(spec.is_checkable)
    if spec.group:
        groups.setdefault(spec.group, QActionGroup(owner)).addAction(action)
    action.triggered.connect(lambda: spec.command(window))
    return action
