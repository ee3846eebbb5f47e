"""Hostile images: single ones and folders of them."""

import io
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image

from tests.fuzz.case import Case, Link, Node, Odd
from tests.fuzz.draw import Draw
from tests.fuzz.mutate import damaged

ENDINGS = {"PNG": ".png", "JPEG": ".jpg", "BMP": ".bmp", "GIF": ".gif", "WEBP": ".webp", "TIFF": ".tif"}
MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK", "YCbCr"),
    "BMP": ("1", "L", "P", "RGB"),
    "GIF": ("L", "P", "RGB"),
    "WEBP": ("RGB", "RGBA", "L"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"),
}


def picture(draw: Draw, mode: str, width: int, height: int) -> Image.Image:
    generator = np.random.default_rng(draw.getrandbits(32))
    if mode in ("I;16", "I", "F"):
        kind = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
        return Image.fromarray(generator.integers(0, 60_000, (height, width)).astype(kind))
    if mode == "CMYK":
        return Image.fromarray(generator.integers(0, 256, (height, width, 4)).astype(np.uint8), "CMYK")
    rgb = Image.fromarray(generator.integers(0, 256, (height, width, 3)).astype(np.uint8))
    if mode == "LAB":
        return Image.merge("LAB", rgb.split())
    plain = rgb.convert("L").convert(mode) if mode in ("1", "LA") else rgb.convert(mode)
    if mode == "P" and draw.chance(0.3):
        plain.info["transparency"] = draw.randrange(256)
    return plain


def image_bytes(draw: Draw, width: int, height: int, kind: str = "") -> tuple[str, bytes]:
    """Ending and content; often with something about it that has to be understood."""
    kind = kind or draw.pick(*ENDINGS)
    mode = draw.pick(*MODES[kind])
    image = picture(draw, mode, width, height)
    options: dict[str, object] = {}
    if draw.chance(0.2) and kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        exif = Image.Exif()
        exif[0x0112] = draw.pick(1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 65_535)
        content = exif.tobytes() if draw.chance(0.7) else damaged(draw, exif.tobytes())
        if kind != "TIFF":
            options["exif"] = content
    if draw.chance(0.1) and kind in ("GIF", "WEBP", "PNG", "TIFF") and mode not in ("I;16", "I", "F", "LAB"):
        size = (width, height) if draw.chance(0.7) else (width + 3, height + 1)
        frames = [picture(draw, mode, *size) for _ in range(2)]
        options |= {"save_all": True, "append_images": frames}
    if draw.chance(0.1) and kind in ("JPEG", "PNG", "WEBP"):
        options["icc_profile"] = draw.randbytes(200)
    if kind == "TIFF" and mode in ("L", "RGB"):
        options["compression"] = draw.pick(None, "tiff_lzw", "tiff_deflate", "packbits", "jpeg")
    if kind == "JPEG" and draw.chance(0.3):
        options["progressive"] = True
    stream = io.BytesIO()
    try:
        image.save(stream, kind, **options)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, struct.error):  # not all options suit all
        stream = io.BytesIO()
        image.convert("RGB").save(stream, kind)
    return ENDINGS[kind], stream.getvalue()


