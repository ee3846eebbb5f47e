"""One setting of a model or its recipe as a row of the form, and all of them in their sections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["int", "float", "widths", "choice", "switch"]


def _always(config: Any) -> bool:
    del config
    return True


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a configuration in the form.

    Attributes
    ----------
    name : of the field.
    label : in front of its box.
    meaning : first line of its tool tip.
    kind : which control edits it.
    is_wide : whether it takes a line of its own.
    tex : formula above the meaning; empty for none.
    choices : values and their words, of a ``choice``.
    matters : whether it has an effect beside the others.
    """

    name: str
    label: str
    meaning: str
    kind: Kind = "int"
    is_wide: bool = False
    tex: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    matters: Callable[[Any], bool] = _always

    def number_of(self, value: Any) -> float:
        """``value`` as a command carries it: a choice is its place among `choices`."""
        if self.kind == "choice":
            return float([key for key, _ in self.choices].index(value))
        return float(value)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The settings of one model.

    Attributes
    ----------
    sections : titles and fields that take effect with the next run, from top to bottom.
    live : fields that a running run takes at once, each by the command of its name.
    phases : of a run, in their order.
    words : what the user reads for each field of the configuration.
    needs_images : whether points in the plane are nothing that it can be trained on.
    """

    sections: tuple[tuple[str, tuple[FieldSpec, ...]], ...]
    live: tuple[FieldSpec, ...]
    phases: tuple[str, ...]
    words: Mapping[str, str]
    needs_images: bool = False

    @property
    def live_names(self) -> tuple[str, ...]:
        return tuple(spec.name for spec in self.live)
