"""Frames into a GIF or an MP4, which appear at their place when they are whole; no Qt."""

import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError

Frame: TypeAlias = NDArray[np.uint8]
"""(height, width, 3)."""

SUFFIXES = (".mp4", ".gif")
MOST_GIF_PIXELS = 600_000_000
"""Of all frames together: a GIF is put together in memory, one byte per pixel."""
_LAST_FRAME_MS = 1000
"""A GIF begins anew at once: its last frame stays a little."""
_MP4_QUALITY = "18"
"""Constant rate factor of H.264: letters and thin lines stay as they are."""
_NO_ENCODER = "MP4 needs one more package: pip install 'dgm-explorer[video]'; a GIF is written without it."
_NO_ENCODER_HERE = "MP4 is not part of this bundle; write a GIF, or install the program with pip."


class FilmFile(Protocol):
    """Takes frames of one size; called from one thread."""

    def add(self, frame: Frame) -> None:
        """The next frame."""

    def finish(self) -> None:
        """Write what was added to its place.

        Raises
        ------
        InputError
            If the file cannot be written; what stood there stays.
        """

    def abandon(self) -> None:
        """Leave nothing behind; also after `finish`, and twice."""


def open_film(path: Path, frames_per_second: float, width: int, height: int, n_frames: int) -> FilmFile:
    """A film by the ending of ``path``.

    Raises
    ------
    InputError
        If the ending is none of `SUFFIXES`, an encoder is missing, or it is too large.
    """
    suffix = path.suffix.lower()
    if suffix == ".gif":
        if n_frames * width * height > MOST_GIF_PIXELS:
            raise InputError(
                f"{n_frames} frames of {width}×{height} pixels are too much for a GIF; "
                "take a shorter span, a smaller size, or MP4."
            )
        return GifFile(path, frames_per_second)
    if suffix == ".mp4":
        return Mp4File(path, frames_per_second, width, height)
    raise InputError(f"{path.name[:80]}: films end in {' or '.join(SUFFIXES)}; choose one of them.")


class GifFile:
    """Each frame has its own palette of 256 colours; times are whole hundredths of a second; it loops."""

    def __init__(self, path: Path, frames_per_second: float) -> None:
        self._path = path
        self._frame_ms = 10 * max(2, round(100 / frames_per_second))
        self._frames: list[Any] = []

    def add(self, frame: Frame) -> None:
        from PIL import Image

        image = Image.fromarray(frame)
        self._frames.append(image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE))

    def finish(self) -> None:
        durations = [self._frame_ms] * len(self._frames)
        durations[-1] = max(self._frame_ms, _LAST_FRAME_MS)
        with open_atomically(self._path) as file:
            first, *rest = self._frames
            first.save(file, "GIF", save_all=True, append_images=rest, duration=durations, loop=0, disposal=1)
        self.abandon()

    def abandon(self) -> None:
        self._frames.clear()


class Mp4File:
    """H.264 by the ffmpeg of the package imageio-ffmpeg, in a process of its own.

    Width and height must be even.
    """

    def __init__(self, path: Path, frames_per_second: float, width: int, height: int) -> None:
        try:
            import imageio_ffmpeg
        except ImportError as error:
            raise InputError(_NO_ENCODER_HERE if getattr(sys, "frozen", False) else _NO_ENCODER) from error
        self._path = path
        self._folder = Path(tempfile.mkdtemp(prefix="dgm-explorer-film-"))
        self._file = self._folder / "film.mp4"
        colours = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
        self._encoder: Generator[None, Frame, None] | None = imageio_ffmpeg.write_frames(
            str(self._file),
            (width, height),
            fps=frames_per_second,
            codec="libx264",
            quality=None,
            macro_block_size=2,
            output_params=[
                *("-crf", _MP4_QUALITY, "-movflags", "+faststart"),
                *("-vf", "scale=out_color_matrix=bt709:out_range=tv", *colours),
            ],
        )
        try:
            self._send(None)
        except InputError:
            self.abandon()
            raise

    def _send(self, frame: Frame | None) -> None:
        assert self._encoder is not None
        try:
            self._encoder.send(frame)  # type: ignore[arg-type]
        except (OSError, RuntimeError, StopIteration) as error:
            first, *_ = [*str(error).strip().splitlines(), "the encoder stopped"]
            raise InputError(f"the film cannot be encoded ({first[:200]}); try GIF.") from error

    def add(self, frame: Frame) -> None:
        self._send(np.ascontiguousarray(frame))

    def finish(self) -> None:
        assert self._encoder is not None
        self._encoder.close()
        self._encoder = None
        try:
            with self._file.open("rb") as whole, open_atomically(self._path) as file:
                shutil.copyfileobj(whole, file)
        except FileNotFoundError as error:
            raise InputError("the film cannot be encoded (the encoder wrote nothing); try GIF.") from error
        finally:
            self.abandon()

    def abandon(self) -> None:
        if self._encoder is not None:
            with suppress(OSError, RuntimeError):
                self._encoder.close()
            self._encoder = None
        shutil.rmtree(self._folder, ignore_errors=True)
