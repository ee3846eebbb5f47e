"""Images from a folder, one file each; sub-folders are classes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dgm_explorer.core.arrays import Float32Array
from dgm_explorer.core.errors import InputError
from dgm_explorer.data.assemble import Examples, chosen_indices
from dgm_explorer.data.bounded import MAX_CLASSES, opened, require_shape, unreadable
from dgm_explorer.data.labels import plain_name
from dgm_explorer.data.progress import Report, tell
from dgm_explorer.data.scaling import divided

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"))
MAX_FILES = 200_000
_DEEP_GREY_MODES = frozenset(("I;16", "I;16B", "I;16L", "I;16N"))
GREY_MODES = frozenset(("1", "L", "LA")) | _DEEP_GREY_MODES
COLOUR_MODES = frozenset(("P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "LAB"))
_REPORT_EVERY = 200


@dataclass(frozen=True, slots=True)
class _Header:
    """What an image says of itself before it is unpacked."""

    width: int
    height: int
    is_grey: bool


def read_image_folder(folder: Path, limit: int, report: Report) -> Examples:
    """Images of one size, with the names of the sub-folders as classes where there are several.

    Grey if all of them are, otherwise RGB; transparency is dropped, of an animation the first picture is
    taken. Names that begin with a dot and links to folders are passed over. At most ``limit`` images are
    read (0: all), spread evenly over the folder.

    Raises
    ------
    InputError
        If the folder has no images, or one of them is damaged, too large or of another size.
    Cancelled
        If ``report`` answers False.
    """
    files = _find_files(folder, report)
    labels = _labels(folder, files)
    kept = chosen_indices(len(files), limit)
    chosen = [files[index] for index in kept]
    first, is_grey = _read_headers(chosen, report)
    shape = (first.height, first.width, 1 if is_grey else 3)
    require_shape(folder, len(chosen), shape)
    inputs = np.empty((len(chosen), first.height * first.width * shape[2]), dtype=np.float32)
    for index, file in enumerate(chosen):
        if index % _REPORT_EVERY == 0:
            tell(report, f"reading {len(chosen)} images", 0.5 + 0.5 * index / len(chosen))
        inputs[index] = _read_pixels(file, shape)
    if labels is None:
        return Examples(inputs, image_shape=shape)
    names = tuple(sorted(set(labels)))
    numbers = {name: number for number, name in enumerate(names)}
    return Examples(
        inputs,
        np.array([numbers[labels[index]] for index in kept], dtype=np.int64),
        tuple(map(plain_name, names)),
        shape,
    )


def _find_files(folder: Path, report: Report) -> list[Path]:
    """All image files at any depth, in the order of their names."""

    def give_up(error: OSError) -> None:
        raise unreadable(Path(error.filename or folder), error) from error

    files: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=give_up):  # does not follow links to folders
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or Path(name).suffix.lower() not in SUFFIXES:
                continue
            files.append(Path(parent, name))
        if len(files) > MAX_FILES:
            raise InputError(f"{folder}: there are more than {MAX_FILES} images in it; use fewer.")
        tell(report, f"found {len(files)} images")
    if not files:
        raise InputError(
            f"{folder}: there are no images in it ({', '.join(sorted(SUFFIXES))}); choose another."
        )
    return files


def _labels(folder: Path, files: list[Path]) -> list[str] | None:
    """The sub-folder that each file lies in; None where all lie in the same place."""
    parts = [file.relative_to(folder).parts for file in files]
    names = {part[0] if len(part) > 1 else "" for part in parts}
    if len(names) == 1:
        return None
    if "" in names:
        stray = next(file for file, part in zip(files, parts, strict=True) if len(part) == 1)
        raise InputError(
            f"{stray}: it lies beside the sub-folders that name the classes; move it into one of them."
        )
    if len(names) > MAX_CLASSES:
        raise InputError(
            f"{folder}: {len(names)} sub-folders are too many classes; use {MAX_CLASSES} or fewer."
        )
    return [part[0] for part in parts]


def _read_headers(files: list[Path], report: Report) -> tuple[_Header, bool]:
    """The header that all share, and whether all are grey; no pixel is unpacked."""
    first = _read_header(files[0])
    is_grey = first.is_grey
    for index, file in enumerate(files):
        if index % _REPORT_EVERY == 0:
            tell(report, f"looking at {len(files)} images", 0.5 * index / len(files))
        header = _read_header(file)
        if (header.width, header.height) != (first.width, first.height):
            raise InputError(
                f"{file}: it has {header.width}×{header.height} pixels, {files[0].name} has "
                f"{first.width}×{first.height}; bring all images to one size."
            )
        is_grey = is_grey and header.is_grey
    return first, is_grey


def _read_header(path: Path) -> _Header:
    with opened_image(path) as image:
        if image.mode not in GREY_MODES | COLOUR_MODES:
            raise wrong_mode(path, image.mode)
        require_shape(path, 1, (image.height, image.width, 1))
        return _Header(image.width, image.height, image.mode in GREY_MODES or _has_grey_palette(image))


def wrong_mode(path: Path, mode: str) -> InputError:
    """The sentence for pixels that are neither grey nor coloured, such as heights or measurements."""
    return InputError(f"{path}: its pixels are of type {mode}; save it with 8 bits per colour.")


def _has_grey_palette(image: "Image") -> bool:
    """Whether a palette of greys stands for the pixels, as in every grey GIF; unpacks them."""
    if image.mode != "P":
        return False
    palette = np.array(image.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())


def _read_pixels(path: Path, shape: tuple[int, int, int]) -> Float32Array:
    """(height · width · channels,) values in [0, 1]."""
    with opened_image(path) as image:
        if (image.height, image.width) != shape[:2]:
            raise InputError(
                f"{path}: its size has changed while the folder was read; open the folder again."
            )
        if image.mode in _DEEP_GREY_MODES and shape[2] == 1:
            return divided(np.asarray(image).reshape(-1), 65535)
        return divided(np.asarray(in_mode(image, "L" if shape[2] == 1 else "RGB")).reshape(-1), 255)


def in_mode(image: "Image", mode: str) -> "Image":
    """8 bits per colour; Pillow alone would clip 16 bits in place of scaling them."""
    from PIL.Image import fromarray

    if image.mode in _DEEP_GREY_MODES:
        image = fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image if image.mode == mode else image.convert(mode)


@contextmanager
def opened_image(path: Path) -> Iterator["Image"]:
    """The image, its pixels not unpacked yet; whatever Pillow raises becomes one sentence."""
    from PIL.Image import open as open_image

    with opened(path) as (file, _):
        try:
            with open_image(file, formats=FORMATS) as image:
                yield image
        except InputError:
            raise
        except Exception as error:  # decoders of foreign files raise anything, SyntaxError and IndexError too
            raise InputError(
                f"{path}: it is damaged or no {', '.join(FORMATS)} image; remove it or save it again."
            ) from error
