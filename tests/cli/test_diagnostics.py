"""``dgm-explorer diagnostics``."""

import pytest

import dgm_explorer
from dgm_explorer.cli.main import run


def test_it_is_printed_without_a_window(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diagnostics"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"DGM Explorer {dgm_explorer.__version__}, diagnostics of ")
    for words in ("Python:", "torch:", "platform:", "settings:", "Last crash", "Log"):
        assert words in text
