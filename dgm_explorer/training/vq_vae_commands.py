"""Changes of a VQ-VAE between two steps, checked before anything is touched."""

from typing import TYPE_CHECKING

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import Command
from dgm_explorer.core.vq_vae_config import CodebookUpdateKind, Estimator
from dgm_explorer.models.codebook import CodebookLossUpdate, EmaUpdate
from dgm_explorer.models.quantizer import VectorQuantizer
from dgm_explorer.training.command_values import choice_of, number_of

if TYPE_CHECKING:
    from dgm_explorer.training.vq_vae_run import VqVaeModelRun

ESTIMATORS: tuple[Estimator, ...] = ("straight_through", "rotation")
UPDATES: tuple[CodebookUpdateKind, ...] = ("ema", "codebook_loss")
"""What the numbers 0 and 1 of ``estimator`` and ``codebook_update`` stand for."""


def apply_command(run: "VqVaeModelRun", command: Command) -> None:
    """Carry out a command, one number each: the ingredients of the recipe can be switched during a run.

    ``learning_rate``; ``beta`` or ``commitment``: β; ``decay``: γ; ``revival`` or ``revival_fraction``:
    fraction of the mean use, 0 for never; ``batch_norm`` or ``is_batch_normalized``: 0 or 1; ``estimator``
    and ``codebook_update``: index into `ESTIMATORS` and `UPDATES`.

    Raises
    ------
    InputError
        If the name or the value makes no sense here; nothing is changed.
    """
    match command.name:
        case "learning_rate":
            run.learning_rate = number_of(command, 1e-8, 1.0)
        case "batch_norm" | "is_batch_normalized":
            run.model.is_normalized = choice_of(command, 2) == 1
        case "beta" | "commitment":
            _quantizer(run, command).commitment = number_of(command, 0.0, 100.0)
        case "decay":
            _set_decay(run, number_of(command, 0.0, 0.99999))
        case "revival" | "revival_fraction":
            _quantizer(run, command).revival_fraction = number_of(command, 0.0, 1.0)
        case "estimator":
            _quantizer(run, command).estimator = ESTIMATORS[choice_of(command, len(ESTIMATORS))]
        case "codebook_update":
            set_update(run, UPDATES[choice_of(command, len(UPDATES))])
        case "skip_phase":
            raise InputError("skip_phase: a VQ-VAE has one phase; stop the run instead.")
        case _:
            raise InputError(f"command {command.name[:40]!r} is not known to a VQ-VAE; use another one.")


def set_update(run: "VqVaeModelRun", kind: CodebookUpdateKind) -> None:
    """Let the codes learn in another way from the next step on."""
    quantizer = run.model.quantizer
    if isinstance(quantizer, VectorQuantizer):
        is_ema = kind == "ema"
        quantizer.update = (
            EmaUpdate(run.decay, run.config.epsilon) if is_ema else CodebookLossUpdate(run.decay)
        )


def update_kind(run: "VqVaeModelRun") -> CodebookUpdateKind:
    """How the codes learn now."""
    quantizer = run.model.quantizer
    is_loss = isinstance(quantizer, VectorQuantizer) and isinstance(quantizer.update, CodebookLossUpdate)
    return "codebook_loss" if is_loss else "ema"


def _set_decay(run: "VqVaeModelRun", decay: float) -> None:
    run.decay = decay
    set_update(run, update_kind(run))


def _quantizer(run: "VqVaeModelRun", command: Command) -> VectorQuantizer:
    quantizer = run.model.quantizer
    if not isinstance(quantizer, VectorQuantizer):
        raise InputError(f"{command.name}: finite scalar quantisation has no such thing; use quantizer = vq.")
    return quantizer
