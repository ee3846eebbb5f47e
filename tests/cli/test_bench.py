"""`dgm-explorer bench`: the table and the JSON that scripts read."""

import importlib
import json
from types import SimpleNamespace

import pytest

from dgm_explorer.bench.report import Figure
from dgm_explorer.cli.bench import NAMES
from dgm_explorer.cli.main import run

FIGURES = [Figure.at_least("speed", 12.5, "ratio", 8), Figure("time", 3.0, "ms")]


@pytest.fixture(autouse=True)
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Benchmarks that answer at once."""
    genuine = importlib.import_module

    def import_module(name: str, package: str | None = None) -> object:
        if name.startswith("dgm_explorer.bench."):
            return SimpleNamespace(measure=lambda: FIGURES)
        return genuine(name, package)

    monkeypatch.setattr(importlib, "import_module", import_module)


@pytest.mark.parametrize("name", NAMES)
def test_json_is_one_object(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", name, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"bench", "machine", "figures"}
    assert answer["bench"] == name
    assert answer["figures"] == [
        {"name": "speed", "value": 12.5, "unit": "ratio", "goal": ">= 8", "holds": True},
        {"name": "time", "value": 3.0, "unit": "ms", "goal": "", "holds": None},
    ]


def test_all_of_them_are_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "all", "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [answer["bench"] for answer in answers] == list(NAMES)


def test_the_table_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "kl"]) == 0
    printed = capsys.readouterr().out
    assert "speed" in printed
    assert "holds" in printed
