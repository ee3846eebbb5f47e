"""A pointer and a keyboard that the X server takes for real ones: the XTest extension, by ctypes.

Quicker than one xdotool process per movement: a drag at 125 Hz is a drag at 125 Hz.
"""

import ctypes
import time
from collections.abc import Iterable
from typing import TypeAlias

Event: TypeAlias = list[str | int | float]
"""``["move", x, y]``, ``["press", button]``, ``["release", button]``, ``["key", "ctrl+z"]``,
``["hold", "shift"]``, ``["let_go", "shift"]``, ``["sleep", seconds]``, ``["resize", window, w, h]`` or
``["focus", window]``."""

MODIFIERS = {"ctrl": "Control_L", "shift": "Shift_L", "alt": "Alt_L"}
PARENT = 2
"""``RevertToParent``."""


class Hand:
    """Does events on one X display."""

    def __init__(self, display: str) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XStringToKeysym.restype = ctypes.c_ulong
        opened = self._x.XOpenDisplay(display.encode())
        if not opened:
            raise OSError(f"no X server answers at {display}")
        self._display = ctypes.c_void_p(opened)
        self._handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_ignore)
        self._x.XSetErrorHandler(self._handler)  # a window may go between question and answer
        self._held: set[str] = set()

    def do(self, events: Iterable[Event]) -> None:
        """Do all of them in their order."""
        for event in events:
            name, *values = event
            getattr(self, f"_{name}")(*values)
            self._x.XFlush(self._display)

    def let_go_of_all(self) -> None:
        """No button and no modifier stays pressed, whatever went before."""
        self.do([["release", button] for button in (1, 2, 3)])
        self.do([["let_go", name] for name in sorted(self._held)])

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)

    def _move(self, x: int, y: int) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, 0)

    def _press(self, button: int) -> None:
        self._test.XTestFakeButtonEvent(self._display, button, 1, 0)

    def _release(self, button: int) -> None:
        self._test.XTestFakeButtonEvent(self._display, button, 0, 0)

    def _sleep(self, seconds: float) -> None:
        self._x.XFlush(self._display)
        time.sleep(seconds)

    def _hold(self, name: str) -> None:
        self._held.add(name)
        self._strike(MODIFIERS[name], True)

    def _let_go(self, name: str) -> None:
        self._held.discard(name)
        self._strike(MODIFIERS[name], False)

    def _key(self, chord: str) -> None:
        """Press and release, as in ``ctrl+shift+z``; the last is the name of a keysym."""
        *modifiers, key = chord.split("+")
        for name in modifiers:
            self._strike(MODIFIERS[name], True)
        self._strike(key, True)
        self._strike(key, False)
        for name in reversed(modifiers):
            self._strike(MODIFIERS[name], False)

    def _strike(self, keysym: str, is_down: bool) -> None:
        code = self._x.XKeysymToKeycode(
            self._display, ctypes.c_ulong(self._x.XStringToKeysym(keysym.encode()))
        )
        self._test.XTestFakeKeyEvent(self._display, code, int(is_down), 0)

    def _resize(self, window: int, width: int, height: int) -> None:
        self._x.XResizeWindow(self._display, ctypes.c_ulong(window), width, height)

    def _focus(self, window: int) -> None:
        """What a window manager does for a window that a hand turns to; there is none here."""
        self._x.XSetInputFocus(self._display, ctypes.c_ulong(window), PARENT, ctypes.c_ulong(0))


def _ignore(_display: object, _event: object) -> int:
    return 0
