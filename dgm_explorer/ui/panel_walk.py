"""Every panel of a tab by its name, with what of the state brings it to the front."""

import typing
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from dgm_explorer.core.errors import InputError
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.tabs.tab import Tab

_CHOICES = ("panel", "usage_picture")
"""Fields of a tab's state that choose between panels. The second belongs to the panel *usage*."""
_USAGE = "usage"


def walk_panels(tab: Tab, settle: Callable[[], None]) -> Iterator[ExportablePlot]:
    """Bring one lower panel after the other to the front and yield what can be exported then, each name once.

    ``settle`` is called after each change, to let it be drawn. In the end the panel of before is in front.
    """
    store = tab.store
    assert store is not None
    before = {name: getattr(store.state, name) for name in _choices(store.state)}
    names: set[str] = set()
    try:
        for changes in _looks(store.state):
            store.update(**changes)
            settle()
            for plot in tab.plots():
                if plot.export_name not in names:
                    names.add(plot.export_name)
                    yield plot
    finally:
        store.update(**before)


def find_panel(tab: Tab, name: str, settle: Callable[[], None]) -> ExportablePlot:
    """Bring the panel of this name to the front.

    Raises
    ------
    InputError
        If there is none; with the names that there are.
    """
    store = tab.store
    assert store is not None
    names: list[str] = []
    for changes in _looks(store.state):
        store.update(**changes)
        settle()
        for plot in tab.plots():
            if plot.export_name == name:
                return plot
            names.append(plot.export_name)
    raise InputError(
        f"the tab {tab.key} has no panel {name[:60]!r} here; use one of {', '.join(dict.fromkeys(names))}, "
        "or name another tab."
    )


def _looks(state: Any) -> Iterator[dict[str, str]]:
    """What to change of a state: nothing, then what brings every other lower panel to the front."""
    yield {}
    choices = _choices(state)
    for panel in choices["panel"]:
        pictures = choices.get("usage_picture", ()) if panel == _USAGE else ()
        for changes in [{"panel": panel, "usage_picture": p} for p in pictures] or [{"panel": panel}]:
            if any(getattr(state, key) != value for key, value in changes.items()):
                yield changes


def _choices(state: Any) -> dict[str, tuple[str, ...]]:
    """The fields that choose between panels, with their values."""
    hints = typing.get_type_hints(type(state))
    return {
        field.name: typing.get_args(hints[field.name]) for field in fields(state) if field.name in _CHOICES
    }
