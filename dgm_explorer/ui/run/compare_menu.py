"""The menu of runs that the one on the screen can be compared with."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu

from dgm_explorer.runs.listing import RunSummary
from dgm_explorer.ui import file_dialogs

MOST_LISTED = 15


def fill_compare_menu(
    menu: QMenu,
    runs: Sequence[RunSummary],
    model: str,
    parent: Path,
    present: Path | None,
    compared: Path | None,
    choose: Callable[[Path | None], None],
) -> None:
    """List the newest other runs, a dialog for any other folder, and the end of the comparison.

    Parameters
    ----------
    runs : all there are, newest first.
    model : whose runs are listed.
    parent : where the dialog begins.
    present : the run on the screen, left out.
    compared : the run compared with at present; None for none.
    choose : called with a folder, or None to end the comparison.
    """
    menu.clear()
    menu.setToolTipsVisible(True)
    others = [run for run in runs if run.model == model and run.path != present]
    for run in others[:MOST_LISTED]:
        action = menu.addAction(run.path.name.replace("&", "&&"))
        action.setToolTip(_describe(run))
        action.setCheckable(True)
        action.setChecked(run.path == compared)
        action.triggered.connect(partial(_choose, choose, run.path))
    if not others:
        menu.addAction("No other run yet").setEnabled(False)
    menu.addSeparator()
    menu.addAction("Another folder…").triggered.connect(partial(_ask, menu, parent, choose))
    end = menu.addAction("End the comparison")
    end.setEnabled(compared is not None)
    end.triggered.connect(partial(_choose, choose, None))


def _describe(run: RunSummary) -> str:
    return f"{run.data}, {run.step:,} steps, {run.state or 'state unknown'}, begun {run.created}"


def _choose(choose: Callable[[Path | None], None], folder: Path | None, _checked: bool = False) -> None:
    choose(folder)


def _ask(menu: QMenu, parent: Path, choose: Callable[[Path | None], None], _checked: bool = False) -> None:
    path = file_dialogs.ask_run_to_compare(menu.window(), parent)
    if path is not None:
        choose(path)
