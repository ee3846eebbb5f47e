"""Where a GMM-VAE run is in its recipe, and what comes next; plain numbers, no torch."""

import reprlib
from collections.abc import Mapping
from typing import Any

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import PHASES, GmmVaeConfig, Phase


class Plan:
    """Counts steps through pretrain → mixture_fit → joint; phases of no length are left out.

    Attributes
    ----------
    phase : of the next step; at the end the last one.
    n_in_phase : steps done in it.
    n_updates : optimiser steps done in all.
    n_fits : steps of mixture fits done; a large fit takes several.
    learning_rate : of the next optimiser step.
    beta, pretrain_beta : weights of the terms (b) … (e) in the two phases.
    """

    def __init__(self, config: GmmVaeConfig, batches_per_epoch: int, n_fit_pieces: int = 1) -> None:
        self._config = config
        self._n_fit_pieces = n_fit_pieces
        self.batches_per_epoch = batches_per_epoch
        self.phase: Phase = "pretrain"
        self.n_in_phase = 0
        self.n_updates = 0
        self.n_fits = 0
        self.learning_rate = config.learning_rate
        self.beta = config.beta
        self.pretrain_beta = config.pretrain_beta
        self._leave_empty_phases()

    def length_of(self, phase: Phase) -> int:
        """Steps of a whole phase."""
        epochs = {"pretrain": self._config.pretrain_epochs, "joint": self._config.epochs}
        if phase == "mixture_fit":
            return self._n_fit_pieces if self._config.is_mixture_fitted else 0
        return epochs[phase] * self.batches_per_epoch

    @property
    def step(self) -> int:
        """Steps done, the mixture fit included."""
        return self.n_updates + self.n_fits

    @property
    def n_steps(self) -> int:
        """Steps in all by the present plan."""
        later = PHASES[PHASES.index(self.phase) + 1 :]
        return self.step + self._n_left_in_phase() + sum(self.length_of(phase) for phase in later)

    @property
    def is_over(self) -> bool:
        return self.phase == PHASES[-1] and self._n_left_in_phase() == 0

    @property
    def epoch(self) -> float:
        """Epochs done in all phases, with fraction."""
        return self.n_updates / self.batches_per_epoch

    @property
    def weight(self) -> float:
        """Of the terms (b) … (e) now."""
        if self.phase == "pretrain":
            return self.pretrain_beta
        return self.beta * (self._config.guided_emphasis if self.is_guided else 1.0)

    @property
    def is_guided(self) -> bool:
        """Whether q(c|x) stays at the clusters of the fit in the next step."""
        n_guided = self._config.guided_epochs * self.batches_per_epoch
        return self.phase == "joint" and self.n_in_phase < n_guided

    @property
    def is_fit_ending(self) -> bool:
        """Whether the next step is the last of the mixture fit."""
        return self.phase == "mixture_fit" and self._n_left_in_phase() == 1

    def advance(self) -> None:
        """Count one step of the present phase, and go to the next phase where it was the last."""
        if self.phase == "mixture_fit":
            self.n_fits += 1
        else:
            self.n_updates += 1
        self.n_in_phase += 1
        self._decay()
        self._leave_empty_phases()

    def skip(self) -> None:
        """Leave the rest of the present phase out.

        Raises
        ------
        InputError
            In the last phase.
        """
        if self.phase == PHASES[-1]:
            raise InputError("skip_phase: joint training is the last phase; stop the run instead.")
        self._enter_next()
        self._leave_empty_phases()

    def _decay(self) -> None:
        """Multiply the rate at the end of every so many epochs of joint training, down to the floor."""
        period = self._config.decay_epochs * self.batches_per_epoch
        if self.phase == "joint" and self.n_in_phase % period == 0:
            decayed = max(self.learning_rate * self._config.decay, self._config.learning_rate_floor)
            self.learning_rate = min(self.learning_rate, decayed)

    def _n_left_in_phase(self) -> int:
        return max(0, self.length_of(self.phase) - self.n_in_phase)

    def _leave_empty_phases(self) -> None:
        while self._n_left_in_phase() == 0 and self.phase != PHASES[-1]:
            self._enter_next()

    def _enter_next(self) -> None:
        self.phase = PHASES[PHASES.index(self.phase) + 1]
        self.n_in_phase = 0

    def to_meta(self) -> dict[str, Any]:
        """As JSON. A mixture fit that is under way starts again, for its parts are not kept."""
        meta = {name: getattr(self, name) for name in _SAVED}
        if self.phase == "mixture_fit":
            meta |= {"n_in_phase": 0, "n_fits": self.n_fits - self.n_in_phase}
        return meta

    def from_meta(self, meta: Mapping[str, Any]) -> None:
        """Go on from what `to_meta` gave.

        Raises
        ------
        InputError
            If something is missing or of another kind; nothing is changed.
        """
        for name in _SAVED:
            value, present = meta.get(name), getattr(self, name)
            brief = reprlib.repr(value)
            if not (value in PHASES if name == "phase" else _is_count(value)):
                raise InputError(f"checkpoint: {name} = {brief} cannot be used; take another checkpoint.")
            if isinstance(present, int) and not isinstance(value, int):
                raise InputError(f"checkpoint: {name} = {brief} is not whole; take another checkpoint.")
        for name in _SAVED:
            setattr(self, name, meta[name])


_SAVED = ("phase", "n_in_phase", "n_updates", "n_fits", "learning_rate", "beta", "pretrain_beta")


def _is_count(value: object) -> bool:
    """Whether it is a number that is not negative."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
