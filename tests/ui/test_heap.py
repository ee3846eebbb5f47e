"""One heap for all threads, and what was freed in it goes back."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dgm_explorer.ui import heap
from dgm_explorer.ui.heap import HeapKeeper

SCRIPT = """
import ctypes, threading
from dgm_explorer.ui.heap import keep_in_one_heap

{first}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = (ctypes.c_size_t,)
places, ready = [], threading.Barrier(5)
def take():
    ready.wait()
    places.append(libc.malloc(1000))
threads = [threading.Thread(target=take) for _ in range(5)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
own = libc.malloc(1000)
print(max(abs(place - own) for place in places))
"""


pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc has such heaps")

BLOCK, N_BLOCKS = 64 << 10, 4000


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


@pytest.mark.parametrize("is_one", [True, False])
def test_threads_take_their_memory_from_one_heap(is_one: bool) -> None:
    script = SCRIPT.format(first="keep_in_one_heap()" if is_one else "")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    farthest = int(done.stdout.splitlines()[-1])
    assert (farthest < 1 << 30) == is_one


def test_the_gaps_go_back_to_the_system_but_not_during_a_drag(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QObject()
    monkeypatch.setattr(heap, "GIVE_BACK_MS", 1)
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    keeper = HeapKeeper(parent)
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = (ctypes.c_size_t,)
    libc.free.argtypes = (ctypes.c_void_p,)
    blocks = [libc.malloc(BLOCK) for _ in range(N_BLOCKS)]
    for block in blocks:
        ctypes.memset(block, 1, BLOCK)
    for block in blocks[:-1]:  # the last one holds the end of the heap
        libc.free(block)
    full = resident_mb()
    qtbot.wait(20)
    held = resident_mb()
    assert held > full - 0.1 * N_BLOCKS * BLOCK / 1e6
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.NoButton)
    qtbot.waitUntil(lambda: resident_mb() < held - 0.8 * N_BLOCKS * BLOCK / 1e6)
    libc.free(blocks[-1])
    keeper.setParent(None)
