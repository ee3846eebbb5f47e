"""``dgm-explorer evaluate``: measure a recorded run."""

import argparse
import json
from typing import TYPE_CHECKING

from dgm_explorer.cli import gmm_vae_report, vq_vae_report
from dgm_explorer.cli.parser import OneLineParser, path_name
from dgm_explorer.core import gmm_vae_config, vq_vae_config
from dgm_explorer.core.device_choice import DEVICE_CHOICES

if TYPE_CHECKING:
    from dgm_explorer.training.evaluate import Evaluation

REPORTS = {gmm_vae_config.MODEL: gmm_vae_report, vq_vae_config.MODEL: vq_vae_report}


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser(
        "evaluate",
        help="measure a recorded run",
        description="Measure the newest checkpoint of a run on all its examples, and on those held out.",
    )
    parser.add_argument("folder", metavar="RUN_DIR", type=path_name, help="the run folder")
    parser.add_argument("--device", choices=DEVICE_CHOICES, default="auto", help="where to compute")
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
    fields = {"model": answer.model, "data": answer.data, "step": answer.step}
    fields |= REPORTS[answer.model].as_fields(answer.figures)
    return json.dumps(fields, indent=1, allow_nan=False)


def as_text(answer: "Evaluation") -> str:
    """Lines for reading."""
    rows = REPORTS[answer.model].as_rows(answer.figures)
    lines = [f"{answer.model} on {answer.data}, step {answer.step}", f"{'':48}{'all':>14}{'held out':>14}"]
    return "\n".join([*lines, *(f"{what:48}{of_all:>14}{held_out:>14}" for what, of_all, held_out in rows)])
