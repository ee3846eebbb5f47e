"""The window as a program: started in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from dgm_explorer.app import WindowOptions
from dgm_explorer.core.errors import InputError

HEAVY = (
    *("torch", "scipy.stats", "sklearn", "ziamath", "matplotlib", "PIL", "pooch", "safetensors"),
    *("dgm_explorer.training", "dgm_explorer.data", "dgm_explorer.ui.tabs.gmm_vae.scene"),
)


def run_python(code: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "STATE", "CACHE", "DATA")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **folders},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_screenshot_is_painted_without_a_word_and_without_a_trace(tmp_path: Path) -> None:
    picture = tmp_path / "shot.png"
    done = run_python(
        "from pathlib import Path\n"
        "from dgm_explorer.app import WindowOptions, run_window\n"
        f"raise SystemExit(run_window(WindowOptions(screenshot=Path({str(picture)!r}))))",
        tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1280, 800)
    colors = {image.pixelColor(x, y).name() for x in range(0, 1280, 4) for y in range(0, 800, 4)}
    assert len(colors) > 200  # the landscapes are there
    assert not list(tmp_path.rglob("*.ini"))
    assert not list(tmp_path.rglob("last-session*"))


def test_a_picture_is_painted_before_the_window_is_told_to_leave(tmp_path: Path) -> None:
    picture = tmp_path / "shot.png"
    done = run_python(
        "from pathlib import Path\n"
        "from dgm_explorer.app import WindowOptions, run_window\n"
        f"raise SystemExit(run_window(WindowOptions(screenshot=Path({str(picture)!r}), quit_after_s=0.01)))",
        tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not QImage(str(picture)).isNull()


def test_a_screenshot_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    done = run_python(
        "from pathlib import Path\n"
        "from dgm_explorer.app import WindowOptions, run_window\n"
        f"run_window(WindowOptions(screenshot=Path({str(tmp_path / 'none' / 'a.png')!r})))",
        tmp_path,
    )
    assert done.returncode != 0
    assert "InputError" in done.stderr.splitlines()[-1]
    assert "cannot be written" in done.stderr.splitlines()[-1]


def test_the_first_paint_needs_nothing_heavy_and_warns_of_nothing(tmp_path: Path) -> None:
    """Also: the window leaves by itself, without a question, when it was told to."""
    done = run_python(
        "import sys\n"
        "from dgm_explorer.app import WindowOptions, run_window\n"
        "from dgm_explorer.ui.main_window import MainWindow\n"
        "inner = MainWindow.paintEvent\n"
        "def paint(self, event):\n"
        "    inner(self, event)\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "MainWindow.paintEvent = paint\n"
        "raise SystemExit(run_window(WindowOptions(quit_after_s=0.3)))",
        tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "[]"


def test_an_unknown_theme_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"pink.*light"):
        WindowOptions(theme="pink")
