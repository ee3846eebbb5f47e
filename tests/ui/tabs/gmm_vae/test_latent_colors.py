"""Colours of dots."""

import numpy as np
import pytest

from dgm_explorer.ui.tabs.gmm_vae.latent_colors import (
    cluster_colors,
    color_key,
    component_rgb,
    confidence_colors,
    label_colors,
    mixed_colors,
)
from dgm_explorer.ui.theme import DARK, LIGHT, PROJECTOR


def one_hot(n_components: int) -> np.ndarray:
    return np.eye(n_components, dtype=np.float32)


def test_classes_and_components_take_the_colours_of_the_theme() -> None:
    found = [tuple(c) for c in label_colors(np.array([0, 3, 12]), 20, LIGHT).tolist()]
    expected = [tuple(int(LIGHT.component(k)[i : i + 2], 16) for i in (1, 3, 5)) for k in (0, 3, 12)]
    assert found == expected
    assert (cluster_colors(one_hot(4), LIGHT) == component_rgb(4, LIGHT)).all()


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR], ids=lambda theme: theme.name)
def test_a_certain_example_has_the_colour_of_its_component_also_when_mixed(theme) -> None:
    off = mixed_colors(one_hot(10), theme).astype(int) - component_rgb(10, theme)
    assert np.abs(off).max() <= 1


def test_mixing_adds_light() -> None:
    """Half of each: the linear mean of the two, back as sRGB (IEC 61966-2-1), not the mean of the bytes."""
    gamma = np.array([[0.5, 0.5]], np.float32)

    def linear(byte: int) -> float:
        v = byte / 255
        return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4

    def encoded(value: float) -> float:
        return 255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055)

    first, second = component_rgb(2, LIGHT).tolist()
    expected = [encoded(0.5 * linear(a) + 0.5 * linear(b)) for a, b in zip(first, second, strict=True)]
    assert mixed_colors(gamma, LIGHT)[0].tolist() == pytest.approx(expected, abs=1.01)


def test_confidence_runs_over_the_whole_map() -> None:
    gamma = np.array([[1.0, 0, 0, 0], [0.25] * 4, [0.625, 0.375, 0, 0]], np.float32)
    top, bottom, middle = confidence_colors(gamma, LIGHT).astype(int)
    assert top.tolist() == pytest.approx([253, 231, 37], abs=3)  # ends and middle of viridis
    assert bottom.tolist() == pytest.approx([68, 1, 84], abs=3)
    assert middle.tolist() == pytest.approx([33, 145, 140], abs=4)


def test_nan_in_gamma_does_no_harm() -> None:
    gamma = np.full((2, 3), np.nan, np.float32)
    assert mixed_colors(gamma, LIGHT).shape == (2, 3)
    assert confidence_colors(gamma, LIGHT).shape == (2, 3)


def test_one_component_is_always_certain() -> None:
    assert confidence_colors(np.ones((2, 1), np.float32), LIGHT).shape == (2, 3)


def test_a_hundred_components_and_sixty_thousand_dots() -> None:
    gamma = np.random.default_rng(0).dirichlet(np.ones(100), 60_000).astype(np.float32)
    for colors in (cluster_colors, mixed_colors, confidence_colors):
        assert colors(gamma, LIGHT).shape == (60_000, 3)


def test_keys_name_what_is_shown() -> None:
    assert [name for _, name in color_key("label", 3, ("cat", "dog"), LIGHT).entries] == ["cat", "dog"]
    assert [name for _, name in color_key("cluster", 3, (), LIGHT).entries] == ["c1", "c2", "c3"]
    ramp = color_key("confidence", 10, (), LIGHT)
    assert (ramp.ends, ramp.entries) == (("1/10", "1"), ())
    assert len(ramp.ramp) > 5
