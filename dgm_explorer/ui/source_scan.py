"""Keeps PySide from reading the source of every module that is imported after it."""

from contextlib import suppress


def stop_source_scan() -> None:
    """Call before the first module that is imported behind PySide6.

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
