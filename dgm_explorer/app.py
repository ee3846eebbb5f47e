"""The composition root of the window: everything is made, joined and started here."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QLayout

from dgm_explorer import __version__
from dgm_explorer.core.errors import InputError
from dgm_explorer.driver.places import choose_place
from dgm_explorer.paths import APP_FOLDER, config_dir, resource_root, state_dir
from dgm_explorer.session import Session, read_preset, read_session
from dgm_explorer.ui.error_reporter import ErrorReporter
from dgm_explorer.ui.heap import HeapKeeper, keep_in_one_heap
from dgm_explorer.ui.heavy_imports import SWITCH_S, heavy_imports
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.recovery.crash_guard import CrashGuard
from dgm_explorer.ui.screenshot import ScreenshotTaker
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import THEMES
from dgm_explorer.ui.warm_up import WarmUp, start_collector
from dgm_explorer.ui.window_settings import WindowSettings

if TYPE_CHECKING:
    from dgm_explorer.core.arrays import IntArray
    from dgm_explorer.core.code_sampler import CodeSampler
    from dgm_explorer.core.training import MakeRun, RunRequest, TrainingRun
    from dgm_explorer.core.vq_inference import VqInference
    from dgm_explorer.core.vq_vae_config import VqVaeConfig
    from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
    from dgm_explorer.lecture import Lecture
    from dgm_explorer.theory.result import CheckResult

DESKTOP_ID = "io.github.dgm_explorer.DGMExplorer"
"""Name of the desktop entry and of its icons, by which Wayland finds the icon of a window."""


WELCOME_MS = 400
"""After the first paint, so that it does not wait."""


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How the window starts.

    Attributes
    ----------
    tab : key of the tab in front; None for the session's, or the one last used.
    preset, session, run, lecture : what to show; at most one of them. A run is a run folder, finished or
        running; a lecture is given by its name or its file.
    screenshot : paint the window to this PNG and leave. Remembered settings are left alone.
    quit_after_s : leave after so many seconds without a question; a picture is painted by then.
    theme : name of a theme; empty for the remembered one, or light on a screenshot.
    size : width and height in pixels; None for the remembered size.
    train_in : ``process``: runs train in a process of their own, which a busy window cannot slow, and which
        takes no window with it; ``thread``: in a thread of the window; ``auto``: in a thread where the system
        gives no process. Empty for what the environment variable says, else ``auto``.
    smoke : open every tab, train a little, and leave with 1 if anything failed. Remembered settings are
        left alone.
    is_unseen : for a script that takes something out of it. Remembered settings are left alone.
    """

    tab: str | None = None
    preset: str | None = None
    session: Path | None = None
    run: Path | None = None
    lecture: str | None = None
    screenshot: Path | None = None
    quit_after_s: float | None = None
    theme: str = ""
    size: tuple[int, int] | None = None
    train_in: str = ""
    smoke: bool = False
    is_unseen: bool = False

    @property
    def may_welcome(self) -> bool:
        """Whether somebody opens the window to see what it is: nothing particular was asked for."""
        asked = (self.preset, self.session, self.run, self.lecture, self.screenshot, self.quit_after_s)
        is_seen = not (self.smoke or self.is_unseen)
        return is_seen and self.tab in (None, "kl") and asked == (None,) * len(asked)

    def __post_init__(self) -> None:
        if self.theme and self.theme not in THEMES:
            raise InputError(f"theme {self.theme!r} is not known; use one of {', '.join(THEMES)}.")

    @property
    def leaves_no_trace(self) -> bool:
        """Whether the user's settings are neither read nor written."""
        return self.screenshot is not None or self.smoke or self.is_unseen


def run_window(options: WindowOptions) -> int:
    """Open the window and return the exit status once it is closed.

    Raises
    ------
    InputError
        If the preset, session or lecture cannot be read or the picture cannot be written; with one sentence.
    """
    session = _read_start(options)
    lecture = _read_lecture(options)
    sys.setswitchinterval(SWITCH_S)
    keep_in_one_heap()
    application = make_application()
    reporter = ErrorReporter(state_dir() / "dgm-explorer.log", application)
    reporter.install()
    guard = CrashGuard(None if options.leaves_no_trace else state_dir(), application)
    try:
        window = make_window(options)
        reporter.reported.connect(window.banner.warn_until_dismissed)
        _show_start(window, options, session)
        if lecture is not None:
            window.lectures.begin(lecture)
        window.show()
        guard.watch(window, is_offering=lecture is None)
        if not options.leaves_no_trace:
            WarmUp(window.tabs(), window)
            HeapKeeper(window)
        QTimer.singleShot(0, start_collector)  # the command line stops it for the time of the start
        if options.may_welcome:
            QTimer.singleShot(WELCOME_MS, window, window.welcome)
        picture = _take_picture(window, options.screenshot)
        if options.quit_after_s is not None:
            leave = picture.take if picture is not None else window.close_silently
            QTimer.singleShot(round(options.quit_after_s * 1000), window, leave)
        if options.smoke:
            return _walk_through(window, application, reporter)
        status = application.exec()
        if picture is not None:
            picture.raise_error()
        return status
    finally:
        guard.end()
        reporter.uninstall()


def run_unseen(options: WindowOptions, use: Callable[[MainWindow], None]) -> None:
    """Show a window where nobody sees it, let a script use it, and close it.

    Raises
    ------
    InputError
        If the preset or session cannot be read, or by ``use``.
    """
    session = _read_start(options)
    application = make_application()
    window = make_window(options)
    try:
        _show_start(window, options, session)
        window.show()
        use(window)
    finally:
        window.close_silently()
        window.deleteLater()
        application.processEvents()


