"""The menu bar of the main window, filled from the table of menus; submenus are filled when they open."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from dgm_explorer.ui import submenus
from dgm_explorer.ui.actions import MENUS, Submenu

if TYPE_CHECKING:
    from dgm_explorer.ui.main_window import MainWindow


def make_menus(window: "MainWindow") -> dict[str, QMenu]:
    """Make all menus; the submenus by their keys."""
    found: dict[str, QMenu] = {}
    for title, items in MENUS:
        menu = window.menuBar().addMenu(title)
        for item in items:
            if item is None:
                menu.addSeparator()
            elif isinstance(item, Submenu):
                found[item.key] = menu.addMenu(item.text)
            else:
                menu.addAction(window.actions_by_key[item])
    fillers = _fillers(window)
    for key, menu in found.items():
        menu.aboutToShow.connect(lambda fill=fillers[key], menu=menu: fill(menu))
    return found


def _fillers(window: "MainWindow") -> dict[str, Callable[[QMenu], None]]:
    sessions, runs, exports = window.sessions, window.runs, window.exports
    return {
        "presets": lambda menu: submenus.fill_presets(menu, sessions.open_preset),
        "lectures": lambda menu: submenus.fill_lectures(menu, window.lectures.open_lecture),
        "recent": lambda menu: submenus.fill_recent(menu, sessions.recent_files, sessions.open_file),
        "recent_runs": runs.fill_recent,
        "export_picture": lambda menu: _fill_pictures(menu, window),
        "export_data": lambda menu: submenus.fill_plots(
            menu, window.current_tab.plots(), exports.ask_and_export_data
        ),
        "export_film": lambda menu: submenus.fill_films(
            menu, window.current_tab, exports.ask_and_export_film
        ),
        "copy_picture": lambda menu: submenus.fill_plots(
            menu, window.current_tab.plots(), exports.copy_picture, ending=""
        ),
    }


def _fill_pictures(menu: QMenu, window: "MainWindow") -> None:
    submenus.fill_plots(menu, window.current_tab.plots(), window.exports.ask_and_export_picture)
    menu.addSeparator()
    menu.addAction("Whole window…").triggered.connect(window.exports.ask_and_export_window)
