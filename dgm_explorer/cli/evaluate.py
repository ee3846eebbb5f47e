"""``dgm-explorer evaluate``: measure a recorded run."""

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dgm_explorer.cli.parser import OneLineParser
from dgm_explorer.core.device_choice import DEVICE_CHOICES
from dgm_explorer.core.gmm_vae_config import TERM_MEANINGS, TERMS

if TYPE_CHECKING:
    from dgm_explorer.training.evaluate import Evaluation
    from dgm_explorer.training.gmm_vae_evaluation import GmmVaeFigures


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser(
        "evaluate",
        help="measure a recorded run",
        description="Measure the newest checkpoint of a run on all its examples, and on those held out.",
    )
    parser.add_argument("folder", metavar="RUN_DIR", type=Path, help="the run folder")
    parser.add_argument("--device", choices=DEVICE_CHOICES, default="auto", help="where")
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    from dgm_explorer.training.evaluate import evaluate

    answer = evaluate(options.folder, options.device)
    print(as_json(answer) if options.json else as_text(answer))
    return 0


def as_json(answer: "Evaluation") -> str:
    """One JSON object; numbers that cannot be had, such as accuracy without labels, are null."""
    fields = {"model": answer.model, "data": answer.data, "step": answer.step, **_fields(answer.figures.all)}
    return json.dumps(fields | {"held_out": _fields(answer.figures.held_out)}, indent=1, allow_nan=False)


def _fields(split: "GmmVaeFigures") -> dict[str, Any]:
    numbers = {"accuracy": split.accuracy, "nmi": split.nmi, "ari": split.ari, "elbo": split.elbo}
    terms = dict(zip(TERMS, map(float, split.terms), strict=True))
    return {
        "n": split.n,
        **{name: _or_none(value) for name, value in numbers.items()},
        "occupied": split.occupied,
        "elbo_terms": {name: _or_none(value) for name, value in terms.items()},
    }


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def as_text(answer: "Evaluation") -> str:
    """Lines for reading; the bound and its terms are nats per example."""
    columns = (answer.figures.all, answer.figures.held_out)
    rows = [
        ("examples", *(str(split.n) for split in columns)),
        ("accuracy", *(_percent(split.accuracy) for split in columns)),
        ("NMI", *(f"{split.nmi:.4f}" for split in columns)),
        ("ARI", *(f"{split.ari:.4f}" for split in columns)),
        ("components in use", *(str(split.occupied) for split in columns)),
        ("ELBO, nats/example", *(f"{split.elbo:.4f}" for split in columns)),
    ]
    for index, name in enumerate(TERMS):
        rows.append((f"({name}) {TERM_MEANINGS[name]}", *(f"{split.terms[index]:.4f}" for split in columns)))
    lines = [f"{answer.model} on {answer.data}, step {answer.step}", f"{'':48}{'all':>14}{'held out':>14}"]
    return "\n".join([*lines, *(f"{what:48}{of_all:>14}{held_out:>14}" for what, of_all, held_out in rows)])


def _percent(share: float) -> str:
    return f"{share:.2%}" if math.isfinite(share) else "no labels"
