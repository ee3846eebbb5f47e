"""Ways to set up a run that can be named, so that another process finds them too."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dgm_explorer.core.training import RunRequest, TrainingRun


@dataclass(frozen=True, slots=True)
class ImportedMakeRun:
    """A `core.training.MakeRun` that is imported when first called, wherever that is.

    Attributes
    ----------
    module, name : of the function that sets up a run.
    warm_up_module : has a function ``warm_up`` that loads all that runs need; empty for none.
    """

    module: str
    name: str
    warm_up_module: str = ""

    def __call__(self, request: "RunRequest", report: Callable[[str, float | None], bool]) -> "TrainingRun":
        make_run = getattr(importlib.import_module(self.module), self.name)
        run: TrainingRun = make_run(request, report)
        return run

    def warm_up(self) -> None:
        """Load what runs need, which takes seconds."""
        if self.warm_up_module:
            importlib.import_module(self.warm_up_module).warm_up()
