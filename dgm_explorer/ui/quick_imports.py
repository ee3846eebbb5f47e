"""Spares the start of the window what PySide and pyqtgraph do for features that nothing here uses."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any


def quicken_imports() -> None:
    """Call before PySide6 and pyqtgraph are imported; anything else is found as ever."""
    stop_source_scan()
    import_pyqtgraph()


def stop_source_scan() -> None:
    """Keep PySide from reading the source of every module that is imported after it.

    WORKAROUND(PySide6 6.11): whatever is imported once PySide6 is there, it opens the module's source to
    see whether PySide6 is mentioned, because such a module might ask for ``from __feature__ import …``.
    Nothing here does. The scan takes 50 ms of 0.6 s to the first paint, and the 1,900 modules of torch,
    imported while the window is open, are spared it too.
    """
    with suppress(ImportError):  # a PySide6 that does it otherwise needs no help
        import PySide6.QtCore  # noqa: F401 - brings the module below
        from shibokensupport import feature  # type: ignore[import-not-found]  # lives inside the wheel

        if hasattr(feature, "_mod_uses_pyside"):
            feature._mod_uses_pyside = lambda _module: False


def import_pyqtgraph() -> None:
    """Import pyqtgraph so that it asks Qt for a class when it first needs one.

    WORKAROUND(pyqtgraph 0.14): its mirrors of QtCore, QtGui and QtWidgets copy all that ``dir`` lists, by
    which PySide has to make 700 classes: 60 ms of 0.6 s to the first paint. Here ``dir`` is empty for
    the time of the import, and the mirrors look up what they have not got.
    """
    if "pyqtgraph" in sys.modules:
        return
    sources = _sources()
    listings = [vars(source).get("__dir__") for source in sources]
    for source in sources:
        mirror = _make_mirror(source)
        sys.modules[mirror.__name__] = mirror
        vars(source)["__dir__"] = list
    try:
        import pyqtgraph  # noqa: F401
    finally:
        for source, listing in zip(sources, listings, strict=True):
            del vars(source)["__dir__"]
            if listing is not None:
                vars(source)["__dir__"] = listing


def make_remaining_classes() -> Iterator[str]:
    """Have pyqtgraph's mirrors look up, name by name, what they have not got yet.

    For the GUI thread, behind the first picture: another thread that made a Qt class when it first needed
    one could meet a window at work.
    """
    for source in _sources():
        mirror = sys.modules[_mirror_name(source)]
        for name in dir(source):
            if name not in vars(mirror):
                getattr(mirror, name)
                yield name


def _sources() -> tuple[ModuleType, ...]:
    from PySide6 import QtCore, QtGui, QtWidgets

    return QtCore, QtGui, QtWidgets


def _mirror_name(source: ModuleType) -> str:
    return f"pyqtgraph.Qt.{source.__name__.rpartition('.')[2]}"


def _make_mirror(source: ModuleType) -> ModuleType:
    """Stands for ``pyqtgraph.Qt.<source>``; a name that was asked for once lies in it."""
    mirror = ModuleType(_mirror_name(source))

    def look_up(name: str) -> Any:
        value = getattr(source, name)
        setattr(mirror, name, value)
        return value

    vars(mirror)["__getattr__"] = look_up
    return mirror
