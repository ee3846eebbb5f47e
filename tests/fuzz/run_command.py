"""Carries out a command line in this process, as the program's own entry does."""

import contextlib
import gc
import io
import json
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from dgm_explorer.cli import main, train
from dgm_explorer.core.training import RunRequest
from dgm_explorer.data.catalogue import load_dataset
from tests.fuzz.readers import check_dataset, check_sentence

Words = Sequence[str]


def run_command_line(folder: Path, words: Words) -> bool:
    """Without a window and without training: everything up to there."""
    with mock.patch.object(train, "_train", _load_only), mock.patch.dict(sys.modules, _windowless()):
        return check_command(folder, words)


def check_command(folder: Path, words: Words, allowed: tuple[int, ...] = (0, 2)) -> bool:
    """That it ends well, or with one line that says why not."""
    status, out, err = _captured(words)
    assert status in allowed, f"status {status}: {err[-500:]}"
    if status == 0:
        assert not err or "train" in words or "data" in words, f"done, but said {err[-500:]!r}"
        if "--json" in words and out and words[0] != "train" and not {"-h", "--help"} & set(words):
            json.loads(out, parse_constant=_refuse)
        return True
    assert not out or words[0] == "train", f"refused, but printed {out[:200]!r}"
    lines = err.splitlines()
    assert len(lines) == 1, f"{len(lines)} lines: {err[-800:]!r}"
    assert lines[0].startswith("dgm-explorer: ")
    check_sentence(lines[0].replace(str(folder), ""))
    return False


def _captured(words: Words) -> tuple[int, str, str]:
    out, err = io.BytesIO(), io.BytesIO()
    streams = [
        io.TextIOWrapper(stream, "utf-8", "backslashreplace", write_through=True) for stream in (out, err)
    ]
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        try:
            status = main.run(words)
        except SystemExit as leaving:  # argparse's way of ending --help
            status = leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
        finally:
            gc.enable()  # the window's command stops it
    return status, out.getvalue().decode(), err.getvalue().decode()


def _load_only(request: RunRequest, *_: object) -> int:
    check_dataset(load_dataset(request.source))
    return 0


def _windowless() -> dict[str, types.ModuleType]:
    """The two modules that the window's command imports last."""
    app, imports = types.ModuleType("app"), types.ModuleType("quick_imports")
    app.WindowOptions = dict  # type: ignore[attr-defined]
    app.run_window = lambda _options: 0  # type: ignore[attr-defined]
    imports.quicken_imports = lambda: None  # type: ignore[attr-defined]
    return {"dgm_explorer.app": app, "dgm_explorer.ui.quick_imports": imports}


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")
