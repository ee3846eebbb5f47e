"""What is adapted when other data are chosen, and what is left alone."""

from dataclasses import replace

import pytest

from dgm_explorer.core.config_words import describe_changes, in_words
from dgm_explorer.core.dataset import DOWNLOADED, SOURCES, TOYS, DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.gmm_vae_suggestion import FIELD_WORDS, suggest_config
from dgm_explorer.data.catalogue import load_dataset

USERS_OWN = GmmVaeConfig(
    latent_dim=7,
    n_components=13,
    hidden=(99,),
    n_z_samples=3,
    learning_rate=5e-4,
    pretrain_beta=0.3,
    beta=0.7,
    decay=0.8,
    decay_epochs=4,
    seed=42,
    is_mixture_fitted=False,
)


def source_of(name: str) -> DataSource:
    return DataSource(name, path="photos" if name == "path" else "")


@pytest.mark.parametrize("name", SOURCES)
def test_what_does_not_depend_on_the_data_stays_as_the_user_has_it(name: str) -> None:
    suggested = suggest_config(source_of(name), USERS_OWN)
    kept = ("latent_dim", "n_z_samples", "learning_rate", "beta", "decay", "decay_epochs")
    for field in (*kept, "seed", "is_mixture_fitted"):
        assert getattr(suggested, field) == getattr(USERS_OWN, field)


@pytest.mark.parametrize("name", SOURCES)
def test_a_second_suggestion_changes_nothing(name: str) -> None:
    once = suggest_config(source_of(name), USERS_OWN)
    assert suggest_config(source_of(name), once) == once


@pytest.mark.parametrize("name", TOYS)
def test_a_toy_gets_a_gaussian_likelihood_and_a_component_for_each_of_its_classes(name: str) -> None:
    suggested = suggest_config(DataSource(name), GmmVaeConfig())
    assert suggested.likelihood == "gaussian"
    assert suggested.n_components == len(load_dataset(DataSource(name)).class_names)
    assert suggested.hidden == (64, 64)
    assert suggested.mixture_init == "gmm"
    assert suggested.pretrain_beta < 1


@pytest.mark.parametrize("name", DOWNLOADED)
def test_many_images_get_wide_nets_and_few_epochs(name: str) -> None:
    suggested = suggest_config(DataSource(name), suggest_config(DataSource("moons"), GmmVaeConfig()))
    assert suggested.likelihood == "bernoulli"
    assert suggested.n_components == 10
    assert suggested.hidden == (500, 500)
    assert suggested.batch_size == 256
    assert suggested.epochs < GmmVaeConfig().epochs


def test_back_at_the_digits_stands_the_default() -> None:
    there = suggest_config(DataSource("pinwheel"), GmmVaeConfig())
    assert suggest_config(DataSource("digits"), there) == GmmVaeConfig()


@pytest.mark.parametrize("name", ["painted", "path"])
def test_the_user_counts_the_clusters_of_their_own_data(name: str) -> None:
    assert suggest_config(source_of(name), USERS_OWN).n_components == 13


def test_changes_are_told_in_words_of_the_form() -> None:
    old = GmmVaeConfig()
    new = replace(old, n_components=5, hidden=(64, 32), likelihood="gaussian", is_mixture_fitted=False)
    assert describe_changes(old, new, FIELD_WORDS) == (
        "K 10 → 5, hidden layers 256-256 → 64-32, likelihood bernoulli → gaussian, mixture fit on → off"
    )
    assert describe_changes(old, old, FIELD_WORDS) == ""


def test_every_field_has_words() -> None:
    assert set(FIELD_WORDS) == set(GmmVaeConfig.__dataclass_fields__)


def test_a_refusal_names_the_fields_as_the_user_reads_them() -> None:
    with pytest.raises(InputError) as refused:
        GmmVaeConfig(latent_dim=0)
    assert in_words(str(refused.value), FIELD_WORDS) == "J = 0 must lie between 1 and 512."
    sentence = "hidden: 7 layers; give 1 to 6 widths and more epochs."
    assert in_words(sentence, FIELD_WORDS) == "hidden layers: 7 layers; give 1 to 6 widths and more epochs."
