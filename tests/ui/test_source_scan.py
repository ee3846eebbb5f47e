"""PySide reads no source on behalf of a feature that nothing here uses."""

import subprocess
import sys

import pytest

WITH = "from dgm_explorer.ui.source_scan import stop_source_scan; stop_source_scan()"
WITHOUT = "import PySide6.QtCore"
SCRIPT = """
import inspect
asked = []
inspect.getsource = lambda module: asked.append(module.__name__) or ""
import colorsys
print(*asked)
"""


@pytest.mark.parametrize(("before", "is_opened"), [(WITH, False), (WITHOUT, True)])
def test_a_module_imported_behind_pyside_is_not_opened(before: str, is_opened: bool) -> None:
    """The second case fails once PySide stops scanning: then remove the workaround."""
    command = [sys.executable, "-c", before + SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ("colorsys" in done.stdout.split()) is is_opened
