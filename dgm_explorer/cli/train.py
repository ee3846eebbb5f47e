"""``dgm-explorer train``: train a model without a window."""

import argparse
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dgm_explorer.cli.parser import OneLineParser, parse_within, path_name
from dgm_explorer.cli.settings import parse_settings
from dgm_explorer.core import gmm_vae_config, vq_vae_config
from dgm_explorer.core.device_choice import DEVICE_CHOICES
from dgm_explorer.core.errors import Cancelled, InputError

if TYPE_CHECKING:
    from dgm_explorer.core.training import Recording, RunRequest
    from dgm_explorer.training.distributed import Group
    from dgm_explorer.training.headless import StopSignals

MODELS = (gmm_vae_config.MODEL, vq_vae_config.MODEL)
DEFAULT_DATA = "digits"
MOST_EPOCHS = 100_000
MOST_EXAMPLES = 10_000_000
EPILOG = """
DIR is the run folder to make: settings, metrics, snapshots and checkpoints are written there from the
first step on, and the window follows it by --run DIR. Ctrl+C saves and ends with status 0; --resume goes
on exactly there, or from the last checkpoint of a run that was killed. Several processes train one model
by: torchrun --nproc-per-node 2 -m dgm_explorer train gmm-vae --data mnist --out DIR
"""


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser("train", help="train a model without a window", epilog=EPILOG)
    parser.add_argument("model", choices=MODELS, help="what to train")
    parser.add_argument(
        "--data",
        metavar="NAME|PATH",
        help=f"a data set by name, a file or a folder; {DEFAULT_DATA} if not given",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=path_name,
        help="run folder; a new one in the user's data folder if not given",
    )
    parser.add_argument(
        "--epochs",
        metavar="N",
        help="of training (GMM-VAE: of joint training); with --resume the plan may grow",
    )
    parser.add_argument("--device", choices=DEVICE_CHOICES, default="auto", help="where to train")
    parser.add_argument("--seed", metavar="N", help="of weights, batches and samples")
    parser.add_argument("--limit", metavar="N", help="use at most so many examples")
    parser.add_argument(
        "--set", metavar="key=value", action="append", default=[], dest="settings",
        help="any other setting, such as learning_rate=0.001; a wrong key lists all; as often as you like",
    )  # fmt: skip
    parser.add_argument("--snapshot-every", metavar="SECONDS", help="between two pictures of the timeline")
    parser.add_argument(
        "--checkpoint-every",
        metavar="SECONDS",
        help="between two checkpoints: a kill loses at most that much",
    )
    parser.add_argument("--resume", action="store_true", help="go on from the latest checkpoint in DIR")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train to the end or to a signal; a run that fails says why and ends with status 1."""
    request = _read_resume(options) if options.resume else _read_new(options)

    from dgm_explorer.training.distributed import is_one_of_several, join_group
    from dgm_explorer.training.headless import StopSignals

    signals = StopSignals(is_patient=is_one_of_several())
    with ExitStack() as stack:
        stack.enter_context(signals.watched())
        group = None
        if is_one_of_several():
            group = join_group(request.device)
            stack.callback(group.leave)
        return _train(request, signals, group)


def _read_new(options: argparse.Namespace) -> "RunRequest":
    from dgm_explorer.core.dataset import TOYS
    from dgm_explorer.core.training import RunRequest
    from dgm_explorer.data.catalogue import parse_source
    from dgm_explorer.runs.model_files import MODELS as FILES

    limit = 0 if options.limit is None else parse_within("--limit", options.limit, int, 1, MOST_EXAMPLES)
    source = parse_source(DEFAULT_DATA if options.data is None else options.data, limit)
    config_type = FILES[options.model].config
    values = parse_settings(config_type, options.settings)
    if source.name in TOYS and options.model == gmm_vae_config.MODEL:
        values.setdefault("likelihood", "gaussian")
    for name in ("epochs", "seed"):
        if getattr(options, name) is not None and name in values:
            raise InputError(
                f"{name} is given twice, by --{name} and by --set {name}; leave one of them out."
            )
    if options.epochs is not None:
        values["epochs"] = parse_within("--epochs", options.epochs, int, 0, MOST_EPOCHS)
    if options.seed is not None:
        values["seed"] = parse_within("--seed", options.seed, int, 0, 2**32 - 1)
    config = config_type(**values)
    recording = _read_recording(options)
    return RunRequest(options.model, source, config, options.device, options.out, recording=recording)


def _read_recording(options: argparse.Namespace) -> "Recording":
    from dgm_explorer.core.training import LONGEST_PACE_S, SHORTEST_PACE_S, Recording

    recording = Recording()
    if options.snapshot_every is not None:
        least = SHORTEST_PACE_S["snapshot_every_s"]
        seconds = parse_within("--snapshot-every", options.snapshot_every, float, least, LONGEST_PACE_S)
        recording = replace(recording, snapshot_every_s=seconds)
    if options.checkpoint_every is not None:
        least = SHORTEST_PACE_S["checkpoint_every_s"]
        seconds = parse_within("--checkpoint-every", options.checkpoint_every, float, least, LONGEST_PACE_S)
        recording = replace(recording, checkpoint_every_s=seconds)
    return recording


def _read_resume(options: argparse.Namespace) -> "RunRequest":
    """What the folder says, with a plan that may be longer."""
    from dgm_explorer.core.training import RunRequest
    from dgm_explorer.runs.run_info import open_run_folder

    if options.out is None:
        raise InputError("--resume: name the folder of the run by --out DIR.")
    given = {
        "--data": options.data,
        "--seed": options.seed,
        "--limit": options.limit,
        "--set": options.settings,
    }
    for option, value in given.items():
        if value:
            raise InputError(f"--resume goes on with what {options.out} was begun with; leave {option} out.")
    info = open_run_folder(options.out)
    config: Any = info.config
    if options.epochs is not None:
        epochs = parse_within("--epochs", options.epochs, int, config.epochs, MOST_EPOCHS)
        config = replace(config, epochs=epochs)
    return RunRequest(
        options.model,
        info.source,
        config,
        options.device,
        options.out,
        resume=True,
        recording=_read_recording(options),
    )


def _train(request: "RunRequest", signals: "StopSignals", group: "Group | None") -> int:
    from dgm_explorer.core.training import RunFailed
    from dgm_explorer.training.display import Display
    from dgm_explorer.training.headless import train
    from dgm_explorer.training.make_run import make_run

    def go_on(words: str, share: float | None) -> bool:  # noqa: ARG001 - only whether to go on matters
        return not signals.is_asked

    is_first = group is None or group.shard.rank == 0
    with Path(os.devnull).open("w") as nowhere:
        display = Display(sys.stdout if is_first else nowhere)
        try:
            run = make_run(request, go_on, group)
            for line in (*run.facts.notes, f"{run.facts.folder}: {request.model} on {run.facts.device}"):
                display.say(line)
            state = train(run, signals, display)
        except Cancelled:
            display.say("stopped before the first step")
            return 0
        except RunFailed as failure:
            print(f"dgm-explorer: {failure}", file=sys.stderr)
            return 1
        display.say(f"{run.facts.folder}: {state} after step {run.progress.step}")
    return 0
