"""How many digits a number is given."""

import pytest

from dgm_explorer.ui.widgets.number_words import counted, number_text, plus_minus


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (-2.7234, 0.0271, "−2.72 ± 0.03"),
        (0.0123, 0.0164, "0.012 ± 0.016"),
        (-0.0001, 0.005, "0.000 ± 0.005"),
        (1234.0, 270.0, "1200 ± 300"),
        (0.0, 0.0, "0 ± 0"),
        (1.5, float("nan"), "1.5 ± –"),
    ],
)
def test_values_are_rounded_with_their_error(value: float, error: float, text: str) -> None:
    assert plus_minus(value, error) == text


def test_numbers_of_a_narrow_column() -> None:
    texts = [number_text(value) for value in (0.0, 1e-13, 0.123456, -16773.0, float("nan"), float("inf"))]
    assert texts == ["0", "0", "0.123", "−1.68e4", "–", "∞"]


def test_one_is_singular() -> None:
    assert [counted(n, "cell") for n in (0, 1, 2, 1234)] == ["0 cells", "1 cell", "2 cells", "1,234 cells"]
