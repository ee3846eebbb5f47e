"""Imports of torch beside a window."""

import importlib
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dgm_explorer.ui import heavy_imports
from dgm_explorer.ui.heavy_imports import is_imported, own_imports

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


RUN_SCRIPT = """
import gc, sys
from dgm_explorer.app import choose_make_run
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.errors import Cancelled
from dgm_explorer.core.gmm_vae_config import MODEL, GmmVaeConfig
from dgm_explorer.core.training import RunRequest

before = gc.get_freeze_count()
request = RunRequest(MODEL, DataSource("digits"), GmmVaeConfig(), "cpu")
try:
    choose_make_run(sys.argv[1])(request, lambda *words: False)
except Cancelled:
    print("cancelled")
print(gc.get_freeze_count() - before > 50_000)
"""


@pytest.mark.parametrize("place", ["thread", "auto"])
def test_a_run_in_a_thread_of_the_window_imports_torch_with_care_for_it(place: str) -> None:
    """With ``auto`` that is the one for which the system gives no process."""
    command = [sys.executable, "-c", RUN_SCRIPT, place]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == ["cancelled", "True"], told.stderr


def test_imports_beside_wait_for_those_of_the_window_which_never_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heavy_imports, "_load_libraries", lambda: None)
    begun = threading.Event()

    def import_something() -> None:
        with heavy_imports.heavy_imports():
            begun.set()

    with own_imports() as is_free:
        assert is_free
        other = threading.Thread(target=import_something)
        other.start()
        with own_imports() as is_free_again:
            assert not is_free_again
        assert not begun.wait(0.05)
    assert begun.wait(10)
    other.join()
    with own_imports() as is_free:
        assert is_free


SLOW_MODULE = """
import threading
threading.current_thread().begun.set()
threading.current_thread().may_end.wait(10)
"""


class Importer(threading.Thread):
    """Imports the module above, which ends when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_end = threading.Event(), threading.Event()

    def run(self) -> None:
        importlib.import_module("slow_to_import")


def test_a_module_is_imported_when_nobody_has_to_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_import.py").write_text(SLOW_MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    assert not is_imported("slow_to_import")
    other = Importer()
    other.start()
    assert other.begun.wait(10)
    assert "slow_to_import" in sys.modules
    assert not is_imported("slow_to_import")
    other.may_end.set()
    other.join()
    assert is_imported("slow_to_import")
    del sys.modules["slow_to_import"]
