"""What of the settings a running run does not have yet."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.training import Command
from dgm_explorer.ui.settings.field_spec import FieldSpec
from dgm_explorer.ui.settings.run_editor import TrainingState


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the run on the screen was started with."""

    source: DataSource
    config: Any


def pending_fields(state: TrainingState, running: RunSettings, live: Sequence[str]) -> frozenset[str]:
    """Fields of the configuration, and ``source``, that take effect with the next run only.

    Parameters
    ----------
    live : fields that a run takes at once.
    """
    names = {
        field.name
        for field in fields(state.config)
        if field.name not in live and getattr(state.config, field.name) != getattr(running.config, field.name)
    }
    if state.source != running.source:
        names.add("source")
    return frozenset(names)


def live_commands(old: TrainingState, new: TrainingState, live: Sequence[FieldSpec]) -> tuple[Command, ...]:
    """What a running run is told when the state changes; a choice by its place among the choices."""
    commands = [
        Command(spec.name, (spec.number_of(getattr(new.config, spec.name)),))
        for spec in live
        if getattr(old.config, spec.name) != getattr(new.config, spec.name)
    ]
    if old.snapshot_every_s != new.snapshot_every_s:
        commands.append(Command("snapshot_every_s", (new.snapshot_every_s,)))
    return tuple(commands)
