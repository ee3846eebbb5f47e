"""One heap for all threads."""

import subprocess
import sys

import pytest

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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc has such heaps")
@pytest.mark.parametrize("is_one", [True, False])
def test_threads_take_their_memory_from_one_heap(is_one: bool) -> None:
    script = SCRIPT.format(first="keep_in_one_heap()" if is_one else "")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    farthest = int(done.stdout.splitlines()[-1])
    assert (farthest < 1 << 30) == is_one
