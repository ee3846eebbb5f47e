"""What needs Qt: hostile settings, and hostile sessions and runs opened in the program's own window."""

import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

from dgm_explorer.core.gmm_vae_state import LowerPanel
from dgm_explorer.core.vq_vae_state import VqPanel
from tests.fuzz.case import Case
from tests.fuzz.documents import make_session
from tests.fuzz.draw import Draw
from tests.fuzz.mutate import WORDS, damaged
from tests.fuzz.readers import check_sentence
from tests.fuzz.run_folders import SNAPSHOT, TEXTS, info, make_run_folder
from tests.fuzz.tensors import spoilt
from tests.fuzz.trained import MODELS, trained_run

SESSION_S, RUN_S, PANEL_S = 0.15, 1.5, 0.05
"""How long the event loop turns behind an opened session, at most until a run is seen, and for each panel."""
PANELS = {"gmm-vae": get_args(LowerPanel), "vq-vae": get_args(VqPanel)}

KEYS = ("theme", "tab", "geometry", "layout", "recent", "picture_size", "welcomed")
INI_VALUES = (
    "@ByteArray(\\x1\\xd9\\xd0\\xcb)", "@Variant(\\0\\0\\0\\b\\0\\0\\0\\1)", "@Invalid()",
    "@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\x10QObject*\\0)", "@ByteArray(" + "A" * 70_000 + ")",
    "@Variant(\\0\\0\\0\\t\\xff\\xff\\xff\\xff)", "a,b,c", '"a\\nb"', "@@x", "@Rect(0 0 99999999999 5)",
    "@Size(1 1)", "@DateTime(x)", "\\xd800", "%00", "@String()", "@Variant(\\0\\0\\0\\v\\0\\0\\xff",
    "@StringList(x)", "x" * 100_000, "true", "1e999", "dark", "kl", "\\", '"', "=", "[", ";",
    "/a/b.dgm.json,/c/d.json",
)  # fmt: skip


def make_settings(draw: Draw) -> Case:
    """An INI file such as Qt's, with values that are none."""
    if draw.chance(0.1):
        return Case({"window.ini": draw.randbytes(draw.randrange(400))})
    lines = [draw.pick("[General]", "[General]", "[General]", "[", "[%General]", "")]
    for key in draw.some(KEYS, 5) + draw.some(KEYS, 1):
        lines.append(f"{key}={draw.pick(*INI_VALUES, *WORDS)}")
    content = draw.pick("\n", "\r\n").join(lines).encode("utf-8", "surrogatepass") + b"\n"
    return Case({"window.ini": damaged(draw, content) if draw.chance(0.3) else content})


def open_settings(folder: Path, _words: Sequence[str]) -> bool:
    from PySide6.QtCore import QByteArray

    from dgm_explorer.ui.theme import THEMES
    from dgm_explorer.ui.window_settings import WindowSettings

    settings = WindowSettings(folder / "window.ini")
    assert settings.theme in THEMES
    assert isinstance(settings.tab, str)
    assert isinstance(settings.picture_size, str)
    assert isinstance(settings.geometry, QByteArray)
    assert isinstance(settings.layout, QByteArray)
    assert all(isinstance(path, Path) for path in settings.recent_files)
    check_sentence(settings.describe_troubles() or ".")
    return settings.theme != "light" or bool(settings.tab or settings.recent_files or settings.layout)


# -- the window ---------------------------------------------------------------------------------------


class Window:
    """The program's own, offscreen, and what went wrong in it."""

    def __init__(self) -> None:
        from PySide6.QtCore import qInstallMessageHandler

        from dgm_explorer.app import WindowOptions, make_application, make_window

        self._application = make_application()
        self.errors: list[str] = []
        self.refusals: list[str] = []
        sys.excepthook = self._take_error
        qInstallMessageHandler(self._take_message)
        self.window: Any = make_window(WindowOptions(tab="kl", size=(1280, 800)))
        self.window.sessions.refused.connect(self.refusals.append)
        self.window.runs.refused.connect(self.refusals.append)
        self.n_pictures = 0
        self.window.show()
        for tab in self.window.tabs():
            if tab.key in MODELS:
                tab.scene.desk.picture_changed.connect(self._count_picture)
        self.turn(1.0)

    def turn(self, seconds: float) -> None:
        """Let the window do what it has to."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._application.processEvents()
            time.sleep(0.002)

    def _count_picture(self, _picture: object) -> None:
        self.n_pictures += 1

    def _take_error(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        import traceback

        self.errors.append("".join(traceback.format_exception(kind, error, trace)[-8:]))

    def _take_message(self, kind: Any, _context: Any, text: str) -> None:
        if "does not support" not in text and "Debug" not in str(kind):  # said by the offscreen platform
            self.errors.append(f"Qt says: {text}")

    def end_case(self) -> bool:
        """Whether nothing was refused; anything that went wrong is raised."""
        errors, refusals = list(self.errors), list(self.refusals)
        self.errors.clear()
        self.refusals.clear()
        assert not errors, "\n".join(errors)
        for sentence in refusals:
            check_sentence(sentence)
        return not refusals


@cache
def window() -> Window:
    return Window()


def make_shown_session(draw: Draw) -> Case:
    """One that is more often sound than not."""
    return make_session(draw)


def show_session(folder: Path, _words: Sequence[str]) -> bool:
    shown = window()
    shown.window.sessions.open_file(folder / "a.dgm.json")
    shown.turn(SESSION_S)
    return shown.end_case()


def make_shown_run(draw: Draw) -> Case:
    """Runs whose snapshots are of real models, so that every panel has something to draw."""
    if draw.chance(0.3):
        return make_run_folder(draw)
    files = dict(trained_run(draw.pick(*MODELS)))
    if draw.chance(0.8):
        files[SNAPSHOT] = spoilt(draw, files[SNAPSHOT], TEXTS)
    else:
        files["run.json"] = info(draw, files["run.json"])
    return Case({f"run/{name}": node for name, node in files.items()}, ("{here}/run",))


def show_run(_folder: Path, words: Sequence[str]) -> bool:
    """Until its picture is painted, in every panel; whether there was one."""
    shown = window()
    shown.n_pictures = 0
    shown.window.runs.open_run(Path(words[0]))
    tab = shown.window.current_tab
    deadline = time.monotonic() + RUN_S
    while tab.key in MODELS and not shown.n_pictures and time.monotonic() < deadline:
        shown.turn(0.05)
    for panel in PANELS.get(tab.key, ()):
        tab.store.update(panel=panel)
        shown.turn(PANEL_S)
    return shown.end_case() and shown.n_pictures > 0
