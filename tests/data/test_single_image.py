"""One image of the user's own: kinds of files, and every way in which a file can be none."""

import io
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.image_folder import FORMATS
from dgm_explorer.data.single_image import read_single_image
from tests.data.builders import mutations
from tests.data.test_image_folder import png_header

SHAPE = (8, 8, 1)
TOP_WHITE = np.repeat(np.array([255, 0], np.uint8), 20)[:, None].repeat(40, axis=1)
"""40 × 40, the upper half white."""


def read(path: Path, shape: tuple[int, int, int] = SHAPE) -> Float32Array:
    image = read_single_image(path, shape)
    assert image.shape == shape
    assert image.dtype == np.float32
    assert ((image >= 0) & (image <= 1)).all()
    return image


def refusal(path: Path) -> str:
    """The one sentence that says why not; empty where the file is read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's of damaged metadata and large sizes
        try:
            read(path)
        except InputError as error:
            sentence = str(error)
        else:
            sentence = ""
    assert "\n" not in sentence
    return sentence


def is_top_white(image: Float32Array) -> bool:
    return bool((image[:3] > 0.9).all() and (image[5:] < 0.1).all())


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif", "jpg", "webp"])
def test_it_is_brought_to_the_size_of_the_data(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(TOP_WHITE).save(path)
    assert is_top_white(read(path))


def test_the_middle_is_cut_out(tmp_path: Path) -> None:
    wide = np.zeros((40, 120), np.uint8)
    wide[:, 40:80] = TOP_WHITE
    Image.fromarray(wide).save(tmp_path / "a.png")
    assert is_top_white(read(tmp_path / "a.png"))


def test_one_of_the_datas_own_size_stays_as_it_is(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    np.testing.assert_allclose(read(tmp_path / "a.png", (8, 8, 3)), pixels / 255, atol=1e-6)
    luma = pixels @ np.array([299, 587, 114]) / 255_000  # ITU-R 601-2, as Pillow's manual says of mode L
    np.testing.assert_allclose(read(tmp_path / "a.png")[:, :, 0], luma, atol=1.01 / 255)


def test_grey_becomes_colour_where_the_data_are(tmp_path: Path) -> None:
    Image.fromarray(TOP_WHITE).save(tmp_path / "a.png")
    image = read(tmp_path / "a.png", (8, 8, 3))
    assert is_top_white(image)
    np.testing.assert_array_equal(image[..., 0], image[..., 2])


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    Image.fromarray(np.full((9, 9), 32_768, np.uint16)).save(tmp_path / "a.png")
    np.testing.assert_allclose(read(tmp_path / "a.png"), 0.5, atol=0.01)


def test_cmyk_and_palettes_and_bits(tmp_path: Path) -> None:
    white = Image.fromarray(TOP_WHITE)
    white.convert("RGB").convert("CMYK").save(tmp_path / "a.jpg")
    assert is_top_white(read(tmp_path / "a.jpg"))
    white.convert("P").save(tmp_path / "b.png")
    assert is_top_white(read(tmp_path / "b.png"))
    white.convert("1").save(tmp_path / "c.tif")
    assert is_top_white(read(tmp_path / "c.tif"))


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    ink = np.dstack([np.zeros((40, 40, 3), np.uint8), 255 - TOP_WHITE])
    Image.fromarray(ink).save(tmp_path / "a.png")
    assert is_top_white(read(tmp_path / "a.png"))


def test_it_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    turned = Image.fromarray(TOP_WHITE.T)
    exif = Image.Exif()
    exif[0x0112] = 6  # the first row of the file is the right side of the picture
    turned.save(tmp_path / "a.jpg", exif=exif)
    assert (read(tmp_path / "a.jpg")[:3] > 0.95).all()


@pytest.mark.parametrize("suffix", ["png", "tif", "jpg"])
def test_a_large_one_is_turned_as_well(tmp_path: Path, suffix: str) -> None:
    """It is shrunk before it is turned: what the file says of its top must not be lost by that."""
    pixels = np.zeros((300, 200), dtype=np.uint8)
    pixels[:150] = 255  # the upper half of the file becomes the right half of the picture
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / f"a.{suffix}", exif=exif)
    seen = read_single_image(tmp_path / f"a.{suffix}", (8, 8, 1))[:, :, 0]
    assert (seen[:, :3] < 0.1).all()
    assert (seen[:, 5:] > 0.9).all()


def test_of_an_animation_the_first_picture(tmp_path: Path) -> None:
    first, second = Image.fromarray(TOP_WHITE), Image.fromarray(255 - TOP_WHITE)
    first.save(tmp_path / "a.gif", save_all=True, append_images=[second])
    assert is_top_white(read(tmp_path / "a.gif"))


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "b.png"
    for content in (b"", b"text", b"%!PS-Adobe-3.0 EPSF-3.0\n", png_header(7, 5)):
        bad.write_bytes(content)
        assert refusal(bad).startswith(f"{bad}: it is damaged or no PNG")
    assert "no such file" in refusal(tmp_path / "missing.png")
    assert "it is no file" in refusal(tmp_path)
    Image.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "heights.tif")
    assert "its pixels are of type F" in refusal(tmp_path / "heights.tif")


@pytest.mark.parametrize("side", [8193, 12_000, 100_000, 2**31 - 1])
def test_bombs_are_refused_by_their_header(tmp_path: Path, side: int) -> None:
    bomb = tmp_path / "a.png"
    bomb.write_bytes(png_header(side, side))
    Image.init()  # imports every format before the memory is watched
    tracemalloc.start()
    try:
        message = refusal(bomb)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert "shrink" in message or "damaged" in message


@pytest.mark.parametrize("format_name", FORMATS)
def test_damaged_images_are_refused_or_read(tmp_path: Path, format_name: str) -> None:
    whole = io.BytesIO()
    Image.fromarray(TOP_WHITE).save(whole, format_name)
    path = tmp_path / "b.png"
    for content in mutations(whole.getvalue(), 100):
        path.write_bytes(content)
        refusal(path)
