"""PySide reads no source, and pyqtgraph copies no class, that nothing here uses."""

import subprocess
import sys

import pytest

WITH = "from dgm_explorer.ui.quick_imports import stop_source_scan; stop_source_scan()"
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


LAZY = "from dgm_explorer.ui.quick_imports import import_pyqtgraph; import_pyqtgraph()\n"
EAGER = "import pyqtgraph\n"
COUNT = """
import pyqtgraph
mirrors = (pyqtgraph.QtCore, pyqtgraph.QtGui, pyqtgraph.QtWidgets)
print(sum(not name.startswith("__") for mirror in mirrors for name in vars(mirror)))
"""
COMPARE = """
import pyqtgraph
from PySide6 import QtCore, QtGui, QtWidgets
mirrors = (pyqtgraph.QtCore, pyqtgraph.QtGui, pyqtgraph.QtWidgets)
for mirror, source in zip(mirrors, (QtCore, QtGui, QtWidgets)):
    names = dir(source)
    assert len(names) > 100, names
    for name in names:
        if not name.startswith("__"):
            assert getattr(mirror, name) is getattr(source, name), name
try:
    pyqtgraph.QtCore.QNothing
except AttributeError as error:
    print(error)
"""


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_pyqtgraph_copies_few_names_at_its_import() -> None:
    """The second half fails once pyqtgraph stops copying: then remove the workaround."""
    lazy, eager = (int(run(way + COUNT)) for way in (LAZY, EAGER))
    assert eager > 600
    assert lazy < eager / 3


def test_every_name_of_qt_is_found_through_pyqtgraph() -> None:
    assert "QNothing" in run(LAZY + COMPARE)


def test_what_was_not_needed_at_the_import_is_made_behind_the_first_picture() -> None:
    remaining = "from dgm_explorer.ui.quick_imports import make_remaining_classes\n"
    assert int(run(LAZY + remaining + "list(make_remaining_classes())" + COUNT)) == int(run(EAGER + COUNT))
