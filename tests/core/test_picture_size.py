"""Sizes of pictures: what is read, what a panel is laid out at."""

import pytest

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.picture_size import PictureSize, parse_size


@pytest.mark.parametrize(
    ("text", "dpi", "pixels", "of_size"),
    [
        ("1920x1080", None, (1920, 1080), 96),
        ("1920X1080px", 192.0, (1920, 1080), 192),
        ("8.5x6cm", None, (1004, 709), 300),
        (" 8.5 × 6 cm ", 600.0, (2008, 1417), 600),
        ("17x12cm at 150 dpi", 300.0, (1004, 709), 150),
    ],
)
def test_sizes_are_read(text: str, dpi: float | None, pixels: tuple[int, int], of_size: float) -> None:
    size = parse_size(text, dpi)
    assert (size.pixels, size.dpi) == (pixels, of_size)
    assert parse_size(str(size)) == size


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "write one such as"),
        ("10", "write one such as"),
        ("-5x5", "write one such as"),
        ("1e3x5", "write one such as"),
        ("5x5", "each side must lie"),
        ("99999x20", "each side must lie"),
        ("999999x20", "each side must lie"),
        ("100000x6cm", "each side must lie"),
        ("16000x16000", "ask for fewer"),
        ("400x400 at 5000 dpi", "dpi must lie"),
        ("nanx5", "write one such as"),
    ],
)
def test_what_is_no_size_is_refused_in_one_sentence(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as refused:
        parse_size(text)
    assert "\n" not in str(refused.value)


def test_at_96_dpi_a_pixel_is_a_pixel_and_at_192_two() -> None:
    assert (PictureSize(800, 600).fit().width, PictureSize(800, 600).fit().scale) == (800, 1.0)
    twice = PictureSize(800, 600, "px", 192).fit()
    assert (twice.width, twice.height, twice.scale) == (400, 300, 2.0)


def test_on_paper_ten_points_of_type_are_ten_points() -> None:
    """A layout pixel is 1/96 inch, whatever the resolution."""
    for dpi in (150, 300, 600):
        layout = PictureSize(8.5, 6, "cm", dpi).fit()
        assert layout.width == round(8.5 / 2.54 * 96)
        assert layout.scale == pytest.approx(dpi / 96)
    assert PictureSize(8.5, 6, "cm").points == pytest.approx((240.94, 170.08), abs=0.01)


def test_a_panel_that_needs_more_keeps_the_shape() -> None:
    layout = PictureSize(400, 200).fit((800, 100))
    assert (layout.width, layout.height, layout.scale) == (800, 400, 0.5)
    layout = PictureSize(400, 200).fit((100, 300))
    assert (layout.width, layout.height) == (600, 300)
