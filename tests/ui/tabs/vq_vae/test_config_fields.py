"""A setting is grey where a training with another value of it is the same to the last bit, and only there."""

from dataclasses import replace

import numpy as np
import pytest

from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.training.vq_vae_run import VqVaeModelRun
from dgm_explorer.ui.tabs.vq_vae.config_fields import LIVE_FIELDS
from tests.training.cases import finished
from tests.training.vq_vae_cases import SMALL, some_digits

OTHER_VALUES = {
    "is_batch_normalized": False,
    "revival_fraction": 0.9,
    "decay": 0.5,
    "commitment": 2.0,
    "codebook_update": "codebook_loss",
    "estimator": "rotation",
    "learning_rate": 0.001,
}
RECIPES = {
    "moving averages": SMALL,
    "codebook loss": replace(SMALL, codebook_update="codebook_loss"),
    "codebook loss without revival": replace(SMALL, codebook_update="codebook_loss", revival_fraction=0.0),
    "fixed levels": replace(SMALL, quantizer="fsq", fsq_levels=(4, 4)),
}


def weights(config: VqVaeConfig) -> np.ndarray:
    """All that a short training ends with, codes included where they are learnt."""
    state = finished(VqVaeModelRun(replace(config, epochs=1), some_digits())).state()
    names = sorted(name for name in state.arrays if name.split(".")[-1] in ("weight", "vectors"))
    return np.concatenate([np.asarray(state.arrays[name]).ravel() for name in names])


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_changes_nothing_is_greyed_and_nothing_else(recipe: str) -> None:
    config = RECIPES[recipe]
    trained = weights(config)
    for field in LIVE_FIELDS:
        value = OTHER_VALUES[field.name]
        if value != getattr(config, field.name):
            is_same = np.array_equal(weights(replace(config, **{field.name: value})), trained)
            assert field.matters(config) != is_same, field.label
