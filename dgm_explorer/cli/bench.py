"""``dgm-explorer bench``: measure the running program."""

import argparse
import importlib
import sys

from dgm_explorer.cli.parser import OneLineParser
from dgm_explorer.core.errors import InputError

NAMES = ("kl", "drag", "reparam", "startup", "train", "quantizer", "gpu")
MODELS = ("gmm-vae", "vq-vae")
WANT_PYTHON = ("startup", "train")
"""They start Python anew, which a packed program (PyInstaller) cannot."""


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser("bench", help="measure how fast and how exact the program is")
    parser.add_argument("name", choices=[*NAMES, "all"], help="what to measure")
    parser.add_argument("model", nargs="?", choices=MODELS, help="with train: whose training")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print; a goal that is missed is printed as such and is no error."""
    benches = _find_benches(options.name, options.model)

    from dgm_explorer.bench.report import as_json, as_table

    reports = [
        (" ".join((name, *models)), importlib.import_module(f"dgm_explorer.bench.{name}").measure(*models))
        for name, models in benches
    ]
    if not options.json:
        print("\n\n".join(as_table(name, figures) for name, figures in reports))
    elif options.name == "all":
        print("[" + ",\n".join(as_json(name, figures) for name, figures in reports) + "]")
    else:
        print(as_json(*reports[0]))
    return 0


def _find_benches(name: str, model: str | None) -> list[tuple[str, tuple[str, ...]]]:
    """Modules of `dgm_explorer.bench` and the models that they are called with."""
    if name == "all":
        if model is not None:
            raise InputError("bench all measures every model; leave the model out.")
        plain = [(bench, ()) for bench in NAMES if bench != "train"]
        benches = [*plain, *(("train", (one,)) for one in MODELS)]
        return [bench for bench in benches if not (_is_packed() and bench[0] in WANT_PYTHON)]
    if name in WANT_PYTHON and _is_packed():
        raise InputError(f"bench {name} starts Python, which a packed program lacks; install by pip.")
    if name == "train" and model is None:
        raise InputError(f"bench train: name the model, one of {', '.join(MODELS)}.")
    if name != "train" and model is not None:
        raise InputError(f"bench {name} measures no model; leave {model} out.")
    return [(name, () if model is None else (model,))]


def _is_packed() -> bool:
    return getattr(sys, "frozen", False) is True
