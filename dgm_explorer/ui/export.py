"""A visible plot as a picture, its data as a table."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QSize
from PySide6.QtGui import QImage, QPaintDevice, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QWidget

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.atomic_write import open_atomically
from dgm_explorer.core.errors import InputError

PICTURE_SCALE = 2
"""Device pixels per pixel on the screen: sharp on paper and on slides."""
ON_SCREEN_DPI = 96.0 * PICTURE_SCALE

_UNITS = ("nats", "bits", "px", "ms", "s", "percent", "steps", "epochs")
_OF_ARCHIVE = ("names", "units", "file")
"""Names that mean something else in an archive; a column of that name gets a line behind it."""


@dataclass(frozen=True, slots=True)
class PlotTable:
    """What a plot shows, as columns.

    Attributes
    ----------
    header : a name with its unit for each column, such as ``forward_kl_nats``.
    columns : one-dimensional, of equal length; numbers or words.
    """

    header: tuple[str, ...]
    columns: tuple[FloatArray | IntArray | tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if len(self.header) != len(self.columns):
            raise ValueError(f"{len(self.header)} names for {len(self.columns)} columns: {self.header}")
        lengths = {len(column) for column in self.columns}
        if len(lengths) > 1:
            raise ValueError(f"columns {self.header} differ in length: {sorted(lengths)}")

    @property
    def units(self) -> tuple[str, ...]:
        """The unit in which each column's name ends, or nothing."""
        ends = (name.rpartition("_")[2] for name in self.header)
        return tuple(end if end in _UNITS else "" for end in ends)


def joined(tables: Sequence[PlotTable]) -> PlotTable:
    """Tables of numbers side by side that begin with the same column, such as ``step``; NaN for gaps.

    Every table's first column rises and holds no number twice.
    """
    first = np.unique(np.concatenate([np.asarray(table.columns[0], np.float64) for table in tables]))
    header, columns = [tables[0].header[0]], [first]
    for table in tables:
        places = np.searchsorted(first, np.asarray(table.columns[0], np.float64))
        for name, values in zip(table.header[1:], table.columns[1:], strict=True):
            column = np.full(len(first), np.nan)
            column[places] = values
            header.append(name)
            columns.append(column)
    return PlotTable(tuple(header), tuple(columns))


@runtime_checkable
class ExportablePlot(Protocol):
    """A widget whose picture and data can be written to a file."""

    @property
    def export_name(self) -> str:
        """File name without its ending."""

    def export_table(self) -> PlotTable:
        """The data drawn at present."""


@runtime_checkable
class PartOfColumn(Protocol):
    """A widget that leaves something to those below it, such as the axis that they share."""

    def stand_alone(self, is_alone: bool) -> None:
        """Whether it is painted without them."""


def data_of(plot: ExportablePlot) -> PlotTable:
    """The data drawn at present, to be written; whoever asks for a picture asks here first.

    Raises
    ------
    InputError
        If there are none; with what the plot itself says in their place.
    """
    table = plot.export_table()
    if table.columns and len(table.columns[0]):
        return table
    words = getattr(plot, "words", "")  # of some plots a label, or a function of a place
    remedy = f": {words}" if words and isinstance(words, str) else "; export it once it shows something."
    raise InputError(f"{plot.export_name} has no data yet{remedy}")


def export_png(widget: QWidget, path: Path, scale: float = PICTURE_SCALE) -> None:
    """Write ``widget`` as it looks now, with ``scale`` device pixels per pixel.

    Raises
    ------
    InputError
        If the file cannot be written; what stood there stays.
    """
    _write(path, as_png(paint(widget, scale)))


def export_csv(table: PlotTable, path: Path) -> None:
    """Write a table with a header line; numbers keep every digit.

    Raises
    ------
    InputError
        If the file cannot be written; what stood there stays.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.header)
    columns = [c.tolist() if isinstance(c, np.ndarray) else c for c in table.columns]
    writer.writerows(zip(*columns, strict=True))
    _write(path, text.getvalue().encode("utf-8"))


def export_npz(table: PlotTable, path: Path) -> None:
    """Write a table as a NumPy archive: one array for each column, under its name.

    The array ``names`` holds the names in the order of the columns, ``units`` their units (empty where a
    column has none); words are arrays of text. It is read without pickle.

    Raises
    ------
    InputError
        If the file cannot be written; what stood there stays.
    """
    arrays = {"names": np.array(()), "units": np.array(table.units, dtype=np.str_)}
    for name, column in zip(table.header, table.columns, strict=True):
        key = name
        while key in arrays or key in _OF_ARCHIVE:
            key += "_"
        arrays[key] = np.asarray(column, dtype=None if len(column) else np.float64)
    arrays["names"] = np.array([key for key in arrays if key not in _OF_ARCHIVE], dtype=np.str_)
    with open_atomically(path) as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def paint(widget: QWidget, scale: float) -> QImage:
    """``widget`` painted to an image with ``scale`` device pixels per pixel."""
    size = QSize(round(widget.width() * scale), round(widget.height() * scale))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(widget.palette().window().color())
    _render(widget, image)
    return image


@contextmanager
def uncached(widget: QWidget) -> Iterator[None]:
    """Keep graphics views from painting images of the screen's resolution, which no vector file wants."""
    every = (widget, *widget.findChildren(QGraphicsView))
    views = [view for view in every if isinstance(view, QGraphicsView)]
    backgrounds = [(view, view.cacheMode()) for view in views]
    items = [(item, item.cacheMode()) for view in views for item in view.items()]
    cached = [(item, mode) for item, mode in items if mode != QGraphicsItem.CacheMode.NoCache]
    for view in views:
        view.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
    for item, _ in cached:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
    try:
        yield
    finally:
        for view, background in backgrounds:
            view.setCacheMode(background)
        for item, mode in cached:
            item.setCacheMode(mode)


def _render(widget: QWidget, device: QPaintDevice) -> None:
    painter = QPainter(device)
    try:
        with uncached(widget):
            QWidget.render(widget, painter, QPoint(0, 0))  # a QGraphicsView's own render leaves the frame out
    finally:
        painter.end()  # Qt aborts when a device goes before its painter


def _write(path: Path, data: bytes) -> None:
    with open_atomically(path) as file:
        file.write(data)


def as_png(image: QImage) -> bytes:
    """The bytes of a PNG file."""
    buffer = _open_buffer()
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # the stubs lack the QIODevice overload
        raise RuntimeError(f"Qt could not encode a {image.width()} × {image.height()} image as PNG")
    return bytes(buffer.data().data())


def _open_buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.setData(QByteArray())
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
