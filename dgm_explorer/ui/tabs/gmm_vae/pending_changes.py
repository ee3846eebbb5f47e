"""What of the settings a running run does not have yet."""

from dataclasses import dataclass, fields

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.training import Command

LIVE_FIELDS = ("learning_rate", "beta")
"""Fields of the configuration that a run takes at once."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the run on the screen was started with."""

    source: DataSource
    config: GmmVaeConfig


def pending_fields(state: GmmVaeState, running: RunSettings) -> frozenset[str]:
    """Fields of `GmmVaeConfig`, and ``source``, that take effect with the next run only."""
    names = {
        field.name
        for field in fields(GmmVaeConfig)
        if field.name not in LIVE_FIELDS
        and getattr(state.config, field.name) != getattr(running.config, field.name)
    }
    if state.source != running.source:
        names.add("source")
    return frozenset(names)


def live_commands(old: GmmVaeState, new: GmmVaeState) -> tuple[Command, ...]:
    """What a running run is told when the state changes."""
    commands = [
        Command(name, (getattr(new.config, name),))
        for name in LIVE_FIELDS
        if getattr(old.config, name) != getattr(new.config, name)
    ]
    if old.snapshot_every_s != new.snapshot_every_s:
        commands.append(Command("snapshot_every_s", (new.snapshot_every_s,)))
    return tuple(commands)
