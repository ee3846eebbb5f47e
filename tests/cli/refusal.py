"""What a command that is refused says."""

import pytest

from dgm_explorer.cli.main import run


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on standard error; the exit status is that of wrong usage."""
    capsys.readouterr()
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("dgm-explorer: ")
    return printed.err
