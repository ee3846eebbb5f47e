"""Imports of torch beside a window."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import gc, sys
from dgm_explorer.ui.heavy_imports import heavy_imports

before = gc.get_freeze_count()
with heavy_imports():
    print("torch" in sys.modules, "libtorch_cpu" in open("/proc/self/maps").read(), gc.isenabled())
    import torch
print(gc.isenabled(), gc.get_freeze_count() - before > 50_000, float(torch.ones(3).sum()))
frozen = gc.get_freeze_count()
with heavy_imports():
    print(gc.isenabled())
print(gc.get_freeze_count() == frozen)
"""


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads /proc")
def test_the_library_is_there_before_the_import_and_its_objects_are_left_to_no_collector() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert told.stderr == ""
    assert told.stdout.splitlines() == ["False True False", "True True 3.0", "True", "True"]
