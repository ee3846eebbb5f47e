"""What suits a data set, and the words for it."""

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_suggestion import FIELD_WORDS, suggest_config
from dgm_explorer.ui.tabs.vq_vae.config_fields import SETTINGS


def test_every_field_has_words_and_a_control() -> None:
    fields = set(VqVaeConfig.__dataclass_fields__)
    assert set(FIELD_WORDS) == fields
    shown = [spec.name for _, specs in SETTINGS.sections for spec in specs] + list(SETTINGS.live_names)
    assert len(shown) == len(set(shown))
    assert set(shown) == fields - {"epsilon"}, "the smoothing of counts is no choice that shows"


def test_a_small_set_gets_more_epochs_and_nothing_else_changes() -> None:
    config = VqVaeConfig(codebook_size=32, seed=3)
    few, many = (suggest_config(DataSource(name), config) for name in ("digits", "fashion-mnist"))
    assert few.epochs > many.epochs
    assert (few.codebook_size, few.seed) == (32, 3)
