"""``--set key=value`` against the types of a configuration."""

import pytest

from dgm_explorer.cli.settings import parse_settings
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig


def test_each_type_is_read_as_such() -> None:
    texts = ["latent_dim=10", "learning_rate=1e-3", "hidden=500,500,2000", "likelihood=gaussian", "beta = 2"]
    assert parse_settings(GmmVaeConfig, [text.replace(" ", "") for text in texts]) == {
        "latent_dim": 10,
        "learning_rate": 1e-3,
        "hidden": (500, 500, 2000),
        "likelihood": "gaussian",
        "beta": 2.0,
    }


@pytest.mark.parametrize(("word", "value"), [("true", True), ("No", False), ("1", True)])
def test_yes_and_no_are_words_for_truth(word: str, value: bool) -> None:
    assert parse_settings(GmmVaeConfig, [f"is_mixture_fitted={word}"]) == {"is_mixture_fitted": value}


def test_the_last_of_two_wins() -> None:
    assert parse_settings(GmmVaeConfig, ["beta=1", "beta=3"]) == {"beta": 3.0}


def test_one_layer_is_a_tuple_too() -> None:
    assert parse_settings(GmmVaeConfig, ["hidden=64"]) == {"hidden": (64,)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("latent=3", "latent_dim, "),
        ("beta", "key=value"),
        ("=3", "key=value"),
        ("latent_dim=2.5", "latent_dim=2.5: this is not a whole number"),
        ("latent_dim=", "not a whole number"),
        ("latent_dim=1_000", "not a whole number"),
        ("beta=x", "not a number"),
        ("hidden=5,,6", "whole numbers with commas"),
        ("likelihood=poisson", "bernoulli, gaussian"),
        ("is_mixture_fitted=maybe", "yes or no"),
        ("seed=99999999999999999999", "not a whole number"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_settings(GmmVaeConfig, [text])
