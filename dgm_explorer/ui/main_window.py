"""The window around the tabs."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTabWidget, QVBoxLayout, QWidget

from dgm_explorer.session import Session
from dgm_explorer.ui.about import show_about, show_shortcuts
from dgm_explorer.ui.actions import make_actions
from dgm_explorer.ui.banners import Banners
from dgm_explorer.ui.corner_bar import CornerBar
from dgm_explorer.ui.document import Document
from dgm_explorer.ui.export_commands import ExportCommands
from dgm_explorer.ui.file_drops import FileDrops
from dgm_explorer.ui.help_desk import HelpDesk
from dgm_explorer.ui.keyboard import KeyboardManners
from dgm_explorer.ui.lecture.lecturer import Lecturer
from dgm_explorer.ui.menu_bar import make_menus
from dgm_explorer.ui.painting_hold import PaintingHold
from dgm_explorer.ui.run_commands import RunCommands
from dgm_explorer.ui.session_commands import SessionCommands
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import THEMES, Theme, apply_theme, fitted
from dgm_explorer.ui.theory.theory_dock import TheoryDock
from dgm_explorer.ui.widgets.frame_meter import FrameMeter
from dgm_explorer.ui.widgets.notes_dock import NotesDock
from dgm_explorer.ui.window_place import bring_onto_screen
from dgm_explorer.ui.window_settings import LAYOUT_VERSION, WindowSettings

if TYPE_CHECKING:
    from dgm_explorer.ui.theory.check_desk import RunCheck

DEFAULT_SIZE = QSize(1280, 800)
PROGRAM = "DGM Explorer"
STATUS_TIME_MS = 8000

RESIZED_MS = 150
"""Behind the last step of a resize: only then the size of type follows, for which all is laid out anew."""


class MainWindow(QMainWindow):
    """Tabs, menus, banner, status bar and notes; does what `actions.Commands` lists.

    Parameters
    ----------
    tabs : from left to right; the window takes them over.
    settings : what to remember; read here, written on close.
    last_session : file in which the session is kept when the window closes.
    run_check : computes a claim of the notes anew, given the key of its check; called in a thread of its own.
    theme : name of the theme to start with; the remembered one if empty.
    """

    def __init__(
        self,
        tabs: Sequence[Tab],
        settings: WindowSettings,
        last_session: Path,
        run_check: "RunCheck",
        theme: str = "",
    ) -> None:
        super().__init__()
        self._settings = settings
        self._is_closing_silently = False
        self._has_controls = True
        self._hold = PaintingHold(self)
        self._resized = QTimer(self)
        self._resized.setSingleShot(True)
        self._resized.setInterval(RESIZED_MS)
        self._resized.timeout.connect(self._fit_type)
        self.theme = THEMES[theme or settings.theme]
        stores = {tab.key.replace("-", "_"): tab.store for tab in tabs if tab.store is not None}
        self.document = Document(stores, self)
        self.sessions = SessionCommands(self.document, settings, last_session, self)
        self.runs = RunCommands(self, self)
        self.exports = ExportCommands(self.sessions.folder, settings, self)
        self.tab_widget = QTabWidget()
        self.tab_widget.tabBar().setAccessibleName("Tabs")
        self.banner = Banners(self.theme, self.tab_widget, self)
        self.frame_meter = FrameMeter()
        self.actions_by_key = make_actions(self, self)
        self.addActions(list(self.actions_by_key.values()))  # their keys work without the menu bar, too
        self.submenus = make_menus(self)
        self.lectures = Lecturer(self, self)
        self.help = HelpDesk(self, self)
        self._corner = CornerBar(self.actions_by_key, self.submenus["presets"])
        self.notes = NotesDock(self)
        self.theory = TheoryDock(self, run_check)
        self._keyboard = KeyboardManners(self)
        self._drops = FileDrops(self)
        self._lay_out()
        for tab in tabs:
            self._add_tab(tab)
        self._connect()
        self._restore()
        self._dress()

    @property
    def current_tab(self) -> Tab:
        tab = self.tab_widget.currentWidget()
        assert isinstance(tab, Tab)
        return tab

    def tabs(self) -> list[Tab]:
        widgets = (self.tab_widget.widget(index) for index in range(self.tab_widget.count()))
        return [tab for tab in widgets if isinstance(tab, Tab)]

    def show_tab(self, key: str) -> None:
        """Bring a tab to the front; nothing happens where there is none of that key."""
        for index, tab in enumerate(self.tabs()):
            if tab.key == key:
                self.tab_widget.setCurrentIndex(index)

    def forget_history(self) -> None:
        """What is on the screen is the beginning: there is nothing to undo."""
        for tab in self.tabs():
            if tab.store is not None:
                tab.store.clear_history()

    @Slot(str)
    def warn(self, sentence: str) -> None:
        """Show a sentence in the banner until it is dismissed, a change succeeds or another one comes."""
        self.banner.show_text(sentence, "warning")

    def describe_troubles(self) -> str:
        """Which settings are not used or will not be kept, in sentences; empty for none. Asks the disk."""
        return self._settings.describe_troubles()

    @Slot(str)
    def _tell(self, sentence: str) -> None:
        """Say in passing what went well."""
        self.statusBar().showMessage(sentence, STATUS_TIME_MS)

    def welcome(self) -> None:
        """At the very first start: something moves, and hints show what to drag."""
        if self._settings.is_first_start:
            self._settings.note_welcome()
            self.help.welcome()

    def close_silently(self) -> None:
        """Close without a question, as a script wants it."""
        self._is_closing_silently = True
        self.close()

    def undo(self) -> None:
        if self.current_tab.store is not None:
            self.current_tab.store.undo()

    def redo(self) -> None:
        if self.current_tab.store is not None:
            self.current_tab.store.redo()

    def choose_theme(self, name: str) -> None:
        self._settings.theme = name
        self.wear(THEMES[name])

    def wear(self, theme: Theme) -> None:
        """Put a theme on, without remembering it for the next start."""
        self.theme = fitted(theme, self.height())
        self._dress()

    @Slot()
    def _fit_type(self) -> None:
        """The window has another height."""
        if fitted(self.theme, self.height()) is not self.theme:
            self.wear(self.theme)
        self.lectures.fit()

    def hold_painting(self) -> None:
        """Much is about to change: none of it is painted on the way."""
        self._hold.begin()

    def behind_curtain(self, then: Callable[[], None]) -> AbstractContextManager[None]:
        """Theme, states and sizes of the tabs change: the one in front puts all on at once, a turn later."""
        return self._hold.hide_meanwhile(self.tab_widget, then)

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_notes(self) -> None:
        self.hold_painting()
        self.notes.setVisible(not self.notes.isVisible())

    def _point_at(self, view: str) -> None:
        from dgm_explorer.ui.theory.pointing import point_at

        if sentence := point_at(self, view):
            self.warn(sentence)

    def toggle_theory(self) -> None:
        self.hold_painting()
        self.theory.setVisible(not self.theory.isVisible())

    def toggle_controls(self) -> None:
        self.show_controls(not self._has_controls)

    @property
    def has_controls(self) -> bool:
        """Whether the column of controls is wanted beside the pictures."""
        return self._has_controls

    def show_controls(self, is_visible: bool) -> None:
        self.hold_painting()
        self._has_controls = is_visible
        for tab in self.tabs():
            tab.set_controls_visible(is_visible)
        self._refresh_actions()

    def show_shortcuts(self) -> None:
        show_shortcuts(self.actions_by_key, self)

    def show_about(self) -> None:
        show_about(self.windowIcon(), self)

    @Slot()
    def copy_diagnostics(self) -> None:
        """Put what somebody who helps needs to know into the clipboard."""
        from dgm_explorer.ui.recovery.copy_diagnostics import copy_diagnostics

        n_lines = len(copy_diagnostics(self).splitlines())
        self._tell(f"Diagnostics are in the clipboard: {n_lines} lines; paste them into a report.")

    def quit(self) -> None:
        self.close()

    def _lay_out(self) -> None:
        self.tab_widget.setDocumentMode(True)
        self.tab_widget.setCornerWidget(self._corner, Qt.Corner.TopRightCorner)
        center = QWidget()
        layout = QVBoxLayout(center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner.line)
        layout.addWidget(self.tab_widget, 1)
        layout.addWidget(self.lectures.bar)
        self.setCentralWidget(center)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.notes)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.theory)
        self.notes.hide()
        self.theory.hide()
        self.statusBar().addPermanentWidget(self.frame_meter)
        self.resize(DEFAULT_SIZE)

    def _add_tab(self, tab: Tab) -> None:
        self.tab_widget.addTab(tab, tab.title)
        tab.message.connect(self.warn)
        tab.message_over.connect(self.banner.take_back)
        tab.noticed.connect(self._tell)
        tab.frame_done.connect(self.frame_meter.add)
        tab.playing_changed.connect(self._refresh_actions)
        if tab.store is not None:
            tab.store.history_changed.connect(self._refresh_actions)
            tab.store.history_changed.connect(self.banner.drop_warning)

    def _connect(self) -> None:
        self.tab_widget.currentChanged.connect(self._bring_to_front)
        self.document.named.connect(self._refresh_title)
        self._drops.session_dropped.connect(self.sessions.open_file)
        self._drops.path_dropped.connect(self.runs.open_path)
        self.document.opening.connect(self.hold_painting)
        self.document.opened.connect(self._show_opened)
        self.sessions.refused.connect(self.warn)
        self.sessions.saved.connect(self._tell)
        self.runs.refused.connect(self.warn)
        self.lectures.refused.connect(self.warn)
        self.lectures.changed.connect(self._refresh_lecture)
        self.exports.refused.connect(self.warn)
        self.exports.written.connect(self._tell)
        self.notes.visibilityChanged.connect(self._make_room_for_notes)
        self.theory.visibilityChanged.connect(self._make_room_for_theory)
        self.theory.show_me_requested.connect(self.sessions.open_preset)
        self.theory.view_requested.connect(self._point_at)
        self.theory.broken.connect(self.warn)

    def _restore(self) -> None:
        if not self._settings.geometry.isEmpty():
            self.restoreGeometry(self._settings.geometry)
            bring_onto_screen(self, DEFAULT_SIZE)
        if not self._settings.layout.isEmpty():
            self.restoreState(self._settings.layout, LAYOUT_VERSION)
        self.show_tab(self._settings.tab)
        self._bring_to_front()
        self._refresh_title()

    def _dress(self) -> None:
        """Put the theme on everything."""
        self.hold_painting()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, self.theme)
        for tab in self.tabs():
            tab.set_theme(self.theme)
        self.banner.set_theme(self.theme)
        self._corner.set_theme(self.theme)
        self.notes.set_theme(self.theme)
        self.theory.set_theme(self.theme)
        self.lectures.set_theme(self.theme)
        self.help.set_theme(self.theme)
        self.actions_by_key[f"view.theme.{self.theme.name}"].setChecked(True)

    def _bring_to_front(self) -> None:
        """A tab came to the front: everything that speaks of *the* tab speaks of this one."""
        self.hold_painting()
        tab = self.current_tab
        self.sessions.tab_key = tab.key
        self.help.turn_page()
        self.notes.show_notes(tab.notes_name, tab.title)
        self.theory.show_claims(tab.key, tab.title)
        self.frame_meter.clear()
        self._refresh_actions()

    def _refresh_actions(self) -> None:
        tab, actions = self.current_tab, self.actions_by_key
        actions["edit.undo"].setEnabled(tab.store is not None and tab.store.can_undo)
        actions["edit.redo"].setEnabled(tab.store is not None and tab.store.can_redo)
        for key in ("run.play", "run.step", "run.reset"):
            actions[key].setEnabled(tab.can_play)
        actions["view.notes"].setChecked(not self.notes.isHidden())
        actions["view.theory"].setChecked(not self.theory.isHidden())
        actions["view.controls"].setChecked(self._has_controls)
        actions["view.full_screen"].setChecked(self.isFullScreen())
        self._corner.set_playing(tab.is_playing)

    def _refresh_title(self) -> None:
        is_lecture = self.lectures.is_running
        title = f"{self.lectures.title if is_lecture else self.document.name}[*] — {PROGRAM}"
        if title != self.windowTitle():
            self.setWindowTitle(title)
        self.setWindowModified(self.document.is_modified and not is_lecture)

    @Slot(bool)
    def _make_room_for_notes(self, is_visible: bool) -> None:
        """Notes and theory share one place: the one that opens closes the other."""
        if is_visible:
            self.theory.hide()
        self._refresh_actions()

    @Slot(bool)
    def _make_room_for_theory(self, is_visible: bool) -> None:
        if is_visible:
            self.notes.hide()
        self._refresh_actions()

    @Slot()
    def _refresh_lecture(self) -> None:
        """During a lecture Save would write its state over the user's own file."""
        self.actions_by_key["file.save"].setEnabled(not self.lectures.is_running)
        self.help.step_aside()
        self._refresh_title()
        self._refresh_actions()

    @Slot(object)
    def _show_opened(self, session: Session) -> None:
        self.lectures.take_over()
        self.help.step_aside()
        self.show_tab(session.tab)
        said = (session.title, session.description, self.current_tab.waiting_sentence)
        self.banner.show_text(" — ".join(text for text in said if text), "note")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where nothing else has a use for it, closes what lies over the tabs."""
        if event.key() != Qt.Key.Key_Escape or not self.banner.dismiss():
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._refresh_actions()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self._resized.start()
        else:  # the first picture is right
            self._fit_type()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.lectures.end()  # what is asked about and kept is the user's own session
        if not (self._is_closing_silently or (self.runs.may_close() and self.sessions.may_close())):
            event.ignore()
            return
        if not self._is_closing_silently:
            self.sessions.keep_for_next_time()
            self._settings.tab = self.current_tab.key
            self._settings.geometry = self.saveGeometry()
            self._settings.layout = self.saveState(LAYOUT_VERSION)
        self.exports.finish()
        for tab in self.tabs():
            tab.finish()
        self.theory.finish()
        self.runs.finish()
        super().closeEvent(event)
