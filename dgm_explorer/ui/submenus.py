"""The menus that depend on what there is: presets, recent files, runs, visible plots."""

import textwrap
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from dgm_explorer.core.errors import InputError
from dgm_explorer.session import preset_names, read_preset
from dgm_explorer.ui.export import ExportablePlot

if TYPE_CHECKING:
    from dgm_explorer.runs.listing import RunSummary
    from dgm_explorer.ui.tabs.tab import Tab

TIP_COLUMNS = 70
"""Plain tool tips do not wrap by themselves."""


def fill_presets(menu: QMenu, open_preset: Callable[[str], None]) -> None:
    """List the shipped presets, once, by title, tab by tab; their descriptions are the tool tips."""
    if not menu.isEmpty():
        return
    menu.setToolTipsVisible(True)
    tab = ""
    for name in preset_names():
        try:
            preset = read_preset(name)
        except InputError as error:
            _add_disabled(menu, name).setToolTip(str(error))
            continue
        if tab not in ("", preset.tab):
            menu.addSeparator()
        tab = preset.tab
        action = menu.addAction(preset.title or name)
        action.setObjectName(f"preset.{name}")
        action.setToolTip(textwrap.fill(preset.description, TIP_COLUMNS))
        action.triggered.connect(lambda _checked=False, name=name: open_preset(name))


def fill_lectures(menu: QMenu, open_lecture: Callable[[str], None]) -> None:
    """List the shipped lectures, once, by title; their descriptions are the tool tips."""
    from dgm_explorer.lecture import find_lecture, lecture_names

    if not menu.isEmpty():
        return
    menu.setToolTipsVisible(True)
    for name in lecture_names():
        try:
            lecture = find_lecture(name)
        except InputError as error:
            _add_disabled(menu, name).setToolTip(str(error))
            continue
        action = menu.addAction(lecture.title.replace("&", "&&"))
        action.setObjectName(f"lecture.{name}")
        action.setToolTip(textwrap.fill(lecture.description, TIP_COLUMNS))
        action.triggered.connect(lambda _checked=False, name=name: open_lecture(name))
    if menu.isEmpty():
        _add_disabled(menu, "No lecture is installed")


def fill_recent(menu: QMenu, paths: Sequence[Path], open_file: Callable[[Path], None]) -> None:
    """List the files last opened or saved, newest first."""
    menu.clear()
    menu.setToolTipsVisible(True)
    for path in paths:
        action = menu.addAction(path.name.replace("&", "&&"))
        action.setToolTip(str(path))
        action.triggered.connect(lambda _checked=False, path=path: open_file(path))
    if not paths:
        _add_disabled(menu, "No session opened or saved yet")


def fill_runs(menu: QMenu, runs: "Sequence[RunSummary]", open_run: Callable[[Path], None]) -> None:
    """List the newest runs by data, time and how far they came."""
    menu.clear()
    menu.setToolTipsVisible(True)
    for run in runs:
        action = menu.addAction(describe_run(run).replace("&", "&&"))
        action.setToolTip(str(run.path))
        action.triggered.connect(lambda _checked=False, path=run.path: open_run(path))
    if not runs:
        _add_disabled(menu, "No run yet")


def describe_run(run: "RunSummary") -> str:
    """``gmm-vae · digits · 31 Jan 13:00 · finished at step 9,000``, in the time of this place."""
    state = "interrupted" if run.is_interrupted else run.state or "begun"
    return f"{run.model} · {run.data} · {_local_time(run.created)} · {state} at step {run.step:,}"


def _local_time(utc: str) -> str:
    try:
        return datetime.fromisoformat(utc).astimezone().strftime("%d %b %H:%M")
    except (ValueError, OverflowError):
        return utc[:20]


def fill_plots(
    menu: QMenu,
    plots: Sequence[ExportablePlot],
    export: Callable[[ExportablePlot], None],
    ending: str = "…",
) -> None:
    """List the plots visible in the present tab; dots behind a name say that a question follows."""
    menu.clear()
    for plot in plots:
        action = menu.addAction(f"{describe_plot(plot)}{ending}")
        action.triggered.connect(lambda _checked=False, plot=plot: export(plot))
    if not plots:
        _add_disabled(menu, "This tab shows no plot")


def fill_films(menu: QMenu, tab: "Tab", export: "Callable[[Tab, ExportablePlot], None]") -> None:
    """List the plots of a tab that shows a run; in another tab, say where films are made."""
    if tab.has_runs:
        fill_plots(menu, tab.plots(), lambda plot: export(tab, plot))
    else:
        menu.clear()
        _add_disabled(menu, "Films are made of runs: in the tabs GMM-VAE and VQ-VAE")


def describe_plot(plot: ExportablePlot) -> str:
    """``reverse_kl_landscape`` as words for a menu."""
    words = plot.export_name.replace("_", " ").replace("-", " ").replace("kl", "KL")
    for model in ("GMM-VAE", "VQ-VAE", "ELBO"):
        words = words.replace(model.lower().replace("-", " "), model)
    return words[:1].upper() + words[1:]


def _add_disabled(menu: QMenu, text: str) -> QAction:
    action = menu.addAction(text)
    action.setEnabled(False)
    return action
