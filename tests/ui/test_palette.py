"""Colours that mean something are told apart with and without each kind of cones, and seen on their ground.

A CIEDE2000 of 1 is just seen side by side; 10 is told apart at a glance across a picture.
"""

from itertools import combinations

import numpy as np
import pytest

from dgm_explorer.ui.theme import COMPONENT_COLORS, THEMES, Theme, contrast
from tests.ui.color_vision import VISIONS, ciede2000, difference, lab, linear

EVERY_THEME = pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
EVERY_VISION = pytest.mark.parametrize("vision", VISIONS)
LEAST = {4: 15.0, 6: 12.0, 10: 11.0}
"""Least difference among the first so many components."""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [  # from the table of Sharma, Wu and Dalal (2005): pairs 1, 7, 14, 17, 25, 31, 34
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, -0.001, 2.49), (50.0, 0.0011, -2.49), 4.7461),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_its_authors(
    first: tuple[float, ...], second: tuple[float, ...], expected: float
) -> None:
    assert ciede2000(np.array(first), np.array(second)) == pytest.approx(expected, abs=5e-5)
    assert ciede2000(np.array(second), np.array(first)) == pytest.approx(expected, abs=5e-5)


def test_white_and_the_primaries_have_their_published_places() -> None:
    assert lab(linear("#ffffff")) == pytest.approx((100, 0, 0), abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx((53.24, 80.09, 67.20), abs=0.02)


@pytest.mark.parametrize("vision", [name for name in VISIONS if name != "all three cones"])
def test_greys_stay_what_they_are_and_some_colours_fall_together(vision: str) -> None:
    assert VISIONS[vision].sum(axis=1) == pytest.approx((1, 1, 1), abs=1e-5)
    lost = {"protanopia": ("#d00000", "#3a3a00"), "deuteranopia": ("#ff8080", "#c0a080"),
            "tritanopia": ("#0072b2", "#00827a")}[vision]  # fmt: skip
    assert difference(*lost, vision) < 0.6 * difference(*lost, "all three cones")


@EVERY_VISION
@pytest.mark.parametrize("count", LEAST)
def test_components_are_told_apart(count: int, vision: str) -> None:
    pairs = combinations(COMPONENT_COLORS[:count], 2)
    close = {(a, b): difference(a, b, vision) for a, b in pairs if difference(a, b, vision) < LEAST[count]}
    assert not close


@EVERY_VISION
@EVERY_THEME
def test_p_q_and_both_divergences_are_told_apart(theme: Theme, vision: str) -> None:
    lines = {"p": theme.p_line, "q": theme.q_line, "forward": theme.forward, "reverse": theme.reverse}
    close = {
        (a, b): difference(lines[a], lines[b], vision)
        for a, b in combinations(lines, 2)
        if difference(lines[a], lines[b], vision) < 15
    }
    assert not close


@EVERY_VISION
@EVERY_THEME
def test_everything_painted_stands_out_from_its_ground(theme: Theme, vision: str) -> None:
    for rgb in (*theme.components, theme.forward, theme.reverse, theme.p_line, theme.q_line, theme.accent):
        assert difference(rgb, theme.plot_background, vision) > 20, rgb
    assert difference(theme.warning, theme.window, vision) > 5


@EVERY_THEME
def test_lines_and_dots_have_contrast(theme: Theme) -> None:
    """WCAG 2.1 asks for 3 of what cannot be recognised otherwise: components also have numbers and names."""
    for rgb in theme.components:
        assert contrast(rgb, theme.plot_background) >= (3.0 if theme.is_dark else 2.2), rgb
    for rgb in (theme.forward, theme.reverse, theme.p_line, theme.q_line, theme.accent):
        assert contrast(rgb, theme.plot_background) >= 3, rgb
