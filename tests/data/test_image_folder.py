"""Folders of images: formats, classes, and every way in which a folder can be no data set."""

import io
import os
import stat
import struct
import tracemalloc
import warnings
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.errors import Cancelled
from dgm_explorer.data import image_folder
from dgm_explorer.data.catalogue import load_dataset
from tests.data.builders import load_or_refuse, mutations
from tests.one_sentence import refusal_of

GREY = np.random.default_rng(0).integers(0, 256, (6, 5, 7), dtype=np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (6, 5, 7, 3), dtype=np.uint8)


def write(path: Path, pixels: np.ndarray, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def load(folder: Path, limit: int = 0) -> Dataset:
    return load_dataset(DataSource("path", path=str(folder), limit=limit))


refusal = partial(refusal_of, load)


def png_header(width: int, height: int) -> bytes:
    """A PNG file that says how large it is, and nothing more."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".gif", ".tif", ".TIFF"])
def test_reads_grey_images_in_the_order_of_their_names(tmp_path: Path, suffix: str) -> None:
    for index in range(6):
        write(tmp_path / f"{index}{suffix}", GREY[index])
    data = load(tmp_path)
    assert data.image_shape == (5, 7, 1)
    assert data.name == tmp_path.name
    assert data.labels is None
    np.testing.assert_allclose(data.inputs, GREY.reshape(6, -1) / 255, rtol=1e-6)
    assert data.is_held_out.sum() == 1


@pytest.mark.parametrize(
    ("suffix", "options"), [(".png", {}), (".bmp", {}), (".tiff", {}), (".webp", {"lossless": True})]
)
def test_reads_colour_images(tmp_path: Path, suffix: str, options: dict[str, object]) -> None:
    for index in range(6):
        write(tmp_path / f"{index}{suffix}", COLOUR[index], **options)
    data = load(tmp_path)
    assert data.image_shape == (5, 7, 3)
    np.testing.assert_allclose(data.inputs, COLOUR.reshape(6, -1) / 255, rtol=1e-6)


def test_reads_jpeg_nearly(tmp_path: Path) -> None:
    ramp = np.add.outer(np.arange(16), np.arange(16)).astype(np.uint8) * 8
    for index in range(2):
        write(tmp_path / f"{index}.jpeg", ramp, quality=95)
    np.testing.assert_allclose(load(tmp_path).inputs[0], ramp.ravel() / 255, atol=0.03)


def test_grey_beside_colour_becomes_colour(tmp_path: Path) -> None:
    write(tmp_path / "a.png", GREY[0])
    write(tmp_path / "b.png", COLOUR[0])
    data = load(tmp_path)
    assert data.image_shape == (5, 7, 3)
    np.testing.assert_allclose(
        data.inputs[0].reshape(5, 7, 3), np.stack([GREY[0] / 255] * 3, axis=2), rtol=1e-6
    )


def test_sixteen_bits_and_one_bit_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    deep = np.arange(35, dtype=np.uint16).reshape(5, 7) * 1800
    write(tmp_path / "deep" / "a.png", deep)
    write(tmp_path / "deep" / "b.png", deep)
    np.testing.assert_allclose(load(tmp_path / "deep").inputs[0], deep.ravel() / 65535, rtol=1e-6)
    write(tmp_path / "deep" / "c.png", COLOUR[0])
    np.testing.assert_allclose(load(tmp_path / "deep").inputs[0][::3], deep.ravel() / 65535, atol=1 / 250)
    for name in "ab":
        write(tmp_path / "bits" / f"{name}.png", GREY[0] > 127)
    np.testing.assert_array_equal(load(tmp_path / "bits").inputs[0], (GREY[0] > 127).ravel())


def test_palettes_and_transparency(tmp_path: Path) -> None:
    few = COLOUR[0] // 128 * 255
    Image.fromarray(few).quantize(8).save(tmp_path / "a.gif")
    write(tmp_path / "b.png", np.dstack((few, GREY[0])))
    data = load(tmp_path)
    np.testing.assert_array_equal(data.inputs[0], few.ravel() / np.float32(255))
    np.testing.assert_array_equal(data.inputs[1], data.inputs[0])


def test_sub_folders_are_classes_at_any_depth(tmp_path: Path) -> None:
    for index, folder in enumerate(["cat", "cat/small", "ant", "bee/a", "bee/b", ".hidden"]):
        write(tmp_path / folder / f"{index}.png", GREY[index])
    write(tmp_path / "ant" / ".thumbnail.png", GREY[0, :2])
    (tmp_path / "ant" / "readme.txt").write_text("no image")
    data = load(tmp_path)
    assert data.class_names == ("ant", "bee", "cat")
    np.testing.assert_array_equal(data.labels, [0, 1, 1, 2, 2])
    np.testing.assert_allclose(data.inputs, GREY[[2, 3, 4, 0, 1]].reshape(5, -1) / 255, rtol=1e-6)


def test_one_sub_folder_is_no_class(tmp_path: Path) -> None:
    for index in range(3):
        write(tmp_path / "only" / f"{index}.png", GREY[index])
    assert load(tmp_path).labels is None


def test_a_limit_reads_no_more_than_that(tmp_path: Path) -> None:
    for index in range(40):
        write(tmp_path / str(index // 20) / f"{index:02}.png", GREY[index % 6])
    data = load(tmp_path, limit=10)
    np.testing.assert_array_equal(np.bincount(data.labels if data.labels is not None else []), [5, 5])


def test_mixed_sizes_are_refused_and_the_file_is_named(tmp_path: Path) -> None:
    for index in range(3):
        write(tmp_path / f"{index}.png", GREY[index])
    write(tmp_path / "odd.png", GREY[0, :4])
    assert refusal(tmp_path).startswith(f"{tmp_path / 'odd.png'}: it has 7×4 pixels, 0.png has 7×5")


def test_empty_folders_and_stray_files_are_refused(tmp_path: Path) -> None:
    assert "no images in it" in refusal(tmp_path)
    write(tmp_path / "class" / "a.png", GREY[0])
    write(tmp_path / "stray.png", GREY[1])
    assert refusal(tmp_path).startswith(str(tmp_path / "stray.png"))


def test_what_claims_to_be_an_image_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.png", GREY[0])
    bad = tmp_path / "b.png"
    for content in (b"", b"text", b"%!PS-Adobe-3.0 EPSF-3.0\n", png_header(7, 5)):
        bad.write_bytes(content)
        assert refusal(tmp_path).startswith(f"{bad}: it is damaged or no PNG")


@pytest.mark.parametrize("side", [600, 12_000, 100_000, 2**31 - 1])
def test_bombs_are_refused_by_their_header(tmp_path: Path, side: int) -> None:
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(png_header(side, side))
    Image.init()  # imports every format before the memory is watched
    tracemalloc.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            message = refusal(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert "shrink" in message or "damaged" in message


def test_too_many_files_and_classes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(4):
        write(tmp_path / str(index) / "a.png", GREY[index])
    monkeypatch.setattr(image_folder, "MAX_CLASSES", 3)
    assert "4 sub-folders" in refusal(tmp_path)
    monkeypatch.setattr(image_folder, "MAX_FILES", 3)
    assert "more than 3 images" in refusal(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes")
def test_loops_of_links_and_pipes_do_no_harm(tmp_path: Path) -> None:
    for index in range(3):
        write(tmp_path / f"{index}.png", GREY[index])
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link.png").symlink_to(tmp_path / "0.png")
    assert len(load(tmp_path)) == 4
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    assert "self.png" in refusal(tmp_path)
    (tmp_path / "self.png").unlink()
    os.mkfifo(tmp_path / "pipe.png")
    assert "pipe.png: it is no file" in refusal(tmp_path)
    assert "no file" in refusal(tmp_path / "pipe.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_without_permission_it_says_so(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.png", GREY[0])
    for path in (tmp_path / "a.png", tmp_path):
        mode = path.stat().st_mode
        path.chmod(0)
        try:
            assert "check its permissions" in refusal(tmp_path)
        finally:
            path.chmod(stat.S_IMODE(mode))


def test_refused_by_the_system_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for somebody who is not root: opening and listing are refused."""
    for name in "ab":
        write(tmp_path / f"{name}.png", GREY[0])

    def refuse(path: object, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert "a.png: it cannot be read (Permission denied)" in refusal(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        assert f"{tmp_path}: it cannot be read (Permission denied)" in refusal(tmp_path)


def test_cancel_between_images(tmp_path: Path) -> None:
    for index in range(3):
        write(tmp_path / f"{index}.png", GREY[index])
    with pytest.raises(Cancelled):
        load_dataset(DataSource("path", path=str(tmp_path)), lambda words, _: not words.startswith("reading"))


@pytest.mark.parametrize("format_name", image_folder.FORMATS)
def test_damaged_images_are_refused_or_read(tmp_path: Path, format_name: str) -> None:
    whole = io.BytesIO()
    Image.fromarray(COLOUR[0]).save(whole, format_name)
    write(tmp_path / "a.png", COLOUR[0])
    for content in mutations(whole.getvalue(), 150):
        (tmp_path / "b.png").write_bytes(content)
        data = load_or_refuse(tmp_path)
        assert data is None or np.isfinite(data.inputs).all()
