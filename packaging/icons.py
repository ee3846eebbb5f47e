"""The icon in the formats that systems want, painted from its SVG file.

    .venv/bin/python packaging/icons.py FOLDER

writes 16.png … 1024.png, dgm-explorer.ico (Windows) and dgm-explorer.icns (macOS) with the packages of
the program.
"""

import os
import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SOURCE = Path(__file__).resolve().parent.parent / "resources" / "icons" / "dgm-explorer.svg"
SIZES_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512, 1024)
ICO_SIZES_PX = (16, 24, 32, 48, 64, 128, 256)


def write_icons(source: Path, folder: Path) -> None:
    """Write every format into ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    renderer = QSvgRenderer(str(source))
    if not renderer.isValid():
        raise ValueError(f"{source} is no picture that Qt can draw")
    for size_px in SIZES_PX:
        if not _paint(renderer, size_px).save(str(folder / f"{size_px}.png")):
            raise OSError(f"{folder / f'{size_px}.png'} cannot be written")
    # Each size is painted from the SVG: one that is scaled down from a larger one blurs.
    pictures = {size_px: _read(folder / f"{size_px}.png") for size_px in SIZES_PX}
    smaller = [pictures[size_px] for size_px in ICO_SIZES_PX[:-1]]
    pictures[256].save(
        folder / "dgm-explorer.ico", sizes=[(side, side) for side in ICO_SIZES_PX], append_images=smaller
    )
    smaller = [picture for size_px, picture in pictures.items() if size_px < 1024]
    pictures[1024].save(folder / "dgm-explorer.icns", append_images=smaller)


def _read(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.copy()


def _paint(renderer: QSvgRenderer, size_px: int) -> QImage:
    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return image


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication(sys.argv[:1])
    write_icons(SOURCE, Path(sys.argv[1]))
