"""What the export menu does, for a script: a window that nobody sees, asked for one panel."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import PictureSize
from dgm_explorer.ui.export import ExportablePlot, data_of, export_csv, export_npz
from dgm_explorer.ui.film.film_file import SUFFIXES as FILM_SUFFIXES
from dgm_explorer.ui.film.film_maker import FilmMaker
from dgm_explorer.ui.film.film_plan import USUAL_RATE, FilmPlan, steps_between
from dgm_explorer.ui.main_window import MainWindow
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.panel_walk import find_panel, walk_panels
from dgm_explorer.ui.picture_file import SUFFIXES as PICTURE_SUFFIXES
from dgm_explorer.ui.picture_file import export_picture, on_screen_size, settle
from dgm_explorer.ui.recovery.polite_end import PoliteEnd
from dgm_explorer.ui.submenus import describe_plot
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.tabs.training_tab import TrainingTab

TABLE_SUFFIXES = (".csv", ".npz")
PATIENCE_S = 15.0
"""For what is computed beside the window; later it is taken as it is."""
RUN_PATIENCE_S = 60.0
"""For a run's first picture and its examples, which may be large."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a script asks for.

    Attributes
    ----------
    panel : export name of a panel; empty with `is_list` and `is_script`.
    out : the file, by whose ending picture, data, film or script are told apart; None prints the script.
    size : of a picture or a film; None for that on the screen.
    is_list : print the names of the panels.
    is_script : the present setting as Python.
    frames_per_second, first_step, last_step : of a film; None for the whole run.
    report : is told in words how far a film is, and the share; for long ones.
    """

    panel: str = ""
    out: Path | None = None
    size: PictureSize | None = None
    is_list: bool = False
    is_script: bool = False
    frames_per_second: float = USUAL_RATE
    first_step: int | None = None
    last_step: int | None = None
    report: Callable[[str, float | None], bool] | None = None


def take_away(window: MainWindow, wish: Wish, keys: tuple[str, ...] = ()) -> None:
    """Do what is wished for; ``keys`` are the tabs whose panels are listed, the present one if empty.

    Raises
    ------
    InputError
        If there is no such panel, nothing to show yet, or a file cannot be written; with one sentence.
    """
    wait_for(window, window.current_tab)
    if wish.is_list:
        _print_panels(window, keys)
    elif wish.is_script:
        _write_script(window.current_tab, wish.out)
    else:
        _write_panel(window, wish)


def wait_for(window: MainWindow, tab: Tab) -> None:
    """Until the tab shows what it has to show; a run's tab until there is its picture."""
    deadline_s = time.monotonic() + RUN_PATIENCE_S
    while isinstance(tab, TrainingTab) and _is_coming(tab) and time.monotonic() < deadline_s:
        settle(window)
    if isinstance(tab, TrainingTab):
        tab.scene.draw_curves()  # in a window they take their time after the metrics have come
    for _ in range(3):  # work in chunks may pause between two of them
        settle(window, PATIENCE_S)
    deadline_s = time.monotonic() + PATIENCE_S
    while not isinstance(tab, TrainingTab) and _is_at_work(tab) and time.monotonic() < deadline_s:
        settle(window)


def _is_at_work(tab: Tab) -> bool:
    """Whether something computes beside the window, or goes on after a pause."""
    is_pausing = any(timer.isActive() and timer.isSingleShot() for timer in tab.findChildren(QTimer))
    return is_pausing or any(worker.is_busy for worker in tab.findChildren(NewestWorker))


def _is_coming(tab: TrainingTab) -> bool:
    """Whether a run was opened whose picture or examples are not there yet."""
    is_wanted = tab.store is not None and bool(tab.store.state.run_folder)
    return is_wanted and (tab.scene.snapshot is None or tab.scene.dataset is None)


def _print_panels(window: MainWindow, keys: tuple[str, ...]) -> None:
    for tab in window.tabs():
        if tab.key in (keys or (window.current_tab.key,)):
            window.show_tab(tab.key)
            settle(window)
            for plot in walk_panels(tab, lambda: settle(window, 0.0)):
                print(f"{tab.key:8} {plot.export_name:32} {describe_plot(plot)}")


def _write_script(tab: Tab, out: Path | None) -> None:
    script = tab.python_script()
    if out is None:
        sys.stdout.write(script)
    else:
        with open_atomically(out) as file:
            file.write(script.encode("utf-8"))


def _write_panel(window: MainWindow, wish: Wish) -> None:
    assert wish.out is not None
    tab = window.current_tab
    _require_picture(tab)
    plot = find_panel(tab, wish.panel, lambda: wait_for(window, tab))
    assert isinstance(plot, QWidget)
    suffix = wish.out.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        write = export_npz if suffix == ".npz" else export_csv
        write(data_of(plot), wish.out)
    elif suffix in PICTURE_SUFFIXES:
        data_of(plot)  # refuses what shows nothing
        export_picture(plot, wish.size or on_screen_size(plot), wish.out)
    else:
        _make_film(tab, plot, wish, wish.out)


def _require_picture(tab: Tab) -> None:
    """Of the run that was asked for: its panels would be empty."""
    if isinstance(tab, TrainingTab) and _is_coming(tab) and tab.scene.snapshot is None:
        assert tab.store is not None
        folder = tab.store.state.run_folder
        raise InputError(f"{folder} has no snapshot that can be read; let it train, or take another run.")


def _make_film(tab: Tab, plot: ExportablePlot, wish: Wish, out: Path) -> None:
    from dgm_explorer.runs.reader import RunReader

    screen = tab.scene.desk.run.on_screen if isinstance(tab, TrainingTab) else None
    if not isinstance(tab, TrainingTab) or screen is None:
        raise InputError(f"{' and '.join(FILM_SUFFIXES)} are made of a run; name one with --run.")
    assert isinstance(plot, QWidget)
    steps = steps_between(RunReader(screen.folder).snapshot_steps(), wish.first_step, wish.last_step)
    size = wish.size or on_screen_size(plot)
    plan = FilmPlan(plot.export_name, screen.folder, steps, wish.frames_per_second, size, out)
    maker = FilmMaker(tab, plan)
    loop, ends = QEventLoop(), list[str]()
    maker.finished.connect(ends.append)
    maker.finished.connect(loop.quit)
    if wish.report is not None:
        report = wish.report
        maker.progressed.connect(lambda n: report(f"frame {n:,} of {len(steps):,}", n / len(steps)))
    polite_end, asked = PoliteEnd(maker), list[bool]()
    polite_end.asked.connect(lambda: asked.append(True))
    polite_end.asked.connect(maker.cancel)
    maker.start()
    loop.exec()
    polite_end.close()
    if asked:
        raise KeyboardInterrupt
    if ends[0]:
        raise InputError(ends[0])
