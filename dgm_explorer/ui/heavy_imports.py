"""Imports beside a window, in such a way that the window goes on."""

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

SWITCH_S = 0.0002
"""A thread that computes in Python lets another one go on after this time. Beside one that never rests a
frame of a drag, 12 ms alone, takes 55; with 1 ms it takes 165, with the interpreter's own 5 ms 700."""

_lock = Lock()


@contextmanager
def heavy_imports() -> Iterator[None]:
    """Around imports that bring torch, in a worker's thread. Nothing is done where torch is there already.

    The interpreter's lock is held while a library is loaded, for libtorch_cpu 0.2 s, in which no window
    moves; it is loaded here before, without the lock. And torch brings 200,000 objects that the collector
    of garbage would look through again and again, 0.1 s each time: they are left out of it for good.
    """
    with _lock:
        if "torch" in sys.modules:
            yield
            return
        _load_libraries()
        was_on = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            gc.freeze()
            if was_on:
                gc.enable()


@contextmanager
def own_imports() -> Iterator[bool]:
    """For the GUI thread, around imports of its own that can wait: False while `heavy_imports` are under way.

    Whoever imports a module that another thread is importing waits until that one is done with it and all
    that it imports, torch among it: 0.8 s in which no window moves. Else none are begun until this ends.
    """
    is_free = _lock.acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            _lock.release()


def is_imported(name: str) -> bool:
    """Whether its import takes no time, nor has to wait for another thread that is at it; from any thread."""
    module = sys.modules.get(name)
    # The mark by which the import system itself tells; without it an import may have to be waited for.
    return module is not None and not getattr(module.__spec__, "_initializing", False)


def _load_libraries() -> None:
    """What ``import torch`` loads first, in its order; one that is not found is left to the import."""
    spec = find_spec("torch")
    if spec is None or sys.platform == "win32":
        return
    suffix = "dylib" if sys.platform == "darwin" else "so"
    system = ctypes.CDLL(None)  # a function called through it runs without the interpreter's lock
    system.dlopen.restype = ctypes.c_void_p
    system.dlopen.argtypes = (ctypes.c_char_p, ctypes.c_int)
    for place in spec.submodule_search_locations or ():
        for name, scope in (("libtorch_global_deps", os.RTLD_GLOBAL), ("libtorch_cpu", os.RTLD_LOCAL)):
            library = Path(place) / "lib" / f"{name}.{suffix}"
            if library.exists():
                system.dlopen(os.fsencode(library), os.RTLD_NOW | scope)