@cache
def _empty_png(side: int, colour: int) -> bytes:
    depth, channels = {0: (8, 1), 2: (8, 3), 6: (8, 4), 3: (1, 1)}[colour]
    row = bytes(1 + (side * depth * channels + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    palette = _chunk(b"PLTE", bytes(range(6))) if colour == 3 else b""
    return _png(side, side, depth, colour, palette + _chunk(b"IDAT", body) + _chunk(b"IEND", b""))


def _png(width: int, height: int, depth: int, colour: int, chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + chunks


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _special(draw: Draw) -> bytes:
    """What claims to be enormous, unpacks to much, or is something else altogether."""
    kind = draw.randrange(8)
    if kind == 0:
        width, height = draw.pick(
            (2**31 - 1, 1), (60_000, 60_000), (2**31, 2**31), (0, 5), (1, 2**30), (300, 300)
        )
        return _png(width, height, 8, draw.pick(0, 2, 6, 3), _chunk(b"IDAT", zlib.compress(bytes(100))))
    if kind == 1:
        text = _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(20 << 20)))
        return _png(4, 4, 8, 0, text + _chunk(b"IDAT", zlib.compress(bytes(20))) + _chunk(b"IEND", b""))
    if kind == 2:
        width, height = draw.pick((-5, 5), (2**31 - 1, 2**31 - 1), (20_000, -20_000), (5, -5))
        core = struct.pack(
            "<IiiHHIIiiII",
            40,
            width,
            height,
            1,
            draw.pick(1, 8, 24, 32, 4),
            draw.pick(0, 1, 3, 6),
            0,
            0,
            0,
            0,
            0,
        )
        return b"BM" + struct.pack("<IHHI", 54 + 100, 0, 0, 54) + core + bytes(100)
    if kind == 3:
        size = struct.pack("<HH", draw.pick(65_535, 4), draw.pick(65_535, 4))
        return b"GIF89a" + size + b"\x80\0\0" + bytes(6) + b"," + bytes(4) + size + b"\0\x02\x01\x44\0;"
    if kind == 4:
        tags = [
            struct.pack("<HHII", draw.pick(256, 257, 258, 259, 262, 273, 277, 278, 279, 274, 34665),
                        draw.randrange(14), draw.pick(1, 1, 2**32 - 1, 0), draw.getrandbits(32))
            for _ in range(8)
        ]  # fmt: skip
        return b"II*\0" + struct.pack("<IH", 8, draw.pick(8, 8, 65_535)) + b"".join(sorted(tags)) + bytes(60)
    if kind == 5:
        return draw.pick(
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"%!PS-Adobe-3.0 EPSF-3.0\n",
            b"P6 5 5 255\n" + bytes(75),
        )
    if kind == 6 and draw.chance(0.15):
        return _empty_png(draw.pick(3000, 6000, 8192, 9000), draw.pick(0, 2, 6, 3))
    return draw.randbytes(300)


def _any_image(draw: Draw, width: int, height: int) -> tuple[str, bytes]:
    if draw.chance(0.05):
        return draw.pick(*ENDINGS.values()), _special(draw)
    ending, content = image_bytes(draw, width, height)
    return ending, damaged(draw, content) if draw.chance(0.12) else content


def make_single_image(draw: Draw) -> Case:
    """One file and the shape that it is brought to."""
    if draw.chance(0.12):
        content = _special(draw)
    else:
        size = (draw.randrange(1, 60), draw.randrange(1, 60)) if draw.chance(0.97) else (2000, 2)
        _, content = image_bytes(draw, *size)
        content = damaged(draw, content) if draw.chance(0.4) else content
    shape = draw.pick("8 8 1", "28 28 1", "32 32 3", "1 200 3", "5 7 1", "8 8 2")
    return Case({"a.png": content}, ("{here}/a.png", shape))


def make_image_folder(draw: Draw) -> Case:
    """Images side by side or in sub-folders."""
    width, height = draw.randrange(1, 20), draw.randrange(1, 20)
    n_classes = draw.pick(0, 0, 1, 2, 3)
    is_spoilt = draw.chance(0.5)
    files: dict[str, Node] = {}
    for index in range(draw.randrange(1, 7)):
        size = (width, height) if not is_spoilt or draw.chance(0.95) else (width + 1, height)
        make = _any_image if is_spoilt and draw.chance(0.5) else image_bytes
        ending, content = make(draw, *size)
        if n_classes and (not is_spoilt or draw.chance(0.97)):
            name = f"{_folder_name(draw, index % n_classes)}/{index}{ending}"
        else:
            name = f"{index}{ending.upper() if draw.chance(0.1) else ending}"
        files[name] = content
    if is_spoilt and draw.chance(0.2):
        name = draw.pick("x.png", "0/y.png", ".hidden.png", "z\udcff.png", "line\nbreak.png", "w.txt")
        files[name] = draw.pick(
            Odd("pipe"),
            Link("nowhere"),
            Link("."),
            Link("/dev/zero"),
            Link(name.rpartition("/")[2]),
            b"",
            Odd("folder"),
        )
    return Case(files, ("{here}",))


def _folder_name(draw: Draw, number: int) -> str:
    return str(number) if draw.chance(0.95) else draw.pick("\udcfe", "a\nb", "x" * 200, "é", " ")
