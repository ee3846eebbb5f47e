"""`dgm-explorer bench`: the table and the JSON that scripts read."""

import importlib
import json
from types import SimpleNamespace

import pytest

from dgm_explorer.bench.report import Figure
from dgm_explorer.cli.bench import MODELS, NAMES
from dgm_explorer.cli.main import run

COMMANDS = [name for name in NAMES if name != "train"] + [f"train {model}" for model in MODELS]
FIGURES = [Figure.at_least("speed", 12.5, "ratio", 8), Figure("time", 3.0, "ms")]


@pytest.fixture(autouse=True)
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Benchmarks that answer at once."""
    genuine = importlib.import_module

    def import_module(name: str, package: str | None = None) -> object:
        if name.startswith("dgm_explorer.bench."):
            return SimpleNamespace(measure=lambda *_models: FIGURES)
        return genuine(name, package)

    monkeypatch.setattr(importlib, "import_module", import_module)


@pytest.mark.parametrize("name", COMMANDS)
def test_json_is_one_object(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", *name.split(), "--json"]) == 0
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
    assert [answer["bench"] for answer in answers] == COMMANDS


def test_the_table_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "kl"]) == 0
    printed = capsys.readouterr().out
    assert "speed" in printed
    assert "holds" in printed


@pytest.mark.parametrize(
    ("words", "reason"), [("train", "name the model"), ("kl gmm-vae", "leave gmm-vae out")]
)
def test_a_model_belongs_to_training_alone(
    words: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bench", *words.split()]) == 2
    assert reason in capsys.readouterr().err
