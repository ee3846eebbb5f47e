"""``events.jsonl``: what happened in a run besides its steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from dgm_explorer.runs.json_numbers import to_json_number

PlainValue: TypeAlias = str | int | float | bool | tuple[float, ...] | None
MAX_LINE = 65_536


@dataclass(frozen=True, slots=True)
class RunEvent:
    """Something that happened.

    Attributes
    ----------
    name : such as ``started``, ``resumed``, ``learning_rate``, ``failed``.
    step : steps done when it did.
    t : seconds since 1970 by the writer's clock.
    values : what belongs to it, plain.
    """

    name: str
    step: int
    t: float
    values: Mapping[str, Any] = field(default_factory=dict)


def to_line(event: RunEvent) -> bytes:
    """One line of JSON, without its line feed."""
    import msgspec

    values = {name: _plain(value) for name, value in event.values.items()}
    return msgspec.json.encode({"event": event.name, "step": event.step, "t": event.t, **values})


def from_lines(lines: Iterable[bytes]) -> tuple[RunEvent, ...]:
    """The events of the lines; a line that is none is left out."""
    return tuple(event for event in map(_parse, lines) if event is not None)


def _parse(line: bytes) -> RunEvent | None:
    import msgspec

    if len(line) > MAX_LINE:
        return None
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
        name = msgspec.convert(fields.pop("event", None), str)
        step = msgspec.convert(fields.pop("step", None), int)
        t = msgspec.convert(fields.pop("t", None), float)
    except (ValueError, RecursionError):
        return None
    return RunEvent(name, step, t, fields)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return to_json_number(value)
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
