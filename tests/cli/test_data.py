"""`dgm-explorer data`: the table, and fetching."""

import io
import json
from pathlib import Path

import pytest

from dgm_explorer.cli.data import ProgressLine
from dgm_explorer.cli.main import run
from dgm_explorer.core.errors import InputError
from dgm_explorer.data import download
from dgm_explorer.data.catalogue import NAMES
from tests.cli.refusal import refusal


@pytest.fixture(autouse=True)
def _no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DGM_EXPLORER_DATA", raising=False)
    monkeypatch.setattr(download, "cache_dir", lambda: tmp_path / "cache")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_list_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *NAMES]
    assert {"1797", "8×8", "embedded"} <= set(lines[1].split())
    mnist = next(line for line in lines if line.startswith("mnist"))
    assert "CC BY-SA 3.0  to be downloaded" in mnist


def test_the_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "list", "--json"]) == 0
    listed = {item["name"]: item for item in json.loads(capsys.readouterr().out)}
    assert tuple(listed) == NAMES
    assert listed["digits"]["is_local"]
    assert listed["kmnist"]["shape"] == [28, 28, 1]


def test_fetching_what_is_here_already(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "fetch", "digits"]) == 0
    assert "nothing to fetch" in capsys.readouterr().out


def test_fetching_prints_progress_and_the_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetch(known, report) -> Path:  # type: ignore[no-untyped-def]
        for percent in range(0, 101, 2):
            report(f"downloading {known.name}", percent / 100)
        return Path("cache")

    monkeypatch.setattr(download, "fetch", fetch)
    assert run(["data", "fetch", "kmnist"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "kmnist: cache\n"
    assert printed.err.splitlines()[0] == "downloading kmnist (  0%)"
    assert printed.err.splitlines()[-1] == "downloading kmnist (100%)"
    assert len(printed.err.splitlines()) == 11


def test_on_a_terminal_one_line_is_written_over() -> None:
    stream = Terminal()
    line = ProgressLine(stream)
    line.report("a long line", 0.5)
    line.report("done", None)
    line.end()
    assert stream.getvalue() == "\ra long line ( 50%)\rdone              \n"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [(["fetch", "minst"], "'minst' is not known"), (["fetch"], "NAME"), ([], "ACTION"), (["paint"], "paint")],
)
def test_wrong_usage_is_one_line(arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert what in refusal(capsys, "data", *arguments)


def test_offline_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fetch(*_: object) -> None:
        raise InputError("mnist cannot be downloaded; fetch it by hand.")

    monkeypatch.setattr(download, "fetch", fetch)
    assert run(["data", "fetch", "mnist"]) == 2
    assert capsys.readouterr().err == "dgm-explorer: mnist cannot be downloaded; fetch it by hand.\n"
