"""Benchmarks print one JSON object that scripts rely on, or a table."""

import json

from dgm_explorer.bench.report import Figure, as_json, as_table

FIGURES = [
    Figure.at_least("reverse_vs_quad", 23456.0, "ratio", 1e4),
    Figure.at_most("frame_compute_ms", 9.5, "ms", 8),
    Figure("reverse_ms", 1.25, "ms"),
]


def test_json_has_the_promised_keys() -> None:
    report = json.loads(as_json("kl", FIGURES))
    assert list(report) == ["bench", "machine", "figures"]
    assert report["bench"] == "kl"
    assert report["machine"]["cpus"] >= 1
    assert report["machine"]["versions"]["numpy"][0].isdigit()
    assert report["figures"][0] == {
        "name": "reverse_vs_quad",
        "value": 23456.0,
        "unit": "ratio",
        "goal": ">= 10000",
        "holds": True,
    }
    assert [figure["holds"] for figure in report["figures"]] == [True, False, None]


def test_machine_does_not_name_the_host() -> None:
    assert set(json.loads(as_json("kl", []))["machine"]) == {
        "system",
        "architecture",
        "cpus",
        "python",
        "versions",
    }


def test_table_says_which_goals_are_missed() -> None:
    lines = as_table("kl", FIGURES).splitlines()
    assert lines[0].startswith("bench kl: ")
    assert lines[2].split() == ["reverse_vs_quad", "2.346e+04", "ratio", ">=", "10000", "holds"]
    assert lines[3].split()[-1] == "MISSED"
    assert lines[4].split() == ["reverse_ms", "1.25", "ms"]
