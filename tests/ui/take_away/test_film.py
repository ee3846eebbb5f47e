"""Films from recorded snapshots: read back frame by frame."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import PictureSize
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.ui import file_dialogs
from dgm_explorer.ui.film.film_commands import FilmCommands
from dgm_explorer.ui.film.film_dialog import FilmDialog
from dgm_explorer.ui.film.film_file import Frame, open_film
from dgm_explorer.ui.film.film_maker import FilmMaker, as_array
from dgm_explorer.ui.film.film_plan import FilmPlan, even, steps_between
from dgm_explorer.ui.picture_file import laid_out, paint_image
from dgm_explorer.ui.tabs.training_tab import TrainingTab

SIZE = PictureSize(480, 360, "px", 96)
FILM_MS = 60_000


def read_gif(path: Path) -> list[Frame]:
    with Image.open(path) as image:
        frames = []
        for index in range(image.n_frames):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGB")))
        assert image.info["loop"] == 0
    return frames


def read_mp4(path: Path) -> list[Frame]:
    import imageio_ffmpeg

    width, height = SIZE.pixels
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "rawvideo"]
    done = subprocess.run([*command, "-pix_fmt", "rgb24", "-"], capture_output=True, check=True, timeout=60)
    return list(np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3))


def make(tab: TrainingTab, plan: FilmPlan, qtbot: QtBot) -> str:
    maker = FilmMaker(tab, plan)
    with qtbot.waitSignal(maker.finished, timeout=FILM_MS) as ended:
        maker.start()
    return str(ended.args[0])


def panel_now(tab: TrainingTab, name: str, size: PictureSize) -> Frame:
    (panel,) = (plot for plot in tab.plots() if plot.export_name == name)
    assert isinstance(panel, QWidget)
    with laid_out(panel, size) as layout:
        return as_array(paint_image(panel, size, layout))


def far_apart(steps: Sequence[int]) -> tuple[int, ...]:
    """At most four, the first and the last among them: on a slow machine neighbours hardly differ."""
    n = len(steps)
    return tuple(steps[i] for i in sorted({0, n // 3, 2 * n // 3, n - 1}))


def difference(a: Frame, b: Frame) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize(
    ("model", "panel", "suffix"),
    [
        ("gmm", "latent", ".gif"),
        ("gmm", "latent", ".mp4"),
        ("vq", "images-and-their-reconstructions", ".gif"),
    ],
)
def test_a_film_has_a_frame_for_each_snapshot_and_ends_with_the_panel_as_it_is(
    show_run: Callable[[Path], TrainingTab],
    request: pytest.FixtureRequest,
    qtbot: QtBot,
    tmp_path: Path,
    model: str,
    panel: str,
    suffix: str,
) -> None:
    folder = request.getfixturevalue(f"{model}_run")
    steps = far_apart(RunReader(folder).snapshot_steps())
    tab = show_run(folder)
    now = panel_now(tab, panel, SIZE)
    path = tmp_path / f"film{suffix}"
    assert make(tab, FilmPlan(panel, folder, steps, 20, SIZE, path), qtbot) == ""
    frames = read_gif(path) if suffix == ".gif" else read_mp4(path)
    assert len(frames) == len(steps)
    assert {frame.shape for frame in frames} == {(360, 480, 3)}
    assert all(difference(a, b) > 0.3 for a, b in pairwise(frames))
    assert difference(frames[-1], now) < 4.0, "but for palette and compression"
    assert difference(frames[0], now) > 2 * difference(frames[-1], now)
    assert sorted(tmp_path.glob("film*")) == [path]


def test_what_is_given_up_leaves_nothing(
    show_run: Callable[[Path], TrainingTab], gmm_run: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "film.gif"
    path.write_bytes(b"what stood there")
    maker = FilmMaker(show_run(gmm_run), FilmPlan("latent", gmm_run, (0,) * 50, 10, SIZE, path))
    maker.progressed.connect(lambda n: maker.cancel() if n == 2 else None)
    with qtbot.waitSignal(maker.finished, timeout=FILM_MS) as ended:
        maker.start()
    assert "given up" in ended.args[0]
    assert path.read_bytes() == b"what stood there"
    assert list(tmp_path.glob(".film*")) == []


def test_given_up_too_late_it_is_whole(
    show_run: Callable[[Path], TrainingTab], gmm_run: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    path, steps = tmp_path / "film.gif", RunReader(gmm_run).snapshot_steps()[-2:]
    maker = FilmMaker(show_run(gmm_run), FilmPlan("latent", gmm_run, steps, 10, SIZE, path))
    maker.progressed.connect(lambda n: QTimer.singleShot(0, maker.cancel) if n == 2 else None)
    with qtbot.waitSignal(maker.finished, timeout=FILM_MS) as ended:
        maker.start()
    assert ended.args[0] == ""
    assert len(read_gif(path)) == 2


def test_a_panel_that_is_not_there_and_a_snapshot_that_is_gone_are_one_sentence(
    show_run: Callable[[Path], TrainingTab],
    gmm_run: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tab, path = show_run(gmm_run), tmp_path / "film.gif"
    assert "cannot be filmed" in make(tab, FilmPlan("nothing", gmm_run, (0,), 10, SIZE, path), qtbot)
    monkeypatch.setattr("dgm_explorer.ui.film.film_maker.FRAME_PATIENCE_S", 0.5)
    assert "step 77777" in make(tab, FilmPlan("latent", gmm_run, (77777,), 10, SIZE, path), qtbot)
    missing = tmp_path / "none" / "film.gif"
    assert "cannot be written" in make(tab, FilmPlan("latent", gmm_run, (0,), 10, SIZE, missing), qtbot)
    assert not path.exists()


def test_without_an_encoder_mp4_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(InputError, match=r"pip install 'dgm-explorer\[video\]'; a GIF is written without"):
        open_film(tmp_path / "a.mp4", 10, 64, 48, 1)
    with pytest.raises(InputError, match=r"films end in \.mp4 or \.gif"):
        open_film(tmp_path / "a.avi", 10, 64, 48, 1)
    with pytest.raises(InputError, match="too much for a GIF"):
        open_film(tmp_path / "a.gif", 10, 1920, 1080, 1000)


def test_an_encoder_that_cannot_start_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "none"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(InputError, match="cannot be encoded"):
        open_film(tmp_path / "a.mp4", 10, 64, 48, 1)
    assert not any(temporary.iterdir())


def test_sides_are_even_and_spans_include_their_ends() -> None:
    assert even(PictureSize(8.5, 6, "cm", 300)).pixels == (1004, 708)
    assert steps_between((0, 10, 20, 30), 10, 20) == (10, 20)
    assert steps_between((0, 10), None, None) == (0, 10)
    with pytest.raises(InputError, match="no recorded snapshot"):
        FilmPlan("latent", Path(), (), 10, SIZE, Path("a.gif"))


def test_the_menu_asks_and_makes_it_beside_the_window(
    show_run: Callable[[Path], TrainingTab],
    gmm_run: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tab, path = show_run(gmm_run), tmp_path / "film.gif"
    monkeypatch.setattr(file_dialogs, "ask_film_to_save", lambda *_: path)
    commands = FilmCommands(lambda: tmp_path, tab)
    commands.ask_and_export(tab, tab.plots()[0])
    (dialog,) = tab.findChildren(FilmDialog)
    dialog.last.setValue(dialog.first.value())
    assert dialog.note.text().startswith("1 frame of")
    dialog.last.setValue(dialog.last.maximum())
    step = tab.scene.snapshot.step
    (save,) = (b for b in dialog.findChildren(QPushButton) if b.text() == "&Save…")
    with qtbot.waitSignal(commands.written, timeout=FILM_MS):
        QTest.mouseClick(save, Qt.MouseButton.LeftButton)
    assert len(read_gif(path)) == len(RunReader(gmm_run).snapshot_steps())
    assert tab.scene.snapshot.step == step, "the tab in the window was left alone"