def make_application() -> QApplication:
    """The one QApplication, with pyqtgraph set up before its first scene exists."""
    pg.setConfigOptions(
        imageAxisOrder="row-major",
        antialias=False,
        useOpenGL=False,
        mouseRateLimit=-1,  # the default drops the last move of a drag
        segmentedLineMode="on",
    )
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName(APP_FOLDER)
    application.setApplicationDisplayName("DGM Explorer")
    application.setApplicationVersion(__version__)
    QGuiApplication.setDesktopFileName(DESKTOP_ID)  # or Wayland shows no icon
    application.setWindowIcon(QIcon(str(resource_root() / "icons" / "dgm-explorer.svg")))
    return application


def make_window(options: WindowOptions) -> MainWindow:
    """The window with its tabs; a screenshot neither reads nor writes the user's settings."""
    settings = WindowSettings(None if options.leaves_no_trace else config_dir() / "window.ini")
    last_session = state_dir() / "last-session.dgm.json"
    tabs = make_tabs("thread" if options.screenshot is not None else options.train_in)
    window = MainWindow(tabs, settings, last_session, _run_check, options.theme)
    if QGuiApplication.platformName() == "offscreen":
        # WORKAROUND(Qt 6.11): the offscreen platform warns of every minimum size it is told.
        layout = window.layout()
        assert layout is not None
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    if options.size is not None:
        window.resize(*options.size)
    return window


def make_tabs(train_in: str = "") -> list[Tab]:
    """The tabs from left to right; runs train where `WindowOptions.train_in` says."""
    from dgm_explorer.ui.tabs.gmm_vae.gmm_vae_tab import GmmVaeTab
    from dgm_explorer.ui.tabs.kl.kl_tab import KLTab
    from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
    from dgm_explorer.ui.tabs.vq_vae.vq_vae_tab import VqVaeTab

    kl = KLTab()
    make_run = choose_make_run(train_in)
    return [
        kl,
        ReparamTab(lambda: kl.editor.state),
        GmmVaeTab(make_run),
        VqVaeTab(make_run, _make_inference, _make_code_sampler),
    ]


def choose_make_run(train_in: str = "") -> "MakeRun":
    """What sets up runs, in the thread or process that trains: torch is imported there, not by the window."""
    from dgm_explorer.driver.imported import ImportedMakeRun

    place = choose_place(train_in)

    make_run = ImportedMakeRun("dgm_explorer.training.make_run", "make_run", "dgm_explorer.training.warm_up")
    beside = partial(_make_run_beside_window, make_run)
    if place == "thread":
        return beside
    from dgm_explorer.driver.in_child import MakeRunInChild

    return MakeRunInChild(make_run, may_fall_back=place != "process", beside=beside)


def _make_run_beside_window(
    make_run: "MakeRun", request: "RunRequest", report: Callable[[str, float | None], bool]
) -> "TrainingRun":
    """Set up a run in a thread of the window: torch is imported there."""
    report("starting torch", None)
    with heavy_imports():
        import dgm_explorer.training.gmm_vae_run
        import dgm_explorer.training.vq_vae_run  # noqa: F401 - both, for what they import

    return make_run(request, report)


def _make_inference(
    snapshot: "VqVaeSnapshot", config: "VqVaeConfig", image_shape: tuple[int, int, int]
) -> "VqInference":
    """A copy of the network, in the thread of a worker: torch is imported there."""
    with heavy_imports():
        from dgm_explorer.training.vq_inference import make_inference

    return make_inference(snapshot, config, image_shape)


def _make_code_sampler(codes: "IntArray", n_codes: int) -> "CodeSampler":
    """A prior that is learnt, in a thread of its own: torch is imported there."""
    with heavy_imports():
        from dgm_explorer.training.pixel_cnn_run import make_code_sampler

    return make_code_sampler(codes, n_codes)


def _run_check(key: str) -> "CheckResult":
    """Compute a claim of the notes anew, in the thread of a worker: torch is imported there."""
    with heavy_imports():
        from dgm_explorer.theory.checks.registry import CHECKS

    return CHECKS[key]()


def _read_start(options: WindowOptions) -> Session | None:
    """Read before a window exists, so that a wrong name costs no window."""
    if options.preset is not None:
        return read_preset(options.preset)
    return read_session(options.session) if options.session is not None else None


def _read_lecture(options: WindowOptions) -> "Lecture | None":
    """As early, and for the same reason; without one its reader is not imported."""
    if options.lecture is None:
        return None
    from dgm_explorer.lecture import find_lecture

    return find_lecture(options.lecture)


def _show_start(window: MainWindow, options: WindowOptions, session: Session | None) -> None:
    if options.preset is not None:
        window.sessions.open_preset(options.preset)
    elif options.session is not None:
        window.sessions.open_file(options.session)
    elif options.run is not None:
        window.runs.open_run(options.run)
    if session is not None:
        window.forget_history()
    if options.tab is not None:
        window.show_tab(options.tab)


def _take_picture(window: MainWindow, path: Path | None) -> ScreenshotTaker | None:
    if path is None:
        return None
    taker = ScreenshotTaker(window, path)
    taker.finished.connect(window.close_silently)
    return taker


def _walk_through(window: MainWindow, application: QApplication, reporter: ErrorReporter) -> int:
    """Run the smoke test and return the exit status."""
    from dgm_explorer.ui.smoke import SmokeTest

    smoke = SmokeTest(window)
    reporter.reported.connect(smoke.fail)
    smoke.finished.connect(window.close_silently)
    application.exec()
    QCoreApplication.sendPostedEvents()  # what another thread reported last
    if smoke.failure:
        print(f"dgm-explorer: smoke test failed: {' '.join(smoke.failure.split())}", file=sys.stderr)
    return 1 if smoke.failure else 0
